"""SO-2: nothing is ordered above the ceiling of a contract; what does not fit waits for a buyer, with the reason."""

from decimal import Decimal

import pytest

from foundation.relay import drain
from procurement.models import PurchaseOrderLine, RequisitionLine
from suppliers.models import CatalogueItem, Contract
from tests.factories import Company, a_requisition, approved, company

pytestmark = pytest.mark.django_db


def ceiling(made: Company, amount: str) -> None:
    Contract.objects.filter(pk=made.contract.pk).update(ceiling_amount=Decimal(amount))


@pytest.mark.parametrize(
    ("_case", "amount", "ordered", "waiting"),
    [
        # two lines under one contract: 2 cases at 48.00 and 1 at 36.00
        ("both fit to the penny", "132.00", ["SW-500", "TAPE-48"], []),
        ("only the first fits", "131.99", ["SW-500"], ["TAPE-48"]),
        ("only the second fits", "95.99", ["TAPE-48"], ["SW-500"]),
        ("neither fits", "35.99", [], ["SW-500", "TAPE-48"]),
    ],
)
def test_lines_above_the_ceiling_wait_for_a_buyer(
    _case: str, amount: str, ordered: list[str], waiting: list[str]
) -> None:
    made = company()
    approved(made, ("SW-500", "2"), ("TAPE-48", "1"))
    CatalogueItem.objects.update(unit_price=1)  # no other source is dearer, so that only the ceiling speaks
    ceiling(made, amount)

    drain()

    lines = PurchaseOrderLine.objects.order_by("item__code").values_list("item__code", flat=True)
    left = RequisitionLine.objects.filter(waiting_reason="ceiling_reached").order_by("item__code")
    made.contract.refresh_from_db()
    assert (list(lines), list(left.values_list("item__code", flat=True))) == (ordered, waiting)
    assert made.contract.ordered_amount <= Decimal(amount)


def test_requester_is_told_what_is_left() -> None:
    made = company()
    ceiling(made, "100")

    line = a_requisition(made, ("SW-500", "3")).lines.get()

    assert line.contract is None
    assert {"supplier": "Acme Packaging"}.items() <= line.sourcing.items()
    assert line.unit_price == Decimal(52)
