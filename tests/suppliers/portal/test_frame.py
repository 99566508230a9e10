"""What a supplier sees when there is nothing, or nothing for them: the portal's own frame, never ours."""

import pytest
from django.urls import reverse

from foundation.models import User
from suppliers.models import CompanyRole, SupplierUser
from tests.factories import an_issued_order, company, person
from tests.foundation.web.test_people import browser

pytestmark = pytest.mark.django_db
OURS = ("Find number, item, supplier", 'href="/me/"', "Duties are granted")


@pytest.mark.parametrize("path", ["/supplier/orders/PO-NONE/", "/orders/", "/no/such/page/", "/help/"])
def test_supplier_stays_in_the_portal_wherever_they_go(path: str) -> None:
    made = company()

    page = browser(made.acme_person).get(path).content.decode()

    assert [word in page for word in (reverse("portal_orders"), "Sign out", *OURS)] == [True, True, False, False, False]


def test_refusal_of_a_role_leads_to_the_colleagues_and_not_to_our_duties() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "5"))
    reader = person("rex.acme", User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=made.acme, user=reader, role=CompanyRole.READER)
    client = browser(reader)

    answer = client.get(reverse("portal_answer", args=[order.number]))
    shown = client.get(reverse("portal_order", args=[order.number])).content.decode()

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Your role does not let you answer orders. Ask an administrator of your company." in page
    assert [word in page for word in (reverse("portal_people"), *OURS)] == [True, False, False, False]
    assert ("Answer this order" in shown, "Invoice this order" in shown) == (False, False)


def test_staff_keep_their_own_frame() -> None:
    made = company()

    page = browser(made.boris).get("/no/such/page/").content.decode()

    assert (OURS[0] in page, reverse("portal_orders") in page) == (True, False)
