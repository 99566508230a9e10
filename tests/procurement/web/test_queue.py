"""The buyer's queue: why a line waits, giving it a source, and what cannot be."""

import pytest
from django.test import Client
from django.urls import reverse

from foundation.relay import drain
from procurement.models import PurchaseOrder, RequisitionLine
from procurement.services import place_orders
from suppliers.models import CatalogueItem, ContractPrice, Supplier
from tests.factories import NOW, Company, approved, company
from tests.policies.factories import with_switches

pytestmark = pytest.mark.django_db


def scene(client: Client, name: str = "boris") -> tuple[Company, RequisitionLine]:
    """Return an approved line nobody offers any more when it is to be ordered."""
    made = company()
    requisition = approved(made, ("SW-500", "50"))
    requisition.lines.update(supplier=None, contract=None, catalogue_item=None)
    ContractPrice.objects.all().delete()
    CatalogueItem.objects.all().delete()
    drain()
    client.force_login(made.people[name])
    return made, requisition.lines.get()


def give(client: Client, line: RequisitionLine, **typed: object) -> object:
    data = {"supplier": Supplier.objects.get(code="BOLT").pk, "unit_price": "48.00", "reason": "Has it in stock"}
    return client.post(reverse("assign_source", args=[line.pk]), {**data, **typed})


def test_line_says_why_it_waits(client: Client) -> None:
    _, line = scene(client)

    page = client.get(reverse("queue")).content.decode()

    assert "nobody offers it at this site." in page
    assert line.requisition.number in page


def test_line_is_ordered_from_the_chosen_supplier(client: Client) -> None:
    _, line = scene(client)

    answer = give(client, line)

    order = PurchaseOrder.objects.get()
    line.refresh_from_db()
    assert answer.status_code == 302
    assert (order.supplier.code, line.waiting_reason) == ("BOLT", "")
    assert "Every approved line has a source" in client.get(reverse("queue")).content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"supplier": ""}, "supplier"), ({"unit_price": "cheap"}, "unit_price"), ({"unit_price": "-1"}, "unit_price"),
     ({"reason": ""}, "reason")],
)  # fmt: skip
def test_what_cannot_be_read_comes_back_beside_its_field_with_the_rest_kept(
    client: Client, typed: dict[str, str], field: str
) -> None:
    _, line = scene(client)

    page = give(client, line, **typed)
    text = page.content.decode()

    assert page.status_code == 422
    assert "<title>Error: " in text
    assert f'href="#id_{field}-{line.pk}"' in text or f'href="#{field}-{line.pk}"' in text
    assert 'aria-invalid="true"' in text
    assert ("Has it in stock" in text) == (field != "reason")
    assert not PurchaseOrder.objects.exists()


def test_other_sites_line_and_other_duties_find_nothing(client: Client) -> None:
    made, line = scene(client, "rita")

    pages = [client.get(reverse("queue")), give(client, line)]

    assert pages[0].status_code == 404
    assert pages[1].status_code == 403
    client.force_login(made.people["walt"])
    assert give(client, line).status_code == 404
    assert not PurchaseOrder.objects.exists()


def in_the_making(client: Client) -> Company:
    made = company()
    with_switches("sourcing", combine_until="15:00")
    for lines in ((("SW-500", "3"),), (("SW-500", "4"), ("TAPE-48", "4"))):
        place_orders(requisition_id=approved(made, *lines).pk, at=NOW)
    client.force_login(made.boris)
    return made


def test_combined_order_says_when_it_goes_out_and_is_placed_now(client: Client) -> None:
    made = in_the_making(client)
    number = RequisitionLine.objects.first().requisition.number  # type: ignore[union-attr] # there are three

    page = " ".join(client.get(reverse("queue")).content.decode().split())
    assert "<strong>Acme Packaging</strong>, Leeds" in page
    assert "3 lines of 2 requisitions, £480.00. Goes out" in page
    assert (
        "Waits for the combined order, goes out" in client.get(reverse("requisition", args=[number])).content.decode()
    )

    answer = client.post(reverse("place_now", args=["LDS", "ACME"]), follow=True)
    again = client.post(reverse("place_now", args=["LDS", "ACME"]), follow=True)

    order = PurchaseOrder.objects.get()
    assert (order.buyer, order.lines.count()) == (made.boris, 2)
    assert f"{order.number} to Acme Packaging is placed." in answer.content.decode()
    assert "Nothing waits for Acme Packaging at Leeds any more." in again.content.decode()
    assert "Combined orders in the making" not in again.content.decode()
