"""The warning on a requisition's page: whom else to ask, and nothing of sites the person does not see."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from suppliers.models import CatalogueItem
from suppliers.services import SiteTerms, set_offer_at_site
from tests.factories import NOW, Company, a_requisition, company, submitted

pytestmark = pytest.mark.django_db


def page(client: Client, made: Company, who: str, number: str) -> str:
    client.force_login(made.people[who])
    return client.get(reverse("requisition", args=[number])).content.decode()


def test_requisition_below_the_minimum_names_the_other_sites(client: Client) -> None:
    made = company()
    CatalogueItem.objects.filter(item__code="LBL-46").update(minimum_quantity=50)
    theirs = submitted(made, ("LBL-46", "45"), by=made.people["hugo"])
    ours = a_requisition(made, ("LBL-46", "10"))

    asker = page(client, made, "rita", ours.number)
    buyer = page(client, made, "boris", ours.number)

    assert theirs.state == "submitted"
    assert "from 50 XCS; this asks for 10" in asker
    assert "Together with the others it is enough" in asker
    assert "Hull: 45 XCS" in asker
    assert theirs.number not in asker, "not her site"
    assert theirs.number in buyer


def test_site_with_a_lower_minimum_is_not_warned(client: Client) -> None:
    made = company()
    CatalogueItem.objects.filter(item__code="LBL-46").update(minimum_quantity=50)
    for offer in CatalogueItem.objects.filter(item__code="LBL-46"):
        set_offer_at_site(
            offer_id=offer.pk, expected_version=1, site="LDS", terms=SiteTerms(minimum_quantity=Decimal(5)),
            actor=made.sue, at=NOW,
        )  # fmt: skip
    submitted(made, ("LBL-46", "45"), by=made.people["hugo"])
    ours = a_requisition(made, ("LBL-46", "10"))

    assert "Below the supplier" not in page(client, made, "rita", ours.number)
