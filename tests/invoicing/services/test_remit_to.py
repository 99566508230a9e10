"""TM-10 and SU-2: a bill that names another location to be paid than that of the account in force waits for a person."""

from dataclasses import replace

import pytest

from foundation.relay import drain
from invoicing.models import Invoice
from invoicing.services import receive_invoice
from suppliers.services import GivenSite, write_supplier_site
from tests.factories import NOW, an_issued_order, company, receive_all
from tests.invoicing.factories import bill_for
from tests.suppliers.factories import in_force, paid_at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("_case", "has_account", "stated", "state", "codes"),
    [
        ("nothing stated", True, "", "released", []),
        ("that of the account", True, "main", "released", []),
        ("another one of theirs", True, "PAY", "held", ["remit_to_differs"]),
        ("none of theirs", True, "ELSEWHERE", "held", ["remit_to_differs"]),
        ("no account yet, the usual one", False, "PAY", "released", []),
        ("no account yet, another", False, "MAIN", "held", ["remit_to_differs"]),
    ],
)
def test_bill_is_paid_at_the_location_of_the_account(
    _case: str, has_account: bool, stated: str, state: str, codes: list[str]
) -> None:
    made = company()
    if has_account:
        in_force(made)
    pay = GivenSite("PAY", "Acme Accounts", payments="yes")
    write_supplier_site(
        supplier_id=made.acme.pk, site_id=None, expected_version=None, given=pay, actor=made.sue, at=NOW
    )
    paid_at(made, "PAY")
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    command = replace(bill_for(order, supplier_number="A-1", invoice_date=NOW.date()), remit_to=stated)
    invoice = receive_invoice(command=command, actor=made.acme_person, at=NOW)
    drain()

    now = Invoice.objects.get(pk=invoice.pk)

    assert (now.state, list(now.holds.values_list("code", flat=True))) == (state, codes)
