"""SO-1: one offer by hand, as far as one person may move a price; what differs at a site; its end."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import DomainError
from foundation.models import AuditEvent
from suppliers.models import CatalogueItem, OfferAtSite
from suppliers.selectors.offers import price_on
from suppliers.selectors.sources import LineNeed, sources_for
from suppliers.services import OfferDetails, SiteTerms, change_offer, set_offer_at_site, withdraw_offer
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db


def wrap(made: Company) -> CatalogueItem:
    return CatalogueItem.objects.get(supplier=made.acme, item__code="SW-500")


def details(offer: CatalogueItem, **changes: Any) -> OfferDetails:
    fields = ("supplier_part", "gtin", "unit_price", "minimum_quantity", "multiple", "lead_time_days")
    return OfferDetails(**{**{name: getattr(offer, name) for name in fields}, **changes})


def change(made: Company, **changes: Any) -> CatalogueItem:
    offer = wrap(made)
    return change_offer(
        offer_id=offer.pk, expected_version=offer.version, details=details(offer, **changes), actor=made.sue, at=NOW
    )


def test_offer_is_changed_with_its_price_of_before_kept() -> None:
    made = company()

    offer = change(made, unit_price=Decimal("54.60"), gtin="4006381333931", lead_time_days=7)

    assert (offer.unit_price, offer.gtin, offer.lead_time_days, offer.version) == (
        Decimal("54.60"), "4006381333931", 7, 2,
    )  # fmt: skip
    days = [price_on(offer, NOW.date() - timedelta(days=back)) for back in (0, 1, 900)]
    assert days == [Decimal("54.60"), Decimal(52), None]
    event = AuditEvent.objects.get(action="change_offer")
    assert event.data["before"] == {"gtin": "", "unit_price": "52", "lead_time_days": 3}


@pytest.mark.parametrize(
    ("_case", "changes", "code"),
    [
        ("5 % up is one person's",      {"unit_price": Decimal("54.61")},           "price_moves_too_far"),
        ("20 % down too",               {"unit_price": Decimal("41.59")},           "price_moves_too_far"),
        ("nothing",                     {},                                         "nothing_changes"),
        ("wrong check digit",           {"gtin": "4006381333932"},                  "gtin_unfit"),
        ("free",                        {"unit_price": Decimal(0)},                 "unit_price_unfit"),
        ("too fine",                    {"unit_price": Decimal("52.0000001")},      "unit_price_unfit"),
        ("not a number",                {"unit_price": Decimal("NaN")},             "unit_price_unfit"),
        ("no minimum of zero",          {"minimum_quantity": Decimal(0)},           "minimum_quantity_unfit"),
        ("years",                       {"lead_time_days": 9999},                   "lead_time_unfit"),
        ("a long part number",          {"supplier_part": "x" * 41},                "part_unfit"),
    ],
)  # fmt: skip
def test_offer_that_cannot_be_so_stays(_case: str, changes: dict[str, Any], code: str) -> None:
    made = company()

    with pytest.raises(DomainError) as refused:
        change(made, **changes)

    assert refused.value.code == code
    assert (wrap(made).unit_price, wrap(made).version) == (Decimal(52), 1)


def test_site_has_terms_of_its_own_and_sourcing_uses_them() -> None:
    made = company()
    offer = wrap(made)

    set_offer_at_site(
        offer_id=offer.pk, expected_version=1, site="HUL",
        terms=SiteTerms(minimum_quantity=Decimal(4), lead_time_days=9, order_days="14"), actor=made.sue, at=NOW,
    )  # fmt: skip

    need = [LineNeed(1, offer.item_id, Decimal(2), "XCS", NOW.date())]
    leeds, hull = (sources_for(site, need)[1].offer for site in (made.leeds, made.hull))
    assert leeds is not None
    assert hull is not None
    assert [(o.minimum, o.multiple, o.lead_time_days) for o in (leeds, hull)] == [
        (Decimal(1), Decimal(1), 3), (Decimal(4), Decimal(1), 9),
    ]  # fmt: skip
    set_offer_at_site(offer_id=offer.pk, expected_version=2, site="HUL", terms=SiteTerms(), actor=made.sue, at=NOW)
    assert not OfferAtSite.objects.exists()


def test_withdrawn_offer_is_no_source_and_changes_no_more() -> None:
    made = company()
    offer = CatalogueItem.objects.get(supplier=made.acme, item__code="LBL-46")
    CatalogueItem.objects.filter(supplier=made.bolt).delete()

    gone = withdraw_offer(offer_id=offer.pk, expected_version=1, reason="Ended", actor=made.sue, at=NOW)
    with pytest.raises(DomainError) as refused:
        withdraw_offer(offer_id=offer.pk, expected_version=2, reason="Again", actor=made.sue, at=NOW)

    need = [LineNeed(1, offer.item_id, Decimal(2), "XCS", NOW.date())]
    assert (gone.state, refused.value.code) == ("withdrawn", "not_offered")
    assert sources_for(made.leeds, need)[1].offer is None


REFUSED: list[tuple[str, Callable[[Company, CatalogueItem], object], str]] = [
    ("buyer", lambda m, o: withdraw_offer(offer_id=o.pk, expected_version=1, reason="x", actor=m.boris, at=NOW), "not_your_role"),
    ("stale", lambda m, o: withdraw_offer(offer_id=o.pk, expected_version=9, reason="x", actor=m.sue, at=NOW), "changed_since_opened"),
    ("silent", lambda m, o: withdraw_offer(offer_id=o.pk, expected_version=1, reason=" ", actor=m.sue, at=NOW), "reason_missing"),
    ("nowhere", lambda m, o: set_offer_at_site(offer_id=o.pk, expected_version=1, site="XX", terms=SiteTerms(), actor=m.sue, at=NOW), "not_found"),
    ("eighth day", lambda m, o: set_offer_at_site(offer_id=o.pk, expected_version=1, site="HUL", terms=SiteTerms(order_days="18"), actor=m.sue, at=NOW), "days_unfit"),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "act", "code"), REFUSED)
def test_who_may_not_or_is_late_is_refused(
    _case: str, act: Callable[[Company, CatalogueItem], object], code: str
) -> None:
    made = company()

    with pytest.raises(DomainError) as refused:
        act(made, wrap(made))

    assert refused.value.code == code
    assert wrap(made).state == "active"
