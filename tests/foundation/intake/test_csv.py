"""Tables: encodings, separators, limits, and no formula on the way out."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import InvalidError
from foundation.intake import csv


@pytest.mark.parametrize(
    ("_case", "raw", "encoding"),
    [
        ("UTF-8",                  "code;name\nA;Bürste\n".encode(), ""),
        ("UTF-8 with its mark",    "\ufeffcode;name\nA;Bürste\n".encode(), ""),
        ("UTF-16, little end",     "code;name\nA;Bürste\n".encode("utf-16"), ""),
        ("UTF-16, big end",        b"\xfe\xff" + "code;name\nA;Bürste\n".encode("utf-16-be"), ""),
        ("Windows-1252, declared", "code;name\nA;Bürste\n".encode("cp1252"), "cp1252"),
        ("comma",                  "code,name\r\nA,Bürste\r\n".encode(), ""),
        ("tab",                    "code\tname\nA\tBürste".encode(), ""),
        ("pipe",                   "code|name\nA|Bürste\n\n".encode(), ""),
    ],
)  # fmt: skip
def test_table_is_read(_case: str, raw: bytes, encoding: str) -> None:
    table = csv.read(raw, encoding=encoding)

    assert table.head == ("code", "name")
    assert [row.cells for row in table.rows] == [{"code": "A", "name": "Bürste"}]


def test_separator_inside_quotes_does_not_count() -> None:
    table = csv.read(b'code;price;note\nA;1,50;"one; two"\nB;2,75;"three, four"\n')

    assert (table.separator, [row.cells["note"] for row in table.rows]) == (";", ["one; two", "three, four"])


def test_row_of_another_length_is_kept_with_its_line_and_fault() -> None:
    table = csv.read(b"code,name\nA,first\nB\nC,third,more\n")

    assert [(row.number, row.fault) for row in table.rows] == [
        (2, ""), (3, "1 cells where the first row has 2"), (4, "3 cells where the first row has 2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("Windows-1252, not declared", "code;name\nA;Bürste".encode("cp1252"), "csv_encoding"),
        ("binary",              b"code,name\nA,\x00\n", "csv_binary"),
        ("nothing",             b"", "csv_empty"),
        ("an open quote",       b'code,name\nA,"open\n', "csv_malformed"),
        ("a column twice",      b"code,code\nA,B\n", "csv_column_twice"),
        ("a column unnamed",    b"code,,name\nA,B,C\n", "csv_unnamed_column"),
        ("a cell too long",     b"code\n" + b"a" * 10_001, "csv_field_too_long"),
        ("too many columns",    b",".join(b"c%d" % n for n in range(301)), "csv_too_many_columns"),
    ],
)  # fmt: skip
def test_table_is_refused(_case: str, raw: bytes, code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        csv.read(raw)

    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("+44", "'+44"), ("-1", "'-1"), ("@SUM", "'@SUM"), ("\tx", "'\tx"), ("  =1", "'  =1"),
        ("\uff1d1", "'\uff1d1"), ("plain", "plain"), (Decimal("-1.50"), "-1.50"), (date(2026, 3, 1), "2026-03-01"), (-7, -7),
    ],
)  # fmt: skip
def test_text_that_would_run_as_a_formula_is_quoted(value: object, written: object) -> None:
    assert csv.safe(value) == written


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=8))
def test_written_table_never_starts_a_cell_with_a_formula(rows: list[tuple[str, str]]) -> None:
    raw = csv.write(["first", "second"], rows)

    for line in csv.csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line)
