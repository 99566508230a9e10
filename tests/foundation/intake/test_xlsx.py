"""Workbooks: what is dangerous or too large is refused before it is unpacked, and nothing we write is a formula."""

import io
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook

from foundation.errors import InvalidError
from foundation.intake import xlsx


def book(*rows: list[object], sheets: int = 1) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for number in range(1, sheets):
        made.create_sheet(f"More {number}")
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def with_part(raw: bytes, name: str, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO(raw)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def texts(raw: bytes, most_rows: int = 10, most_columns: int = 5) -> list[tuple[int, list[str]]]:
    [rows] = xlsx.read(raw, most_rows=most_rows, most_columns=most_columns).values()
    return [(row.number, [cell.text for cell in row.cells]) for row in rows]


def test_what_is_written_is_read_back() -> None:
    rows = [["Name", "Amount"], ["a\nb", Decimal("12.5")], [None, ""], ["long", Decimal("12345678901234.5678")]]

    assert texts(xlsx.write([("Rules", [10, 10], rows)])) == [
        (1, ["Name", "Amount"]), (2, ["a\nb", "12.5"]), (4, ["long", "12345678901234.5678"]),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", " =1", '=HYPERLINK("http://x")'])
def test_text_that_starts_like_a_formula_stays_text(text: str) -> None:
    raw = xlsx.write([("Rules", [10], [["Name"], [text]])])

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    assert texts(raw)[1:] == [(2, [text])]


def test_formula_is_given_as_written_and_marked() -> None:
    [rows] = xlsx.read(book(["A"], ["=2+3"]), most_rows=10, most_columns=5).values()

    assert rows[1].cells == (xlsx.Cell("=2+3", is_formula=True),)


def test_one_more_than_the_limits_is_read_and_no_more() -> None:
    assert texts(book(*[[1, 2, 3, 4]] * 9), most_rows=2, most_columns=2) == [(n, ["1", "2", "3"]) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("no archive", b"PK\x03\x04 not really", "xlsx_damaged"),
        ("an archive of something else", with_part(b"", "letter.txt"), "xlsx_damaged"),
        ("macros", with_part(book(["A"]), "xl/vbaProject.bin"), "xlsx_active"),
        ("links to another workbook", with_part(book(["A"]), "xl/externalLinks/externalLink1.xml"), "xlsx_active"),
        ("an embedded object", with_part(book(["A"]), "xl/embeddings/a.bin"), "xlsx_active"),
        ("a bomb", with_part(book(["A"]), "xl/media/a.png", b"0" * (xlsx.MAX_UNPACKED + 1)), "xlsx_too_large"),
        ("too many bytes", b"PK\x03\x04" + b"0" * xlsx.MAX_BYTES, "xlsx_too_large"),
        ("too many sheets", book(["A"], sheets=11), "xlsx_sheets"),
        ("a cell without end", book(["A" * 10_001]), "xlsx_field_too_long"),
    ],
)
def test_dangerous_or_broken_workbook_is_refused(_case: str, raw: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        xlsx.read(raw, most_rows=10, most_columns=5)

    assert refusal.value.code == code


def test_xml_that_expands_without_end_is_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData>&a;</sheetData></worksheet>'
    raw = book(["A"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w") as new:
        for part in old.infolist():
            new.writestr(part, bomb if part.filename.endswith("sheet1.xml") else old.read(part))

    with pytest.raises(InvalidError) as refusal:
        xlsx.read(buffer.getvalue(), most_rows=10, most_columns=5)

    assert refusal.value.code == "xlsx_damaged"
