"""Which rule decides a document, and who must agree.

Source: SEMANTICS AP-1 (first base rule wins, additional rules add their stages, a band is (from, to] and the first
includes zero), AP-2 (stages), AP-8 (touchless only by a rule that says so), AP-11 (the explanation).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from foundation.errors import InvalidError


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """What is frozen about a document when it asks for approval.

    `base_amount` is net of recoverable tax with charges, in the enterprise base currency; negative lines do not reduce
    it. `categories` holds the path of each line's category from the root, as codes.
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


@dataclass(frozen=True, slots=True)
class StageAsk:
    """One stage as the policy writes it: who is asked, how many must agree, in how many business hours."""

    who: str
    role: str = ""
    person_id: int | None = None
    completion: str = "one"
    due_hours: int = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the matrix. An empty axis means any; `urgent` None means either."""

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


@dataclass(frozen=True, slots=True)
class Matrix:
    """One version of the matrix, base rules in order."""

    version: str
    rules: tuple[Rule, ...]
    additional: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the matrix says about a document. No rule means nobody was named: the fallback owner decides (AP-8)."""

    version: str
    rule: Rule | None
    additional: tuple[Rule, ...]
    stages: tuple[tuple[str, StageAsk], ...]  # (rule in words, stage)
    is_touchless: bool
    explanation: tuple[str, ...] = field(default=())


