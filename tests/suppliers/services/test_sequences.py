"""SO-1: a site orders its own suppliers, what is blocked from above stays blocked, and sourcing follows at once."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.errors import DomainError
from foundation.models import AuditEvent, Item
from suppliers.models import SourcingPreference
from suppliers.selectors.buyers import buyers_at
from suppliers.selectors.sequences import Place, seen_of_sequence
from suppliers.selectors.sources import LineNeed, sources_for
from suppliers.services import Wanted, set_sequence
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db
LABELS = "LBL-46"


def set_it(made: Company, *order: str, by: str = "sue", never: tuple[str, ...] = (), **where: Any) -> None:
    place = Place(**where)
    held = SourcingPreference.objects.filter(
        item__code=LABELS, site__code=place.site or None, region__code=place.region or None
    )
    set_sequence(
        item=LABELS, category="", place=place, wanted=Wanted(order, never), seen=seen_of_sequence(held),
        actor=made.people[by], at=NOW,
    )  # fmt: skip


def chosen(made: Company) -> list[str]:
    need = [LineNeed(1, Item.objects.get(code=LABELS).pk, Decimal(2), "XCS", NOW.date())]
    return [getattr(sources_for(site, need)[1].offer, "supplier_code", "") for site in (made.leeds, made.hull)]


def test_sites_differ_and_a_nearer_place_goes_first() -> None:
    made = company()

    set_it(made, "BOLT", "ACME")
    everywhere = chosen(made)
    set_it(made, "ACME", by="mona", site="LDS")
    at_leeds = chosen(made)
    set_it(made, by="mona", site="LDS")

    assert (everywhere, at_leeds, chosen(made)) == (["BOLT", "BOLT"], ["ACME", "BOLT"], ["BOLT", "BOLT"])
    event = AuditEvent.objects.filter(action="set_sequence").order_by("seq")[1]
    assert (event.object_number, event.data["after"]) == ("LBL-46 LDS", {"order": ["ACME"], "never": []})


def test_what_is_blocked_from_above_no_site_lets_through() -> None:
    made = company()
    set_it(made, "BOLT", by="mona", site="LDS")

    set_it(made, never=("BOLT",))
    with pytest.raises(DomainError) as refused:
        set_it(made, "BOLT", by="harry", site="HUL")

    assert chosen(made) == ["ACME", "ACME"]
    assert refused.value.code == "blocked_above"
    assert refused.value.message.startswith("BOLT is blocked everywhere.")


@pytest.mark.parametrize(
    ("_case", "by", "where", "order", "code"),
    [
        ("another's site",   "mona",   {"site": "HUL"},     ["ACME"],         "not_your_place"),
        ("everywhere",       "mona",   {},                  ["ACME"],         "not_your_place"),
        ("a buyer nowhere",  "boris",  {"site": "LDS"},     ["ACME"],         "not_your_place"),
        ("no such site",     "sue",    {"site": "XX"},      ["ACME"],         "not_found"),
        ("twice",            "sue",    {},                  ["ACME", "ACME"], "sequence_unfit"),
        ("unknown",          "sue",    {},                  ["NOBODY"],       "supplier_unknown"),
    ],
)  # fmt: skip
def test_sequence_is_refused(_case: str, by: str, where: dict[str, str], order: list[str], code: str) -> None:
    made = company()

    with pytest.raises(DomainError) as refused:
        set_it(made, *order, by=by, **where)

    assert refused.value.code == code
    assert not SourcingPreference.objects.exists()


def test_region_manager_orders_the_region_and_its_sites_and_a_stale_page_is_refused() -> None:
    made = company()

    set_it(made, "BOLT", by="regina", region="NORTH")
    set_it(made, "ACME", by="regina", site="HUL")
    with pytest.raises(DomainError) as stale:
        set_sequence(
            item=LABELS, category="", place=Place(site="HUL"), wanted=Wanted(("BOLT",)), seen="other",
            actor=made.people["regina"], at=NOW,
        )  # fmt: skip

    assert (chosen(made), stale.value.code) == (["BOLT", "ACME"], "changed_since_opened")


def test_page_shows_the_order_and_what_follows_and_saves_it(client: Client) -> None:
    made = company()
    client.force_login(made.people["mona"])
    address = f"{reverse('sequence', args=['item', LABELS])}?site=LDS"
    before = client.get(address)
    seen = before.context["seen"]

    wrong = client.post(address, {"seen": seen, f"rank_{made.bolt.pk}": "0"})
    saved = client.post(address, {"seen": seen, f"rank_{made.bolt.pk}": "1", f"never_{made.acme.pk}": "on"})
    page = client.get(address).content.decode()
    listed = client.get(reverse("sequences"), {"site": "LDS"}).content.decode()
    elsewhere = client.get(f"{reverse('sequence', args=['item', LABELS])}?site=HUL").content.decode()

    assert "Nobody is preferred here" in before.content.decode()
    assert (wrong.status_code, saved.status_code) == (422, 302)
    assert "<strong>Bolt Trading</strong>" in page
    assert "Acme Packaging: blocked for this site" in page
    assert "1. Bolt Trading" in listed
    assert "Save the order" not in elsewhere
    assert "Site requester of Leeds" in page
    assert "Site requester of Leeds" not in elsewhere


def test_who_may_buy_at_a_site_is_told_with_the_role_it_comes_from() -> None:
    made = company()

    people = [(buyer.name, buyer.may, buyer.why) for buyer in buyers_at(made.leeds)]

    assert people == [
        ("Boris", "order it once it is approved", "Buyer everywhere"),
        ("Mona", "ask for it", "Site manager of Leeds"),
        ("Rita", "ask for it", "Site requester of Leeds"),
    ]
