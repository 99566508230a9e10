"""Real rows for tests of invoicing: one supplier, one site, an order that was sent, goods that came."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from foundation.models import (
    Category,
    Item,
    ItemUnit,
    LegalEntity,
    Organisation,
    Region,
    Site,
    UnitOfMeasure,
    User,
    WorkCalendar,
)
from foundation.selectors import system_user
from foundation.services import grant_role
from invoicing.decisions.commands import ChargeCommand, InvoiceCommand, LineCommand
from policies.models import PolicyVersion
from policies.selectors.in_force import forget
from policies.services import install_default_policies
from procurement.models import PurchaseOrder, PurchaseOrderLine
from suppliers.models import SpendAuthorisation, Supplier, SupplierUser

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
_serial = count(1)


def person(name: str, kind: str = User.Kind.STAFF) -> User:
    user = User.objects.filter(username=name).first()
    return user or User.objects.create_user(name, f"{name}@example.test", "correct horse battery", kind=kind)


def relay() -> User:
    return system_user("relay")


def ground() -> Site:
    """Return the one site of a company with published policies."""
    existing = Site.objects.filter(code="LDS").first()
    if existing:
        return existing
    Organisation.objects.create(name="Northgate Supply", base_currency="GBP")
    entity = LegalEntity.objects.create(code="UK", name="Northgate Supply Ltd", country="GB", currency="GBP")
    calendar = WorkCalendar.objects.create(code="UK", name="UK", opens=time(8), closes=time(17), weekdays="12345")
    region = Region.objects.create(code="NORTH", name="North")
    forget()
    if not PolicyVersion.objects.exists():
        install_default_policies(
            author=person("policy.author"), publisher=person("policy.publisher"), at=datetime(2025, 1, 1, tzinfo=UTC)
        )
    return site("LDS", region=region, legal_entity=entity, calendar=calendar)


def site(code: str, **fields: Any) -> Site:
    first = Site.objects.order_by("pk").first()
    if first is not None:
        fields = {"region": first.region, "legal_entity": first.legal_entity, "calendar": first.calendar, **fields}
    return Site.objects.create(code=code, name=f"Site {code}", currency="GBP", **fields)


def unit(code: str = "EA", **fields: Any) -> UnitOfMeasure:
    return UnitOfMeasure.objects.get_or_create(code=code, defaults={"name": code, "symbol": code.lower(), **fields})[0]


def category() -> Category:
    return Category.objects.get_or_create(code="PACK", defaults={"name": "Packaging", "path": "PACK/"})[0]


def item(code: str = "", packs: dict[str, int] | None = None, **fields: Any) -> Item:
    code = code or f"ITEM-{next(_serial)}"
    made = Item.objects.create(code=code, name=f"Item {code}", category=category(), base_unit=unit(), **fields)
    for pack, factor in (packs or {}).items():
        ItemUnit.objects.create(item=made, unit=unit(pack), factor=factor)
    return made


def supplier(code: str = "ACME", **fields: Any) -> Supplier:
    values = {"name": f"{code} Ltd", "country": "GB", "currency": "GBP", "state": "active", **fields}
    known = Supplier.objects.filter(code=code).first()
    if known is None:
        known = Supplier.objects.create(code=code, created_at=AT, changed_at=AT, **values)
        SpendAuthorisation.objects.create(supplier=known, state="in_force", since=AT)  # everything, everywhere
    return known


def supplier_person(of: Supplier, name: str = "sally.supplier") -> User:
    user = person(name, User.Kind.SUPPLIER)
    SupplierUser.objects.get_or_create(supplier=of, user=user)
    return user


def clerk(name: str = "pat.payables", role: str = "payables", at: Site | None = None) -> User:
    user = person(name)
    grant_role(user=user, role=role, actor=None, at=AT, site=at or ground())
    return user


def lead(name: str = "lena.lead") -> User:
    return clerk(name, "payables_lead")


def order(
    *lines: PurchaseOrderLine, of: Supplier | None = None, number: str = "", at: Site | None = None, **fields: Any
) -> PurchaseOrder:
    """Store an issued order with unsaved lines from `order_line`; without any, one line of 100 at 4.00."""
    at = at or ground()
    of = of or supplier()
    by = person("bella.buyer")
    made = PurchaseOrder.objects.create(
        number=number or f"PO-{next(_serial)}",
        created_at=AT, created_by=by, changed_at=AT, changed_by=by, supplier=of, ship_to=at,
        legal_entity=at.legal_entity, buyer=by, payment_terms_days=30, need_by=date(2026, 3, 20), issued_at=AT,
        **{"currency": "GBP", "state": "issued", "revision": 1, **fields},
    )  # fmt: skip
    for place, line in enumerate(lines or (order_line(),), start=1):
        line.order, line.supplier, line.ship_to, line.line_no = made, of, at, place * 10
        line.save()
    return made


def order_line(quantity: str = "100", price: str = "4.00", received: str = "0", **fields: Any) -> PurchaseOrderLine:
    """Return an unsaved order line; `received` is accepted too; `packs` of the unit come with `base_factor`."""
    factor = Decimal(fields.pop("base_factor", 1))
    thing = fields.pop("item", None) or item()
    return PurchaseOrderLine(
        item=thing, description=thing.name, category=thing.category, quantity=Decimal(quantity),
        unit=unit(fields.pop("unit_code", "EA")), base_factor=factor, ordered=Decimal(quantity) * factor,
        unit_price=Decimal(price), first_approved_price=Decimal(price), line_amount=Decimal(quantity) * Decimal(price),
        delivered=Decimal(received), accepted=Decimal(received), over_receipt_percent=Decimal(5),
        **{"need_by": date(2026, 3, 20), **fields},
    )  # fmt: skip


def receive_goods(line: PurchaseOrderLine, quantity: str) -> None:
    """Move the counters as a goods receipt does."""
    line.refresh_from_db()
    line.delivered += Decimal(quantity)
    line.accepted += Decimal(quantity)
    line.save(update_fields=["delivered", "accepted"])


def line_command(
    of: PurchaseOrderLine | None = None, quantity: str = "100", price: str = "4.00", **fields: Any
) -> LineCommand:
    command = LineCommand(
        line_no="1", quantity=Decimal(quantity), unit_code="EA", net_amount=Decimal(quantity) * Decimal(price),
        tax_percent=Decimal(20), tax_code="S",
    )  # fmt: skip
    if of is not None:
        command = replace(
            command, order_number=of.order.number, order_line_no=str(of.line_no), unit_code=of.unit.code,
            line_no=str(of.line_no // 10), description=of.description,
        )  # fmt: skip
    return replace(command, **fields)


def command(*lines: LineCommand, charges: tuple[ChargeCommand, ...] = (), **fields: Any) -> InvoiceCommand:
    """Return a bill whose stated total is right."""
    serial = next(_serial)
    net = sum((line.net_amount for line in lines), Decimal(0)) + sum((c.amount for c in charges), Decimal(0))
    tax = sum(
        (
            (p.net_amount if isinstance(p, LineCommand) else p.amount) * (p.tax_percent or 0) / 100
            for p in (*lines, *charges)
        ),
        Decimal(0),
    )
    values: dict[str, Any] = {
        "source": "test", "external_id": f"msg-{serial}", "supplier_id": 0, "supplier_number": f"A{serial * 7919}",
        "invoice_date": TODAY, "currency": "GBP", "stated_net": net, "stated_tax": tax, "stated_total": net + tax,
    }  # fmt: skip
    values["supplier_id"] = fields.pop("supplier_id", None) or supplier().pk
    return InvoiceCommand(lines=lines, charges=charges, **{**values, **fields})


def bill_for(made: PurchaseOrder, **fields: Any) -> InvoiceCommand:
    """Return a bill of everything on an order, at its prices."""
    lines = [
        line_command(line, str(line.quantity), str(line.unit_price))
        for line in made.lines.select_related("order", "unit").order_by("line_no")
    ]
    return command(*lines, supplier_id=made.supplier_id, order_reference=made.number, **fields)
