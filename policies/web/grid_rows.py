"""The rows of the matrix grid as they stand on screen: text in cells, whatever it says, with what is wrong in each.

A grid comes as one list of values per column (`g-sites` and so on), all as long as the list of rows (`row`), so that a
row is moved, copied and taken out without a number in any name. A column that is not sent stays as it is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from django.http import QueryDict

from foundation.errors import InvalidError
from foundation.web.typed import whole
from policies.decisions.cells import Ground, read_text
from policies.decisions.grid_columns import BY_NAME, COLUMNS, Column, written
from policies.decisions.grid_paste import laid_out
from policies.decisions.matrix import Rule
from policies.decisions.unfit import Unfit
from policies.selectors import RuleRow
from policies.services import RowInput, StageInput, check_row

NEW = "new"
PREFIX = "g-"
NO_RULE = Rule(position=0, name="")


@dataclass(slots=True)
class GridRow:
    """A row on screen. `pk` is the stored row it is, or nothing for a new one; `faults` by column."""

    pk: int | None
    is_additional: bool
    texts: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    rule: Rule | None = None  # what was understood; nothing while a cell is at fault
    state: str = ""  # new, edited, or nothing when it is as stored
    was: str = ""  # digest of what stood in the columns on screen when the grid was opened
    is_disputed: bool = False  # changed here and by somebody else
    number: int = 0

    @property
    def key(self) -> str:
        """Return the number people call the row by, with a plus before an additional one."""
        return f"+{self.number}" if self.is_additional else str(self.number)

    @property
    def token(self) -> str:
        """Return what the form sends for the row."""
        return f"{'+' if self.is_additional else ''}{self.pk or NEW}"


def stored_rows(rows: Sequence[RuleRow], ground: Ground) -> list[GridRow]:
    """Return the rows of a draft as cells."""
    return numbered([GridRow(row.pk, row.is_additional, written(row.rule, ground)) for row in rows])


def sent_rows(sent: QueryDict, stored: Sequence[GridRow]) -> list[GridRow]:
    """Return the rows as they were sent.

    :raises InvalidError: columns of unequal length, or a row that is none: the form was not the page's own.
    """
    tokens = sent.getlist("row")
    columns = {c.name: sent.getlist(PREFIX + c.name) for c in COLUMNS if PREFIX + c.name in sent}
    if any(len(texts) != len(tokens) for texts in columns.values()):
        raise InvalidError(
            "grid_uneven", "The columns of the grid came with different numbers of rows.", field="row",
            cure="Load the page again.",
        )  # fmt: skip
    before = {row.pk: row.texts for row in stored}
    opened = sent.getlist("was")
    opened = opened if len(opened) == len(tokens) else [""] * len(tokens)
    theirs = set(sent.getlist("take"))
    rows = []
    for place, token in enumerate(tokens):
        additional = token.startswith("+")
        bare = token.removeprefix("+")
        pk = None if bare == NEW else whole(bare)
        if pk is None and bare != NEW:
            raise InvalidError("grid_row", "A row of the grid has no key.", field="row", value=token[:20])
        texts = {**before.get(pk, {}), **{name: texts[place] for name, texts in columns.items()}}
        texts = before[pk] if pk in before and bare in theirs else texts
        rows.append(GridRow(pk, additional, {c.name: texts.get(c.name, "") for c in COLUMNS}, was=opened[place][:64]))
    return numbered(rows)


def digest(row: GridRow, columns: Sequence[Column]) -> str:
    """Return what a row says in some columns as a few letters, by which it is known whether somebody changed it."""
    return sha256("\x1f".join(row.texts[column.name] for column in columns).encode()).hexdigest()[:16]


def numbered(rows: list[GridRow]) -> list[GridRow]:
    """Return base rows before additional ones, each list numbered from one."""
    ordered = sorted(rows, key=lambda row: row.is_additional)
    numbers = {True: 0, False: 0}
    for row in ordered:
        numbers[row.is_additional] += 1
        row.number = numbers[row.is_additional]
    return ordered


def understand(rows: Sequence[GridRow], stored: Sequence[RuleRow], ground: Ground) -> None:
    """Read every cell: what is fit becomes the row's rule, written back in the words of the grid; the rest is at fault.

    Stages that read as they are stored stay as they are stored, whatever this notation can say. A stored row with a cell
    at fault, such as one that is half typed, is understood with what is stored in that cell: the checks do not jump.
    """
    known = {row.pk: row for row in stored}
    places = {row.pk: (row.is_additional, row.rule.position) for row in stored}
    for row in rows:
        before = known.get(row.pk or 0)
        cells = written(before.rule, ground) if before else {}
        values: dict[str, Any] = {}
        for column in COLUMNS:
            _read(row, column, values, cells, before.rule if before else NO_RULE, ground)
        if len(values) == len(COLUMNS) and _is_fit(row, values):
            row.rule = Rule(position=row.number, **values)
        if before is None:
            row.state = NEW
        elif places[before.pk] != (row.is_additional, row.number) or row.texts != cells:
            row.state = "edited"


def _read(
    row: GridRow, column: Column, values: dict[str, Any], cells: Mapping[str, str], before: Rule, ground: Ground
) -> None:
    text = row.texts[column.name]
    if column.name == "stages" and text.strip() and text == cells.get("stages"):
        values["stages"] = before.stages
        return
    try:
        values[column.name] = read_text(column.cell, text, ground)
    except Unfit as unfit:
        row.faults[column.name] = str(unfit)
        if before is not NO_RULE:
            values[column.name] = getattr(before, column.name)
        return
    row.texts[column.name] = column.cell.write(values[column.name], ground)


def _is_fit(row: GridRow, values: Mapping[str, Any]) -> bool:
    """Judge what a row says as a whole, by the rules of the service that stores it; a cell at fault speaks first."""
    try:
        check_row(
            axes={**values, "is_additional": row.is_additional},
            stages=[StageInput.of(stage) for stage in values["stages"]],
        )
    except InvalidError as error:
        name = str(error.details.get("field", ""))
        if not row.faults:
            row.faults[name if name in BY_NAME else "name"] = error.message
        return False
    return True


def as_inputs(rows: Sequence[GridRow], stored: Sequence[RuleRow]) -> list[RowInput]:
    """Return understood rows as the service takes them; a row that others took out meanwhile is a new one."""
    known = {row.pk: row.rule for row in stored}
    inputs = []
    for row in rows:
        assert row.rule is not None  # noqa: S101 - nothing is at fault; for the type checker
        axes = {c.name: _plain(getattr(row.rule, c.name)) for c in COLUMNS if c.name != "stages"}
        before = known.get(row.pk or 0)
        keeps = before is not None and before.stages == row.rule.stages
        stages = None if keeps else [StageInput.of(stage) for stage in row.rule.stages]
        inputs.append(RowInput(row.pk if before is not None else None, row.is_additional, axes, stages))
    return inputs


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def shown_columns(rows: Sequence[GridRow], sent: QueryDict, *, every: bool) -> list[Column]:
    """Return the columns on screen: the usual ones, those that some row uses, and those that were there before."""
    return [
        column
        for column in COLUMNS
        if every or column.is_usual or PREFIX + column.name in sent or any(row.texts[column.name] for row in rows)
    ]


def changed_by_button(rows: list[GridRow], act: str, pick: int) -> tuple[list[GridRow], int]:
    """Return the rows after a button of the bar was pressed for the picked row, and the row picked then.

    Without script the page comes back with the change in it, not yet stored.
    """
    if act == "add_extra" or not rows:
        fresh = GridRow(None, act == "add_extra", dict.fromkeys(BY_NAME, ""))
        return numbered([*rows, fresh]), len(rows)
    here = min(max(pick, 0), len(rows) - 1)
    row = rows[here]
    if act in {"up", "down"}:
        there = here + (-1 if act == "up" else 1)
        if 0 <= there < len(rows) and rows[there].is_additional == row.is_additional:
            rows[here], rows[there] = rows[there], rows[here]
            here = there
    elif act == "remove":
        del rows[here]
        here = max(0, here - 1)
    elif act in {"add", "copy"}:
        texts = dict(row.texts) if act == "copy" else dict.fromkeys(BY_NAME, "")
        here += 1
        rows.insert(here, replace(row, pk=None, texts=texts, faults={}, rule=None))
    return numbered(rows), here


def pasted(text: str, columns: Sequence[Column]) -> tuple[list[GridRow], list[str]]:
    """Return rows copied from a spreadsheet as new rows, and what did not fit anywhere, each with its place."""
    found = laid_out(text, columns)
    blank = dict.fromkeys(BY_NAME, "")
    return [GridRow(None, additional, blank | dict(texts)) for additional, texts in found.rows], list(found.faults)


def is_blank(row: GridRow) -> bool:
    """Say whether a new row holds nothing at all."""
    return row.pk is None and not any(text.strip() for text in row.texts.values())
