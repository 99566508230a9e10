"""What rows must be besides readable, by kind of policy: every fault with its row, column, value and cure.

Source: SEMANTICS AP-1, AP-2, AP-8 (matrix), GR-3 (tolerances), SD-1 (duties), EX-1 (routing).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from foundation.errors import InvalidError
from policies.decisions.exchange import Fault, Numbered, Taken, decimal
from policies.decisions.exchange_columns import COLUMNS, switch_label
from policies.decisions.exchange_known import Known
from policies.decisions.matrix import INFORM
from policies.decisions.switches import check_switches
from policies.decisions.unfit import Unfit
from policies.decisions.vocabulary import DUTIES

Missing = frozenset[tuple[str, str]]  # (level, code) of tolerances that nothing has
MOST_NOTES = 50


def check(taken: Taken, known: Known, switches: Sequence[str], missing: Missing = frozenset()) -> tuple[Fault, ...]:
    """Return every fault of a document that could be read; `switches` are those its kind has."""
    return (*taken.faults, *_ROWS[taken.kind](taken.rows, known, missing), *_switches(taken, known, switches))


def _switches(taken: Taken, known: Known, names: Sequence[str]) -> Iterator[Fault]:
    if any(fault.where.startswith(("File", "About")) for fault in taken.faults):
        return  # what could not be read at all has no switches to miss
    unread = any(fault.where.startswith("Switches") for fault in taken.faults)
    for name in names:
        if name not in taken.settings and not unread:
            yield Fault("Switches", name, "", f"“{switch_label(name)}” is missing. Write its value.")
    for name, value in taken.settings.items():
        if name not in names:
            yield Fault("Switches", name[:60], str(value)[:80], "This policy has no such switch. Take it away.")
            continue
        try:
            check_switches({name: value}, list(known.words["roles"]))
        except InvalidError as error:
            yield Fault("Switches", name, str(value)[:80], error.message)


def _fault(row: Numbered, kind: str, name: str, cure: str, value: Any = None) -> Fault:
    head = next(column.head for column in COLUMNS[kind] if column.name == name)
    written = row.values[name] if value is None else value
    return Fault(row.where, head, "" if written is None else str(written)[:80], cure)


def _has(row: Numbered, *names: str) -> bool:
    """Say whether the cells that a check needs could all be read."""
    return all(name in row.values for name in names)


def _approval(rows: Sequence[Numbered], _known: Known, _missing: Missing) -> Iterator[Fault]:
    places: dict[tuple[bool, int], str] = {}
    for row in rows:
        values = row.values
        if _has(row, "is_additional", "position"):
            place = (values["is_additional"], values["position"])
            if place in places:
                yield _fault(
                    row, "approval", "position", f"{places[place]} has this number already. Give each row its own."
                )
            places.setdefault(place, row.where)
        if _has(row, "amount_from", "amount_to"):
            low, high = decimal(values["amount_from"]), decimal(values["amount_to"])
            if high is not None and high <= (low or 0):
                cure = f"The band above {low or 0:,} up to {high:,} is empty: the end must be above the start."
                yield _fault(row, "approval", "amount_to", cure)
        yield from _asks(row)


def _asks(row: Numbered) -> Iterator[Fault]:
    if _has(row, "is_touchless", "is_additional") and row.values["is_touchless"] and row.values["is_additional"]:
        yield _fault(row, "approval", "is_touchless", "Only a base row can be touchless.", "yes")
    if not _has(row, "is_touchless", "stages"):
        return
    asks = [stage for stage in row.values["stages"] if stage["completion"] != INFORM]
    only_informs = bool(row.values["stages"]) and row.values.get("is_additional") is True
    if row.values["is_touchless"] and asks:
        yield _fault(row, "approval", "is_touchless", "A touchless row asks nobody. Take its stages away.", "yes")
    if not row.values["is_touchless"] and not asks and not only_informs:
        yield _fault(row, "approval", "stages", "The row asks nobody. Add a stage or make it touchless.", "")


def overlaps(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say which base rows with the same conditions overlap: the one above decides there (AP-1), which may be meant."""
    axes = [
        c.name
        for c in COLUMNS["approval"]
        if c.name not in {"position", "name", "amount_from", "amount_to", "is_touchless", "stages"}
    ]
    same: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if not row["is_additional"]:
            same.setdefault(str([row[axis] for axis in axes]), []).append(row)
    pairs = sorted(pair for group in same.values() for pair in _meeting(group))
    return [
        f"Row {lower} overlaps row {upper}, which has the same conditions and decides first. Start row {lower} where the "
        f"other ends, if it should decide there."
        for lower, upper in pairs[:MOST_NOTES]
    ]


