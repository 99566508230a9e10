"""A requisition's prices as its approver compares them: against the contract, and against what was paid last."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

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
    """Return the lines of a requisition with their prices compared; two statements."""
    lines = RequisitionLine.objects.filter(requisition_id=requisition_id).order_by("line_no")
    rows = list(lines.select_related("requisition__cost_centre", "item__base_unit", "unit", "supplier"))
    if not rows:
        return []
    paid = _last_paid({row.item_id for row in rows if row.item_id}, rows[0].requisition.currency)
    return [_compared(row, paid) for row in rows]


def _compared(row: RequisitionLine, paid: dict[int, Decimal]) -> ComparedLine:
    stored = row.sourcing or {}
    agreed = stored.get("unit_price") if stored.get("source") == "contract" else None
    per_base = paid.get(row.item_id or 0)
    per_unit = row.base_quantity / row.quantity if row.quantity else None
    last = round_unit_price(per_base * per_unit) if per_base is not None and per_unit is not None else None
    in_packs = row.item is not None and row.unit_id != row.item.base_unit_id
    base = f"{row.base_quantity.normalize():f} {row.item.base_unit}" if row.item is not None and in_packs else ""
    return ComparedLine(row, Decimal(agreed) if agreed else None, last, base)


def _last_paid(item_ids: Iterable[int], currency: str) -> dict[int, Decimal]:
    """Return the newest ordered price per base unit of each item, in one currency."""
    newest = (
        PurchaseOrderLine.objects.filter(item_id__in=item_ids, order__currency=currency, order__issued_at__isnull=False)
        .order_by("item_id", "-pk")
        .distinct("item_id")
    )
    return {
        item_id: price / factor
        for item_id, price, factor in newest.values_list("item_id", "unit_price", "base_factor")
        if item_id is not None
    }


def price_facts(lines: Iterable[ComparedLine]) -> list[tuple[str, str]]:
    """Return in words how the prices stand against contract and history."""
    rows = list(lines)
    agreed = sum(1 for line in rows if line.contract_price is not None and not line.over_contract)
    known = [line for line in rows if line.last_paid is not None]
    dearer = sum(1 for line in known if line.over_paid)
    contract = f"{agreed} of {len(rows)} lines at contract price"
    history = f"{dearer} of {len(known)} lines dearer" if dearer else "Nothing dearer" if known else "Not bought before"
    return [("Contract", contract), ("Against last paid", history)]
