"""What a supplier says to each asked line, checked before it is stored (SO-4, MQ-3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation.errors import InvalidError
from foundation.models import Item, UnitOfMeasure
from foundation.selectors import unit_tables
from suppliers.decisions.quotation import ALTERNATIVE, AS_ASKED
from suppliers.models import Quotation, QuotationPrice

_MOST_DAYS = 999


@dataclass(frozen=True, slots=True)
class PriceSaid:
    """What a supplier says to a line: as asked, or an alternative with words. Empty price: not decided yet."""

    line_no: int
    option: int
    unit: str
    unit_price: Decimal | None = None
    lead_time_days: int | None = None
    minimum: Decimal | None = None
    description: str = ""


def rows_said(quotation: Quotation, lines: Sequence[dict[str, Any]], said: Sequence[PriceSaid]) -> list[QuotationPrice]:
    """Return the rows of what is said to the asked lines, not stored yet.

    :raises InvalidError: a line, unit or number cannot be used; names the input of the form.
    """
    asked = {line["no"]: line for line in lines}
    units = {unit.code: unit for unit in UnitOfMeasure.objects.filter(code__in={price.unit for price in said})}
    items = {item.code: item for item in Item.objects.filter(code__in={line["item"] for line in lines if line["item"]})}
    tables = unit_tables([item.pk for item in items.values()])
    rows = []
    for price in said:
        line = asked.get(price.line_no)
        if line is None or price.option not in {AS_ASKED, ALTERNATIVE}:
            raise InvalidError(
                "line_unknown", f"There is no line {price.line_no}.", field="lines", value=str(price.line_no)
            )
        _check(price)
        item = items.get(line["item"])
        if price.unit != line["unit"]:
            if item is None or price.unit not in units:
                raise _wrong(price, "u", price.unit, f"price it per {line['symbol']}, as it is asked.")
            table = tables[item.pk]
            table.factor(price.unit), table.factor(line["unit"])
        rows.append(
            QuotationPrice(
                quotation=quotation, supplier_id=quotation.supplier_id, line_no=price.line_no, option=price.option,
                unit=units[price.unit], unit_price=price.unit_price, lead_time_days=price.lead_time_days,
                minimum_quantity=price.minimum, description=" ".join(price.description.split()),
            )
        )  # fmt: skip
    return rows


def _check(price: PriceSaid) -> None:
    cost, least, days = price.unit_price, price.minimum, price.lead_time_days
    largest = Decimal(10) ** 12
    if cost is not None and not (
        cost.is_finite() and 0 < cost < largest and cost == cost.quantize(Decimal("0.000001"))
    ):
        raise _wrong(price, "p", cost, "write a price above zero with at most six decimals.")
    if least is not None and not (
        least.is_finite() and 0 < least < largest and least == least.quantize(Decimal("0.0001"))
    ):
        raise _wrong(price, "m", least, "write a least quantity above zero with at most four decimals.")
    if days is not None and not 0 <= days <= _MOST_DAYS:
        raise _wrong(price, "l", days, f"write a lead time from 0 to {_MOST_DAYS} days.")
    if len(price.description) > 300:  # noqa: PLR2004 - the column's width
        raise _wrong(price, "w", price.description[:40], "use at most 300 letters.")
    if price.option == ALTERNATIVE and not price.description.strip():
        raise _wrong(price, "w", "", "say what you offer instead.")


def _wrong(price: PriceSaid, name: str, value: object, cure: str) -> InvalidError:
    """Return a refusal beside the input of the line: p price, l lead time, m least quantity, u unit, w words."""
    field = f"{name}{'2' if price.option else ''}-{price.line_no}"
    return InvalidError(f"{name}_unfit", f"Line {price.line_no}: {cure}", field=field, value=str(value)[:80])


def plain_row(row: QuotationPrice) -> list[Any]:
    """Return what a row says, for the hash of the answer."""
    return [
        row.line_no, row.option, row.unit_id, row.unit_price, row.lead_time_days, row.minimum_quantity, row.description,
    ]  # fmt: skip