def _meeting(group: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Yield the positions (lower row, upper row) of bands that meet, each row at most with the widest before it."""
    widest: Mapping[str, Any] | None = None
    for row in sorted(group, key=lambda row: (Decimal(row["amount_from"] or 0), row["position"])):
        if widest is not None and Decimal(row["amount_from"] or 0) < _end(widest):
            yield max(row["position"], widest["position"]), min(row["position"], widest["position"])
        if widest is None or _end(row) > _end(widest):
            widest = row


def _end(row: Mapping[str, Any]) -> Decimal:
    return Decimal("Infinity") if row["amount_to"] is None else Decimal(row["amount_to"])


def _tolerance(rows: Sequence[Numbered], _known: Known, missing: Missing) -> Iterator[Fault]:
    seen: dict[tuple[str, str], str] = {}
    for row in rows:
        if not _has(row, "scope", "scope_code"):
            continue
        level = (row.values["scope"], row.values["scope_code"])
        if (level[0] == "enterprise") == bool(level[1]):
            cure = "The enterprise level has no code; every other level needs one."
            yield _fault(row, "tolerance", "scope_code", cure)
        elif level in missing:
            yield _fault(row, "tolerance", "scope_code", f"There is no {level[0]} “{level[1]}”.")
        if level in seen:
            yield _fault(row, "tolerance", "scope_code", f"{seen[level]} has this level already. Keep one.")
        seen.setdefault(level, row.where)


def _duty(rows: Sequence[Numbered], known: Known, _missing: Missing) -> Iterator[Fault]:
    seen: dict[frozenset[str], str] = {}
    for row in rows:
        if not _has(row, "first", "second", "strength", "countersign_days"):
            continue
        first, second, strength = (row.values[name] for name in ("first", "second", "strength"))
        by_role = strength == "role"
        for name in ("first", "second"):
            code = row.values[name]
            if code not in (known.words["roles"] if by_role else DUTIES):
                cure = f"Pairs of this strength name {'roles' if by_role else 'duties'}; “{code}” is none."
                yield _fault(row, "duty", name, cure)
        pair = frozenset((first, second))
        if first == second:
            yield _fault(row, "duty", "second", "Name two different duties.")
        elif pair in seen:
            yield _fault(row, "duty", "second", f"{seen[pair]} has this pair already, in whatever order. Keep one.")
        seen.setdefault(pair, row.where)
        if (strength == "compensated") != (row.values["countersign_days"] is not None):
            cure = "Only a compensated pair has days to countersign, and it needs them."
            yield _fault(row, "duty", "countersign_days", cure)


def _routing(rows: Sequence[Numbered], _known: Known, _missing: Missing) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for row in rows:
        if not _has(row, "category"):
            continue
        code = row.values["category"]
        if code in seen:
            yield _fault(row, "routing", "category", f"{seen[code]} has this code already. Keep one.")
        seen.setdefault(code, row.where)


def _switches_only(_rows: Sequence[Numbered], _known: Known, _missing: Missing) -> Iterator[Fault]:
    return iter(())


_ROWS: Mapping[str, Callable[[Sequence[Numbered], Known, Missing], Iterator[Fault]]] = {
    "approval": _approval, "tolerance": _tolerance, "duty": _duty, "routing": _routing, "sourcing": _switches_only,
}  # fmt: skip


def again(rows: Sequence[Numbered], kind: str, known: Known) -> Iterator[Fault]:
    """Judge rows that were fit once by what is known today: what they name may be gone."""
    for row in rows:
        for column in COLUMNS[kind]:
            try:
                column.value.from_json(row.values[column.name], known)
            except Unfit as unfit:
                part = row.values[column.name] if unfit.part is None else unfit.part
                yield Fault(row.where, column.head, str(part)[:80], unfit.cure)
