"""Tables from outside and back: declared or marked encoding, the usual separators, limits, no formulas on the way out.

Source: RELIABILITY section 8, ASVS 1.2.10 and 5.2.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foundation.errors import InvalidError

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_FIELD = 10_000
SEPARATORS = ",;\t|"
ENCODINGS = {"utf-8", "utf-16", "cp1252"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LOOKED_AT = 20  # lines that decide the separator
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column name; `number` is its line in the file, for messages to the sender."""

    number: int
    cells: dict[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: column names as written, and its rows."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str


def text_of(raw: bytes, encoding: str = "") -> str:
    """Return the text of a table, by its mark, the declared encoding, or UTF-8; nothing is replaced.

    :raises InvalidError: too large, another encoding than declared, or binary content.
    """
    if len(raw) > MAX_BYTES:
        raise InvalidError("csv_too_large", f"The table is larger than {MAX_BYTES} bytes. Send it in parts.")
    if encoding and encoding.lower() not in ENCODINGS:
        raise InvalidError("csv_encoding", "Use UTF-8, UTF-16 or Windows-1252.", field="encoding", value=encoding[:20])
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), "")
    try:
        text = raw.decode(marked or encoding or "utf-8")
    except UnicodeDecodeError as error:
        raise InvalidError(
            "csv_encoding", f"Byte {error.start} is not {error.encoding}. Save the table as UTF-8, or declare its encoding.",
            position=error.start,
        ) from error  # fmt: skip
    if "\x00" in text:
        raise InvalidError("csv_binary", "The table holds NUL characters; it is not a text file.")
    return text


def read(raw: bytes, *, encoding: str = "", separator: str = "") -> Table:
    """Return a table whose first row names the columns; a row of another length is kept with its fault.

    :raises InvalidError: it cannot be read as a table, or is beyond a limit; the message names line and cure.
    """
    text = text_of(raw, encoding)
    sign = separator or _separator(text)
    lines = _lines(text, sign)
    first = next(lines, None)
    if first is None:
        raise InvalidError("csv_empty", "The table is empty.")
    head = _head(first[1])
    rows = tuple(_row(number, cells, head) for number, cells in lines if any(cell.strip() for cell in cells))
    return Table(head, rows, sign)


def _separator(text: str) -> str:
    """Return the separator that cuts the first lines into the most columns, the same number in each."""
    sample = "\n".join(text.splitlines()[:_LOOKED_AT])

    return max(SEPARATORS, key=lambda sign: _fitness(sample, sign))


def _fitness(sample: str, sign: str) -> tuple[bool, int]:
    """Return whether a separator finds columns of an even number, and how many."""
    try:
        widths = [len(cells) for cells in csv.reader(io.StringIO(sample), delimiter=sign) if cells]
    except csv.Error:
        return False, 0
    return len(set(widths)) == 1 and widths[0] > 1, widths[0] if widths else 0


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    count = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidError(
                "csv_malformed", f"Line {reader.line_num}: {error}. Check the quotes there.", line=reader.line_num
            ) from error
        count += 1
        _require_limits(reader.line_num, count, cells)
        yield reader.line_num, cells


def _require_limits(line: int, count: int, cells: list[str]) -> None:
    if count > MAX_ROWS:
        raise InvalidError("csv_too_many_rows", f"The table has more than {MAX_ROWS} rows. Send it in parts.")
    if len(cells) > MAX_COLUMNS:
        raise InvalidError("csv_too_many_columns", f"Line {line} has more than {MAX_COLUMNS} columns.", line=line)
    if any(len(cell) > MAX_FIELD for cell in cells):
        raise InvalidError("csv_field_too_long", f"Line {line} has a cell of over {MAX_FIELD} characters.", line=line)


def _head(cells: list[str]) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    blank = next((place for place, name in enumerate(names, start=1) if not name), None)
    if blank is not None:
        raise InvalidError("csv_unnamed_column", f"Column {blank} has no name in the first row.", column=blank)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidError("csv_column_twice", f"The column {twice[:60]} stands twice in the first row.", column=twice)
    return names


def _row(number: int, cells: list[str], head: tuple[str, ...]) -> Row:
    fault = "" if len(cells) == len(head) else f"{len(cells)} cells where the first row has {len(head)}"
    return Row(number, dict(zip(head, cells, strict=False)), fault)


def safe(value: Any) -> Any:
    """Return a cell to write: numbers and days stay what they are, text that starts like a formula gets a quote."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str) and (value.startswith(("\t", "\r")) or value.lstrip().startswith(_FORMULA)):
        return f"'{value}"
    return value


def write_read(rows: Iterable[Iterable[str]]) -> bytes:
    """Return cells that were just read of another kind of file as a table, to be read as one; not for people."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def write(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """Return a table as UTF-8 with the mark spreadsheets look for."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([safe(name) for name in head])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + buffer.getvalue().encode()
