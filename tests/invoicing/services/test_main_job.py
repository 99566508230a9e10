"""From need to released bill by the services and the relay: what happens elsewhere tests bills again (TM-9)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
import time_machine
from django.utils import timezone

from foundation import audit
from foundation.models import DomainEvent
from foundation.relay import drain
from invoicing import services, tasks
from invoicing.decisions.commands import InvoiceCommand
from invoicing.models import Invoice
from policies.models import PolicyKind
from policies.services import create_draft, publish_version
from procurement.models import GoodsReceipt, PurchaseOrder
from procurement.services import reverse_goods_receipt
from suppliers.models import Supplier
from suppliers.services import move_supplier
from tests.factories import NOW, Company, an_issued_order, company, receive_all
from tests.invoicing import factories as f

pytestmark = pytest.mark.django_db


def bill(order: PurchaseOrder, number: str = "A-1") -> InvoiceCommand:
    return f.bill_for(order, supplier_number=number, invoice_date=NOW.date())


def received(made: Company, order: PurchaseOrder) -> Invoice:
    invoice = services.receive_invoice(command=bill(order), actor=made.acme_person, at=NOW)
    drain()
    return Invoice.objects.get(pk=invoice.pk)


def test_bill_that_came_first_is_released_when_the_goods_come() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    order.lines.update(need_by=timezone.localdate())  # the relay reads the real clock; the goods are not late

    waiting = received(made, order)
    receive_all(made, order)
    drain()

    order.refresh_from_db()
    released = Invoice.objects.get(pk=waiting.pk)
    assert (waiting.state, released.state, released.first_time_match) == ("waiting", "released", True)
    assert (order.receipt_status, order.invoice_status) == ("full", "full")
    assert audit.first_fault() is None


def test_reversed_receipt_tests_what_is_not_released_yet() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    command = bill(order)
    dearer = replace(command, lines=tuple(replace(line, net_amount=line.net_amount * 2) for line in command.lines))
    invoice = services.receive_invoice(command=dearer, actor=made.acme_person, at=NOW)
    drain()
    before = set(invoice.holds.filter(state="open").values_list("code", flat=True))

    receipt = GoodsReceipt.objects.get()
    reverse_goods_receipt(
        receipt_id=receipt.pk, expected_version=receipt.version, actor=made.wanda, reason="Wrong order", at=NOW
    )
    drain()

    after = set(invoice.holds.filter(state="open").values_list("code", flat=True))
    assert "invoiced_over_received" not in before
    assert after - before <= {"not_received", "goods_overdue"}
    assert len(after - before) == 1


def test_blocking_a_supplier_holds_its_waiting_bills_and_activating_it_cures_them() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    order.lines.update(need_by=timezone.localdate())
    invoice = received(made, order)

    states = [invoice.state]
    for move in ("block", "activate"):
        version = Supplier.objects.get(pk=made.acme.pk).version
        move_supplier(
            supplier_id=made.acme.pk, expected_version=version, move=move, actor=made.sue, reason="Screening", at=NOW
        )
        drain()
        states.append(Invoice.objects.get(pk=invoice.pk).state)

    assert states == ["waiting", "held", "waiting"]
    assert list(invoice.holds.exclude(code="not_received").values_list("code", "state")) == [
        ("supplier_blocked", "cured")
    ]


@pytest.mark.parametrize(("starts_in", "swept"), [(timedelta(0), 0), (timedelta(minutes=30), 1)])
def test_wider_tolerances_let_go_what_the_old_ones_held(starts_in: timedelta, swept: int) -> None:
    """TM-9: by the news of the version, or by the sweep when it starts later."""
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    command = bill(order)
    dearer = replace(command, lines=tuple(replace(line, net_amount=line.net_amount * 2) for line in command.lines))
    invoice = services.receive_invoice(command=dearer, actor=made.acme_person, at=NOW)
    drain()
    held = Invoice.objects.get(pk=invoice.pk).state
    now = datetime.now(UTC)
    wider = create_draft(kind=PolicyKind.TOLERANCE, actor=made.polly, at=now)
    wider.tolerances.filter(scope="enterprise").update(
        price_up_percent=200, price_up_absolute=1000, total_absolute=10_000
    )
    publish_version(
        version_id=wider.pk, expected_version=wider.version, actor=made.petra, at=now, effective_from=now + starts_in
    )

    drain()
    by_news = Invoice.objects.get(pk=invoice.pk).state
    with time_machine.travel(now + timedelta(hours=1)):
        found = tasks.sweep_new_limits()
        drain()

    assert (held, found) == ("held", swept)
    assert (by_news == "held") == bool(swept)
    assert Invoice.objects.get(pk=invoice.pk).state == "released"


def test_no_event_of_invoicing_is_parked_or_told_to_fail() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    received(made, order)
    receive_all(made, order)
    drain()

    assert not DomainEvent.objects.exclude(last_error="").exists()


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_bills_of_one_batch_get_the_same_result_whichever_came_first(arrival: tuple[int, ...]) -> None:
    """TM-13 of three bills of 50 for 100 received, the two of the earliest dates are cleared."""
    order = f.order(f.order_line("200", "4.00", "100"))
    line = order.lines.get()
    commands = [
        f.command(
            f.line_command(line, "50"), order_reference=order.number, supplier_number=number, invoice_date=day,
            external_id=number,
        )
        for number, day in (("ALPHA-1", date(2026, 3, 1)), ("BRAVO-22", date(2026, 3, 2)), ("CHARLIE-333", date(2026, 3, 3)))
    ]  # fmt: skip
    ids = [services.receive_invoice(command=commands[n], actor=f.relay(), at=f.AT).pk for n in arrival]

    services.match_invoices(invoice_ids=ids, actor=f.relay(), at=f.AT)

    assert dict(Invoice.objects.values_list("supplier_number", "state")) == {
        "ALPHA-1": "cleared", "BRAVO-22": "cleared", "CHARLIE-333": "waiting",
    }  # fmt: skip
