"""A supplier master that was kept elsewhere comes in: every row judged, the good ones added, the others told why not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation import audit
from foundation.codes import code_from
from foundation.errors import InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.services import Import, RowFault
from foundation.validators import known_country, known_currency, new_code
from suppliers import access
from suppliers.decisions.plain_names import read_name
from suppliers.models import FieldOrigin, Supplier, SupplierState
from suppliers.services.tell_supplier import Told, tell_supplier
from suppliers.services.write_supplier_site import open_main_sites

_CODE = 16
_BATCH = 1_000
_CLOSED = (SupplierState.MERGED, SupplierState.OFFBOARDED)  # what a file says of them is no news
_TOLD = ("name", "country", "currency", "tax_id", "address")


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A row as written; `line` is its line in the table. Without a code it gets one made from its name."""

    line: int
    name: str
    country: str
    currency: str
    code: str = ""
    tax_id: str = ""
    address: str = ""


@use_case
def import_suppliers(*, rows: Sequence[SupplierRow], source: str, dry_run: bool, actor: User, at: datetime) -> Import:
    """Add the suppliers of a table that are not there by code; `dry_run` only judges.

    A supplier that comes in is requested only: it gets orders and money after its onboarding, like any other (SU-1).
    What a row says otherwise of one that is there is told like any other source's word: written where the file may, else
    a request (SU-5). An empty cell says nothing. Bank accounts never come in this way (SU-2).

    :raises NotPermittedError: not a supplier manager.
    """
    require(access.can_maintain(actor))
    done = Import()
    fresh: dict[str, Supplier] = {}
    for row in rows:
        try:
            supplier = _judged(row, source, at)
        except InvalidError as error:
            field, value = str(error.details.get("field", "name")), str(error.details.get("value", ""))
            done.faults.append(RowFault(row.line, field, value[:80], error.message))
            continue
        fresh.setdefault(supplier.code, supplier)
    known = _known(fresh)
    done.new += sorted(fresh.keys() - known.keys())
    for code, supplier in sorted(known.items()):
        values = {} if supplier.state in _CLOSED else _otherwise(supplier, fresh[code])
        (done.changed if values else done.same).append(code)
        if values and not dry_run:
            told = Told(values, "import", source[:120])
            tell_supplier(supplier_id=supplier.pk, told=told, actor=actor, at=at)
    if not dry_run:
        _store([fresh[code] for code in done.new], source, actor, at)
    return done


def _judged(row: SupplierRow, source: str, at: datetime) -> Supplier:
    name = read_name(row.name)
    code = new_code(row.code, longest=_CODE) if row.code.strip() else code_from(name, _CODE)
    if len(row.tax_id) > 32 or len(row.address) > 500:  # noqa: PLR2004 - the columns' widths
        raise InvalidError("value_too_long", "A tax number has at most 32 letters, an address 500.", field="tax_id")
    return Supplier(
        code=code, name=name, country=known_country(row.country), currency=known_currency(row.currency),
        tax_id=row.tax_id.strip(), address=row.address.strip(), state_reason=f"Imported from {source}"[:200],
        created_at=at, changed_at=at,
    )  # fmt: skip


def _known(fresh: Iterable[str]) -> dict[str, Supplier]:
    """Return the records of codes that are there."""
    return {row.code: row for row in Supplier.objects.filter(code__in=list(fresh))}


def _otherwise(known: Supplier, row: Supplier) -> dict[str, str]:
    """Return what a row says that the record does not."""
    said = {name: str(getattr(row, name)) for name in _TOLD}
    return {name: value for name, value in said.items() if value and value != str(getattr(known, name))}


def _store(added: Sequence[Supplier], source: str, actor: User, at: datetime) -> None:
    Supplier.objects.bulk_create(added, batch_size=_BATCH)
    open_main_sites(suppliers=added, at=at)
    FieldOrigin.objects.bulk_create(
        (
            FieldOrigin(supplier=one, field=name, source="import", document=source[:120], by=actor, at=at)
            for one in added
            for name in _TOLD
            if getattr(one, name)
        ),
        batch_size=_BATCH,
    )
    audit.record_rows(
        audit.row("suppliers.supplier", one.pk, one.code, "import_supplier", actor=actor, at=at, source=source)
        for one in added
    )
