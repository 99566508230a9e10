"""Exchange rates from a table, such as a month of a bank's rates."""

from datetime import date

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from foundation import access
from foundation.errors import InvalidError
from foundation.models import User
from foundation.services import Import, RateRow, import_rates
from foundation.web.door import admitted, now, staff
from foundation.web.numbers import read_number
from foundation.web.tables import LARGEST, Cells, Table, TableForm, bring_in
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
    return bring_in(request, form, _table(staff(request)), is_sure=bool(request.POST.get("is_sure")))


def _table(actor: User) -> Table[RateRow]:
    def bring(rows: list[RateRow], form: TableForm, dry_run: bool) -> Import:  # noqa: FBT001 - as `Table` calls it
        return import_rates(rows=rows, is_sure=form.cleaned_data["is_sure"], dry_run=dry_run, actor=actor, at=now())

    return Table(PAGE, COLUMNS, COLUMNS, _row, bring, lambda done: f"New rates: {len(done.new)}.", "rates")


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
