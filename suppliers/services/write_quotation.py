"""Writing a request for quotation, and changing one that suppliers read already: a version that tells all (SO-4)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from foundation import audit
from foundation.documents import content_hash, lock, next_number, require_unchanged, touch
from foundation.duties import chain_of
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.intake import uploads
from foundation.journal import use_case
from foundation.models import Item, Site, UnitOfMeasure, User
from foundation.selectors import unit_tables
from foundation.validators import one_line
from suppliers import access
from suppliers.decisions.quotation_terms import MOST_PAPERS, Asked, AskedLine, check_asked, check_suppliers
from suppliers.models import (
    LIVE,
    MAY_QUOTE,
    QuotationInvitation,
    QuotationLine,
    QuotationPaper,
    QuotationRequest,
    QuotationState,
    Supplier,
)
from suppliers.services.quotation_letters import write_to_suppliers
from suppliers.services.tell_quotation import content_told, invitations_of, show, tell
from workflow.services import DoneOn, record_duty, require_duty

WRITE = "write_quotation"
STEP = 10
_KINDS = frozenset({"pdf", "png", "jpg", "csv"})


@use_case
def write_quotation_request(
    *, site_id: int, asked: Asked, suppliers: Collection[str], actor: User, at: datetime
) -> QuotationRequest:
    """Write a request as a draft; no supplier sees it before it is opened. `suppliers` are codes.

    :raises NotPermittedError: the actor asks for no quotations at the site.
    :raises NotFoundError: there is no such site.
    :raises InvalidError: something asked cannot be used, or a supplier may not be asked; names field, value and cure.
    """
    site = Site.objects.filter(pk=site_id, is_active=True).first()
    if site is None:
        raise NotFoundError("not_found", "There is no such site.")
    require(access.can_write_quotation(actor, site))
    request = QuotationRequest(
        number=next_number("RFQ", site.code), site=site, created_at=at, created_by=actor, changed_at=at,
        changed_by=actor, closes_at=asked.closes_at, title="",
    )  # fmt: skip
    desk = Desk(asked, actor, at, request)
    desk.write()
    request.save(force_insert=True)
    desk.store_lines()
    invite(request, suppliers)
    _seal_hash(request)
    _record(request, "write_quotation_request", actor, at, lines=len(asked.lines), suppliers=sorted(suppliers))
    return request


@use_case
def change_quotation_request(
    *, request_id: int, expected_version: int, asked: Asked, suppliers: Collection[str], reason: str, actor: User,
    at: datetime,
) -> QuotationRequest:  # fmt: skip
    """Rewrite a draft; of an open request, tell every invited supplier a new version, and invite those named in addition.

    Answers given before count only while the lines they answer stay as they were.

    :raises NotPermittedError: the actor asks for no quotations at the site.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: its closing time has passed, or it ended.
    :raises InvalidError: nothing changes, no reason, an invited supplier is missing, or something cannot be used.
    """
    request = lock(QuotationRequest, request_id, with_=("changed_by", "site"))
    require(access.can_write_quotation(actor, request.site))
    require_unchanged(request, expected_version)
    require_changeable(request, at)
    before = {
        **content_told(request),
        "suppliers": sorted(request.invitations.values_list("supplier__code", flat=True)),
    }
    desk = Desk(asked, actor, at, request)
    desk.write()
    desk.store_lines()
    fresh = invite(request, suppliers)
    after = {**content_told(request), "suppliers": sorted(request.invitations.values_list("supplier__code", flat=True))}
    if before == after:
        raise InvalidError("nothing_changes", "This says what the request says. Change something first.")
    if request.state == QuotationState.OPEN:
        _amend(request, before, after, fresh, reason, actor, at)
    show(request)
    request.content_hash = content_hash(after)
    fields = ["title", "terms", "closes_at", "revision", "lines_revision", "content_hash"]
    request.save(update_fields=[*fields, *touch(request, by_id=actor.pk, at=at)])
    _record(request, "change_quotation_request", actor, at, revision=request.revision, reason=reason.strip())
    return request


def _amend(
    request: QuotationRequest, before: dict[str, Any], after: dict[str, Any], fresh: Collection[int], reason: str,
    actor: User, at: datetime,
) -> None:  # fmt: skip
    """Tell a new version to who was invited before, and the first word to who was not."""
    said = {name: value for name, value in before.items() if name != "suppliers"}
    says = {name: value for name, value in after.items() if name != "suppliers"}
    known = [one for one in invitations_of(request) if one.pk not in fresh]
    if said != says:
        why = one_line(reason, longest=300, field="reason", what="what changes; suppliers read it")
        version = tell(request, reason=why, actor=actor, at=at)
        write_to_suppliers(request, known, "changed", at=at, key=str(version.revision), reason=why)
    else:
        newest = request.versions.latest("revision")
        request.invitations.filter(pk__in=fresh).update(
            stage=request.state, closes_at=request.closes_at, content=newest.content, revision=request.revision,
            lines_revision=request.lines_revision, invited_at=at,
        )  # fmt: skip
    first = [one for one in invitations_of(request) if one.pk in fresh]
    write_to_suppliers(request, first, "invited", at=at)


@use_case
def add_quotation_paper(*, request_id: int, name: str, content: bytes, actor: User, at: datetime) -> QuotationPaper:
    """Put a file beside a request; when suppliers read it already, all are told.

    :raises NotPermittedError: the actor asks for no quotations at the site.
    :raises ConflictError: its closing time has passed, it ended, or it has too many files.
    :raises InvalidError: the file is none we take, or is there already.
    """
    request = lock(QuotationRequest, request_id, with_=("site",))
    require(access.can_write_quotation(actor, request.site))
    require_changeable(request, at)
    sent = uploads.check(name, content, kinds=_KINDS)
    if request.papers.filter(sha256=sent.sha256).exists():
        raise InvalidError("paper_there", "This file is there already.", field="file", value=sent.shown_name)
    if request.papers.count() >= MOST_PAPERS:
        raise ConflictError("too_many_papers", f"A request carries at most {MOST_PAPERS} files.")
    paper = QuotationPaper.objects.create(
        request=request, name=sent.shown_name, content_type=sent.content_type, content=sent.content,
        size=len(sent.content), sha256=sent.sha256, added_at=at, added_by=actor,
    )  # fmt: skip
    if request.state == QuotationState.OPEN:
        why = f"The file {paper.name} was added."
        version = tell(request, reason=why, actor=actor, at=at)
        write_to_suppliers(request, invitations_of(request), "changed", at=at, key=str(version.revision), reason=why)
    fields = ["revision", "lines_revision", *touch(request, by_id=actor.pk, at=at)]
    request.save(update_fields=fields)
    audit.record(request, "add_quotation_paper", actor=actor, at=at, name=paper.name, sha256=paper.sha256)
    return paper


def require_changeable(request: QuotationRequest, at: datetime) -> None:
    """Refuse a request whose answers are read, or may be any moment.

    :raises ConflictError: its closing time has passed, or it ended.
    """
    if request.state not in {QuotationState.DRAFT, QuotationState.OPEN}:
        raise ConflictError("quotation_closed", f"{request} is {request.get_state_display().lower()}.")
    if request.state == QuotationState.OPEN and at >= request.closes_at:
        raise ConflictError("quotation_closed", f"The closing time of {request} has passed.")


def invite(request: QuotationRequest, codes: Collection[str]) -> frozenset[int]:
    """Invite suppliers by code; of a draft those no longer named go. Returns the invitations that are new.

    :raises InvalidError: too many, nobody of that code, one that may not be asked, or an invited one left out.
    """
    wanted = set(codes)
    check_suppliers(wanted)
    found = {supplier.code: supplier for supplier in Supplier.objects.filter(code__in=wanted)}
    held = {one.supplier.code: one for one in request.invitations.select_related("supplier")}
    for code in sorted(wanted - held.keys()):
        supplier = found.get(code)
        if supplier is None or supplier.state not in MAY_QUOTE:
            state = f" is {supplier.get_state_display().lower()} and" if supplier else ""
            raise InvalidError(
                "supplier_unfit", f"{supplier or code[:16]}{state} cannot be asked. Choose another.", field="suppliers",
                value=code[:16],
            )  # fmt: skip
    gone = held.keys() - wanted
    if gone and request.state != QuotationState.DRAFT:
        raise InvalidError(
            "supplier_invited",
            f"{held[min(gone)].supplier} is invited already and stays.",
            field="suppliers",
            value=min(gone),
        )
    request.invitations.filter(supplier__code__in=gone).delete()
    made = [
        QuotationInvitation.objects.create(
            request=request, supplier=found[code], number=request.number, closes_at=request.closes_at
        )
        for code in sorted(wanted - held.keys())
    ]
    return frozenset(one.pk for one in made)


class Desk:
    """What is asked with the rows it names, read once: items, units, sites, other requests for the same need."""

    def __init__(self, asked: Asked, actor: User, at: datetime, request: QuotationRequest) -> None:
        check_asked(asked, at=at)
        self.asked, self.request = asked, request
        codes = {line.item for line in asked.lines if line.item}
        self.items = {item.code: item for item in Item.objects.filter(code__in=codes, is_active=True)}
        self.units = {u.code: u for u in UnitOfMeasure.objects.filter(code__in={line.unit for line in asked.lines})}
        named = Site.objects.filter(code__in={line.site for line in asked.lines}, is_active=True)
        self.sites = {site.code: site for site in named if access.can_see_site(actor, site)}
        tables = unit_tables([item.pk for item in self.items.values()])
        for line in asked.lines:
            _known(self.items, line.item, "item", line)
            _known(self.units, line.unit, "unit", line)
            _known(self.sites, line.site, "site", line)
            if line.item:
                tables[self.items[line.item].pk].factor(line.unit)
        self._require_unasked()

    def _require_unasked(self) -> None:
        """Refuse a line of a requisition that another live request asks for already."""
        named = {line.requisition for line in self.asked.lines if line.requisition}
        others = QuotationLine.objects.filter(requisition__in=named, request__state__in=LIVE).exclude(
            request=self.request.pk
        )
        asked = {(row.requisition, row.requisition_line): row.request for row in others.select_related("request")}
        for line in self.asked.lines:
            other = asked.get((line.requisition, line.requisition_line))
            if other is not None:
                raise InvalidError(
                    "asked_already", f"{other} asks for line {line.requisition_line} of {line.requisition} already.",
                    field="lines", value=line.requisition,
                )  # fmt: skip

    def write(self) -> None:
        """Write what stands on the request itself."""
        request, asked = self.request, self.asked
        request.title = one_line(asked.title, longest=120, field="title", what="what you ask for")
        if len(asked.terms) > 4_000:  # noqa: PLR2004 - the column's width
            raise InvalidError("terms_unfit", "Write terms of at most 4,000 letters.", field="terms")
        request.terms, request.closes_at = asked.terms.strip(), asked.closes_at

    def store_lines(self) -> None:
        """Make the stored lines those asked: known numbers are rewritten, new lines get the next, others go.

        :raises InvalidError: a line has a number the request never gave.
        """
        held = {line.line_no: line for line in self.request.lines.all()}
        kept = {line.line_no for line in self.asked.lines if line.line_no}
        if kept - held.keys():
            raise InvalidError("lines_unfit", f"There is no line {min(kept - held.keys())}.", field="lines")
        told = self.request.versions.values_list("content", flat=True)
        given = [*held, *(line["no"] for content in told for line in content["lines"])]
        last = max(given, default=0)
        self.request.lines.exclude(line_no__in=kept).delete()
        for line in self.asked.lines:
            row = held.get(line.line_no)
            if row is None:
                last += STEP
                row = QuotationLine(request=self.request, line_no=last)
            self._fill(row, line)
            row.save()

    def _fill(self, row: QuotationLine, line: AskedLine) -> None:
        row.item = self.items.get(line.item)
        row.description = " ".join((line.description or (row.item.name if row.item else "")).split())[:300]
        row.quantity, row.unit, row.ship_to = line.quantity, self.units[line.unit], self.sites[line.site]
        row.need_by = line.need_by
        if row.pk is None:
            row.requisition, row.requisition_line = line.requisition, line.requisition_line


def _known(rows: Collection[str], code: str, what: str, line: AskedLine) -> None:
    if (code and code not in rows) or (not code and what != "item"):
        raise InvalidError(
            "lines_unfit", f"{line.label}: there is no {what} {code[:32] or '(empty)'} in use here.", field="lines",
            value=code[:32],
        )  # fmt: skip


def _seal_hash(request: QuotationRequest) -> None:
    request.content_hash = content_hash(content_told(request))
    request.save(update_fields=["content_hash"])


def _record(request: QuotationRequest, action: str, actor: User, at: datetime, **data: Any) -> None:
    judged = require_duty(duty=WRITE, person=actor, chains=_chains(request), at=at)
    record_duty(judged=judged, on=DoneOn("quotation_request", request.pk, request.number), at=at)
    audit.record(request, action, actor=actor, at=at, **data)


def _chains(request: QuotationRequest) -> Sequence[str]:
    return [chain_of("quotation_request", request.pk)]
