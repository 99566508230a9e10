"""A table, chosen as a file or pasted from a spreadsheet: read into cells, judged, and shown with what is to mend."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from foundation.errors import InvalidError
from foundation.intake import csv, uploads
from foundation.services import Import, RowFault
from foundation.web.door import put_error

R = TypeVar("R")
Cells = dict[str, str]
LARGEST = 1_000_000  # letters of a table: it travels through the page between judging and bringing in
SHOWN = 200  # faults on the page


class TableForm(forms.Form):
    """A file or pasted rows."""

    file = forms.FileField(required=False, label="File", widget=forms.FileInput(attrs={"accept": ".csv"}))
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
        return uploads.check(file.name, file.read(uploads.MAX_BYTES + 1), kinds=frozenset({"csv"})).content


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """What a table brings in: its page and columns, how a row is read, the service that takes the rows, what follows.

    `bring` gets the rows, the filled form and whether it is a dry run; `back` names the list that follows.
    """

    template: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    read: Callable[[int, Cells], R]
    bring: Callable[[list[R], TableForm, bool], Import]
    words: Callable[[Import], str]
    back: str


def bring_in(request: HttpRequest, form: TableForm, table: Table[R], **more: object) -> HttpResponse:
    """Judge a table and say what it would do; bring it in when the person says so and it was judged without a fault."""
    shown: dict[str, Any] = {"columns": table.columns, "needed": table.needed, **more}
    if request.method != "POST" or not form.is_valid():
        return judged(request, table.template, form, **shown)
    try:
        raw = form.raw()
        rows, unread = rows_of(raw, table.columns, table.needed, table.read)
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
    raw: bytes, columns: tuple[str, ...], needed: tuple[str, ...], read: Callable[[int, Cells], R]
) -> tuple[list[R], list[RowFault]]:
    """Return the rows of a table, and what could not be read of it.

    :raises InvalidError: it is no table, or a column is missing or unknown.
    """
    table = csv.read(raw)
    head = {name.lower().replace(" ", "_"): name for name in table.head}
    missing, unknown = [n for n in needed if n not in head], [n for n in head if n not in columns]
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
