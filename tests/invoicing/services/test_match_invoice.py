from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import relay
from foundation.models import AuditEvent, DomainEvent
from invoicing import services, tasks
from invoicing.decisions.commands import InvoiceCommand
from invoicing.models import Hold, Invoice, InvoiceMatch
from invoicing.selectors.orders import overdue_waiting
from policies.selectors import tolerances_in_force
from procurement.models import PurchaseOrder, PurchaseOrderLine
from suppliers.models import Supplier
from tests.invoicing import factories as f
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
MATCH_BUDGET = 15  # statements for a bill of five lines, savepoints aside; one of them waits for the lock
RELEASE_BUDGET = 7


def received(command: InvoiceCommand) -> Invoice:
    return services.receive_invoice(command=command, actor=f.relay(), at=f.AT)


def matched(command: InvoiceCommand) -> Invoice:
    invoice = received(command)
    return services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)


def holds(invoice: Invoice) -> list[tuple[str, str]]:
    return list(Hold.objects.filter(invoice=invoice).order_by("pk").values_list("code", "state"))


def test_bill_of_goods_received_is_cleared_and_released_once() -> None:
    order = f.order(f.order_line(received="100"))
    invoice = received(f.bill_for(order))

    relay.drain()

    invoice = Invoice.objects.get(pk=invoice.pk)
    line = order.lines.get()
    assert (invoice.state, invoice.first_time_match, invoice.is_exception, invoice.touched) == (
        "released", True, False, False,
    )  # fmt: skip
    assert (line.invoiced, line.credited) == (Decimal("100.0000"), Decimal(0))
    assert PurchaseOrder.objects.get(pk=order.pk).invoice_status == "full"
    kinds = DomainEvent.objects.filter(subject_type="invoice").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["invoicing.invoice.received", "invoicing.invoice.cleared", "invoicing.invoice.released"]
    actions = AuditEvent.objects.filter(object_number=invoice.number).order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["receive", "match", "release"]


def test_release_told_twice_hands_over_once() -> None:
    """TM-11 handed to the ERP once, exactly."""
    order = f.order(f.order_line(received="100"))
    invoice = received(f.bill_for(order))
    relay.drain()

    services.release_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert DomainEvent.objects.filter(kind="invoicing.invoice.released").count() == 1


def test_match_again_without_news_changes_nothing() -> None:
    order = f.order(f.order_line(received="60"))
    invoice = matched(f.bill_for(order))
    before = (Invoice.objects.values().get(pk=invoice.pk), AuditEvent.objects.count(), DomainEvent.objects.count())

    services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert (
        Invoice.objects.values().get(pk=invoice.pk), AuditEvent.objects.count(), DomainEvent.objects.count()
    ) == before  # fmt: skip


def test_price_hold_has_evidence_an_owner_and_a_case() -> None:
    """TM-2, TM-10, EX-1 the buyer owns a price that differs."""
    order = f.order(f.order_line(price="4.00", received="100"))
    line = order.lines.get()

    invoice = matched(f.command(f.line_command(line, "100", "4.50"), order_reference=order.number))

    hold = Hold.objects.get(invoice=invoice)
    case = ExceptionCase.objects.get()
    assert invoice.state == "held"
    assert (hold.code, hold.amount, hold.owner_role, hold.is_exception) == (
        "price_above_tolerance", Decimal("50.00"), "buyer", True,
    )  # fmt: skip
    assert (case.cause, case.owner_role, case.amount, case.subject_number, case.state) == (
        "price_above_tolerance", "buyer", Decimal("50.00"), invoice.number, "open",
    )  # fmt: skip
    assert (invoice.is_exception, invoice.first_time_match) == (True, False)


