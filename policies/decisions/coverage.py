"""Documents nobody decides, and rows that never decide: proved, not sampled. Source: SEMANTICS AP-9.

Which documents there can be is said in `axes.py`; the search over all axes together is in `partition.py`. Nothing found
is a proof that there is nothing; each finding comes with a document that shows it. A matrix too entangled to be
searched within the allowance is reported as not proved and cannot be published.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from policies.decisions.axes import BAND, CATEGORY, FLAG, PLACE, Axes, axes_of
from policies.decisions.matrix import Matrix, Rule
from policies.decisions.partition import (
    FAILS,
    IN,
    NO,
    SOME,
    Box,
    Condition,
    Region,
    Search,
    Several,
    TooEntangledError,
    meets,
    narrowed,
    special,
    standing,
    widened,
)
from policies.decisions.region_words import in_words
from policies.decisions.vocabulary import listed
from policies.decisions.world import Finding, World

MOST_LOOKS = 2_000_000  # boxes looked at in one analysis, about three seconds
MOST_LOOKS_BACK = 50_000  # the same, to find the fewest rows that take everything of another
MOST_GAPS = 20


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was found.

    `shadowed` names, for each base row that decides something, the rows above that go before it for a part (partial
    shadowing: shown, never refused). `looks` counts the boxes the search looked at.
    """

    findings: tuple[Finding, ...]
    looks: int = 0
    shadowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def cover(matrix: Matrix, world: World) -> Coverage:
    """Find every gap and dead row of a matrix, or prove that there is none."""
    if not world.places:
        return Coverage(())
    axes = axes_of((*matrix.rules, *matrix.additional), world)
    study = _Study(matrix, axes, Search(MOST_LOOKS))
    findings: list[Finding] = []
    try:
        findings += study.gaps()
        findings += study.dead_rows()
        findings += study.idle_additions()
    except TooEntangledError:
        findings.append(_unproved())
    dead = {finding.row for finding in findings}
    shadowed = {row: above for row, above in study.shadows().items() if row not in dead}
    return Coverage(tuple(findings), study.search.looked, shadowed)


def _unproved() -> Finding:
    return Finding(
        "not_proved",
        "These rows depend on one another in too many ways to prove that every document is decided. "
        "Let fewer rows name several things at once, or put one row below that takes the rest.",
        None,
    )


class _Study:
    """The rows of a version as boxes, searched from the top."""

    def __init__(self, matrix: Matrix, axes: Axes, search: Search) -> None:
        self.matrix, self.axes, self.search = matrix, axes, search
        self.impossible = axes.impossible()
        self.boxes = [axes.box(rule) for rule in matrix.rules]

    def gaps(self) -> Iterator[Finding]:
        """Yield documents that no base row takes, the widest kinds that a few words describe."""
        whole, found = self.axes.whole, list[Region]()
        taken = [*self.impossible, *self.boxes]
        while (region := self.search.left(whole, taken)) is not None:
            example = self.axes.document(region)
            region = widened(region, whole, self.boxes)
            found.append(region)
            yield Finding("gap", f"{in_words(region, self.axes)}: nobody decides.", example)
            if len(found) == MOST_GAPS:
                yield Finding("gap", "More documents are decided by nobody; mend these first.", None)
                return
            taken.append(_as_box(region, whole))

    def dead_rows(self) -> Iterator[Finding]:
        """Yield the base rows that never decide: every document they could take is taken above."""
        for number, rule in enumerate(self.matrix.rules):
            could = narrowed(self.axes.whole, self.boxes[number])
            own = could and self.search.left(could, self.impossible)
            if could is None or own is None:
                yield _never(rule, self._cause(rule), str(rule.position), "decides")
                continue
            example = self.axes.document(own)
            above = [*self.impossible, *self.boxes[:number]]
            if self.matrix.first(example) is not rule and self.search.left(could, above) is None:
                rows = self._takers(could, number)
                names = f"row {rows[0]} takes" if len(rows) == 1 else f"rows {listed(rows)} take"
                sentence = f"Row {rule.position} never decides: {names} everything it could."
                yield Finding("dead_row", sentence, example, row=str(rule.position))

    def idle_additions(self) -> Iterator[Finding]:
        """Yield the additional rows that no document meets."""
        for rule in self.matrix.additional:
            could = narrowed(self.axes.whole, self.axes.box(rule))
            if could is None or self.search.left(could, self.impossible) is None:
                yield _never(rule, self._cause(rule), f"+{rule.position}", "applies")

    def shadows(self) -> dict[str, tuple[str, ...]]:
        """Return for each base row the rows above that take a part of what it could."""
        shadowed = {}
        for number, rule in enumerate(self.matrix.rules):
            mine = narrowed(self.axes.whole, self.boxes[number])
            above = [n for n in range(number) if mine and meets(mine, self.boxes[n])]
            if above:
                shadowed[str(rule.position)] = tuple(str(self.matrix.rules[n].position) for n in above)
        return shadowed

    def _takers(self, could: Region, number: int) -> list[str]:
        """Return rows above that together take all a row could; none of them needlessly, unless that is hard to say."""
        near = [n for n in range(number) if meets(could, self.boxes[n])]
        search = Search(MOST_LOOKS_BACK)
        try:
            for candidate in reversed(near):
                fewer = [n for n in near if n != candidate]
                if search.left(could, [*self.impossible, *(self.boxes[n] for n in fewer)]) is None:
                    near = fewer
        except TooEntangledError:
            pass
        return [str(self.matrix.rules[n].position) for n in near]

    def _cause(self, rule: Rule) -> str:
        """Say why a row takes nothing at all."""
        region = self.axes.whole
        for condition in self.axes.box(rule):
            if standing(region, condition) == FAILS:
                if condition.axis == FLAG:
                    return "it asks for flags that it forbids"
                nothing = {PLACE: "no site", CATEGORY: "no category", BAND: "no amount"}
                return f"{nothing.get(condition.axis, 'no document')} fits it"
            region = narrowed(region, (condition,)) or region
        return "no document is like that"


def _never(rule: Rule, cause: str, row: str, verb: str) -> Finding:
    kind = "Additional row" if row.startswith("+") else "Row"
    return Finding("dead_row", f"{kind} {rule.position} never {verb}: {cause}.", None, row=row)


def _as_box(region: Region, whole: Region) -> Box:
    """Return a region as the conditions that make it, so that the search goes on outside it."""
    conditions = []
    for axis, (side, every) in enumerate(zip(region, whole, strict=True)):
        if isinstance(side, Several) and isinstance(every, Several):
            conditions += [Condition(axis, NO, side.out)] if side.out else []
            conditions += [Condition(axis, SOME, group) for group in special(side, every)]
        elif isinstance(side, int) and side != every:
            conditions.append(Condition(axis, IN, side))
    return tuple(conditions)
