"""Sending an order to its supplier: the version is frozen, its authority checked, the answer's due time set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F

from foundation import audit, outbox
from foundation.documents import content_hash, lock, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, NotPermittedError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.money import round_amount
from foundation.selectors import working_deadline
from policies.decisions.tolerances import Place
from policies.selectors import tolerances_in_force
from procurement import access
from procurement.events import OrderIssued
from procurement.models import OrderVersion, PurchaseOrder, PurchaseOrderLine
from procurement.selectors.orders import content_of, open_amount
from suppliers.models import MAY_ORDER, Contract
from suppliers.selectors.authority import not_authorised
from suppliers.selectors.sites import order_from
from workflow.services import DoneOn, record_duty, require_duty

UNLIMITED_OVER_RECEIPT = Decimal(1000)  # percent: ten times the order still has an end, a typing error does not pass


@use_case
def issue_order(*, order_id: int, expected_version: int | None, actor: User, at: datetime) -> PurchaseOrder:
    """Issue an approved order by a buyer's hand.

    :raises NotPermittedError: not a buyer of the site, the order is on hold, or the supplier may not receive orders.
    :raises StaleError: it changed since it was opened.
    """
    order = lock(PurchaseOrder, order_id, with_=("supplier", "ship_to__region", "ship_to__calendar", "changed_by"))
    require_unchanged(order, expected_version)
    require(access.can_order(actor, order.ship_to))
    return issue_locked_order(order, actor=actor, at=at)


@dataclass(frozen=True, slots=True)
class Known:
    """What is read of an order already: its lines, and (id, number) of the requisitions behind it."""

    lines: list[PurchaseOrderLine]
    requisitions: tuple[tuple[int, str], ...]


def issue_locked_order(order: PurchaseOrder, *, actor: User, at: datetime) -> PurchaseOrder:
    """Issue an order the caller has locked (PO-1, invariant 1).

    :raises InvalidError: a line has no authority, so nobody agreed to it.
    :raises ConflictError: its content is not what was authorised.
    """
    known = _read(order)
    changed = keep_tolerances(order, known.lines, at)
    if changed:
        PurchaseOrderLine.objects.bulk_update(changed, ["over_receipt_percent"])
    make_issued(order, known.lines, actor=actor, at=at)
    fields = ["state", "issued_at", "ack_due_at", "revision", "open_amount", "version", "changed_by", "changed_at"]
    order.save(update_fields=fields)
    tell_issued(order, known, actor=actor, at=at)
    return order


def make_issued(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], *, actor: User, at: datetime, has_spend: bool = False
) -> None:
    """Check that an order may leave and move it; the caller stores it and then calls `tell_issued`.

    `has_spend`: the caller found in this transaction that all of it may be bought from its supplier.

    :raises NotPermittedError: it is on hold, or its supplier may not receive orders, or not these (SU-1).
    """
    if order.hold_reason:
        raise NotPermittedError("order_on_hold", f"{order.number} is on hold: {order.hold_reason}.")
    if order.supplier.state not in MAY_ORDER:
        raise NotPermittedError(
            "supplier_not_active",
            f"{order.supplier} is {order.supplier.get_state_display().lower()} and gets no orders.",
        )
    if not has_spend:
        require_spend(order, lines)
    _require_authority(order, lines)
    if content_hash(content_of(order, lines)) != order.content_hash:
        raise ConflictError("not_as_authorised", f"{order.number} is not what was authorised. Ask for approval again.")
    order.issue(at=at, ack_due_at=working_deadline(order.ship_to, at, order.supplier.acknowledge_hours))
    order.open_amount = open_amount(lines, order.currency)
    touch(order, by_id=actor.pk, at=at)


def require_spend(order: PurchaseOrder, lines: Iterable[PurchaseOrderLine]) -> None:
    """Refuse an order of what may not be bought from its supplier at its site (SU-1).

    :raises NotPermittedError: names the categories and the cure.
    """
    wanting = not_authorised(order.supplier_id, order.ship_to.code, (line.category for line in lines))
    if wanting:
        raise NotPermittedError(
            "supplier_not_authorised",
            f"{', '.join(wanting)} may not be bought from {order.supplier} at {order.ship_to.name}. Ask for spend "
            "authorisation on the supplier's page.",
        )


def tell_issued(order: PurchaseOrder, known: Known, *, actor: User, at: datetime) -> None:
    """Freeze the version that leaves, count it under its contracts, and tell it."""
    place = order_from(order.supplier, ship_to_id=order.ship_to_id, currency=order.currency)
    OrderVersion.objects.create(
        order=order,
        sent_to=place.kept(),
        supplier_id=order.supplier_id,
        revision=order.revision,
        content=content_of(order, known.lines),
        content_hash=order.content_hash,
        issued_at=at,
        issued_by=actor,
    )
    consume_contracts(known.lines, sign=1, currency=order.currency)
    chains = chains_of(order, (pk for pk, _ in known.requisitions))
    judged = require_duty(duty="create_order", person=actor, chains=chains, at=at)
    on = DoneOn("order", order.pk, order.number, order.ship_to, order.total_amount, order.currency)
    record_duty(judged=judged, on=on, at=at)
    audit.record(
        order,
        "issue",
        actor=actor,
        at=at,
        revision=order.revision,
        hash=order.content_hash,
        total=str(order.total_amount),
    )
    outbox.publish(_issued(order, known.requisitions, actor, at))


def _read(order: PurchaseOrder) -> Known:
    lines = order.lines.select_related("item", "unit", "category").order_by("line_no")
    sources = order.lines.filter(sources__isnull=False).values_list(
        "sources__requisition_line__requisition_id", "sources__requisition_line__requisition__number"
    )
    return Known(list(lines), tuple(sorted(set(sources))))


def _require_authority(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    bare = [line.line_no for line in lines if not line.authority]
    if bare or not lines:
        raise InvalidError("no_authority", f"{order.number} line {bare[0] if bare else 1} was agreed by nobody.")


def keep_tolerances(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], at: datetime) -> list[PurchaseOrderLine]:
    """Keep the over-receipt tolerance of the day with each line, so that a later policy changes no old order (GR-3).

    Returns the lines it changed; the caller stores them.
    """
    table, _version = tolerances_in_force(at)
    changed = []
    for line in lines:
        place = Place(
            item=line.item.code if line.item else "",
            supplier=order.supplier.code,
            category_path=tuple(line.category.path.strip("/").split("/")),
            site=order.ship_to.code,
        )
        limit = table.policy_for(place).over_receipt_percent
        kept = UNLIMITED_OVER_RECEIPT if limit is None else limit
        if line.over_receipt_percent != kept:
            line.over_receipt_percent = kept
            changed.append(line)
    return changed


def consume_contracts(lines: Sequence[PurchaseOrderLine], *, sign: int, currency: str, part: str = "ordered") -> None:
    """Count what is ordered under contracts, or taken off them (SO-2); `part` names the counter that moved.

    By key, in the order of locks; amounts at order price, rounded once a line.
    """
    amounts: dict[int, Decimal] = {}
    for line in lines:
        if line.contract_id:
            moved = round_amount(getattr(line, part) / line.base_factor * line.unit_price, currency)
            amounts[line.contract_id] = amounts.get(line.contract_id, Decimal(0)) + moved
    for pk in sorted(amounts):
        Contract.objects.filter(pk=pk).update(ordered_amount=F("ordered_amount") + sign * amounts[pk])


def chains_of_order(order: PurchaseOrder) -> list[str]:
    """Return the duty chains an order is part of: its requisitions' and its own (SD-2)."""
    requisitions = order.lines.filter(sources__isnull=False).values_list(
        "sources__requisition_line__requisition_id", flat=True
    )
    return chains_of(order, requisitions)


def chains_of(order: PurchaseOrder, requisitions: Iterable[int]) -> list[str]:
    """Return the duty chains of an order whose requisitions are known."""
    return [f"order:{order.pk}", *sorted({f"requisition:{pk}" for pk in requisitions})]


def _issued(order: PurchaseOrder, requisitions: Iterable[tuple[int, str]], actor: User, at: datetime) -> OrderIssued:
    return OrderIssued(
        subject_id=order.pk,
        subject_number=order.number,
        at=at,
        version=order.version,
        site_id=order.ship_to_id,
        supplier_id=order.supplier_id,
        actor_id=actor.pk,
        is_human=actor.kind != User.Kind.SYSTEM,
        related=tuple(("requisition", pk, number) for pk, number in requisitions),
        total_amount=order.total_amount,
        currency=order.currency,
        revision=order.revision,
        touchless=order.is_touchless,
        ack_due_at=order.ack_due_at.isoformat() if order.ack_due_at else "",
        channel=order.supplier.order_channel,
    )