def test_waiting_is_no_exception_and_clears_when_goods_come() -> None:
    """TM-8, TM-9 goods that are not due yet are nobody's fault."""
    order = f.order(f.order_line())
    invoice = matched(f.bill_for(order))
    waiting = (invoice.state, invoice.expected_date.isoformat(), invoice.is_exception, ExceptionCase.objects.count())

    f.receive_goods(order.lines.get(), "100")
    invoice = services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert waiting == ("waiting", "2026-03-20", False, 0)
    assert (invoice.state, invoice.first_time_match, invoice.expected_date) == ("cleared", True, None)
    assert holds(invoice) == [("not_received", "cured")]


def test_waiting_becomes_an_exception_when_overdue() -> None:
    """TM-8 late goods need somebody."""
    order = f.order(f.order_line())
    invoice = matched(f.bill_for(order))
    late = f.AT.replace(day=21)

    due = overdue_waiting(late.date())
    services.match_invoices(invoice_ids=due, actor=f.relay(), at=late)

    invoice = Invoice.objects.get(pk=invoice.pk)
    assert due == [invoice.pk]
    assert (invoice.state, invoice.is_exception) == ("held", True)
    assert holds(invoice) == [("not_received", "cured"), ("goods_overdue", "open")]
    assert ExceptionCase.objects.get().owner_role == "receiver"


def test_cured_hold_closes_its_case() -> None:
    """EX-2 a case closes itself when its cause is gone."""
    order = f.order(f.order_line(price="4.00", received="100"))
    line = order.lines.get()
    invoice = matched(f.command(f.line_command(line, "100", "4.50"), order_reference=order.number))

    PurchaseOrderLine.objects.filter(pk=line.pk).update(unit_price=Decimal("4.50"))
    invoice = services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert (invoice.state, invoice.first_time_match) == ("cleared", False)
    assert holds(invoice) == [("price_above_tolerance", "cured")]
    assert ExceptionCase.objects.get().state == "cured"


def test_reversed_goods_take_a_cleared_bill_back() -> None:
    """TM-14 what happened between the match and the hand-off is noticed at the hand-off."""
    order = f.order(f.order_line(received="100"))
    invoice = matched(f.bill_for(order))
    f.receive_goods(order.lines.get(), "-100")

    invoice = services.release_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert invoice.state == "waiting"


def test_more_goods_between_the_match_and_the_hand_off_do_not_strand_a_cleared_bill() -> None:
    """TM-11 the bill is tested again and handed on at once: nobody would tell it a second time."""
    order = f.order(f.order_line(received="100"))
    line = order.lines.get()
    invoice = matched(f.command(f.line_command(line, "60"), order_reference=order.number))
    f.receive_goods(order.lines.get(), "-20")

    invoice = services.release_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert (invoice.state, invoice.released_at) == ("released", f.AT)


def test_cleared_bill_that_was_left_behind_is_handed_on_by_the_sweep() -> None:
    order = f.order(f.order_line(received="100"))
    invoice = matched(f.bill_for(order))

    assert (tasks.sweep_cleared(), tasks.sweep_cleared()) == (1, 0)

    invoice.refresh_from_db()
    assert invoice.state == "released"


def test_blocked_supplier_is_not_paid_and_is_paid_after() -> None:
    """TM-10, TM-14 guards run again at hand-off; the hold is cure only."""
    order = f.order(f.order_line(received="100"))
    invoice = matched(f.bill_for(order))
    company = Supplier.objects.get()
    company.block(at=f.AT, reason="Sanctions list")
    company.save(update_fields=["state", "state_reason", "changed_at"])

    blocked = services.release_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)
    company.activate(at=f.AT, reason="Cleared")
    company.save(update_fields=["state", "state_reason", "changed_at"])
    again = services.match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=f.AT)

    assert (blocked.state, again.state) == ("held", "cleared")
    assert holds(again) == [("supplier_blocked", "cured")]


