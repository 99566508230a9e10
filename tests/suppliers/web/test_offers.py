"""Offers in the pages: found by every number, changed beside their fields, exported."""

import pytest
from django.test import Client
from django.urls import reverse

from suppliers.models import CatalogueItem, OfferAtSite
from tests.factories import Company, company

pytestmark = pytest.mark.django_db


def scene(client: Client) -> tuple[Company, CatalogueItem]:
    made = company()
    client.force_login(made.people["sue"])
    offer = CatalogueItem.objects.get(supplier=made.acme, item__code="SW-500")
    CatalogueItem.objects.filter(pk=offer.pk).update(gtin="4006381333931")
    return made, offer


@pytest.mark.parametrize("text", ["sw500", "stretch", "ACME-SW", "4006381333931"])
def test_offer_is_found_by_code_name_part_and_barcode(client: Client, text: str) -> None:
    _made, offer = scene(client)

    page = client.get(reverse("offers"), {"q": text}).content.decode()

    assert reverse("offer", args=[offer.pk]) in page
    assert "Packing tape" not in page


def test_offer_is_changed_and_refused_beside_its_field(client: Client) -> None:
    _made, offer = scene(client)
    data = {
        "version": 1, "supplier_part": "A-1", "gtin": "", "unit_price": "53", "minimum_quantity": "2", "multiple": "1",
        "lead_time_days": "4",
    }  # fmt: skip

    dear = client.post(reverse("offer_do", args=[offer.pk, "change"]), {**data, "unit_price": "99"})
    done = client.post(reverse("offer_do", args=[offer.pk, "change"]), data)
    there = client.post(
        reverse("offer_do", args=[offer.pk, "site"]), {"version": 2, "site": "HUL", "order_days": ["4", "1"]}
    )
    page = client.get(reverse("offer", args=[offer.pk])).content.decode()

    assert (dear.status_code, done.status_code, there.status_code) == (422, 302, 302)
    assert "a second person decides" in dear.content.decode()
    assert OfferAtSite.objects.get().order_days == "14"
    assert "Mon, Thu" in page
    assert "£53.00" in page


def test_list_is_exported(client: Client) -> None:
    scene(client)

    lines = b"".join(client.get(reverse("offers_csv"), {"supplier": "ACME"})).decode("utf-8-sig").splitlines()

    assert len(lines) == 4
    assert lines[1].startswith("ACME,SW-500,Stretch wrap 500 mm,ACME-SW-500,4006381333931,XCS,52.000000,GBP,2026-01-01")
