"""Exchange rates from a table, such as a month of a bank's rates."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from foundation import access
from foundation.errors import InvalidError
from foundation.intake import csv
from foundation.services import RateRow, import_rates
from foundation.web.door import admitted, now, put_error, staff
from foundation.web.numbers import read_number
from foundation.web.tables import LARGEST, Cells, TableForm, judged, rows_of
from foundation.web.typed import takes_long

COLUMNS = ("currency", "date", "rate", "source")
PAGE = "master/rates_import.html"


class RateTableForm(TableForm):
    """A table of rates."""

    is_sure = forms.BooleanField(required=False, label="Let rates pass that differ by more than a fifth")


@takes_long(LARGEST)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rates_import(request: HttpRequest) -> HttpResponse:
    """Judge a table of rates and say what it would do; brought in when it was judged without a fault."""
    admitted(request, access.can_keep_ground(staff(request)))
    form = RateTableForm(request.POST or None, request.FILES or None)
    shown: dict[str, Any] = {"columns": COLUMNS, "needed": COLUMNS, "is_sure": bool(request.POST.get("is_sure"))}
    if request.method != "POST" or not form.is_valid():
        return judged(request, PAGE, form, **shown)
    try:
        raw = form.raw()
        rows, unread = rows_of(raw, COLUMNS, COLUMNS, _row)
        dry_run = bool(unread) or request.POST.get("act") != "import"
        done = import_rates(
            rows=rows, is_sure=form.cleaned_data["is_sure"], dry_run=dry_run, actor=staff(request), at=now()
        )
    except InvalidError as error:
        put_error(form, error)
        return judged(request, PAGE, form, **shown)
    done.faults[:0] = unread
    if not dry_run and not done.faults:
        messages.success(request, f"New rates: {len(done.new)}.")
        return redirect("rates")
    return judged(request, PAGE, form, done, csv.text_of(raw), **shown)


def _row(line: int, cells: Cells) -> RateRow:
    try:
        day = date.fromisoformat(cells["date"])
    except ValueError as error:
        raise InvalidError("day_unfit", "Write the day like 2026-11-25.", field="date", value=cells["date"]) from error
    try:
        rate = read_number(cells["rate"])
    except ValidationError as error:
        raise InvalidError("rate_unfit", error.messages[0], field="rate", value=cells["rate"]) from error
    return RateRow(line, cells["currency"], day, rate, cells["source"])
