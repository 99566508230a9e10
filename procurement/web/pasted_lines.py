"""Lines pasted from a spreadsheet: a code and a quantity in each row, told apart by a tab, a semicolon or blanks."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError

from foundation.web.numbers import read_number
from procurement.selectors.item_book import item_book
from procurement.validators import MAX_LINES, validate_quantity
from suppliers.selectors import ordering_units, resolve_codes

HEADS = {"code", "item", "item code", "sku", "article", "part", "part number", "gtin"}
MAX_TEXT = 60_000


@dataclass(frozen=True, slots=True)
class Pasted:
    """One pasted row: what it says, the item and unit it means, or why it cannot be taken."""

    row: int
    text: str
    code: str = ""
    name: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_label: str = ""
    error: str = ""


def read_pasted(text: str) -> list[Pasted]:
    """Return every row that says something, in order; a constant number of statements."""
    rows = [(n, line.strip()) for n, line in enumerate(text[:MAX_TEXT].splitlines(), 1) if line.strip()][:MAX_LINES]
    cells = [(n, line, _cells(line)) for n, line in rows]
    if cells and cells[0][2][0].strip().lower() in HEADS:
        cells = cells[1:]
    codes = resolve_codes([found[0] for _n, _line, found in cells])
    book = item_book(codes.values())
    usual = ordering_units([item.pk for item in book.items.values()])
    answer = []
    for n, line, found in cells:
        item = book.items.get(codes.get(found[0], ""))
        if item is None:
            answer.append(Pasted(n, line, error=f"There is no item {found[0]}. Check the code, or look it up by name."))
            continue
        unit = _unit(found[2] if len(found) > 2 else "", book.units_of(item.code))  # noqa: PLR2004 - the third cell
        unit = unit or usual.get(item.pk, item.base_unit.code)
        try:
            quantity = _quantity(found)
        except ValidationError as error:
            answer.append(Pasted(n, line, item.code, item.name, error=" ".join(error.messages)))
            continue
        label = dict(book.units_of(item.code)).get(unit, unit)
        answer.append(Pasted(n, line, item.code, item.name, quantity, unit, label))
    return answer


def _cells(line: str) -> list[str]:
    """Cut a row at tabs, else at semicolons, else before its last word when that is a number."""
    for mark in ("\t", ";"):
        if mark in line:
            return [cell.strip() for cell in line.split(mark)]
    found = re.fullmatch(r"(\S+)\s+(.+)", line)
    return [found[1], found[2]] if found else [line]


def _quantity(cells: list[str]) -> Decimal:
    typed = cells[1] if len(cells) > 1 else ""
    if not typed:
        raise ValidationError("The quantity is missing. Put it in the second column.", code="quantity_missing")
    quantity = read_number(typed)
    validate_quantity(quantity)
    return quantity


def _unit(typed: str, choices: list[tuple[str, str]]) -> str:
    wanted = typed.strip().lower()
    return next((code for code, label in choices if wanted and wanted in {code.lower(), label.split()[0].lower()}), "")
