"""A table, chosen as a file or pasted from a spreadsheet: read into cells, judged, and shown with what is to mend."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from foundation.errors import InvalidError
from foundation.intake import csv, uploads, xlsx
from foundation.services import Import, RowFault
from foundation.web.door import put_error

R = TypeVar("R")
Cells = dict[str, str]
LARGEST = 1_000_000  # letters of a table: it travels through the page between judging and bringing in
SHOWN = 200  # faults on the page
MOST_OF_SHEET = 10_000  # rows of a workbook, which is slower to read than a plain table


class TableForm(forms.Form):
    """A file or pasted rows."""

    file = forms.FileField(required=False, label="File", widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}))
    table = forms.CharField(
        required=False, label="Or paste rows, with the names of the columns first", max_length=LARGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip

    def raw(self) -> bytes:
        """Return the table as it was sent.

        :raises InvalidError: neither or both were given, or the file is none of ours.
        """
        file, text = self.cleaned_data["file"], self.cleaned_data["table"]
        if bool(file) == bool(text.strip()):
            raise InvalidError("table_missing", "Choose a file or paste rows, one of the two.", field="file")
        if not file:
            return str(text).encode()
        sent = uploads.check(file.name, file.read(uploads.MAX_BYTES + 1), kinds=frozenset({"csv", "xlsx"}))
        return sent.content if sent.kind == "csv" else _first_sheet(sent.content)


def _first_sheet(content: bytes) -> bytes:
    """Return the first sheet of a workbook as a table; its rows keep the numbers the spreadsheet shows.

    :raises InvalidError: it cannot be read, or has a formula; names the cell.
    """
    sheet = next(iter(xlsx.read(content, most_rows=MOST_OF_SHEET, most_columns=csv.MAX_COLUMNS).values()), ())
    if len(sheet) > MOST_OF_SHEET:
        raise InvalidError(
            "table_too_long", f"A workbook has at most {MOST_OF_SHEET:,} rows here. Save the sheet as CSV for more.", field="file"
        )  # fmt: skip
    lines: list[list[str]] = []
    for row in sheet:
        lines += [[] for _ in range(row.number - 1 - len(lines))]
        formula = next((place for place, cell in enumerate(row.cells, start=1) if cell.is_formula), None)
        if formula is not None:
            raise InvalidError(
                "table_formula", f"Row {row.number}, column {formula}, holds a formula, which is not read. Paste its value instead.",
                field="file", value=row.cells[formula - 1].text[:60],
            )  # fmt: skip
        lines.append([_as_typed(cell.text) for cell in row.cells])
    wide = len(lines[0]) if lines else 0
    return csv.write_read([*line, *[""] * (wide - len(line))] if line else [] for line in lines)


def _as_typed(text: str) -> str:
    """Return a cell on one line; a day without its midnight."""
    return " ".join(text.removesuffix("T00:00:00").splitlines())


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """What a table brings in: its page and columns, how a row is read, the service that takes the rows, what follows.

    `bring` gets the rows, the filled form and whether it is a dry run; `back` names the list that follows. Columns that are
    `passed` over are there in our own export and say nothing to read.
    """

    template: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    read: Callable[[int, Cells], R]
    bring: Callable[[list[R], TableForm, bool], Import]
    words: Callable[[Import], str]
    back: str
    passed: tuple[str, ...] = ()


def bring_in(request: HttpRequest, form: TableForm, table: Table[R], **more: object) -> HttpResponse:
    """Judge a table and say what it would do; bring it in when the person says so and it was judged without a fault."""
    shown: dict[str, Any] = {"columns": table.columns, "needed": table.needed, **more}
    if request.method != "POST" or not form.is_valid():
        return judged(request, table.template, form, **shown)
    try:
        raw = form.raw()
        rows, unread = rows_of(raw, table.columns, table.needed, table.read, table.passed)
        dry_run = bool(unread) or request.POST.get("act") != "import"
        done = table.bring(rows, form, dry_run)
    except InvalidError as error:
        put_error(form, error)
        return judged(request, table.template, form, **shown)
    done.faults[:0] = unread
    if not dry_run and not done.faults:
        messages.success(request, table.words(done))
        return redirect(table.back)
    return judged(request, table.template, form, done, csv.text_of(raw), **shown)


def rows_of(
    raw: bytes,
    columns: tuple[str, ...],
    needed: tuple[str, ...],
    read: Callable[[int, Cells], R],
    passed: tuple[str, ...] = (),
) -> tuple[list[R], list[RowFault]]:
    """Return the rows of a table, and what could not be read of it.

    :raises InvalidError: it is no table, or a column is missing or unknown.
    """
    table = csv.read(raw)
    head = {name.lower().replace(" ", "_"): name for name in table.head}
    missing, unknown = [n for n in needed if n not in head], [n for n in head if n not in (*columns, *passed)]
    if missing or unknown:
        words = f"The column {missing[0]} is missing." if missing else f"The column {head[unknown[0]][:40]} is unknown."
        raise InvalidError("columns_unfit", f"{words} Use {', '.join(columns)}.", field="file")
    rows, faults = [], []
    for row in table.rows:
        if row.fault:
            faults.append(RowFault(row.number, "", "", f"The line has {row.fault}."))
            continue
        try:
            rows.append(read(row.number, {name: _unquoted(row.cells[there].strip()) for name, there in head.items()}))
        except InvalidError as error:
            column, value = str(error.details["field"]), str(error.details["value"])
            faults.append(RowFault(row.number, column, value[:80], error.message))
    return rows, faults


def _unquoted(cell: str) -> str:
    """Take away the quote our own export puts before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and csv.safe(cell[1:]) == cell else cell


def judged(
    request: HttpRequest, template: str, form: TableForm, done: Import | None = None, text: str = "", **more: object
) -> HttpResponse:
    """Draw the page of a table: its form, and when it was judged what it would do or what is to mend."""
    if len(text) > LARGEST:
        form.add_error("file", f"Send at most {LARGEST} letters at once.")
    faults = sorted(done.faults, key=lambda fault: fault.line) if done else []
    context = {
        "form": form, "done": done, "text": text, "faults": faults[:SHOWN], "more": max(len(faults) - SHOWN, 0), **more,
    }  # fmt: skip
    return render(request, template, context, status=422 if form.errors or faults else 200)
