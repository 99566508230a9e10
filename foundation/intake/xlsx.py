"""Workbooks from outside and back: limits before anything is unpacked, text only, and never a formula on the way out.

Source: RELIABILITY section 8, ASVS 1.2.10 and 5.2. Macros and links to other workbooks are refused; formulas are
given as they are written, so that the reader can refuse the cell by name.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from foundation.errors import InvalidError

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 200
MAX_SHEETS = 10
MAX_FIELD = 10_000
_DIGITS = 15
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ACTIVE = ("vbaproject.bin", "externallinks/", "activex/", "embeddings/", "oleobject")
_BROKEN = (
    AttributeError, EOFError, IndexError, InvalidFileException, KeyError, NotImplementedError, OSError, ParseError,
    RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what XML cannot hold


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text; a formula is not computed, `text` holds what was written."""

    text: str
    is_formula: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something; `number` is what the spreadsheet shows beside it."""

    number: int
    cells: tuple[Cell, ...]


def read(raw: bytes, *, most_rows: int, most_columns: int) -> dict[str, tuple[Row, ...]]:
    """Return the rows of each sheet by its title, blank rows left out.

    One row and one column more than the limits are read, so that the caller sees that there are too many.

    :raises InvalidError: no workbook, too large, protected by a password, or with active content.
    """
    _require_safe(raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
        titles = book.sheetnames
        if len(titles) > MAX_SHEETS:
            raise InvalidError("xlsx_sheets", f"A workbook has at most {MAX_SHEETS} sheets.", field="file")
        return {title: tuple(_rows(book[title], most_rows, most_columns)) for title in titles}
    except _BROKEN as error:
        raise InvalidError(
            "xlsx_damaged", "The workbook cannot be read. Open it in a spreadsheet and save it as .xlsx again.", field="file"
        ) from error  # fmt: skip


def _require_safe(raw: bytes) -> None:
    """Judge the archive by its directory; the unpacker never goes beyond the sizes stated there."""
    if len(raw) > MAX_BYTES:
        raise InvalidError(
            "xlsx_too_large", f"Send a workbook of at most {MAX_BYTES // 1024 // 1024} MiB.", field="file"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
    except _BROKEN as error:
        raise InvalidError(
            "xlsx_damaged", "The file is no .xlsx workbook, whatever its name says.", field="file"
        ) from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise InvalidError("xlsx_too_large", "The workbook is too large when it is unpacked.", field="file")
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidError("xlsx_password", "The workbook has a password. Save it without.", field="file")
    active = next((part.filename for part in parts if any(mark in part.filename.lower() for mark in _ACTIVE)), None)
    if active is not None:
        raise InvalidError(
            "xlsx_active", "The workbook holds macros, objects or links to others. Save it as plain .xlsx.", field="file",
            value=active[:80],
        )  # fmt: skip


def _rows(sheet: Any, most_rows: int, most_columns: int) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says of its size is not believed
    found = 0
    for number, row in enumerate(sheet.iter_rows(max_col=most_columns + 1), start=1):
        cells = tuple(_cell(cell) for cell in row)
        while cells and not cells[-1].text.strip():
            cells = cells[:-1]
        if cells:
            found += 1
            yield Row(number, cells)
        if found > most_rows or number > most_rows * 4:  # gaps are read, endless ones are not
            return


def _cell(cell: Any) -> Cell:
    value = cell.value
    if cell.data_type == "f":
        written = value if isinstance(value, str) else getattr(value, "text", "") or "="
        return Cell(str(written)[:MAX_FIELD], is_formula=True)
    text = _text(value)
    if len(text) > MAX_FIELD:
        raise InvalidError(
            "xlsx_field_too_long", f"Cell {cell.coordinate} has over {MAX_FIELD} characters.", field="file", value=text[:60]
        )  # fmt: skip
    return Cell(text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


Sheet = tuple[str, Sequence[int], Iterable[Sequence[Any]]]  # title, widths, rows with the heads first


def write(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook: heads bold and frozen, texts never formulas, several lines of a cell all seen."""
    book = Workbook(write_only=True)
    for title, widths, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for place, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        for number, row in enumerate(rows):
            sheet.append([_written(sheet, value, is_head=number == 0) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _written(sheet: Any, value: Any, *, is_head: bool) -> Any:
    if value is None or value == "":
        return None
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        cell.value = _UNSEEN.sub("", value)
        cell.data_type = "s"  # also what starts like a formula
        cell.quotePrefix = value.lstrip().startswith(("=", "+", "-", "@"))  # and stays text when somebody edits it
    else:  # a number keeps every digit, also beyond what a spreadsheet computes with
        exact = isinstance(value, Decimal) and len(value.as_tuple().digits) > _DIGITS
        cell.value = f"{value:f}" if exact else value
    if is_head:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFE8EDF3")
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def as_mapping(found: Mapping[str, Sequence[Row]]) -> dict[str, list[tuple[int, Sequence[Cell]]]]:
    """Return sheets as plain pairs of number and cells, for readers that know nothing of files."""
    return {title: [(row.number, row.cells) for row in rows] for title, rows in found.items()}
