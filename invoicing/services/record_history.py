"""Bills of the past, written in bulk: matched by the real rules, released, posted and paid as they were.

Nobody is told and nothing is sent; documents, counters, holds, duties, events and audit rows are those that the single
services would have left.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from foundation import audit, outbox
from foundation.documents import content_hash, next_numbers
from foundation.journal import use_case
from foundation.models import DutyRecord, User
from foundation.money import line_amount, round_amount, total
from invoicing.models import Invoice, InvoiceLine, InvoiceMatch, InvoiceState
from invoicing.services.duty_checks import ENTER
from invoicing.services.history_commands import PastBill, WrittenBill
from invoicing.services.history_events import tell
from invoicing.services.history_holds import write_holds
from invoicing.services.history_matches import Shelf, match_past
from policies.selectors import versions_read_once
from procurement.models import OrderLineSource
from procurement.services import add_invoiced


@use_case
@versions_read_once()
def record_past_bills(*, bills: Sequence[PastBill], actor: User, releaser: User, erp: User) -> list[Invoice]:
    """Write past bills of orders that are stored already; returns them in the order given.

    `actor` is who brought in those that no clerk entered, `releaser` who released what was clean, `erp` who posted and
    paid. Bills of one order line are matched in the order given. Call it with a few hundred at a time.

    :raises InvalidError: a bill breaks a limit that nobody let pass, or names a line its order does not have. Nothing
        of the batch is stored.
    """
    shelf = Shelf.of({bill.order_id for bill in bills})
    numbers = next_numbers("INV", [shelf.orders[bill.order_id].ship_to.code for bill in bills])
    written = [_build(bill, shelf, number, actor) for bill, number in zip(bills, numbers, strict=True)]
    Invoice.objects.bulk_create([one.invoice for one in written], batch_size=300)
    for one in written:
        for line in one.lines:
            line.invoice = one.invoice
    InvoiceLine.objects.bulk_create([line for one in written for line in one.lines], batch_size=500)
    InvoiceMatch.objects.bulk_create([m for one in written for m in one.matches()], batch_size=500)
    add_invoiced(invoiced=shelf.billed(), spent=shelf.spent())
    chains = _chains(shelf)
    DutyRecord.objects.bulk_create([d for one in written for d in _entered(one, chains[one.bill.order_id])])
    cases = write_holds(written, chains)
    for one, told in zip(written, cases, strict=True):
        tell(one, told, actor=actor, releaser=releaser, erp=erp)
    outbox.record_past(sorted((e for one in written for e in one.events), key=lambda e: e.at))
    rows = sorted((row for one in written for row in one.rows), key=lambda pair: pair[0])
    audit.record_rows(row for _, row in rows)
    return [one.invoice for one in written]


def _build(bill: PastBill, shelf: Shelf, number: str, actor: User) -> WrittenBill:
    order = shelf.orders[bill.order_id]
    lines = [_line(bill, shelf, place) for place in range(len(bill.lines))]
    net = total(line.net_amount for line in lines)
    tax = round_amount(net * bill.tax_percent / 100, order.currency)
    day = bill.received_at.date()
    held = bill.let_pass is not None
    by = bill.entered_by or actor
    invoice = Invoice(
        number=number, supplier=order.supplier, legal_entity=order.legal_entity, site=order.ship_to,
        supplier_number=bill.supplier_number, state=_state(bill), invoice_date=day, currency=order.currency,
        due_date=day + timedelta(days=order.payment_terms_days), order_reference=order.number, stated_net=net,
        stated_tax=tax, stated_total=net + tax, net_amount=net, tax_amount=tax, total_amount=net + tax,
        is_exception=held, first_time_match=not held, touched=held or bill.entered_by is not None,
        source="web" if bill.entered_by else bill.source, external_id=bill.supplier_number,
        received_at=bill.received_at, matched_at=bill.let_pass.at if bill.let_pass else bill.received_at,
        released_at=bill.released_at, released_by=None, posted_at=bill.posted_at, paid_at=bill.paid_at,
        voucher=bill.voucher if bill.posted_at else "", version=_moves(bill), created_at=bill.received_at, created_by=by,
        changed_at=bill.paid_at or bill.posted_at or bill.released_at, changed_by=by,
    )  # fmt: skip
    invoice.content_hash = content_hash(
        [bill.supplier_number, day, net, tax, [[x.order_line_no, x.quantity, x.net_amount] for x in lines]]
    )
    results = match_past(bill, lines, shelf, invoice)
    return WrittenBill(bill, invoice, lines, results)


def _state(bill: PastBill) -> InvoiceState:
    if bill.paid_at:
        return InvoiceState.PAID
    return InvoiceState.POSTED if bill.posted_at else InvoiceState.RELEASED


def _moves(bill: PastBill) -> int:
    return 3 + 2 * (bill.let_pass is not None) + (bill.posted_at is not None) + (bill.paid_at is not None)


def _line(bill: PastBill, shelf: Shelf, place: int) -> InvoiceLine:
    said, order = bill.lines[place], shelf.orders[bill.order_id]
    ours = shelf.line(bill.order_id, said.line_no)
    net = line_amount(said.quantity, said.unit_price, order.currency)
    return InvoiceLine(
        supplier_id=order.supplier_id, line_no=str(place + 1), position=place + 1, order_number=order.number,
        order_line_no=str(said.line_no), supplier_part=ours.supplier_part, description=ours.description,
        quantity=said.quantity, unit_code=ours.unit.code, unit_price=(net / said.quantity).quantize(Decimal("0.000001")),
        net_amount=net, tax_percent=bill.tax_percent, tax_code="S",
    )  # fmt: skip


def _chains(shelf: Shelf) -> dict[int, list[str]]:
    found = {pk: [f"order:{pk}"] for pk in shelf.orders}
    sources = OrderLineSource.objects.filter(order_line__order__in=found).order_by("order_line__order_id")
    for order_id, need_id in sources.values_list("order_line__order_id", "requisition_line__requisition_id").distinct():
        found[order_id].append(f"requisition:{need_id}")
    return found


def _entered(one: WrittenBill, chains: list[str]) -> list[DutyRecord]:
    clerk = one.bill.entered_by
    return [
        DutyRecord(
            chain=chain, document_type="invoice", document_id=one.invoice.pk, duty=ENTER, person=clerk,
            at=one.bill.received_at,
        )
        for chain in chains
        if clerk is not None
    ]  # fmt: skip
