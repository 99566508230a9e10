from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from foundation import audit, outbox
from foundation.documents import lock, touch
from foundation.events import Event
from foundation.journal import use_case
from foundation.models import User
from invoicing.access import OPEN_STATES
from invoicing.decisions.judgement import Judgement, judge, state_after
from invoicing.events import InvoiceCleared, InvoiceEvent, InvoiceHeld, InvoiceWaiting
from invoicing.models import Invoice, InvoiceCharge, InvoiceKind, InvoiceLine, InvoiceMatch, InvoiceState
from invoicing.selectors.credit import credited_invoice
from invoicing.selectors.facts import LockedInvoice, invoice_facts
from invoicing.selectors.orders import sent_orders
from invoicing.services.events_of import about
from invoicing.services.hold_changes import HoldsAfter, apply_holds
from invoicing.services.shares import SPENT_STATES, move_counters, store_shares
from procurement.models import PurchaseOrder, PurchaseOrderLine

# What ranks the bills that claim one order line.
_CLAIMANT = tuple(
    f"line__{name}"
    for name in ("invoice", "invoice__state", "invoice__kind", "invoice__invoice_date", "invoice__number_key", "invoice__supplier")
)  # fmt: skip


@use_case
def match_invoice(*, invoice_id: int, actor: User, at: datetime) -> Invoice:
    """Test a bill against orders and goods, open and cure its holds, and move it (TM-1 to TM-3, TM-5 to TM-10).

    Safe to run again at any time: an unchanged result changes nothing. Orders are locked before the invoice, so two
    bills of one order line are tested one after the other and cannot take the same goods twice.
    """
    locked = lock_for_match(invoice_id)
    if locked.invoice.state not in OPEN_STATES:
        return locked.invoice
    judgement = judge(invoice_facts(locked, at=at))
    shares = store_shares(locked, judgement, at=at)
    holds = apply_holds(locked.invoice, judgement, at=at)
    was_cleared = locked.invoice.state in SPENT_STATES
    _move(locked.invoice, judgement, holds, orders=locked.orders, changed=shares.changed, actor=actor, at=at)
    is_cleared = locked.invoice.state in SPENT_STATES
    before, now = shares.before if was_cleared else {}, shares.now if is_cleared else {}
    move_counters(locked, shares.moves, before, now, at=at)
    return locked.invoice


def match_invoices(*, invoice_ids: Iterable[int], actor: User, at: datetime) -> None:
    """Test several bills, each in its own transaction, by what they say and not by arrival (TM-13)."""
    rows = Invoice.objects.filter(pk__in=list(invoice_ids)).order_by(
        "invoice_date", "number_key", "supplier_id", "kind"
    )
    for pk in list(rows.values_list("pk", flat=True)):
        match_invoice(invoice_id=pk, actor=actor, at=at)


def lock_for_match(invoice_id: int) -> LockedInvoice:
    """Lock the orders a bill names, their lines, then the bill; the supplier's own words never change."""
    lines = list(
        InvoiceLine.objects.filter(invoice_id=invoice_id)
        .select_related("invoice")
        .defer("invoice__original")
        .annotate(charged=Exists(InvoiceCharge.objects.filter(invoice=OuterRef("invoice"))))
        .order_by("position")
    )
    order_lines = _lock_lines(_orders_of(lines[0].invoice, lines))
    orders = list({line.order_id: line.order for line in order_lines}.values())
    invoice = lock(Invoice, invoice_id, with_=("supplier", "site"))
    matches = list(
        InvoiceMatch.objects.filter(order_line__in=order_lines)
        .select_related("line__invoice")
        .only(*(field.attname for field in InvoiceMatch._meta.concrete_fields), *_CLAIMANT)  # noqa: SLF001 - Django's own
        .order_by("pk")
    )
    charges = list(InvoiceCharge.objects.filter(invoice=invoice)) if lines[0].charged else []
    return LockedInvoice(invoice, lines, charges, orders, order_lines, matches)


def _orders_of(invoice: Invoice, lines: Sequence[InvoiceLine]) -> QuerySet[PurchaseOrder]:
    numbers = {invoice.order_reference, *(line.order_number for line in lines)} - {""}
    orders = sent_orders(invoice.supplier_id, numbers)
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        credited = credited_invoice(invoice)
        orders = PurchaseOrder.objects.filter(lines__matches__line__invoice=credited) if credited else orders.none()
        orders = PurchaseOrder.objects.filter(pk__in=orders.values("pk")).order_by("pk")
    return orders


def _lock_lines(orders: QuerySet[PurchaseOrder]) -> list[PurchaseOrderLine]:
    """Lock orders and their lines, each order before its lines and both by key, in one statement."""
    return list(
        PurchaseOrderLine.objects.filter(order__in=orders.order_by().values("pk"))
        .select_related("order", "item", "unit", "category", "cost_centre")
        .select_for_update(of=("order", "self"), no_key=True)
        .order_by("order_id", "pk")
    )


def _move(
    invoice: Invoice,
    judgement: Judgement,
    holds: HoldsAfter,
    *,
    orders: Sequence[PurchaseOrder],
    changed: bool,
    actor: User,
    at: datetime,
) -> None:
    target = state_after(holds.exception_open, holds.waiting_open)
    fields = _note(invoice, judgement, holds, target)
    moved = target != invoice.state
    if not (moved or fields or changed or holds.changed):
        return
    event = _arrow(invoice, target, judgement, holds, at=at) if moved else None
    fields += ["state", "matched_at"] if moved else []
    fields += touch(invoice, by_id=actor.pk, at=at)
    invoice.save(update_fields=fields)
    audit.record(
        invoice,
        "match",
        actor=actor,
        at=at,
        policy_version=judgement.policy_version,
        result=target,
        opened=[f.code.value for f in holds.opened],
        cured=[h.code for h in holds.cured],
        small_difference=str(judgement.small_difference),
    )
    related = tuple(("order", order.pk, order.number) for order in orders)
    events: list[Event] = [*holds.events]
    if event is not None:
        events.append(about(event, invoice, related=related, actor=actor, at=at))
    if events:
        outbox.publish(*events)


def _note(invoice: Invoice, judgement: Judgement, holds: HoldsAfter, target: str) -> list[str]:
    """Set what lists and metrics read; returns the fields that changed."""
    before = (invoice.expected_date, invoice.is_exception, invoice.first_time_match, invoice.small_difference)
    invoice.expected_date = judgement.expected if target == InvoiceState.WAITING else None
    invoice.is_exception = invoice.is_exception or holds.exception_open
    if invoice.first_time_match is None and target != InvoiceState.WAITING:  # waiting is nobody's fault (MX-4)
        invoice.first_time_match = target == InvoiceState.CLEARED
    invoice.small_difference = judgement.small_difference
    after = (invoice.expected_date, invoice.is_exception, invoice.first_time_match, invoice.small_difference)
    names = ("expected_date", "is_exception", "first_time_match", "small_difference")
    return [name for name, old, new in zip(names, before, after, strict=True) if old != new]


def _arrow(
    invoice: Invoice, target: str, judgement: Judgement, holds: HoldsAfter, *, at: datetime
) -> tuple[type[InvoiceEvent], dict[str, Any]]:
    if target == InvoiceState.CLEARED:
        invoice.clear(at=at)
        return InvoiceCleared, {"first_time": bool(invoice.first_time_match)}
    if target == InvoiceState.WAITING:
        invoice.wait()
        return InvoiceWaiting, {"expected_date": judgement.expected}
    invoice.hold()
    return InvoiceHeld, {"codes": tuple(sorted(holds.open_codes))}
