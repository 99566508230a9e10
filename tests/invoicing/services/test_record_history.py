"""Bills of the past in bulk: matched by the real rules, with the books of the single services."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation import audit
from foundation.errors import InvalidError
from foundation.models import DomainEvent, DutyRecord, Item, UnitOfMeasure
from foundation.selectors import system_user
from foundation.selectors.breaches import breaches
from invoicing.models import Hold, Invoice
from invoicing.services import LetPass, PastBill, PastBillLine, record_past_bills
from procurement.models import PurchaseOrder
from procurement.services import PastCount, PastLine, PastOrder, PastReceipt, record_history
from tests.factories import NOW, Company, company
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
THEN = NOW - timedelta(days=20)


def delivered(made: Company, came: str = "10") -> PurchaseOrder:
    line = PastLine(
        quantity=Decimal(10), unit=UnitOfMeasure.objects.get(code="XCS"), unit_price=Decimal("48.00"),
        need_by=THEN.date() + timedelta(days=5), base_factor=Decimal(6),
        item=Item.objects.select_related("category").get(code="SW-500"),
    )  # fmt: skip
    receipt = PastReceipt("R1", THEN + timedelta(days=1), (PastCount(0, Decimal(came)),), made.wanda)
    past = PastOrder(made.acme, made.leeds, THEN, (line,), (receipt,))
    return record_history(orders=[past], source="old-erp", actor=system_user("ordering"))[0]


def bill(order: PurchaseOrder, quantity: str = "10", price: str = "48.00", **fields: Any) -> PastBill:
    at = THEN + timedelta(days=2)
    return PastBill(
        order_id=order.pk, supplier_number=fields.pop("number", "A-1"), tax_percent=Decimal(20), received_at=at,
        lines=(PastBillLine(10, Decimal(quantity), Decimal(price)),), released_at=at + timedelta(hours=9), **fields,
    )  # fmt: skip


def write(*bills: PastBill) -> list[Invoice]:
    intake, relay, erp = system_user("intake"), system_user("relay"), system_user("erp")
    return record_past_bills(bills=bills, actor=intake, releaser=relay, erp=erp)


@pytest.mark.parametrize(
    ("_case", "posted", "paid", "state"),
    [
        ("released", False, False, "released"),
        ("in the ERP", True, False, "posted"),
        ("paid", True, True, "paid"),
    ],
)
def test_bill_ends_where_it_was_and_the_books_agree(_case: str, posted: bool, paid: bool, state: str) -> None:
    made = company()
    order = delivered(made)
    when = THEN + timedelta(days=3)

    (invoice,) = write(
        bill(
            order, posted_at=when if posted else None, voucher="V1", paid_at=when if paid else None, entered_by=made.pat
        )
    )

    order.refresh_from_db()
    assert (invoice.state, invoice.total_amount, order.invoice_status) == (state, Decimal("576.00"), "full")
    assert DutyRecord.objects.filter(duty="enter_invoice", person=made.pat).exists()
    assert (breaches(), audit.first_fault()) == ([], None)
    assert not DomainEvent.objects.filter(done_at=None).exclude(subject_type="person").exists()


def test_difference_that_was_let_pass_leaves_its_hold_and_its_closed_exception() -> None:
    made = company()
    passed = LetPass(made.lena, "New list price", THEN + timedelta(days=2, hours=5))

    (invoice,) = write(bill(delivered(made), price="50.00", let_pass=passed))

    hold, case = Hold.objects.get(), ExceptionCase.objects.get()
    assert (hold.code, hold.state, hold.closed_by, hold.amount) == ("price_above_tolerance", "released", made.lena, 20)
    assert (case.category, case.state, case.owner_role) == ("invoice_price", "cured", "buyer")
    assert (invoice.first_time_match, breaches()) == (False, [])


def test_two_bills_of_one_line_share_what_came() -> None:
    order = delivered(company())

    write(bill(order, "4"), bill(order, "6", number="A-2"))

    order.refresh_from_db()
    assert (order.lines.get().invoiced, order.invoice_status, breaches()) == (60, "full", [])


@pytest.mark.parametrize(
    ("_case", "came", "change", "code"),
    [
        ("dearer, and nobody let it pass", "10", {"price": "50.00"}, "bill_breaks_limit"),
        ("more than came", "4", {"quantity": "10"}, "bill_breaks_limit"),
        ("a line the order does not have", "10", {"line": 20}, "line_unknown"),
    ],
)
def test_refuses_and_stores_nothing(_case: str, came: str, change: dict[str, Any], code: str) -> None:
    order = delivered(company(), came)
    line = change.pop("line", None)
    told = bill(order, **change)
    if line:
        told = replace(told, lines=(replace(told.lines[0], line_no=line),))

    with pytest.raises(InvalidError) as refusal:
        write(told)

    assert refusal.value.code == code
    assert not Invoice.objects.exists()
