"""Items from a table, read into the rows the service takes."""

from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from foundation import access
from foundation.errors import InvalidError
from foundation.models import User
from foundation.services import Import, ItemRow, import_items
from foundation.web.door import admitted, now, staff
from foundation.web.numbers import read_number
from foundation.web.tables import LARGEST, Cells, Table, TableForm, bring_in
from foundation.web.typed import takes_long

COLUMNS = ("code", "name", "category", "base_unit", "packs", "gtin", "description", "active")
NEEDED = ("code", "name", "category", "base_unit")
PAGE = "master/items_import.html"
_WORDS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@takes_long(LARGEST)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def items_import(request: HttpRequest) -> HttpResponse:
    """Judge a table of items and say what it would do; brought in when it was judged without a fault."""
    admitted(request, access.can_keep_ground(staff(request)))
    return bring_in(request, TableForm(request.POST or None, request.FILES or None), _table(staff(request)))


def _table(actor: User) -> Table[ItemRow]:
    def bring(rows: list[ItemRow], _form: TableForm, dry_run: bool) -> Import:  # noqa: FBT001 - as `Table` calls it
        return import_items(rows=rows, dry_run=dry_run, actor=actor, at=now())

    def words(done: Import) -> str:
        return f"New items: {len(done.new)}. Changed: {len(done.changed)}."

    return Table(PAGE, COLUMNS, NEEDED, _row, bring, words, "items")


def _row(line: int, cells: Cells) -> ItemRow:
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