def in_band(amount: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Say whether an amount is in (low, high]; an open low end includes zero, the limit itself is within (AP-1)."""
    return (low is None or amount > low) and (high is None or amount <= high)


def matches(rule: Rule, facts: ApprovalFacts) -> bool:
    """Say whether a rule takes a document. A category condition holds when any line lies in the subtree."""
    return (
        in_band(facts.base_amount, rule.amount_from, rule.amount_to)
        and (not rule.document_types or facts.document_type in rule.document_types)
        and (not rule.sites or facts.site in rule.sites)
        and (not rule.regions or facts.region in rule.regions)
        and (rule.urgent is None or rule.urgent == facts.urgent)
        and (not rule.categories or any(rule.categories.intersection(path) for path in facts.categories))
        and (not rule.spend_kinds or bool(rule.spend_kinds & facts.spend_kinds))
        and (not rule.any_flags or bool(rule.any_flags & facts.flags))
        and not (rule.without_flags and rule.without_flags & facts.flags)
        and (not rule.supplier_states or bool(rule.supplier_states & facts.supplier_states))
        and (not rule.requester_roles or bool(rule.requester_roles & facts.requester_roles))
    )


def decide(facts: ApprovalFacts, matrix: Matrix) -> Decision:
    """Return the decision of a matrix version about frozen facts; the same facts always give the same decision.

    :raises InvalidError: the amount is negative; a document never asks approval for less than nothing.
    """
    if facts.base_amount < 0:
        raise InvalidError("amount_negative", "An approval amount cannot be negative.", field="base_amount")
    base = next((rule for rule in matrix.rules if matches(rule, facts)), None)
    extra = tuple(rule for rule in matrix.additional if matches(rule, facts))
    chosen = ((base,) if base else ()) + extra
    stages = tuple((in_words(rule), stage) for rule in chosen for stage in rule.stages)
    touchless = base is not None and base.is_touchless and not stages
    return Decision(matrix.version, base, extra, stages, touchless, explain(facts, matrix, base, extra))


def in_words(rule: Rule) -> str:
    """Return how people call a rule."""
    return f"row {rule.position}: {rule.name}"


def explain(facts: ApprovalFacts, matrix: Matrix, base: Rule | None, extra: Iterable[Rule]) -> tuple[str, ...]:
    """Say in words which rule decided, on which facts, and the nearest change that would decide otherwise (AP-11)."""
    if base is None:
        lines = [f"No row of {matrix.version} takes this document, so it goes to the fallback owner."]
    else:
        lines = [f"{in_words(base).capitalize()}, the first row of {matrix.version} that takes it."]
    lines.append(f"Judged at {facts.base_amount:,.2f} in base currency, {facts.site}, region {facts.region}.")
    if facts.flags:
        lines.append(f"Flags: {', '.join(sorted(facts.flags)).replace('_', ' ')}.")
    lines += [f"Also {in_words(rule)}." for rule in extra]
    change = nearest_change(facts, matrix, base)
    if change:
        lines.append(change)
    return tuple(lines)


def nearest_change(facts: ApprovalFacts, matrix: Matrix, base: Rule | None) -> str:
    """Return the smallest single change of amount, flags or urgency that another base row would take, in words."""
    candidates: list[tuple[Decimal, str]] = []
    for amount in sorted(
        {r.amount_to for r in matrix.rules if r.amount_to} | {r.amount_from for r in matrix.rules if r.amount_from}
    ):
        below, above = amount, amount + Decimal("0.01")
        target = below if facts.base_amount > amount else above
        candidates.append((abs(target - facts.base_amount), f"at {target:,.2f}"))
    options = [(distance, words, _with_amount(facts, words)) for distance, words in candidates]
    options += [
        (Decimal(0), f"without the flag {flag.replace('_', ' ')}", _without(facts, flag))
        for flag in sorted(facts.flags)
    ]
    options.append((Decimal(0), "if it were not urgent" if facts.urgent else "if it were urgent", _toggle(facts)))
    for _distance, words, changed in sorted(options, key=lambda option: option[0]):
        other = next((rule for rule in matrix.rules if matches(rule, changed)), None)
        if other is not base:
            return f"Nearest change: {words}, {in_words(other) if other else 'no row'} would decide."
    return ""


def _with_amount(facts: ApprovalFacts, words: str) -> ApprovalFacts:
    amount = Decimal(words.removeprefix("at ").replace(",", ""))
    return _copy(facts, base_amount=amount)


def _without(facts: ApprovalFacts, flag: str) -> ApprovalFacts:
    return _copy(facts, flags=facts.flags - {flag})


def _toggle(facts: ApprovalFacts) -> ApprovalFacts:
    return _copy(facts, urgent=not facts.urgent)


def _copy(facts: ApprovalFacts, **changes: object) -> ApprovalFacts:
    values = {name: getattr(facts, name) for name in ApprovalFacts.__slots__}
    return ApprovalFacts(**{**values, **changes})


def facts_to_json(facts: ApprovalFacts) -> dict[str, object]:
    """Return frozen facts as plain JSON, to be stored with the decision."""
    return {
        "document_type": facts.document_type,
        "base_amount": str(facts.base_amount),
        "site": facts.site,
        "region": facts.region,
        "categories": [list(path) for path in facts.categories],
        "spend_kinds": sorted(facts.spend_kinds),
        "urgent": facts.urgent,
        "flags": sorted(facts.flags),
        "supplier_states": sorted(facts.supplier_states),
        "requester_roles": sorted(facts.requester_roles),
    }


def facts_from_json(stored: dict[str, object]) -> ApprovalFacts:
    """Return the facts a decision was made on; the inverse of `facts_to_json`."""
    values: dict[str, object] = dict(stored)
    values["base_amount"] = Decimal(str(stored["base_amount"]))
    values["categories"] = tuple(tuple(path) for path in stored["categories"])  # type: ignore[attr-defined]
    for name in ("spend_kinds", "flags", "supplier_states", "requester_roles"):
        values[name] = frozenset(stored[name])  # type: ignore[call-overload]
    return ApprovalFacts(**values)  # type: ignore[arg-type]


def decision_to_json(decision: Decision) -> dict[str, object]:
    """Return a decision as plain JSON: rows by position, stages, touchless and the explanation."""
    return {
        "version": decision.version,
        "rule": decision.rule.position if decision.rule else None,
        "rule_name": decision.rule.name if decision.rule else "",
        "additional": [rule.position for rule in decision.additional],
        "stages": [
            {"rule": words, "who": s.who, "role": s.role, "person": s.person_id, "completion": s.completion,
             "due_hours": s.due_hours}
            for words, s in decision.stages
        ],
        "touchless": decision.is_touchless,
        "explanation": list(decision.explanation),
    }  # fmt: skip
