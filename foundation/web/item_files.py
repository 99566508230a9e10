"""A table of items, chosen as a file or pasted from a spreadsheet, read into rows the service takes."""

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation import access
from foundation.errors import InvalidError
from foundation.intake import csv, uploads
from foundation.services import Import, ItemRow, RowFault, import_items
from foundation.web.door import admitted, now, put_error, staff
from foundation.web.numbers import read_number
from foundation.web.typed import takes_long

COLUMNS = ("code", "name", "category", "base_unit", "packs", "gtin", "description", "active")
NEEDED = ("code", "name", "category", "base_unit")
LARGEST = 1_000_000  # letters of a table: it travels through the page between judging and taking over
SHOWN = 200  # faults on the page
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


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


@takes_long(LARGEST)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def items_import(request: HttpRequest) -> HttpResponse:
    """Judge a table of items and say what it would do; taken over when it was judged without a fault."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    try:
        raw = form.raw()
        rows, unread = _rows(raw)
        dry_run = bool(unread) or request.POST.get("act") != "import"
        done = import_items(rows=rows, dry_run=dry_run, actor=staff(request), at=now())
        text = csv.text_of(raw)
    except InvalidError as error:
        put_error(form, error)
        return _page(request, form)
    done.faults[:0] = unread
    if not dry_run and not done.faults:
        messages.success(request, f"New items: {len(done.new)}. Changed: {len(done.changed)}.")
        return redirect("items")
    if len(text) > LARGEST:
        form.add_error("file", f"Send at most {LARGEST} letters at once.")
    return _page(request, form, done, text)


def _page(request: HttpRequest, form: TableForm, done: Import | None = None, text: str = "") -> HttpResponse:
    faults = sorted(done.faults, key=lambda fault: fault.line) if done else []
    context = {
        "form": form, "done": done, "text": text, "columns": COLUMNS, "needed": NEEDED, "faults": faults[:SHOWN],
        "more": max(len(faults) - SHOWN, 0),
    }  # fmt: skip
    return render(request, "master/items_import.html", context, status=422 if form.errors or faults else 200)


def _rows(raw: bytes) -> tuple[list[ItemRow], list[RowFault]]:
    """Return the rows of a table, and what could not be read of it.

    :raises InvalidError: it is no table, or a column is missing or unknown.
    """
    table = csv.read(raw)
    head = {name.lower().replace(" ", "_"): name for name in table.head}
    missing, unknown = [n for n in NEEDED if n not in head], [n for n in head if n not in COLUMNS]
    if missing or unknown:
        words = f"The column {missing[0]} is missing." if missing else f"The column {head[unknown[0]][:40]} is unknown."
        raise InvalidError("columns_unfit", f"{words} Use {', '.join(COLUMNS)}.", field="file")
    rows, faults = [], []
    for row in table.rows:
        if row.fault:
            faults.append(RowFault(row.number, "", "", f"The line has {row.fault}."))
            continue
        cells = {name: row.cells[written].strip() for name, written in head.items()}
        try:
            rows.append(_row(row.number, {name: _unquoted(cell) for name, cell in cells.items()}))
        except InvalidError as error:
            column, value = str(error.details["field"]), str(error.details["value"])
            faults.append(RowFault(row.number, column, value[:80], error.message))
    return rows, faults


def _unquoted(cell: str) -> str:
    """Take away the quote our own export puts before what a spreadsheet would run."""
    return cell[1:] if cell.startswith("'") and csv.safe(cell[1:]) == cell else cell


def _row(line: int, cells: dict[str, str]) -> ItemRow:
    said = cells.get("active", "").lower()
    if said and said not in _WORDS:
        raise InvalidError("active_unfit", "Write yes or no.", field="active", value=said)
    return ItemRow(
        line, cells["code"], cells["name"], cells["category"], cells["base_unit"], cells.get("gtin"),
        cells.get("description"), _WORDS.get(said), _packs(cells.get("packs", "")),
    )  # fmt: skip


def _packs(text: str) -> tuple[tuple[str, Decimal], ...]:
    """Read packs as they are written: XCS=24; XPX=960."""
    return tuple(_pack(part.strip()) for part in text.split(";") if part.strip())


def _pack(text: str) -> tuple[str, Decimal]:
    unit, sign, number = text.partition("=")
    if not sign:
        raise InvalidError("packs_unfit", "Write packs like XCS=24; XPX=960.", field="packs", value=text)
    try:
        return unit.strip(), read_number(number)
    except ValidationError as error:
        raise InvalidError("packs_unfit", error.messages[0], field="packs", value=text) from error
