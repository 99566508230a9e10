"""A sanctions list comes in from a file; every supplier we may order from is compared with it again (SU-1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from foundation import audit
from foundation.errors import ConflictError, InvalidError, require
from foundation.intake import csv
from foundation.journal import use_case
from foundation.models import User
from foundation.services import Import, RowFault
from foundation.validators import known_country, one_line
from suppliers import access
from suppliers.models import CheckKind, SanctionedParty, SanctionsList, Supplier, SupplierCheck, SupplierState
from suppliers.selectors.checks import sanctions_hits
from suppliers.services.check_supplier import screen_supplier

COLUMNS = ("reference", "name")  # and, when there: aliases (apart by |), country, programme
_LEAST_SHARE, _BATCH = 2, 1_000
WATCHED = (
    SupplierState.REGISTERED, SupplierState.SCREENED, SupplierState.QUALIFIED, SupplierState.ACTIVE,
    SupplierState.RESTRICTED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did: rows as read, and the suppliers a person must look at."""

    rows: Import
    suppliers: tuple[str, ...]


@use_case
def import_sanctions(
    *, name: str, file_name: str, content: bytes, dry_run: bool, shrinks: bool = False, actor: User, at: datetime
) -> Brought:
    """Replace a list by the names of a CSV file, then compare every supplier in use with all lists.

    A file with any row that cannot be read replaces nothing: a list with a gap is worse than an old one. Neither does one
    with less than half of the names of before, unless `shrinks` says that this is meant.

    :raises NotPermittedError: not a supplier manager.
    :raises InvalidError: a column is missing, a list name that cannot be one, or no rows.
    :raises ConflictError: far fewer names than before.
    """
    require(access.can_maintain(actor))
    called = one_line(name, longest=80, field="name", what="what the list is called")
    done, parties = _read(content)
    known = SanctionsList.objects.select_for_update(no_key=True).filter(name=called).first()
    if known and not done.faults and len(parties) * _LEAST_SHARE < known.parties_count and not shrinks:
        raise ConflictError(
            "list_shrinks",
            f"{called} had {known.parties_count:,} names, this file has {len(parties):,}. Say that it is meant.",
        )
    if done.faults or dry_run:
        return Brought(done, ())
    stored = _store(called, file_name, content, parties, actor, at)
    audit.record(
        stored, "import_sanctions", actor=actor, at=at, names=len(parties), file=stored.source, sha256=stored.sha256
    )
    return Brought(done, tuple(_screen(actor, at)))


def _read(content: bytes) -> tuple[Import, Sequence[SanctionedParty]]:
    table = csv.read(content)
    lacking = [column for column in COLUMNS if column not in table.head]
    if lacking:
        raise InvalidError("column_missing", f"The table has no column {', '.join(lacking)}.", field="file")
    done, found = Import(), {}
    for row in table.rows:
        try:
            party = _party(row.cells)
        except InvalidError as error:
            fault = RowFault(row.number, str(error.details.get("field", "name")), "", error.message)
            done.faults.append(fault)
            continue
        if party.reference in found:
            done.faults.append(RowFault(row.number, "reference", party.reference, "The reference stands there twice."))
        found[party.reference] = party
    if not found and not done.faults:
        raise InvalidError("file_empty", "The file holds no names.", field="file")
    done.new += sorted(found)
    return done, list(found.values())


def _party(cells: dict[str, str]) -> SanctionedParty:
    country = cells.get("country", "").strip()
    aliases = [" ".join(one.split())[:200] for one in cells.get("aliases", "").split("|") if one.strip()]
    return SanctionedParty(
        reference=one_line(cells["reference"], longest=40, field="reference", what="the reference"),
        name=one_line(cells["name"], longest=200, field="name", what="the name"), aliases=aliases,
        country=known_country(country) if country else "", programme=cells.get("programme", "").strip()[:80],
    )  # fmt: skip


def _store(
    name: str, file_name: str, content: bytes, parties: Sequence[SanctionedParty],
    actor: User, at: datetime,
) -> SanctionsList:  # fmt: skip
    values = {
        "source": file_name[:120], "sha256": sha256(content).hexdigest(), "parties_count": len(parties),
        "imported_by": actor, "imported_at": at,
    }  # fmt: skip
    stored, _ = SanctionsList.objects.update_or_create(name=name, defaults=values)
    stored.parties.all().delete()
    for party in parties:
        party.of = stored
    SanctionedParty.objects.bulk_create(parties, batch_size=_BATCH)
    return stored


def _screen(actor: User, at: datetime) -> list[str]:
    """Compare who is in use with all lists; only those with a likeness, or a check that is not passed, are looked at one by one."""
    watched = list(Supplier.objects.filter(state__in=WATCHED).prefetch_related("onboardings").order_by("pk"))
    hits = sanctions_hits(watched)
    checked = SupplierCheck.objects.filter(kind=CheckKind.SANCTIONS, supplier__in=[one.pk for one in watched])
    again = {*hits, *checked.values_list("supplier_id", flat=True)}
    for supplier in watched:
        if supplier.pk in again:
            screen_supplier(supplier_id=supplier.pk, actor=actor, at=at)
    stuck = SupplierCheck.objects.filter(kind=CheckKind.SANCTIONS, supplier__in=hits).exclude(state="passed")
    return list(stuck.order_by("supplier__code").values_list("supplier__code", flat=True))
