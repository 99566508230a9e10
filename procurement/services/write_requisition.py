"""Writing a draft: create it, change its head, set its lines, copy it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from foundation import audit, money
from foundation.documents import content_hash, lock, next_number, require_unchanged, touch
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import CostCentre, Site, User
from foundation.services import answer_key, claim_key
from procurement import access
from procurement.models import Requisition, RequisitionLine
from procurement.services.requisition_lines import LineInput, prepare_lines, validated
from procurement.validators import validate_need_by

ONCE = "create_requisition"


@use_case
def create_requisition(
    *,
    site: Site,
    cost_centre: CostCentre,
    need_by: date,
    actor: User,
    at: datetime,
    lines: Sequence[LineInput] = (),
    title: str = "",
    note: str = "",
    is_urgent: bool = False,
    urgent_reason: str = "",
    once: str = "",
) -> Requisition:
    """Start a draft requisition at a site, in the site's currency.

    :param once: names this request of the person; a second one with the name gets the first one's requisition.
    :raises NotPermittedError: the person may not raise requisitions there.
    :raises InvalidError: names the field, the value and the cure.
    """
    require(access.can_request(actor, site))
    claimed = claim_key(principal_id=actor.pk, route=ONCE, key=once, content="", at=at) if once else None
    if claimed is not None and claimed.response:
        return Requisition.objects.get(pk=claimed.response["pk"])
    _check_head(site, cost_centre, need_by, at, is_urgent=is_urgent, urgent_reason=urgent_reason)
    requisition = Requisition(
        number=next_number("REQ", site.code),
        ship_to=site,
        requester=actor,
        cost_centre=cost_centre,
        currency=site.currency,
        need_by=need_by,
        title=title.strip()[:120],
        note=note.strip()[:2000],
        is_urgent=is_urgent,
        urgent_reason=urgent_reason.strip()[:200],
        created_at=at,
        created_by=actor,
        changed_at=at,
        changed_by=actor,
    )
    prepared = prepare_lines(site=site, need_by=need_by, lines=lines, at=at)
    requisition.total_amount = money.total(line.line_amount for line in prepared)
    requisition.content_hash = content_hash(content_of(requisition, prepared))
    requisition.save(force_insert=True)
    _store(requisition, prepared)
    audit.record(requisition, "create_requisition", actor=actor, at=at, lines=len(prepared))
    if claimed is not None:
        answer_key(claimed=claimed, status_code=201, response={"pk": requisition.pk})
    return requisition


@use_case
def save_requisition(
    *,
    requisition_id: int,
    expected_version: int,
    actor: User,
    at: datetime,
    cost_centre: CostCentre,
    need_by: date,
    lines: Sequence[LineInput],
    title: str = "",
    note: str = "",
    is_urgent: bool = False,
    urgent_reason: str = "",
) -> Requisition:
    """Replace head and lines of a draft.

    :raises StaleError: somebody changed it since it was opened.
    :raises NotPermittedError: not the person's own draft.
    """
    requisition = lock(Requisition, requisition_id, with_=("ship_to", "requester"))
    require_unchanged(requisition, expected_version)
    require(access.can_change(actor, requisition))
    site = requisition.ship_to
    _check_head(site, cost_centre, need_by, at, is_urgent=is_urgent, urgent_reason=urgent_reason)
    prepared = prepare_lines(site=site, need_by=need_by, lines=lines, at=at)
    requisition.cost_centre, requisition.need_by = cost_centre, need_by
    requisition.title, requisition.note = title.strip()[:120], note.strip()[:2000]
    requisition.is_urgent, requisition.urgent_reason = is_urgent, urgent_reason.strip()[:200]
    requisition.total_amount = money.total(line.line_amount for line in prepared)
    requisition.content_hash = content_hash(content_of(requisition, prepared))
    head = ["cost_centre", "need_by", "title", "note", "is_urgent", "urgent_reason", "total_amount", "content_hash"]
    requisition.save(update_fields=[*head, *touch(requisition, by_id=actor.pk, at=at)])
    requisition.lines.all().delete()
    _store(requisition, prepared)
    audit.record(
        requisition, "save_requisition", actor=actor, at=at, lines=len(prepared), total=str(requisition.total_amount)
    )
    return requisition


@use_case
def copy_requisition(*, requisition_id: int, actor: User, at: datetime, need_by: date, once: str = "") -> Requisition:
    """Start a new draft with the lines of an older one, at today's prices.

    When its cost centre is closed by now, the draft names the first open one of the site, to be looked at.

    :raises NotFoundError: the old one is not the person's to see.
    """
    old = Requisition.objects.select_related("ship_to", "cost_centre").filter(pk=requisition_id).first()
    if old is None or not access.can_see_requisition(actor, old):
        raise NotFoundError("not_found", "There is no such requisition.")
    lines = [
        LineInput(
            quantity=line.quantity,
            unit_code=line.unit.code,
            item_code=line.item.code if line.item else "",
            description=line.description,
            category_code=line.category.code,
            spend_kind=line.spend_kind,
            unit_price=None if line.item else line.unit_price,
        )
        for line in old.lines.filter(quantity__gt=0).select_related("item", "unit", "category")
    ]
    return create_requisition(
        site=old.ship_to,
        cost_centre=_open_centre(old),
        need_by=need_by,
        actor=actor,
        at=at,
        lines=lines,
        title=old.title,
        once=once,
    )


def _open_centre(old: Requisition) -> CostCentre:
    """Return the cost centre of an older requisition, or the first open one of its site; without any the old one."""
    if old.cost_centre.is_active:
        return old.cost_centre
    return CostCentre.objects.filter(site=old.ship_to, is_active=True).order_by("code").first() or old.cost_centre


def _check_head(
    site: Site, cost_centre: CostCentre, need_by: date, at: datetime, *, is_urgent: bool, urgent_reason: str
) -> None:
    if cost_centre.site_id != site.pk:
        raise InvalidError(
            "cost_centre_elsewhere",
            f"{cost_centre} belongs to another site. Choose one of {site}.",
            field="cost_centre",
        )
    if not cost_centre.is_active:
        raise InvalidError(
            "cost_centre_closed", f"{cost_centre} is closed. Choose another one of {site}.", field="cost_centre"
        )
    if is_urgent and not urgent_reason.strip():
        raise InvalidError("urgent_reason_missing", "Say why it is urgent.", field="urgent_reason")
    validated("need_by", validate_need_by, need_by, at.astimezone(ZoneInfo(site.time_zone)).date())


def _store(requisition: Requisition, rows: list[RequisitionLine]) -> None:
    for row in rows:
        row.requisition = requisition
    RequisitionLine.objects.bulk_create(rows)


def content_of(requisition: Requisition, lines: Sequence[RequisitionLine]) -> dict[str, Any]:
    """Return what an approval binds to (AP-7): what, how much, for how much, from whom, where and when."""
    return {
        "ship_to": requisition.ship_to_id,
        "cost_centre": requisition.cost_centre_id,
        "currency": requisition.currency,
        "need_by": requisition.need_by,
        "urgent": requisition.is_urgent,
        "total": requisition.total_amount,
        "lines": [
            [
                line.line_no, line.item_id, line.description, line.category_id, line.quantity, line.unit_id,
                line.unit_price, line.line_amount, line.need_by, line.supplier_id, line.contract_id,
            ]
            for line in lines
        ],
    }  # fmt: skip
