"""A version of a policy as a document that leaves and comes back as JSON; as a workbook in `exchange_tables`.

The schema is described in docs/policy_files.md. It is versioned: what we write today is read by every later
version, or refused by its number. Source: SEMANTICS AP-9 (the life of a version).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.decisions.exchange_columns import COLUMNS, Column
from policies.decisions.exchange_known import Known
from policies.decisions.unfit import Unfit

SCHEMA = "crossdock.policy/1"
MOST_ROWS = 5000
_MEMBERS = ("schema", "kind", "currency", "about", "settings", "rows")


@dataclass(frozen=True, slots=True)
class Document:
    """What a version says, as plain JSON: its switches, and its rows by column."""

    kind: str
    settings: Mapping[str, Any]
    rows: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file: where, what was written, and the cure."""

    where: str  # such as `Row 5`, as the file counts
    column: str
    value: str
    cure: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A row with the place where the file has it; a column whose cell is at fault is not among its values."""

    where: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read of a file: the document as far as it is fit, and every fault."""

    kind: str
    settings: Mapping[str, Any]
    rows: tuple[Numbered, ...]
    faults: tuple[Fault, ...]

    def document(self) -> Document:
        """Return the document; its rows in the order of the policy, those with a cell at fault left out."""
        rows = tuple(row.values for row in self.rows if len(row.values) == len(COLUMNS[self.kind]))
        return Document(self.kind, self.settings, in_order(self.kind, rows))


def in_order(kind: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return rows in the one order in which they are written, whatever the order in which they are stored."""
    if kind == "approval":
        return tuple(sorted(rows, key=lambda row: (row["is_additional"], row["position"])))
    names = [column.name for column in COLUMNS[kind][:2]]
    return tuple(sorted(rows, key=lambda row: tuple(str(row[name]) for name in names)))


def to_json(document: Document, currency: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document as the JSON of its schema; `about` is for people and is not read back."""
    names = [column.name for column in COLUMNS[document.kind]]
    return {
        "schema": SCHEMA,
        "kind": document.kind,
        "currency": currency,
        "about": dict(about),
        "settings": {name: document.settings[name] for name in sorted(document.settings)},
        "rows": [{name: row[name] for name in names} for row in document.rows],
    }


def from_json(given: Any, kind: str, known: Known) -> Taken:
    """Read a document of one kind that came as JSON; every member is judged, none is passed over."""
    if not isinstance(given, dict):
        return nothing(kind, Fault("File", "", "", "Send one JSON object, as an export writes it."))
    faults = [*_members("File", given, _MEMBERS, {"about"}), *head_faults(given, kind, known)]
    rows, settings = given.get("rows"), given.get("settings")
    if not isinstance(rows, list) or not isinstance(settings, dict):
        return nothing(
            kind, *faults, Fault("File", "rows, settings", "", "Write rows as a list and settings as an object.")
        )
    if len(rows) > MOST_ROWS:
        return nothing(kind, *faults, too_many(len(rows)))
    read: list[Numbered] = []
    for number, row in enumerate(rows, start=1):
        where = f"Row {number}"
        if not isinstance(row, dict):
            faults.append(Fault(where, "", str(row)[:80], "Write a row as an object."))
            continue
        faults += _members(where, row, [column.name for column in COLUMNS[kind]])
        found = [column for column in COLUMNS[kind] if column.name in row]
        values, wrong = values_of(where, found, row, lambda c: c.name, lambda c, given: c.value.from_json(given, known))
        faults += wrong
        read.append(Numbered(where, values))
    return Taken(kind, settings, tuple(read), tuple(faults))


def nothing(kind: str, *faults: Fault) -> Taken:
    """Return what is taken of a file that cannot be read."""
    return Taken(kind, {}, (), faults)


def too_many(count: int) -> Fault:
    """Return the fault of a file with too many rows."""
    return Fault("File", "rows", str(count), f"Bring in at most {MOST_ROWS:,} rows. Nobody reads more.")


def _members(
    where: str, given: Mapping[str, Any], names: Sequence[str], spare: Sequence[str] | set[str] = ()
) -> Iterator[Fault]:
    for name in given:
        if name not in names:
            yield Fault(where, name[:60], str(given[name])[:80], f"There is no such member. Use {', '.join(names)}.")
    for name in names:
        if name not in given and name not in spare:
            yield Fault(where, name, "", "The member is missing. Write it, even when it is empty.")


def head_faults(given: Mapping[str, Any], kind: str, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with what a file says of itself: schema, kind, currency."""
    if "schema" in given and given["schema"] != SCHEMA:
        yield Fault("File", "schema", str(given["schema"])[:60], f"Only {SCHEMA} is read here.")
    if "kind" in given and given["kind"] != kind:
        yield Fault(
            "File",
            "kind",
            str(given["kind"])[:60],
            f"This page takes the kind {kind}. Open the page of the other policy.",
        )
    if "currency" in given and given["currency"] != known.currency:
        yield Fault(
            "File", "currency", str(given["currency"])[:60],
            f"Amounts of a policy are in the base currency, {known.currency}. Convert them first.",
        )  # fmt: skip


def values_of(
    where: str,
    columns: Sequence[Column],
    given: Mapping[str, Any],
    key: Callable[[Column], str],
    read: Callable[[Column, Any], Any],
) -> tuple[dict[str, Any], list[Fault]]:
    """Read the values of a row by column, and what is wrong with each; `key` is how the file calls a column."""
    values, faults = {}, []
    for column in columns:
        written = given.get(key(column), "")
        try:
            values[column.name] = read(column, written)
        except Unfit as unfit:
            part = written if unfit.part is None else unfit.part
            faults.append(Fault(where, key(column), str(part)[:80], unfit.cure))
    return values, faults


def decimal(plain: Any) -> Decimal | None:
    """Return a plain amount as a number; nothing stays nothing."""
    return None if plain is None else Decimal(plain)
