"""A document that a given row decides: at a place, above an amount, raised by somebody with certain roles, of a category.

Source: SEMANTICS AP-9 (each finding comes with a concrete example). The search is that of `partition.py`, so that a row
for which no document is found decides none of the kind, and nothing is said of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from policies.decisions.axes import BAND, CATEGORY, PLACE, ROLE, Axes, axes_of
from policies.decisions.matrix import ApprovalFacts, Matrix, Rule
from policies.decisions.partition import (
    FAILS,
    IN,
    NO,
    SOME,
    Box,
    Condition,
    Region,
    Search,
    TooEntangledError,
    standing,
)
from policies.decisions.partition import inside as inside_region
from policies.decisions.world import World

CENT = Decimal("0.01")
MOST_LOOKS = 50_000  # boxes looked at for one document


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a document shall be; what is left out may be anything.

    Of a site (empty: of the whole enterprise); above an amount in base currency; raised by somebody with exactly these roles; with lines of one category
    only, given by its path.
    """

    place: str | None = None
    above: Decimal | None = None
    roles: frozenset[str] = frozenset()
    category: tuple[str, ...] = ()


ANY = Wanted()


class Documents:
    """The documents of a matrix in a world, found on demand and remembered."""

    def __init__(self, matrix: Matrix, world: World) -> None:
        self._matrix, self._world = matrix, world
        self._axes: Axes = axes_of((*matrix.rules, *matrix.additional), world)
        self._impossible = self._axes.impossible()
        self._above = [self._axes.box(rule) for rule in matrix.rules]
        self._found: dict[tuple[int, Wanted, int], ApprovalFacts | None] = {}

    def decided_by(self, rule: Rule, wanted: Wanted = ANY, also: Rule | None = None) -> ApprovalFacts | None:
        """Return a document that a base row decides, or that an additional row adds to; nothing when there is none.

        `also` is an additional row that takes it too.
        """
        key = (id(rule), wanted, id(also))
        if key not in self._found:
            self._found[key] = self._find(rule, wanted, also) if self._world.places else None
        return self._found[key]

    def _find(self, rule: Rule, wanted: Wanted, also: Rule | None) -> ApprovalFacts | None:
        region: Region = self._axes.whole
        more = self._axes.box(also) if also else ()
        for condition in (*self._axes.box(rule), *more, *self._conditions(wanted)):
            if standing(region, condition) == FAILS:
                return None
            region = inside_region(region, condition)
        number = next((n for n, base in enumerate(self._matrix.rules) if base is rule), None)
        try:
            plain = self._left(region, self._impossible)
            if plain is not None and number is not None and self._matrix.first(self._axes.document(plain)) is not rule:
                plain = self._left(region, [*self._impossible, *self._above[:number]])
        except (
            TooEntangledError
        ):  # the coverage says that nothing is proved; an unsure example would say more than that
            return None
        return None if plain is None else self._finished(self._axes.document(plain), wanted)

    def _left(self, region: Region, boxes: Sequence[Box]) -> Region | None:
        return Search(MOST_LOOKS).left(region, boxes)

    def _conditions(self, wanted: Wanted) -> list[Condition]:
        axes, conditions = self._axes, list[Condition]()
        if wanted.place is not None:
            conditions.append(Condition(PLACE, IN, axes.mask(PLACE, [wanted.place])))
        if wanted.above is not None:
            high = [n for n in range(len(axes.edges) + 1) if n == len(axes.edges) or axes.edges[n] > wanted.above]
            conditions.append(Condition(BAND, IN, axes.mask(BAND, map(str, high))))
        if wanted.roles:
            has = axes.mask(ROLE, wanted.roles)
            conditions += [
                Condition(ROLE, SOME, axes.mask(ROLE, [role])) for role in wanted.roles if axes.mask(ROLE, [role])
            ]
            conditions.append(Condition(ROLE, NO, axes.mask(ROLE, axes.values[ROLE]) & ~has))
        if wanted.category:
            mine = [
                str(n) for n, (above, _) in enumerate(axes.classes) if above == axes.named.intersection(wanted.category)
            ]
            conditions.append(
                Condition(CATEGORY, NO, axes.mask(CATEGORY, axes.values[CATEGORY]) & ~axes.mask(CATEGORY, mine))
            )
        return conditions

    def _finished(self, facts: ApprovalFacts, wanted: Wanted) -> ApprovalFacts:
        """Put in the amount, roles and category that no row tells apart from those of the example."""
        if wanted.above is not None:
            lower = max((edge for edge in self._axes.edges if edge < facts.base_amount), default=Decimal(0))
            is_last = not any(edge >= facts.base_amount for edge in self._axes.edges)
            amount = max(lower, wanted.above) + CENT
            facts = replace(facts, base_amount=amount if is_last else min(amount, facts.base_amount))
        if wanted.roles:
            facts = replace(facts, requester_roles=wanted.roles)
        return replace(facts, categories=(wanted.category,)) if wanted.category else facts
