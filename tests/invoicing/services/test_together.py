"""Many at once, with real threads and real commits."""

from decimal import Decimal

import pytest

from foundation.retry import retry_transaction
from invoicing import services
from invoicing.models import Hold, Invoice, InvoiceLine, InvoiceMatch
from procurement.models import PurchaseOrderLine
from tests.invoicing import factories as f
from tests.together import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_the_same_message_20_times_at_once_makes_one_invoice() -> None:
    command, actor = f.bill_for(f.order()), f.relay()

    results = at_once([lambda: services.receive_invoice(command=command, actor=actor, at=f.AT).pk] * 20)

    assert set(results) == {Invoice.objects.get().pk}
    assert InvoiceLine.objects.count() == 1


def test_the_same_number_20_times_at_once_makes_one_invoice() -> None:
    """TM-14 whatever door and spelling: one is stored, the others are told."""
    order, actor = f.order(), f.relay()
    commands = [f.bill_for(order, supplier_number="INV-" + "0" * n + "77", external_id=f"door-{n}") for n in range(20)]

    results = at_once(
        [lambda c=c: services.receive_invoice(command=c, actor=actor, at=f.AT).pk for c in commands]  # type: ignore[misc]
    )

    assert Invoice.objects.count() == 1
    assert sorted(map(str, results)) == sorted([str(Invoice.objects.get().pk), *["duplicate_invoice"] * 19])


def test_two_bills_of_one_order_line_cannot_take_the_same_goods() -> None:
    """TM-3 under concurrency: of ten bills of 20 against 100 received, five are cleared."""
    order, actor = f.order(f.order_line("100", "4.00", "100")), f.relay()
    line = order.lines.get()
    numbers = [f"{chr(65 + n) * 5}-{n}" for n in range(10)]
    bills = [
        services.receive_invoice(
            command=f.command(f.line_command(line, "20"), order_reference=order.number, supplier_number=number),
            actor=actor,
            at=f.AT,
        ).pk
        for number in numbers
    ]
    match = retry_transaction(services.match_invoice)

    at_once([lambda pk=pk: match(invoice_id=pk, actor=actor, at=f.AT) for pk in bills])  # type: ignore[misc]

    cleared = Invoice.objects.filter(state="cleared").values_list("pk", flat=True)
    paid = sum(InvoiceMatch.objects.filter(line__invoice__in=list(cleared)).values_list("quantity", flat=True))
    assert paid <= Decimal(100)
    assert PurchaseOrderLine.objects.get().invoiced == Decimal(200)
    # Once the dust settles, exactly the goods that came are paid for.
    services.match_invoices(invoice_ids=bills, actor=actor, at=f.AT)
    states = sorted(Invoice.objects.values_list("state", flat=True))
    assert states == ["cleared"] * 5 + ["held"] * 5
    assert set(Hold.objects.filter(state="open").values_list("code", flat=True)) == {"invoiced_over_received"}
