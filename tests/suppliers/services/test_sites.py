"""Where a supplier takes orders and where it is paid."""

from dataclasses import replace
from typing import Any

import pytest

from foundation.errors import ConflictError, InvalidError, NotPermittedError, StaleError
from foundation.models import AuditEvent, Delivery
from foundation.relay import drain
from procurement.models import OrderVersion
from suppliers.models import SupplierSite
from suppliers.selectors.sites import order_from, remit_to
from suppliers.services import GivenSite, write_supplier_site
from tests.factories import NOW, Company, an_issued_order, company
from tests.suppliers.factories import in_force, paid_at

pytestmark = pytest.mark.django_db
NORTH = GivenSite(
    "NORTH", "Acme North", orders="yes", email="north@acme.example", address="1 Mill Lane", serves=("HUL",)
)


@pytest.fixture
def made() -> Company:
    return company()


def write(made: Company, given: GivenSite, site: SupplierSite | None = None, **more: Any) -> SupplierSite:
    known = (
        {"site_id": site.pk, "expected_version": site.version} if site else {"site_id": None, "expected_version": None}
    )
    wanted = {"supplier_id": made.acme.pk, "given": given, "actor": made.sue, "at": NOW, **known, **more}
    return write_supplier_site(**wanted)


def main(made: Company) -> SupplierSite:
    return SupplierSite.objects.get(supplier=made.acme, code="MAIN")


@pytest.mark.parametrize(
    ("_case", "given", "ship_to", "currency", "expected"),
    [
        ("our site is served by it", NORTH, "hull", "GBP", "NORTH"),
        ("another site of ours", NORTH, "leeds", "GBP", "MAIN"),
        ("other currency", replace(NORTH, currency="EUR"), "hull", "GBP", "MAIN"),
        ("out of use", replace(NORTH, is_active=False), "hull", "GBP", "MAIN"),
        ("paid only", replace(NORTH, orders="no", payments="yes"), "hull", "GBP", "MAIN"),
        ("default for all", replace(NORTH, orders="default", serves=()), "leeds", "GBP", "NORTH"),
    ],
)  # fmt: skip
def test_order_goes_to_the_location_that_serves_our_site(
    made: Company, _case: str, given: GivenSite, ship_to: str, currency: str, expected: str
) -> None:
    write(made, given)

    assert order_from(made.acme, ship_to_id=getattr(made, ship_to).pk, currency=currency).code == expected


def test_empty_location_is_as_the_company_says(made: Company) -> None:
    place = order_from(made.acme, ship_to_id=made.leeds.pk, currency="GBP")

    assert (place.code, place.email, place.address) == ("MAIN", "orders@acme.example", made.acme.address)


def test_issued_version_keeps_where_it_went(made: Company) -> None:
    write(made, replace(NORTH, serves=("LDS",)))
    order = an_issued_order(made, ("SW-500", "5"))
    drain()

    version = OrderVersion.objects.get(order=order)
    assert version.sent_to["code"] == "NORTH"
    assert version.sent_to["address"] == "1 Mill Lane"
    letter = Delivery.objects.get(message_type="letter", dedupe_key__contains=f"order:{order.pk}:1")
    assert b"north@acme.example" in bytes(letter.body)


@pytest.mark.parametrize(
    ("_case", "change", "code"),
    [
        ("code taken", {"code": "main"}, "code_taken"),
        ("code unfit", {"code": "A B"}, "code_unfit"),
        ("no use", {"orders": "no"}, "site_without_use"),
        ("unknown use", {"orders": "often"}, "use_unknown"),
        ("no country", {"country": "XX"}, "country_unknown"),
        ("no currency", {"currency": "XQQ"}, "currency_unknown"),
        ("no mail address", {"email": "north@"}, "email_unfit"),
        ("right to left", {"name": "Acme \u202e"}, "name_right_to_left"),
        ("not our site", {"serves": ("NOWHERE",)}, "site_unknown"),
        ("default out of use", {"orders": "default", "is_active": False}, "default_needed"),
    ],
)  # fmt: skip
def test_unfit_location_is_refused(made: Company, _case: str, change: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        write(made, replace(NORTH, **change))

    assert refused.value.code == code
    assert SupplierSite.objects.filter(supplier=made.acme).count() == 1


def test_default_moves_and_never_just_ends(made: Company) -> None:
    with pytest.raises(InvalidError, match="Make another the default first"):
        write(made, GivenSite("MAIN", "Main", orders="yes", payments="default"), main(made))

    write(made, replace(NORTH, orders="default"))

    assert main(made).orders == "yes"
    assert AuditEvent.objects.filter(action="add_supplier_site").count() == 1


def test_location_of_the_account_in_force_stays_in_use(made: Company) -> None:
    in_force(made)
    with pytest.raises(InvalidError) as controlled:
        write(made, GivenSite("PAY", "Acme Accounts", payments="default"))
    write(made, GivenSite("PAY", "Acme Accounts", payments="yes"))
    paid_at(made, "PAY")

    assert controlled.value.code == "controlled_field"
    assert remit_to(made.acme.pk) == "MAIN"
    with pytest.raises(ConflictError) as refused:
        write(made, GivenSite("MAIN", "Main", orders="default"), main(made))
    assert refused.value.code == "account_in_force"


def test_only_supplier_managers_write_what_they_saw(made: Company) -> None:
    with pytest.raises(NotPermittedError):
        write(made, NORTH, actor=made.rita)
    site = write(made, NORTH)
    write(made, replace(NORTH, name="Acme Far North"), site)

    with pytest.raises(StaleError):
        write(made, NORTH, site)