@pytest.mark.parametrize(
    ("_case", "change", "code", "owner"),
    [
        ("TM-5 freight", {"charges": (f.ChargeCommand(Decimal("12.00"), "FC", "Freight"),)}, "charge_not_on_order",
         "payables_lead"),
        ("TM-5 total", {"stated_total": Decimal("480.06")}, "total_differs", "payables_lead"),
        ("TM-5 tax", {"stated_tax": Decimal("81.00"), "stated_total": Decimal("481.00")}, "tax_differs",
         "payables_lead"),
        ("TM-10 currency", {"currency": "EUR"}, "currency_differs", "buyer"),
    ],
)  # fmt: skip
def test_document_holds(_case: str, change: dict[str, object], code: str, owner: str) -> None:
    order = f.order(f.order_line(received="100"))
    command = f.command(f.line_command(order.lines.get()), **{"order_reference": order.number, **change})

    invoice = matched(command)

    assert list(Hold.objects.filter(invoice=invoice).values_list("code", "owner_role")) == [(code, owner)]


def test_small_difference_is_accepted_and_booked_apart() -> None:
    """TM-6 five cents are let pass by the policy in force; the voucher says so."""
    order = f.order(f.order_line(received="100"))

    invoice = matched(f.bill_for(order, stated_total=Decimal("480.05")))

    assert (invoice.state, invoice.small_difference) == ("cleared", Decimal("0.05"))


@pytest.mark.parametrize(
    ("_case", "line", "code"),
    [
        ("TM-7 unknown order", {"order_number": "PO-OF-NOBODY"}, "no_order"),
        ("TM-7 unknown line", {"order_line_no": "990"}, "unmatched_line"),
        ("MQ-3 unit without a path", {"unit_code": "LTR"}, "unit_not_convertible"),
    ],
)
def test_line_that_cannot_be_placed_is_held_and_takes_nothing(_case: str, line: dict[str, str], code: str) -> None:
    order = f.order(f.order_line(received="100"))
    f.unit("LTR")
    command = f.command(f.line_command(order.lines.get(), **line), order_reference="")

    invoice = matched(command)

    assert holds(invoice) == [(code, "open")]
    assert not InvoiceMatch.objects.exists()
    assert order.lines.get().invoiced == 0


def test_order_of_another_supplier_is_no_order() -> None:
    order = f.order(of=f.supplier("OTHER"))
    command = f.bill_for(order, legal_entity_id=order.legal_entity_id)

    invoice = matched(f.command(*command.lines, supplier_id=f.supplier("ACME").pk))

    assert holds(invoice) == [("no_order", "open")]


def test_case_of_24_pays_for_24_singles() -> None:
    """MQ-3 counters are in base units, documents in the unit they were written in."""
    order = f.order(f.order_line("240", "4.00", "240", item=f.item(packs={"CS": 24})))
    line = order.lines.get()

    invoice = matched(f.command(f.line_command(line, "10", "96.00", unit_code="CS"), order_reference=order.number))

    assert invoice.state == "cleared"
    assert order.lines.get().invoiced == Decimal(240)


def test_match_and_release_stay_within_their_statements() -> None:
    order = f.order(*(f.order_line(received="100") for _ in range(5)))
    invoice, actor = received(f.bill_for(order)), f.relay()
    tolerances_in_force(f.AT)  # a process reads a version once

    with CaptureQueriesContext(connection) as matching:
        services.match_invoice(invoice_id=invoice.pk, actor=actor, at=f.AT)
    with CaptureQueriesContext(connection) as releasing:
        services.release_invoice(invoice_id=invoice.pk, actor=actor, at=f.AT)

    assert Invoice.objects.get(pk=invoice.pk).state == "released"
    assert _statements(matching) <= MATCH_BUDGET
    assert _statements(releasing) <= RELEASE_BUDGET


def test_match_needs_no_more_statements_for_more_lines() -> None:
    counts = []
    f.ground()
    tolerances_in_force(f.AT)
    for lines in (1, 12):
        order = f.order(*(f.order_line(received="100") for _ in range(lines)))
        invoice, actor = received(f.bill_for(order)), f.relay()
        with CaptureQueriesContext(connection) as matching:
            services.match_invoice(invoice_id=invoice.pk, actor=actor, at=f.AT)
        counts.append(_statements(matching))

    assert counts[0] == counts[1]


def _statements(captured: CaptureQueriesContext) -> int:
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)
