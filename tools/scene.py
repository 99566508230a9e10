"""The smallest company that can buy: one site with its people, one supplier with a contract on five items.

For runs that measure or break things and need no year of history. Needs Django set up and tables migrated.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from foundation.models import (
    Category,
    CostCentre,
    Item,
    LegalEntity,
    Organisation,
    Region,
    Role,
    Site,
    UnitOfMeasure,
    User,
    WorkCalendar,
)
from foundation.services import grant_role
from policies.services import install_default_policies
from suppliers.models import CatalogueItem, Contract, ContractPrice, SpendAuthorisation, Supplier, SupplierUser

ITEMS = 5
PRICE = Decimal("12.50")
ROLES = {
    "requester": Role.REQUESTER,
    "manager": Role.SITE_MANAGER,
    "region": Role.REGION_MANAGER,
    "finance": Role.FINANCE_DIRECTOR,
    "buyer": Role.BUYER,
    "receiver": Role.RECEIVER,
    "payables": Role.PAYABLES,
    "lead": Role.PAYABLES_LEAD,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a run works with; `people` by the keys of ROLES, and `supplier` for the supplier's person."""

    site: Site
    cost_centre: CostCentre
    supplier: Supplier
    items: tuple[Item, ...]
    people: dict[str, User]


def build(at: datetime) -> Scene:
    """Make the company; its policies are those of a new installation."""
    site = _site()
    people = {name: _person(name) for name in ROLES}
    for name, role in ROLES.items():
        grant_role(user=people[name], role=role, actor=None, at=at, **_scope(role, site))
    install_default_policies(author=_person("author"), publisher=_person("publisher"), at=at - timedelta(days=1))
    supplier = Supplier.objects.create(
        code="ACME", name="Acme Packaging", state="active", country="GB", currency="GBP", created_at=at, changed_at=at
    )
    SpendAuthorisation.objects.create(supplier=supplier, state="in_force", since=at)  # everything, everywhere
    people["supplier"] = _person("supplier", User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=supplier, user=people["supplier"])
    items = _offer(supplier, people["buyer"], at)
    centre = CostCentre.objects.create(code="LDS-OPS", name="Operations", site=site, owner=people["manager"])
    return Scene(site, centre, supplier, items, people)


def _scope(role: str, site: Site) -> dict[str, Any]:
    if role == Role.FINANCE_DIRECTOR:
        return {}
    return {"region": site.region} if role == Role.REGION_MANAGER else {"site": site}


def _site() -> Site:
    Organisation.objects.create(name="Bench Supply", base_currency="GBP")
    entity = LegalEntity.objects.create(code="GB", name="Bench Supply Ltd", country="GB", currency="GBP")
    calendar = WorkCalendar.objects.create(code="GB", name="Weekdays", opens=time(8), closes=time(17))
    region = Region.objects.create(code="NORTH", name="North")
    return Site.objects.create(
        code="LDS", name="Leeds", region=region, legal_entity=entity, calendar=calendar, currency="GBP"
    )


def _person(name: str, kind: str = User.Kind.STAFF) -> User:
    return User.objects.create_user(f"demo.{name}", f"{name}@example.test", kind=kind, first_name=name.capitalize())


def _offer(supplier: Supplier, by: User, at: datetime) -> tuple[Item, ...]:
    unit, _ = UnitOfMeasure.objects.get_or_create(code="EA", defaults={"name": "Each", "symbol": "each"})
    category = Category.objects.create(code="PACK", name="Packaging", path="PACK/")
    today = at.date()
    contract = Contract.objects.create(
        number="C-1", title="Packaging", supplier=supplier, currency="GBP", valid_from=today - timedelta(days=30),
        valid_to=today + timedelta(days=300), state="active", created_at=at, created_by=by, changed_at=at,
        changed_by=by,
    )  # fmt: skip
    items = tuple(
        Item.objects.create(code=f"BOX-{n}", name=f"Carton size {n}", category=category, base_unit=unit)
        for n in range(1, ITEMS + 1)
    )
    for item in items:
        ContractPrice.objects.create(contract=contract, item=item, unit=unit, unit_price=PRICE)
        CatalogueItem.objects.create(
            supplier=supplier, item=item, supplier_part=f"A-{item.code}", unit=unit, unit_price=PRICE + 1,
            currency="GBP", valid_from=today - timedelta(days=30), state="active",
        )  # fmt: skip
    return items
