"""A version of a policy as the sheets of a workbook, and back: every cell is judged where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from policies.decisions.exchange import (
    MOST_ROWS,
    SCHEMA,
    Document,
    Fault,
    Numbered,
    Taken,
    head_faults,
    nothing,
    too_many,
    values_of,
)
from policies.decisions.exchange_columns import COLUMNS, Column, switch_from_text, switch_label, switch_to_text
from policies.decisions.exchange_known import Known
from policies.decisions.unfit import Unfit
from policies.decisions.vocabulary import SWITCHES

MOST_COLUMNS = 30
RULES, SWITCH_SHEET, ABOUT = "Rules", "Switches", "About"
Cells = Sequence[Any]
Table = tuple[str, Sequence[int], list[Cells]]  # title, widths of the columns, rows with the heads first


def to_tables(document: Document, known: Known, about: Mapping[str, Any]) -> list[Table]:
    """Return a document as the sheets of a workbook; the first is the one people work in."""
    columns = COLUMNS[document.kind]
    tables: list[Table] = []
    if columns:
        rows = [[column.value.to_cell(row[column.name], known) for column in columns] for row in document.rows]
        tables.append((RULES, [c.width for c in columns], [[c.head for c in columns], *rows]))
    if document.settings:
        lines = [
            [name, switch_label(name), switch_to_text(name, value, known), SWITCHES.get(name, ("", ""))[1]]
            for name, value in sorted(document.settings.items())
        ]
        tables.append((SWITCH_SHEET, [22, 36, 24, 60], [["Code", "Switch", "Value", "Means"], *lines]))
    facts = {"schema": SCHEMA, "kind": document.kind, "currency": known.currency, **about}
    tables.append((ABOUT, [20, 60], [["What", "Value"], *([name, value] for name, value in facts.items())]))
    return tables


class Cell(Protocol):
    """A cell as it was written; a formula is never computed."""

    @property
    def text(self) -> str:
        """Return what was written."""

    @property
    def is_formula(self) -> bool:
        """Say whether a spreadsheet would compute it."""


Sheet = Sequence[tuple[int, Sequence[Cell]]]  # (number of the row, its cells)


def from_tables(sheets: Mapping[str, Sheet], kind: str, known: Known) -> Taken:
    """Read a document of one kind from the sheets of a workbook."""
    about = {cells[0].text.strip(): cells[1].text.strip() for _, cells in sheets.get(ABOUT, ()) if len(cells) > 1}
    if "schema" not in about:
        return nothing(
            kind, Fault(ABOUT, "schema", "", f"The sheet {ABOUT} must name its schema. Start from an export.")
        )
    faults = list(head_faults({"kind": "", "currency": "", **about}, kind, known))
    settings: dict[str, Any] = {}
    rows: tuple[Numbered, ...] = ()
    if SWITCH_SHEET in sheets:
        settings, wrong = _switches(sheets[SWITCH_SHEET], known)
        faults += wrong
    if COLUMNS[kind]:
        rows, wrong = _table(sheets.get(RULES, ()), kind, known)
        faults += wrong
    for title in sheets:
        if title not in {RULES, SWITCH_SHEET, ABOUT}:
            faults.append(
                Fault(title[:60], "", "", f"There is no such sheet. Use {RULES}, {SWITCH_SHEET} and {ABOUT}.")
            )
    return Taken(kind, settings, rows, tuple(faults))


def _formulas(where: str, heads: Sequence[str], cells: Sequence[Cell]) -> list[Fault]:
    return [
        Fault(where, head, cell.text[:80], "A formula is not read. Paste its value instead.")
        for head, cell in zip(heads, cells, strict=False)
        if cell.is_formula
    ]


def _headless(where: str, heads: Sequence[str], cells: Sequence[Cell]) -> Iterator[Fault]:
    for place, cell in enumerate(cells[len(heads) :], start=len(heads) + 1):
        if cell.text.strip():
            yield Fault(
                where, f"column {place}", cell.text[:80], "The column has no head. Give it one, or take the cell out."
            )


def _switches(sheet: Sheet, known: Known) -> tuple[dict[str, Any], list[Fault]]:
    settings: dict[str, Any] = {}
    faults: list[Fault] = []
    for number, cells in sheet[1:]:
        where = f"{SWITCH_SHEET}, row {number}"
        name, value = cells[0].text.strip(), cells[2].text if len(cells) > 2 else ""  # noqa: PLR2004 - code, switch, value
        wrong = _formulas(where, ("Code", "Switch", "Value"), cells)
        if name in settings:
            wrong.append(Fault(where, "Code", name[:60], "The switch stands twice. Keep one."))
        faults += wrong
        if wrong or not name:
            continue
        try:
            settings[name] = switch_from_text(name, value, known)
        except Unfit as unfit:
            faults.append(Fault(where, "Value", value[:80], unfit.cure))
    return settings, faults


def _table(sheet: Sheet, kind: str, known: Known) -> tuple[tuple[Numbered, ...], list[Fault]]:
    if not sheet:
        return (), [Fault(RULES, "", "", f"The sheet {RULES} is missing or empty. Start from an export.")]
    heads = [cell.text.strip() for cell in sheet[0][1]]
    columns = {column.head: column for column in COLUMNS[kind]}
    faults = list(_heads(heads, columns))
    if len(sheet) - 1 > MOST_ROWS:
        faults.append(too_many(len(sheet) - 1))
    if faults:
        return (), faults
    fields, read = list(columns.values()), []
    for number, cells in sheet[1:]:
        where = f"Row {number}"
        texts = {head: cell.text for head, cell in zip(heads, cells, strict=False)}
        formulas = _formulas(where, heads, cells)
        computed = {fault.column for fault in formulas}
        plain = [column for column in fields if column.head not in computed]
        values, wrong = values_of(where, plain, texts, lambda c: c.head, lambda c, text: c.value.from_cell(text, known))
        faults += [*formulas, *wrong, *_headless(where, heads, cells)]
        read.append(Numbered(where, values))
    return tuple(read), faults


def _heads(heads: Sequence[str], columns: Mapping[str, Column]) -> Iterator[Fault]:
    where = f"{RULES}, first row"
    if len(heads) > MOST_COLUMNS:
        yield Fault(where, "", str(len(heads)), f"Bring in at most {MOST_COLUMNS} columns.")
        return
    for place, head in enumerate(heads, start=1):
        if head not in columns:
            cure = f"There is no such column. Use {', '.join(columns)}." if head else f"Column {place} has no head."
            yield Fault(where, head[:60], "", cure)
        elif heads.index(head) != place - 1:
            yield Fault(where, head, "", "The column stands twice. Keep one.")
    for head in columns:
        if head not in heads:
            yield Fault(where, head, "", "The column is missing. Add it, even when it is empty.")
