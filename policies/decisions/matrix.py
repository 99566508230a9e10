"""The approval matrix and which of its rows take a document.

Source: SEMANTICS AP-1 (first base rule wins, additional rules add their stages, a band is (from, to] and the first
includes zero). Each axis of a version is turned once into bit masks, one bit a row, so that judging a document costs
a few dictionary look-ups whatever the number of rows.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from policies.decisions.vocabulary import SPENDING

INFORM = "inform"  # how a stage is completed that only tells people and never blocks (AP-2)
NONE = "none"  # the contract coverage and the budget state of a document that has none


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """What is frozen about a document when it asks for approval.

    `base_amount` is net of recoverable tax with charges, in the enterprise base currency; negative lines do not reduce
    it. `categories` holds the path of each line's category from the root, as codes; `sourcing_authorities` what each
    line's source rests on; `change_deltas` what differs from what was approved before. A contract coverage or budget
    state that nobody recorded counts as none. A matter of the whole enterprise (a supplier, a bank change, a policy) has
    no site and no region: both are empty.
    """

    document_type: str
    base_amount: Decimal
    site: str
    region: str
    categories: tuple[tuple[str, ...], ...] = ()
    spend_kinds: frozenset[str] = frozenset()
    urgent: bool = False
    flags: frozenset[str] = frozenset()
    supplier_states: frozenset[str] = frozenset()
    requester_roles: frozenset[str] = frozenset()
    sourcing_authorities: frozenset[str] = frozenset()
    supplier_risks: frozenset[str] = frozenset()
    contract_coverage: str = ""
    budget_state: str = ""
    change_deltas: frozenset[str] = frozenset()
    budget_extra: bool = False  # over budget, and policy asks one more approver for it (RQ-6)


@dataclass(frozen=True, slots=True)
class StageAsk:
    """One stage as the policy writes it: who is asked, how many must agree, in how many business hours.

    Completion by `inform` asks nobody: those people are told, and nothing waits for them. `percent` of those asked, only
    for completion by percent; `with_previous` opens together with the stage before it;
    `may_repeat` lets somebody who agreed at an earlier stage satisfy this one too (AP-4).
    """

    who: str
    role: str = ""
    person_id: int | None = None
    completion: str = "one"
    due_hours: int = 8
    percent: int | None = None
    with_previous: bool = False
    may_repeat: bool = False

    @property
    def informs(self) -> bool:
        """Say whether it only tells people."""
        return self.completion == INFORM


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the matrix. An empty axis means any; `urgent` None means either.

    No document types means what spends money: requisitions, orders and their changes. Other matters are taken by name
    only, so that a row written for goods never lets a bank change pass.
    """

    position: int
    name: str
    stages: tuple[StageAsk, ...] = ()
    is_touchless: bool = False
    document_types: frozenset[str] = frozenset()
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    sites: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    spend_kinds: frozenset[str] = frozenset()
    urgent: bool | None = None
    any_flags: frozenset[str] = frozenset()
    without_flags: frozenset[str] = frozenset()
    supplier_states: frozenset[str] = frozenset()
    requester_roles: frozenset[str] = frozenset()
    sourcing_authorities: frozenset[str] = frozenset()
    supplier_risks: frozenset[str] = frozenset()
    contract_coverages: frozenset[str] = frozenset()
    budget_states: frozenset[str] = frozenset()
    change_deltas: frozenset[str] = frozenset()

    @property
    def asks(self) -> tuple[StageAsk, ...]:
        """Return the stages at which somebody decides."""
        return tuple(stage for stage in self.stages if not stage.informs)


