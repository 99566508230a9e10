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
from suppliers.models import Supplier
from suppliers.services.write_supplier_site import open_main_sites

_CODE = 16
_BATCH = 1_000


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
    One that is there stays as it is. Bank accounts never come in this way (SU-2).

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
    done.same += sorted(known)
    done.new += sorted(fresh.keys() - known)
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


def _known(fresh: Iterable[str]) -> set[str]:
    return set(Supplier.objects.filter(code__in=list(fresh)).values_list("code", flat=True))


def _store(added: Sequence[Supplier], source: str, actor: User, at: datetime) -> None:
    Supplier.objects.bulk_create(added, batch_size=_BATCH)
    open_main_sites(suppliers=added, at=at)
    audit.record_rows(
        audit.row("suppliers.supplier", one.pk, one.code, "import_supplier", actor=actor, at=at, source=source)
        for one in added
    )
