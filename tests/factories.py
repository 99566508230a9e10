"""A small company for tests: two sites, a person for every duty, items, a supplier under contract, default policies.

Everything goes through the services where rules matter.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from unittest.mock import patch

from foundation.models import (
    Category,
    CostCentre,
    ExchangeRate,
    Item,
    ItemUnit,
    LegalEntity,
    Organisation,
    Region,
    Role,
    Site,
    UnitOfMeasure,
    User,
    WorkCalendar,
)
from foundation.relay import drain
from foundation.services import grant_role
from policies.selectors import forget
from policies.services import install_default_policies, install_defaults
from procurement.models import PurchaseOrder, Requisition
from procurement.services import (
    LineInput,
    ReceiptLine,
    approve_requisition,
    create_requisition,
    post_goods_receipt,
    submit_requisition,
)
from suppliers.models import CatalogueItem, Contract, ContractPrice, SpendAuthorisation, Supplier, SupplierUser
from suppliers.services import open_main_sites

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday, 09:00 in London
TODAY = NOW.date()
LATER = TODAY + timedelta(days=14)


@dataclass(slots=True)
class Company:
    """What tests reach for by name."""

    leeds: Site
    hull: Site
    people: dict[str, User] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    acme: Supplier = None  # type: ignore[assignment]
    bolt: Supplier = None  # type: ignore[assignment]
    acme_person: User = None  # type: ignore[assignment]
    bolt_person: User = None  # type: ignore[assignment]
    contract: Contract = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


# name -> (role, where)
PEOPLE = {
    "rita": (Role.REQUESTER, "leeds"),
    "hugo": (Role.REQUESTER, "hull"),
    "mona": (Role.SITE_MANAGER, "leeds"),
    "harry": (Role.SITE_MANAGER, "hull"),
    "regina": (Role.REGION_MANAGER, "north"),
    "frank": (Role.FINANCE_DIRECTOR, ""),
    "boris": (Role.BUYER, ""),
    "wanda": (Role.RECEIVER, "leeds"),
    "walt": (Role.RECEIVER, "hull"),
    "pat": (Role.PAYABLES, ""),
    "lena": (Role.PAYABLES_LEAD, ""),
    "sue": (Role.SUPPLIER_MANAGER, ""),
    "polly": (Role.POLICY_ADMIN, ""),
    "petra": (Role.POLICY_ADMIN, ""),
    "igor": (Role.INTEGRATION_ENGINEER, ""),
    "ursula": (Role.USER_ADMIN, ""),
    "erin": (Role.EXECUTIVE, ""),
    "audrey": (Role.AUDITOR, ""),
}
# code, name, base unit, packs, contract price per case, catalogue price per case
ITEMS = [
    ("SW-500", "Stretch wrap 500 mm", 6, "48.00", "52.00"),
    ("TAPE-48", "Packing tape 48 mm", 36, "36.00", "40.00"),
    ("LBL-46", "Labels 4x6", 12, "", "30.00"),
]


def company(*, every_matter: bool = False) -> Company:
    """Build the company; the same every time.

    Its matrix has the four rows for what spends, which tests call by number; with `every_matter` it has every row of a
    new installation.
    """
    forget()
    calendar = WorkCalendar.objects.create(
        code="UK", name="UK office hours", weekdays="12345", opens=time(8), closes=time(18)
    )
    Organisation.objects.create(id=1, name="Northgate Supply", base_currency="GBP")
    entity = LegalEntity.objects.create(code="NG", name="Northgate Supply Ltd", country="GB", currency="GBP")
    north = Region.objects.create(code="NORTH", name="North")
    sites = [
        Site.objects.create(code=code, name=name, region=north, legal_entity=entity, calendar=calendar, currency="GBP")
        for code, name in (("LDS", "Leeds"), ("HUL", "Hull"))
    ]
    made = Company(*sites)
    _people(made, north)
    for site in sites:
        CostCentre.objects.create(code=f"{site.code}-6410", name="Packaging", site=site)
    ExchangeRate.objects.create(
        currency="EUR", base_currency="GBP", date=date(2026, 1, 1), rate=Decimal("0.85"), source="test"
    )
    rows = install_defaults.MATRIX if every_matter else install_defaults.MATRIX[:4]
    with patch.object(install_defaults, "MATRIX", rows):
        install_default_policies(author=made.polly, publisher=made.petra, at=NOW - timedelta(days=30))
    _goods(made)
    return made


def person(username: str, kind: str = User.Kind.STAFF) -> User:
    """Make somebody without any duty."""
    return User.objects.create(
        username=username, first_name=username.capitalize(), kind=kind, email=f"{username}@example.com"
    )


def _people(made: Company, north: Region) -> None:
    places = {"leeds": {"site": made.leeds}, "hull": {"site": made.hull}, "north": {"region": north}, "": {}}
    for name, (role, where) in PEOPLE.items():
        made.people[name] = person(name)
        grant_role(user=made.people[name], role=role, actor=None, at=NOW, **places[where])


def _goods(made: Company) -> None:
    each = UnitOfMeasure.objects.create(code="EA", name="each", symbol="ea")
    case = UnitOfMeasure.objects.create(code="XCS", name="case", symbol="case")
    UnitOfMeasure.objects.create(code="KGM", name="kilogram", symbol="kg", dimension="mass", multiple=1000)
    root = Category.objects.create(code="PACK", name="Packaging", path="PACK/")
    Category.objects.create(code="SERV", name="Services", path="SERV/", contract_binding=False)
    made.acme = _supplier("ACME", "Acme Packaging")
    made.bolt = _supplier("BOLT", "Bolt Trading")
    made.acme_person, made.bolt_person = person("adam.acme", User.Kind.SUPPLIER), person("bea.bolt", User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=made.acme, user=made.acme_person)
    SupplierUser.objects.create(supplier=made.bolt, user=made.bolt_person)
    made.contract = Contract.objects.create(
        number="CON-1", supplier=made.acme, title="Packaging", state="active", currency="GBP",
        valid_from=date(2026, 1, 1), valid_to=date(2099, 12, 31), created_at=NOW, created_by=made.boris,
        changed_at=NOW, changed_by=made.boris,
    )  # fmt: skip
    for code, name, factor, agreed, listed in ITEMS:
        item = Item.objects.create(code=code, name=name, category=root, base_unit=each)
        made.items[code] = item
        ItemUnit.objects.create(item=item, unit=case, factor=factor)
        for supplier in (made.acme, made.bolt):
            CatalogueItem.objects.create(
                supplier=supplier, item=item, supplier_part=f"{supplier.code}-{code}", unit=case, unit_price=Decimal(listed),
                currency="GBP", lead_time_days=3, valid_from=date(2026, 1, 1), state="active",
            )  # fmt: skip
        if agreed:
            ContractPrice.objects.create(contract=made.contract, item=item, unit=case, unit_price=Decimal(agreed))


def _supplier(code: str, name: str) -> Supplier:
    made = Supplier.objects.create(
        code=code, name=name, state="active", country="GB", currency="GBP", created_at=NOW, changed_at=NOW,
        order_email=f"orders@{code.lower()}.example",
    )  # fmt: skip
    open_main_sites(suppliers=[made], at=NOW)
    SpendAuthorisation.objects.create(supplier=made, state="in_force", since=NOW)  # everything, everywhere
    return made


def a_requisition(made: Company, *lines: tuple[str, str], by: User | None = None, **fields: object) -> Requisition:
    """Write a draft of `by` (Rita at Leeds): pairs of item code and cases."""
    who = by or made.rita
    site = made.hull if who == made.people["hugo"] else made.leeds
    return create_requisition(
        site=site,
        cost_centre=CostCentre.objects.get(site=site),
        need_by=LATER,
        actor=who,
        at=NOW,
        lines=[LineInput(Decimal(quantity), "XCS", code) for code, quantity in lines or (("SW-500", "10"),)],
        **fields,  # type: ignore[arg-type]
    )


def submitted(made: Company, *lines: tuple[str, str], by: User | None = None, **fields: object) -> Requisition:
    """Write and submit."""
    draft = a_requisition(made, *lines, by=by, **fields)
    return submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=draft.requester, at=NOW)


def approved(made: Company, *lines: tuple[str, str], by: User | None = None, **fields: object) -> Requisition:
    """Write, submit and let the site manager agree when anybody must."""
    requisition = submitted(made, *lines, by=by, **fields)
    if requisition.state == "submitted":
        requisition = approve_requisition(
            pk=requisition.pk, expected_version=None, seen_hash=None, actor=made.mona, reason="", at=NOW
        )
    return requisition


def an_issued_order(made: Company, *lines: tuple[str, str], by: User | None = None) -> PurchaseOrder:
    """Let the relay order an approved requisition; returns its first order, issued."""
    requisition = approved(made, *lines, by=by)
    drain()
    return PurchaseOrder.objects.get(lines__sources__requisition_line__requisition=requisition, lines__line_no=10)


def receive_all(made: Company, order: PurchaseOrder, external_id: str = "GR-EXT-1") -> None:
    """Receive everything ordered, at Leeds, by Wanda."""
    post_goods_receipt(
        order_number=order.number,
        source="test",
        external_id=external_id,
        received_at=NOW,
        lines=[ReceiptLine(line.line_no, line.quantity) for line in order.lines.all()],
        actor=made.wanda,
        at=NOW,
    )
