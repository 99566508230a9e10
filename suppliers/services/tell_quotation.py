"""Telling all invited suppliers what a request for quotation says now: one version, the same words for each (SO-4)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from foundation.documents import content_hash
from foundation.models import Item, ItemUnit, User
from suppliers.decisions.quotation_terms import changed_lines
from suppliers.models import QuotationInvitation, QuotationRequest, QuotationVersion


def invitations_of(request: QuotationRequest) -> Sequence[QuotationInvitation]:
    """Return who is asked, with what their letters need."""
    rows = request.invitations.select_related("supplier").prefetch_related("supplier__people__user")
    return list(rows.order_by("pk"))


def content_told(request: QuotationRequest) -> dict[str, Any]:
    """Return what suppliers read of a request; nothing of it says who else is asked."""
    lines = list(request.lines.select_related("item", "unit", "ship_to").order_by("line_no"))
    units = units_of({line.item_id for line in lines if line.item_id})
    return {
        "number": request.number, "title": request.title, "terms": request.terms, "site": request.site.name,
        "zone": request.site.time_zone, "closes_at": request.closes_at.isoformat(),
        "lines": [
            {
                "no": line.line_no, "item": line.item.code if line.item else "", "what": line.description,
                "quantity": f"{line.quantity.normalize():f}", "unit": line.unit.code, "symbol": line.unit.symbol,
                "units": [unit for unit in units.get(line.item_id or 0, []) if unit[0] != line.unit.code],
                "site": line.ship_to.name, "need_by": line.need_by.isoformat(),
            }
            for line in lines
        ],
        "papers": [
            {"id": paper.pk, "name": paper.name, "size": paper.size}
            for paper in request.papers.defer("content").order_by("pk")
        ],
    }  # fmt: skip


def units_of(items: Collection[int]) -> dict[int, list[list[str]]]:
    """Return in which units each item may be priced, as code and symbol; two statements, none without items."""
    if not items:
        return {}
    bases = Item.objects.filter(pk__in=items).values_list("pk", "base_unit__code", "base_unit__symbol")
    packs = ItemUnit.objects.filter(item__in=items).order_by("factor", "pk")
    found: dict[int, list[list[str]]] = {}
    for item, code, symbol in (*bases, *packs.values_list("item_id", "unit__code", "unit__symbol")):
        if [code, symbol] not in found.setdefault(item, []):
            found[item].append([code, symbol])
    return found


def tell(request: QuotationRequest, *, reason: str, actor: User, at: datetime) -> QuotationVersion:
    """Keep what is said now as the next version and put it before every invited supplier; the caller saves the request."""
    content = content_told(request)
    before = request.versions.order_by("-revision").first()
    request.revision += 1
    if before is None or changed_lines(before.content["lines"], content["lines"]):
        request.lines_revision = request.revision
    version = QuotationVersion.objects.create(
        request=request, revision=request.revision, content=content, content_hash=content_hash(content),
        reason=reason[:300], told_at=at, told_by=actor,
    )  # fmt: skip
    request.invitations.filter(invited_at=None).update(invited_at=at)
    show(request, content=content, revision=request.revision, lines_revision=request.lines_revision)
    return version


def show(request: QuotationRequest, **more: Any) -> None:
    """Let every invited supplier see the stage and the closing time, and whatever else is given."""
    request.invitations.update(stage=request.state, closes_at=request.closes_at, **more)


def answers_told(request: QuotationRequest) -> list[dict[str, str]]:
    """Return the answered questions as all suppliers read them: without who asked, in the order of the answers."""
    rows = request.questions.exclude(answer="").order_by("answered_at", "pk")
    return [
        {"question": row.question, "answer": row.answer, "at": row.answered_at.isoformat() if row.answered_at else ""}
        for row in rows
    ]
