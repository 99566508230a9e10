"""A requisition's prices as its approver compares them: against the contract, and against what was paid last."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db.models import DecimalField, F, Func, OuterRef, Subquery

from foundation.money import round_unit_price
from procurement.models import PurchaseOrderLine, RequisitionLine


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line; prices net per ordered unit in the requisition's currency, nothing where there is none."""

    row: RequisitionLine
    contract_price: Decimal | None
    last_paid: Decimal | None
    base: str  # "240 ea" when the line is in packs

    @property
    def over_contract(self) -> bool:
        """Say whether the price is above the contract's."""
        return self.contract_price is not None and self.row.unit_price > self.contract_price

    @property
    def over_paid(self) -> str:
        """Return by how many percent the price is above the last one paid; empty when it is not."""
        if not self.last_paid or self.row.unit_price <= self.last_paid:
            return ""
        percent = ((self.row.unit_price / self.last_paid - 1) * 100).quantize(Decimal("0.1"))
        return str(percent) if percent else ""


def compared_lines(requisition_id: int) -> list[ComparedLine]:
    """Return the lines of a requisition with their prices compared; one statement."""
    lines = RequisitionLine.objects.filter(requisition_id=requisition_id).annotate(paid=_last_paid())
    joined = lines.select_related("requisition__cost_centre", "category", "item__base_unit", "unit", "supplier")
    return [_compared(row, row.paid) for row in joined.order_by("line_no")]


def _compared(row: RequisitionLine, paid: list[Decimal] | None) -> ComparedLine:
    stored = row.sourcing or {}
    agreed = stored.get("unit_price") if stored.get("source") == "contract" else None
    per_unit = row.base_quantity / row.quantity if row.quantity else None
    last = round_unit_price(paid[0] / paid[1] * per_unit) if paid and per_unit is not None else None
    in_packs = row.item is not None and row.unit_id != row.item.base_unit_id
    base = f"{row.base_quantity.normalize():f} {row.item.base_unit}" if row.item is not None and in_packs else ""
    return ComparedLine(row, Decimal(agreed) if agreed else None, last, base)


def _last_paid() -> Subquery:
    """Return (price, base units in its unit) of an item's newest issued order line, in the requisition's currency."""
    pair: Func = Func(
        F("unit_price"), F("base_factor"), template="array[%(expressions)s]",
        output_field=ArrayField(DecimalField(max_digits=24, decimal_places=6)),
    )  # fmt: skip
    newest = PurchaseOrderLine.objects.filter(
        item_id=OuterRef("item_id"), order__currency=OuterRef("requisition__currency"), order__issued_at__isnull=False
    )
    return Subquery(newest.order_by("-pk").annotate(pair=pair).values("pair")[:1])


def price_facts(lines: Iterable[ComparedLine]) -> list[tuple[str, str]]:
    """Return in words how the prices stand against contract and history."""
    rows = list(lines)
    agreed = sum(1 for line in rows if line.contract_price is not None and not line.over_contract)
    known = [line for line in rows if line.last_paid is not None]
    dearer = sum(1 for line in known if line.over_paid)
    contract = f"{agreed} of {len(rows)} lines at contract price"
    history = f"{dearer} of {len(known)} lines dearer" if dearer else "Nothing dearer" if known else "Not bought before"
    return [("Contract", contract), ("Against last paid", history)]
