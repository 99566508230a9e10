"""What the grid page shows: the rows as stored or as sent, what was found in them, and the case that is tried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from foundation.web.typed import whole
from policies.decisions.cells import Ground
from policies.decisions.grid_columns import BY_NAME, Column, ground_of
from policies.decisions.matrix import Matrix
from policies.decisions.staffing import Roster
from policies.decisions.vocabulary import SITELESS
from policies.decisions.world import Finding, World
from policies.models import PolicyVersion
from policies.selectors import Analysis, RuleRow, assemble, rule_rows, today, typed_analysis
from policies.web.case import CaseForm, Outcome, as_query, outcome
from policies.web.grid_rows import (
    GridRow,
    changed_by_button,
    digest,
    is_blank,
    numbered,
    pasted,
    sent_rows,
    shown_columns,
    stored_rows,
    understand,
)
from policies.web.shared import StaffRequest, now

MOST_AT_OPENING = 60  # rows that are checked before the grid is shown
BUTTONS = frozenset({"add", "add_extra", "copy", "up", "down", "remove"})
_EXAMPLE = "example:"  # before the address of a document that shows a finding


@dataclass(frozen=True, slots=True)
class GridCell:
    """An input of the grid."""

    column: Column
    text: str
    fault: str
    theirs: str  # what is stored now, when it differs after a conflict


@dataclass(frozen=True, slots=True)
class RowOnGrid:
    """A row as the grid shows it, at its place in the form."""

    place: int
    row: GridRow
    is_hit: bool  # it takes the case that is tried
    cells: Sequence[GridCell]


@dataclass(slots=True)
class Sheet:
    """The grid on screen. `theirs` says what is stored now, by row and column, after a conflict."""

    policy: PolicyVersion
    stored: Sequence[RuleRow]
    ground: Ground
    rows: list[GridRow]
    columns: list[Column]
    analysis: Analysis
    case: CaseForm
    outcome: Outcome | None = None
    notes: list[str] = field(default_factory=list)  # what a paste left outside
    pasted: str = ""
    pick: int = 0
    theirs: dict[tuple[int | None, str], str] = field(default_factory=dict)
    is_unlooked: bool = False  # opened with many rows: the page asks for the checks itself once it stands

    def faults(self) -> list[tuple[int, GridRow, Column, str]]:
        """Return every cell at fault: place of the row, row, column, sentence."""
        return [
            (place, row, BY_NAME[name], text)
            for place, row in enumerate(self.rows)
            for name, text in row.faults.items()
        ]

    def findings(self) -> list[tuple[Finding, str]]:
        """Return what is wrong with the rows that can be read, each with an example as an address."""
        return [(one, as_query(one.example) if one.example else "") for one in self.analysis.findings]

    def blocking(self) -> int:
        """Return how much is to be mended before publication."""
        return len(self.faults()) + sum(1 for one in self.analysis.findings if one.blocks)

    def edited(self) -> int:
        """Return how many rows differ from what is stored, those taken out included."""
        gone = {row.pk for row in self.stored} - {row.pk for row in self.rows}
        return len(gone) + sum(1 for row in self.rows if row.state)

    def unread(self) -> list[str]:
        """Return the rows that the checks leave out, because they cannot be read yet."""
        return [row.key for row in self.rows if row.rule is None]

    def patched(self) -> list[str]:
        """Return the rows that the checks take with what is stored in their cells at fault."""
        return [row.key for row in self.rows if row.rule is not None and row.faults]

    def hits(self) -> str:
        """Return the rows that take the case, by their numbers."""
        return " ".join(sorted(self.outcome.rows)) if self.outcome else ""

    def lists(self) -> Iterator[tuple[bool, list[RowOnGrid]]]:
        """Yield base rows and additional rows."""
        hits = self.outcome.rows if self.outcome else frozenset()
        for additional in (False, True):
            yield (
                additional,
                [
                    RowOnGrid(place, row, row.key in hits, [self._cell(row, column) for column in self.columns])
                    for place, row in enumerate(self.rows)
                    if row.is_additional == additional
                ],
            )

    def _cell(self, row: GridRow, column: Column) -> GridCell:
        name = column.name
        return GridCell(column, row.texts[name], row.faults.get(name, ""), self.theirs.get((row.pk, name), ""))


def read_sheet(request: StaffRequest, policy: PolicyVersion) -> Sheet:
    """Return the grid as it was sent, or as it is stored; checked either way, with the case if one was described.

    :raises InvalidError: what came is not the page's own form.
    """
    stored = rule_rows(policy)
    kept = assemble(policy, stored)
    world, roster = today(kept, now())
    ground = ground_of(world, roster)
    sent, act = request.POST, request.POST.get("act", "")
    rows = stored_rows(stored, ground)
    if request.method == "POST":
        rows = sent_rows(sent, rows)
    columns = shown_columns(rows, sent, every=act == "columns")
    pick = whole(sent.get("pick"), 6) or 0
    notes: list[str] = []
    if act in BUTTONS:
        rows, pick = changed_by_button(rows, act, pick)
    if act == "paste":
        more, notes = pasted(sent.get("paste", ""), columns)
        rows = rows if notes else numbered([*rows, *more])
        columns = shown_columns(rows, sent, every=False)
    if request.method != "POST":
        for row in rows:
            row.was = digest(row, columns)
        if len(rows) > MOST_AT_OPENING:
            return _unlooked(policy, stored, ground, rows, columns, world, roster)
    understand(rows, stored, ground)
    if act != "save":
        _spare_blanks(rows)
    analysis = typed_analysis(policy, _matrix(policy, rows), at=now(), seen=(world, roster), stored=kept)
    case = _case(sent, act, analysis)
    result = outcome(case, policy, analysis) if case.is_bound and case.is_valid() else None
    left = sent.get("paste", "") if notes else ""
    return Sheet(policy, stored, ground, rows, columns, analysis, case, result, notes, left, pick)


def _unlooked(
    policy: PolicyVersion, stored: Sequence[RuleRow], ground: Ground, rows: list[GridRow], columns: list[Column],
    world: World, roster: Roster,
) -> Sheet:  # fmt: skip
    """Return a long grid as it is stored, to stand at once; what is wrong with it is looked up when it stands."""
    for row, kept in zip(rows, stored, strict=True):
        row.rule = kept.rule
    analysis = Analysis(_matrix(policy, rows), world, roster, (), {}, is_done=False)
    case = CaseForm(None, world, roster)
    return Sheet(policy, stored, ground, rows, columns, analysis, case, is_unlooked=True)


def _spare_blanks(rows: Sequence[GridRow]) -> None:
    """Say nothing about new rows in which nothing was written yet."""
    for row in rows:
        if is_blank(row):
            row.faults.clear()


def _matrix(policy: PolicyVersion, rows: Sequence[GridRow]) -> Matrix:
    """Return the rows that can be read as a matrix; their numbers are those on screen."""
    base = tuple(row.rule for row in rows if row.rule is not None and not row.is_additional)
    extra = tuple(row.rule for row in rows if row.rule is not None and row.is_additional)
    return Matrix(policy.label, base, extra)


def _case(sent: QueryDict, act: str, analysis: Analysis) -> CaseForm:
    data: Any = None
    if act.startswith(_EXAMPLE):
        data = QueryDict(act.removeprefix(_EXAMPLE).removeprefix("?"))
    elif sent.get("amount", "").strip() or sent.get("document_type") in SITELESS or act == "test":
        data = sent
    return CaseForm(data, analysis.world, analysis.roster)
