"""The file of a price list as a table: its head, and its rows with what cannot be read of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from foundation.errors import InvalidError
from foundation.intake import csv, xlsx
from suppliers.decisions.price_list import Fault

MOST_ROWS = 100_000
MOST_IN_WORKBOOK = 50_000  # unpacking one takes six times as long
MOST_COLUMNS = 60
KINDS = frozenset({"csv", "xlsx"})
SAMPLE = 5


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row as it stands in the file, as long as the head; `line` is what a spreadsheet shows beside it."""

    line: int
    cells: list[str]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file holds: the names of its columns, and its rows."""

    head: list[str]
    rows: list[FileRow]


def open_file(kind: str, content: bytes, *, most_rows: int = MOST_IN_WORKBOOK) -> PriceFile:
    """Return the table of a file; of a workbook its first sheet that holds something.

    :raises InvalidError: it cannot be read as a table, names its columns twice, or is too long.
    """
    found = _of_csv(content) if kind == "csv" else _of_workbook(content, most_rows)
    if not found.rows:
        raise InvalidError("price_list_empty", "There is no row below the names of the columns.", field="file")
    if len(found.rows) > (MOST_ROWS if kind == "csv" else MOST_IN_WORKBOOK):
        raise InvalidError(
            "too_many_rows",
            f"A price list has at most {MOST_ROWS:,} rows, as a workbook {MOST_IN_WORKBOOK:,}. Send it in parts.",
            field="file",
        )
    return found


def _of_csv(content: bytes) -> PriceFile:
    table = csv.read(content)
    _require_width(table.head)
    rows = []
    for row in table.rows:
        faults = (Fault("", "", f"The line has {row.fault}. Check separators and quotes."),) if row.fault else ()
        rows.append(FileRow(row.number, [_unquoted(row.cells.get(name, "")) for name in table.head], faults))
    return PriceFile(list(table.head), rows)


def _unquoted(cell: str) -> str:
    """Take away the quote our own export puts before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and csv.safe(cell[1:]) == cell else cell


def _of_workbook(content: bytes, most_rows: int) -> PriceFile:
    sheets = xlsx.read(content, most_rows=most_rows + 1, most_columns=MOST_COLUMNS)
    rows = next((sheet for sheet in sheets.values() if sheet), ())
    if not rows:
        raise InvalidError("price_list_empty", "The workbook is empty.", field="file")
    head = [cell.text.strip() or f"Column {place}" for place, cell in enumerate(rows[0].cells, start=1)]
    _require_width(head)
    twice = next((name for name in head if head.count(name) > 1), None)
    if twice is not None:
        raise InvalidError("column_twice", f"The column {twice[:60]} stands twice in the first row.", field="file")
    return PriceFile(head, list(_rows(rows[1:], len(head))))


def _rows(rows: Sequence[xlsx.Row], width: int) -> Iterator[FileRow]:
    for row in rows:
        cells = [cell.text for cell in row.cells[:width]]
        formula = next((cell.text for cell in row.cells if cell.is_formula), None)
        faults = () if formula is None else (Fault("", formula[:80], "Paste the value instead of the formula."),)
        yield FileRow(row.number, cells + [""] * (width - len(cells)), faults)


def _require_width(head: Sequence[str]) -> None:
    if len(head) > MOST_COLUMNS:
        raise InvalidError("too_many_columns", f"A price list has at most {MOST_COLUMNS} columns.", field="file")
