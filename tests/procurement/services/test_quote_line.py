"""SO-4 a waiting line asks for quotations, and what was won comes back to it as an order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from foundation.errors import DomainError
from foundation.models import Role
from foundation.relay import drain
from foundation.services import grant_role
from procurement.models import PurchaseOrder, RequisitionLine
from procurement.services import quote_line
from suppliers.models import QuotationAward, QuotationRequest
from suppliers.selectors.quotations import asked_for
from suppliers.services import (
    Choice,
    award_quotation_request,
    change_quotation_request,
    close_due_quotations,
    open_quotation_request,
)
from tests.factories import NOW, Company, approved, company, person
from tests.suppliers.quotations import ASKED, WRAP, sent

pytestmark = pytest.mark.django_db


def a_waiting_line(made: Company) -> RequisitionLine:
    requisition = approved(made, ("SW-500", "30"))
    RequisitionLine.objects.filter(requisition=requisition).update(supplier=None, waiting_reason="no_offer")
    return RequisitionLine.objects.get(requisition=requisition)


def won(made: Company, line: RequisitionLine, price: str, *, by: str = "boris") -> None:
    """Ask for the line, let Acme answer, and award it."""
    request = quote_line(line_id=line.pk, actor=made.boris, at=NOW)
    asked = replace(
        ASKED,
        title=request.title,
        closes_at=request.closes_at,
        lines=(replace(WRAP, line_no=10, quantity=line.quantity),),
    )
    request = change_quotation_request(
        request_id=request.pk, expected_version=request.version, asked=asked, suppliers=["ACME", "BOLT"], reason="",
        actor=made.boris, at=NOW,
    )  # fmt: skip
    open_quotation_request(request_id=request.pk, expected_version=request.version, actor=made.boris, at=NOW)
    sent(made, request, made.acme, (10, price))
    at = request.closes_at + timedelta(minutes=1)
    close_due_quotations(at=at)
    request = QuotationRequest.objects.get()
    award_quotation_request(
        request_id=request.pk,
        expected_version=request.version,
        choices=[Choice(10, "ACME")],
        actor=made.people[by],
        at=at,
    )
    drain()


def test_waiting_line_becomes_a_draft_that_says_where_it_comes_from() -> None:
    made = company()
    line = a_waiting_line(made)

    request = quote_line(line_id=line.pk, actor=made.boris, at=NOW)

    row = request.lines.get()
    number = line.requisition.number
    assert (request.state, row.item, row.quantity, row.requisition, row.requisition_line) == (
        "draft", made.items["SW-500"], Decimal(30), number, 10,
    )  # fmt: skip
    assert request.closes_at.hour == 17
    assert asked_for([number]) == {(number, 10): request.number}


@pytest.mark.parametrize(
    ("_case", "by", "code"),
    [
        ("asked twice", "boris", "asked_already"),
        ("a requester", "rita", "not_your_duty"),
        ("somebody of another site", "hugo", "not_found"),
    ],
)
def test_line_is_asked_for_once_by_a_buyer_of_its_site(_case: str, by: str, code: str) -> None:
    made = company()
    line = a_waiting_line(made)
    quote_line(line_id=line.pk, actor=made.boris, at=NOW)

    with pytest.raises(DomainError) as refused:
        quote_line(line_id=line.pk, actor=made.people[by], at=NOW)

    assert (refused.value.code, QuotationRequest.objects.count()) == (code, 1)


def test_award_up_to_the_approved_price_is_ordered_at_once() -> None:
    made = company()
    line = a_waiting_line(made)

    won(made, line, "47.00")

    order = PurchaseOrder.objects.get()
    award, request = QuotationAward.objects.get(), QuotationRequest.objects.get()
    assert (order.supplier, order.lines.get().unit_price) == (made.acme, Decimal(47))
    assert (award.passed_on_at is not None, award.contract_id, request.state) == (True, None, "converted")


def test_dearer_award_goes_back_to_approval_first() -> None:
    made = company()
    line = a_waiting_line(made)

    won(made, line, "60.00")

    line.requisition.refresh_from_db()
    assert (line.requisition.state, PurchaseOrder.objects.count()) == ("submitted", 0)


def test_award_by_somebody_who_orders_nothing_waits_for_the_buyer_with_its_reason() -> None:
    made = company()
    made.people["carl"] = person("carl")
    grant_role(user=made.people["carl"], role=Role.CATEGORY_MANAGER, actor=None, at=NOW)
    line = a_waiting_line(made)

    won(made, line, "47.00", by="carl")

    line.refresh_from_db()
    number = QuotationRequest.objects.get().number
    assert (line.waiting_reason, PurchaseOrder.objects.count()) == ("no_offer", 0)
    assert line.sourcing["awarded"] == f"{number}: Acme Packaging"
    assert "place orders at Leeds" in line.sourcing["not_ordered"]
