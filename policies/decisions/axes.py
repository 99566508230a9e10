"""The axes of the matrix as values a search can cut: which documents there can be, and which of them a row takes.

Source: SEMANTICS AP-1 and AP-9. A document has one document type, amount band, site (with its region), urgency,
contract coverage and budget state. It has any number of flags, supplier states and risks, and of things that changed;
at least one category, spend kind and source authority, one for each line; and its requester holds at least one of the
roles that may raise requisitions. Amounts fall into the bands between all limits that rows name. Categories fall into
classes that no row tells apart. `IMPOSSIBLE` lists what no document can be, because one fact follows from another;
other pairs of facts are taken as independent, so a finding can rest on a document that will never come, but no
document that can come is left out. Matters besides spending (a bank change, a policy) come in as soon as a row names
them, and then every one of that kind must be decided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from policies.decisions.matrix import NONE, ApprovalFacts, Rule, in_band
from policies.decisions.partition import IN, NO, SOME, Box, Condition, Region, Several, bits
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    FLAGS,
    SITELESS,
    SPEND_KINDS,
    SPENDING,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
)
from policies.decisions.world import World

DOCUMENT, PLACE, BAND, URGENT, CONTRACT, BUDGET, CATEGORY, KIND, FLAG, SUPPLIER, RISK, AUTHORITY, ROLE, DELTA = range(
    14
)
SINGLE = (DOCUMENT, PLACE, BAND, URGENT, CONTRACT, BUDGET)
NEVER_EMPTY = (CATEGORY, KIND, AUTHORITY, ROLE)
CALM, HURRIED = "calm", "urgent"
Impossible = tuple[tuple[int, str, frozenset[str]], ...]
_NOT_ACTIVE = frozenset(SUPPLIER_STATES) - {"active"}


def _codes(*codes: str) -> frozenset[str]:
    return frozenset(codes)


# What no document is; the first condition is the one that plain documents escape by. A flag says again what another fact says; a change changes something.
IMPOSSIBLE: tuple[Impossible, ...] = (
    ((URGENT, IN, _codes(HURRIED)), (FLAG, NO, _codes("urgent"))),
    ((URGENT, IN, _codes(CALM)), (FLAG, SOME, _codes("urgent"))),
    ((FLAG, SOME, _codes("supplier_not_active")), (SUPPLIER, NO, _NOT_ACTIVE)),
    ((FLAG, NO, _codes("supplier_not_active")), (SUPPLIER, SOME, _NOT_ACTIVE)),
    ((FLAG, SOME, _codes("over_budget")), (BUDGET, IN, _codes("none", "within"))),
    ((AUTHORITY, SOME, _codes("contract")), (CONTRACT, IN, _codes("none"))),
    ((CONTRACT, IN, _codes("full")), (AUTHORITY, SOME, _codes("catalogue", "buyer", "none"))),
    ((DOCUMENT, IN, _codes("change")), (DELTA, NO, frozenset(DELTAS))),
)
# What a document has when nothing else is asked of it.
PLAIN: Mapping[int, str] = {KIND: "catalogue", SUPPLIER: "active", AUTHORITY: "catalogue", ROLE: "requester"}


@dataclass(frozen=True, slots=True)
class Axes:
    """The values of each axis, plainest first, as far as some rows tell them apart; value n is bit n."""

    world: World
    values: tuple[tuple[str, ...], ...]
    edges: tuple[Decimal, ...]
    classes: tuple[tuple[frozenset[str], tuple[str, ...]], ...]  # codes that rows name above it, a path of it
    bit_of: tuple[Mapping[str, int], ...] = field(repr=False)

    @property
    def named(self) -> frozenset[str]:
        """Return the categories that rows name."""
        return frozenset[str]().union(*(above for above, _ in self.classes))

    @property
    def whole(self) -> Region:
        """Return every document there can be, impossible ones among them."""
        return tuple(self._everything(axis) for axis in range(len(self.values)))

    def _everything(self, axis: int) -> int | Several:
        every = (1 << len(self.values[axis])) - 1
        if axis in SINGLE:
            return every
        if axis == ROLE:
            every = self.mask(ROLE, self.world.requesting) or every
        return Several(0, (every,) if axis in NEVER_EMPTY and every else ())

    def mask(self, axis: int, codes: Iterable[str]) -> int:
        """Return codes of an axis as bits; those nobody has are left out."""
        mask = 0
        for code in codes:
            mask |= self.bit_of[axis].get(code, 0)
        return mask

    def codes(self, axis: int, mask: int) -> tuple[str, ...]:
        """Return the values of bits, plainest first."""
        return tuple(self.values[axis][bit.bit_length() - 1] for bit in bits(mask))

    def amounts(self) -> tuple[Decimal, ...]:
        """Return one amount of each band: its upper limit, or one above the last."""
        return (*self.edges, (self.edges[-1] if self.edges else Decimal(0)) + 1)

    def box(self, rule: Rule) -> Box:
        """Return what a row takes."""
        single = (
            (
                DOCUMENT,
                self.mask(DOCUMENT, rule.document_types or SPENDING),
                bool(rule.document_types) or self._is_wide,
            ),
            (PLACE, self.mask(PLACE, (p.code for p in self.world.taken_by(rule))), bool(rule.sites or rule.regions)),
            (BAND, self._bands(rule), rule.amount_from is not None or rule.amount_to is not None),
            (URGENT, self.mask(URGENT, [HURRIED if rule.urgent else CALM]), rule.urgent is not None),
            (CONTRACT, self.mask(CONTRACT, rule.contract_coverages), bool(rule.contract_coverages)),
            (BUDGET, self.mask(BUDGET, rule.budget_states), bool(rule.budget_states)),
        )
        some = (
            (KIND, rule.spend_kinds), (FLAG, rule.any_flags), (SUPPLIER, rule.supplier_states),
            (RISK, rule.supplier_risks), (AUTHORITY, rule.sourcing_authorities), (ROLE, rule.requester_roles),
            (DELTA, rule.change_deltas),
        )  # fmt: skip
        conditions = [Condition(axis, IN, mask) for axis, mask, is_named in single if is_named]
        if rule.categories:
            conditions.append(Condition(CATEGORY, SOME, self._classes(rule.categories)))
        conditions += [Condition(axis, SOME, self.mask(axis, codes)) for axis, codes in some if codes]
        if rule.without_flags:
            conditions.append(Condition(FLAG, NO, self.mask(FLAG, rule.without_flags)))
        return tuple(conditions)

    def _bands(self, rule: Rule) -> int:
        taken = (in_band(amount, rule.amount_from, rule.amount_to) for amount in self.amounts())
        return sum(1 << number for number, is_in in enumerate(taken) if is_in)

    def _classes(self, codes: frozenset[str]) -> int:
        return sum(1 << number for number, (above, _) in enumerate(self.classes) if codes & above)

    @property
    def _is_wide(self) -> bool:
        """Say whether some row takes more than what spends."""
        return len(self.values[DOCUMENT]) > len(SPENDING)

    def impossible(self) -> tuple[Box, ...]:
        """Return what no document is."""
        boxes = [*IMPOSSIBLE]
        if "" in self.values[PLACE]:
            sited = frozenset(self.values[DOCUMENT]) - SITELESS
            boxes.append(((DOCUMENT, IN, SITELESS), (PLACE, IN, frozenset(self.values[PLACE]) - {""})))
            boxes.append(((PLACE, IN, _codes("")), (DOCUMENT, IN, sited)))
        return tuple(tuple(Condition(axis, how, self.mask(axis, codes)) for axis, how, codes in box) for box in boxes)

    def document(self, region: Region) -> ApprovalFacts:
        """Return the plainest document of a region that has one."""
        first = {axis: self.codes(axis, side & -side)[0] for axis, side in enumerate(region) if isinstance(side, int)}
        chosen = {axis: self._chosen(axis, side) for axis, side in enumerate(region) if isinstance(side, Several)}
        place = next(p for p in self.world.places if p.code == first[PLACE])
        return ApprovalFacts(
            document_type=first[DOCUMENT],
            base_amount=self.amounts()[int(first[BAND])],
            site=place.code,
            region=place.region,
            categories=tuple(self.classes[int(number)][1] for number in sorted(chosen[CATEGORY])),
            spend_kinds=chosen[KIND],
            urgent=first[URGENT] == HURRIED,
            flags=chosen[FLAG],
            supplier_states=chosen[SUPPLIER],
            requester_roles=chosen[ROLE],
            sourcing_authorities=chosen[AUTHORITY],
            supplier_risks=chosen[RISK],
            contract_coverage=first[CONTRACT],
            budget_state=first[BUDGET],
            change_deltas=chosen[DELTA],
        )

    def _chosen(self, axis: int, side: Several) -> frozenset[str]:
        """Return the fewest values that will do: one for each set that wants one, the plain one if none does."""
        plain = self.mask(axis, [PLAIN[axis]]) & ~side.out if axis in PLAIN else 0
        has = 0
        for group in side.wanted:
            if not has & group:
                has |= (group & plain) or (group & -group)
        return frozenset(self.codes(axis, has or plain))


def axes_of(rules: Sequence[Rule], world: World) -> Axes:
    """Return the axes as the rows of a version tell documents apart."""
    edges = {r.amount_from for r in rules if r.amount_from} | {r.amount_to for r in rules if r.amount_to is not None}
    limits = tuple(sorted(edge for edge in edges if edge >= 0))
    classes = _category_classes(rules, world)
    roles = {"requester": ""} | dict.fromkeys(sorted(world.requesting | {x for r in rules for x in r.requester_roles}))
    flags = dict.fromkeys((*FLAGS, *sorted({flag for r in rules for flag in r.any_flags | r.without_flags})))
    world = world.seen_by(rules)
    matters = frozenset[str]().union(SPENDING, *(rule.document_types for rule in rules))
    values: tuple[Iterable[str], ...] = (
        [code for code in DOCUMENT_TYPES if code in matters], [p.code for p in world.places], [str(n) for n in range(len(limits) + 1)], (CALM, HURRIED),
        _none_first(CONTRACT_COVERAGES), _none_first(BUDGET_STATES),
        [str(n) for n in range(len(classes))], SPEND_KINDS, flags, SUPPLIER_STATES, SUPPLIER_RISKS, AUTHORITIES, roles, DELTAS,
    )  # fmt: skip
    known = tuple(tuple(each) for each in values)
    return Axes(world, known, limits, classes, tuple({code: 1 << n for n, code in enumerate(each)} for each in known))


def _none_first(codes: Iterable[str]) -> Iterable[str]:
    return sorted(codes, key=lambda code: code != NONE)


def _category_classes(rules: Sequence[Rule], world: World) -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
    """Return one category for each set of rows that take it, those that none names first."""
    named = frozenset(code for rule in rules for code in rule.categories)
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for path in world.categories:
        found.setdefault(named.intersection(path), path)
    return tuple(sorted(found.items(), key=lambda item: (len(item[0]), item[1])))