def in_band(amount: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Say whether an amount is in (low, high]; a band from nothing or zero includes zero, the limit is within."""
    return (not low or amount > low) and (high is None or amount <= high)


def matches(rule: Rule, facts: ApprovalFacts) -> bool:
    """Say whether a rule takes a document, axis by axis; the plain reading that the masks must equal.

    An axis with several values on the document (categories, spend kinds, flags) holds when any of them is named. A
    category condition covers the whole subtree.
    """
    return (
        in_band(facts.base_amount, rule.amount_from, rule.amount_to)
        and facts.document_type in (rule.document_types or SPENDING)
        and (not rule.sites or facts.site in rule.sites)
        and (not rule.regions or facts.region in rule.regions)
        and (rule.urgent is None or rule.urgent == facts.urgent)
        and (not rule.categories or any(rule.categories.intersection(path) for path in facts.categories))
        and (not rule.spend_kinds or bool(rule.spend_kinds & facts.spend_kinds))
        and (not rule.any_flags or bool(rule.any_flags & facts.flags))
        and not (rule.without_flags and rule.without_flags & facts.flags)
        and (not rule.supplier_states or bool(rule.supplier_states & facts.supplier_states))
        and (not rule.requester_roles or bool(rule.requester_roles & facts.requester_roles))
        and (not rule.sourcing_authorities or bool(rule.sourcing_authorities & facts.sourcing_authorities))
        and (not rule.supplier_risks or bool(rule.supplier_risks & facts.supplier_risks))
        and (not rule.contract_coverages or (facts.contract_coverage or NONE) in rule.contract_coverages)
        and (not rule.budget_states or (facts.budget_state or NONE) in rule.budget_states)
        and (not rule.change_deltas or bool(rule.change_deltas & facts.change_deltas))
    )


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis as masks: rows that name nothing here, and rows by each code they name."""

    unnamed: int
    by_code: Mapping[str, int]

    def taking(self, codes: Iterable[str]) -> int:
        """Return the rows that take a document with these codes."""
        mask = self.unnamed
        if self.by_code:
            for code in codes:
                mask |= self.by_code.get(code, 0)
        return mask


class Index:
    """The rows of one list as masks; bit n is the n-th row."""

    __slots__ = (
        "_authorities", "_bands", "_budgets", "_calm", "_categories", "_coverages", "_deltas", "_documents", "_edges",
        "_flags", "_forbidden", "_kinds", "_regions", "_risks", "_roles", "_rules", "_sites", "_suppliers", "_urgent",
    )  # fmt: skip

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._edges = sorted({edge for r in rules for edge in (r.amount_from, r.amount_to) if edge is not None})
        # A point of each band: at an edge, and beyond the last one.
        points = [*self._edges, (self._edges[-1] if self._edges else Decimal(0)) + 1]
        self._bands = [_mask([in_band(at, r.amount_from, r.amount_to) for r in rules]) for at in points]
        self._documents = _axis(rules, lambda r: r.document_types or SPENDING)
        self._sites = _axis(rules, lambda r: r.sites)
        self._regions = _axis(rules, lambda r: r.regions)
        self._categories = _axis(rules, lambda r: r.categories)
        self._kinds = _axis(rules, lambda r: r.spend_kinds)
        self._flags = _axis(rules, lambda r: r.any_flags)
        self._forbidden = _axis(rules, lambda r: r.without_flags).by_code
        self._suppliers = _axis(rules, lambda r: r.supplier_states)
        self._roles = _axis(rules, lambda r: r.requester_roles)
        self._authorities = _axis(rules, lambda r: r.sourcing_authorities)
        self._risks = _axis(rules, lambda r: r.supplier_risks)
        self._coverages = _axis(rules, lambda r: r.contract_coverages)
        self._budgets = _axis(rules, lambda r: r.budget_states)
        self._deltas = _axis(rules, lambda r: r.change_deltas)
        self._urgent = _mask([r.urgent is not False for r in rules])
        self._calm = _mask([r.urgent is not True for r in rules])

    def taking(self, facts: ApprovalFacts) -> Iterator[Rule]:
        """Yield the rows that take a document, first row first."""
        mask = self._bands[bisect_left(self._edges, facts.base_amount)]
        mask &= self._urgent if facts.urgent else self._calm
        mask &= self._documents.taking((facts.document_type,))
        mask &= self._sites.taking((facts.site,))
        mask &= self._regions.taking((facts.region,))
        mask &= self._kinds.taking(facts.spend_kinds)
        mask &= self._flags.taking(facts.flags)
        mask &= self._suppliers.taking(facts.supplier_states)
        mask &= self._roles.taking(facts.requester_roles)
        mask &= self._authorities.taking(facts.sourcing_authorities)
        mask &= self._risks.taking(facts.supplier_risks)
        mask &= self._coverages.taking((facts.contract_coverage or NONE,))
        mask &= self._budgets.taking((facts.budget_state or NONE,))
        mask &= self._deltas.taking(facts.change_deltas)
        mask &= self._categories.taking(code for path in facts.categories for code in path)
        for flag in facts.flags:
            mask &= ~self._forbidden.get(flag, 0)
        while mask:
            lowest = mask & -mask
            yield self._rules[lowest.bit_length() - 1]
            mask ^= lowest


def _mask(takes: Sequence[bool]) -> int:
    return sum(1 << place for place, taken in enumerate(takes) if taken)


def _axis(rules: Sequence[Rule], named: Callable[[Rule], frozenset[str]]) -> Axis:
    by_code: dict[str, int] = {}
    for place, rule in enumerate(rules):
        for code in named(rule):
            by_code[code] = by_code.get(code, 0) | 1 << place
    return Axis(_mask([not named(rule) for rule in rules]), by_code)


@dataclass(frozen=True, slots=True)
class Matrix:
    """One version of the matrix: base rows in order, and the rows that add stages."""

    version: str
    rules: tuple[Rule, ...]
    additional: tuple[Rule, ...] = ()
    _base: Index = field(init=False, repr=False, compare=False)
    _extra: Index = field(init=False, repr=False, compare=False)
    _named: dict[str, frozenset[str]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_base", Index(self.rules))
        object.__setattr__(self, "_extra", Index(self.additional))

    def first(self, facts: ApprovalFacts) -> Rule | None:
        """Return the base row that takes a document, or nothing."""
        return next(self._base.taking(facts), None)

    def judge(self, facts: ApprovalFacts) -> tuple[Rule | None, tuple[Rule, ...]]:
        """Return the base row and every additional row that take a document: the decision without its words."""
        return self.first(facts), tuple(self._extra.taking(facts))

    def limits(self) -> list[Decimal]:
        """Return the amounts at which a band of a row begins or ends, in base currency, ascending."""
        rows = (*self.rules, *self.additional)
        return sorted({edge for r in rows for edge in (r.amount_from, r.amount_to) if edge})

    def named(self, column: str) -> frozenset[str]:
        """Return every code that rows name in a column."""
        if column not in self._named:
            rows = (*self.rules, *self.additional)
            self._named[column] = frozenset(code for rule in rows for code in getattr(rule, column))
        return self._named[column]
