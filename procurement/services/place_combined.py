"""The combined order of a day: what waits for one supplier at one site leaves in one order (RQ-5)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from foundation.errors import NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import system_user
from policies.selectors import OrderingPolicy, ordering_policy_in_force
from procurement import access
from procurement.models import PurchaseOrder, Requisition, RequisitionLine, RequisitionState
from procurement.selectors.combining import waiting_to_combine
from procurement.services.build_orders import build_orders
from procurement.services.place_orders import ACTOR, complete, sort_out, tell_waiting
from procurement.services.reopen_approval import reopen_approval

Head = tuple[Requisition, list[RequisitionLine]]


@use_case
def place_combined(
    *, ship_to_id: int, supplier_id: int, at: datetime, actor: User | None = None
) -> list[PurchaseOrder]:
    """Order what waits at a site for a supplier's combined order: all that is due, or at a buyer's word all of it.

    Run twice, or by two at once, it orders nothing twice: a line is ordered when it says so. A price that rose
    meanwhile sends its requisition back to approval and leaves the others alone (RQ-4).

    :raises NotPermittedError: not a buyer of the site.
    :raises NotFoundError: the site is not the person's to see.
    """
    if actor is not None:
        _require_buyer(actor, ship_to_id)
    person = actor or system_user(ACTOR)
    wanted = waiting_to_combine().filter(requisition__ship_to_id=ship_to_id, supplier_id=supplier_id)
    if actor is None:
        wanted = wanted.filter(goes_out_at__lte=at)
    heads = _lock(sorted(set(wanted.values_list("requisition_id", flat=True))))
    due = set(wanted.values_list("pk", flat=True))
    if not heads:
        return []
    policy = ordering_policy_in_force(at)
    ready = _leaving(heads, due, policy, person, at)
    orders = build_orders(ready, policy, actor=person, at=at)
    placed = {line.pk for line in ready}
    for head, lines in heads:
        if head.state == RequisitionState.APPROVED and all(
            line.is_struck or line.ordered_at or line.pk in placed for line in lines
        ):
            complete(head, person, at)
    return orders


def _leaving(
    heads: Sequence[Head], due: Collection[int], policy: OrderingPolicy, actor: User, at: datetime
) -> list[RequisitionLine]:
    """Return the due lines that can be ordered now; the others go back to approval, or to the buyer with the reason."""
    rows = [line for _, lines in heads for line in lines if line.pk in due]
    fit, waiting, risen = sort_out(heads[0][0], rows, policy, at)  # one site, so one look at its sources
    back: set[int] = set()
    for head, lines in heads:
        dearer = {line.pk: risen[line.pk] for line in lines if line.pk in risen}
        if dearer and all(line.ordered_at is None for line in lines):
            reopen_approval(head, lines, dearer, actor=actor, at=at)
            back.add(head.pk)
        else:
            tell_waiting(head, {line: why for line, why in waiting.items() if line.requisition_id == head.pk}, at)
    return [line for line in fit if line.requisition_id not in back]


def _require_buyer(actor: User, ship_to_id: int) -> None:
    site = access.visible_sites(actor).filter(pk=ship_to_id).first()
    if site is None:
        raise NotFoundError("not_found", "There is no such site.")
    require(access.can_order(actor, site))


def _lock(ids: Sequence[int]) -> list[Head]:
    """Lock requisitions and all their lines, in the order of keys; what is no longer approved is left out."""
    held = Requisition.objects.select_for_update(of=("self",), no_key=True)
    locked = set(held.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))
    heads = Requisition.objects.filter(pk__in=locked, state=RequisitionState.APPROVED).select_related(
        "ship_to__region", "ship_to__legal_entity", "ship_to__calendar", "requester", "cost_centre"
    )
    lines = RequisitionLine.objects.select_for_update(of=("self",), no_key=True).filter(requisition_id__in=locked)
    rows: dict[int, list[RequisitionLine]] = {}
    for line in lines.select_related(
        "item__category", "unit", "category", "catalogue_item", "supplier", "contract"
    ).order_by("pk"):
        rows.setdefault(line.requisition_id, []).append(line)
    return [(head, _of(head, rows[head.pk])) for head in heads.order_by("pk")]


def _of(head: Requisition, lines: list[RequisitionLine]) -> list[RequisitionLine]:
    for line in lines:
        line.requisition = head
    return lines
