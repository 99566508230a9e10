"""Which rule decides a document, who must agree, and why.

Source: SEMANTICS AP-1 (rules), AP-2 (stages), AP-8 (touchless only by a rule that says so), AP-9 (a second person
publishes a policy), AP-11 (the explanation).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from foundation.errors import InvalidError
from policies.decisions.matrix import ApprovalFacts, Matrix, Rule, StageAsk, in_band, matches
from policies.decisions.nearest import single_changes

__all__ = [
    "ApprovalFacts", "Decision", "Matrix", "Rule", "StageAsk", "decide", "explain", "in_band", "in_words", "matches",
    "nearest_change",
]  # fmt: skip


# Who decides a matter that no row takes, because the law itself says who; any other goes to the fallback owner.
BY_LAW: Mapping[str, tuple[str, StageAsk]] = {
    "policy": ("a second person publishes", StageAsk("enterprise_role", role="policy_admin", due_hours=16))
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What the matrix says about a document. No rule means no row takes it: the fallback owner decides (AP-8)."""

    version: str
    rule: Rule | None
    additional: tuple[Rule, ...]
    stages: tuple[tuple[str, StageAsk], ...]  # (rule in words, stage)
    is_touchless: bool
    explanation: tuple[str, ...] = field(default=())
    is_by_law: bool = False  # no row takes it, and the law says who decides
    informed: tuple[tuple[str, StageAsk], ...] = ()  # (rule in words, whom it only tells); nothing waits for them

    @property
    def asks_nobody(self) -> bool:
        """Say whether nobody was named, so that the fallback owner decides (AP-8)."""
        return self.rule is None and not self.is_by_law


def decide(facts: ApprovalFacts, matrix: Matrix) -> Decision:
    """Return the decision of a matrix version about frozen facts; the same facts always give the same decision.

    Where policy asks one more approver for what is over budget, a row that names it says whom; when none does, it is
    the owner of the cost centre (RQ-6).

    :raises InvalidError: the amount is negative; a document never asks approval for less than nothing.
    """
    if facts.base_amount < 0:
        raise InvalidError("amount_negative", "An approval amount cannot be negative.", field="base_amount")
    base, extra = matrix.judge(facts)
    chosen = ((base,) if base else ()) + extra
    stages = tuple((in_words(rule), stage) for rule in chosen for stage in rule.asks)
    informed = tuple((in_words(rule), stage) for rule in chosen for stage in rule.stages if stage.informs)
    if facts.budget_extra and not any(rule.asks and _names_over_budget(rule) for rule in chosen):
        stages += (("over budget", StageAsk("cost_centre_owner")),)
    law = BY_LAW.get(facts.document_type) if base is None else None
    stages = (law, *stages) if law else stages
    touchless = base is not None and base.is_touchless and not stages
    return Decision(
        matrix.version, base, extra, stages, touchless, explain(facts, matrix, base, extra), bool(law), informed
    )  # fmt: skip


def _where(facts: ApprovalFacts) -> str:
    amount = f"at {facts.base_amount:,.2f} in base currency"
    if facts.site:
        return f"{amount}, {facts.site}, region {facts.region}"
    return f"{amount} for the whole enterprise" if facts.base_amount else "for the whole enterprise"


def _names_over_budget(rule: Rule) -> bool:
    return "over_budget" in rule.any_flags or rule.budget_states == {"over"}


def in_words(rule: Rule) -> str:
    """Return how people call a rule."""
    return f"row {rule.position}: {rule.name}"


def explain(facts: ApprovalFacts, matrix: Matrix, base: Rule | None, extra: Iterable[Rule]) -> tuple[str, ...]:
    """Say in words which rule decided, on which facts, and the nearest change that would decide otherwise (AP-11)."""
    if base is None and facts.document_type in BY_LAW:
        lines = [f"No row of {matrix.version} takes this matter; {BY_LAW[facts.document_type][0]} it (AP-9)."]
    elif base is None:
        lines = [f"No row of {matrix.version} takes this document, so it goes to the fallback owner."]
    else:
        lines = [f"{in_words(base).capitalize()}, the first row of {matrix.version} that takes it."]
    lines.append(f"Judged {_where(facts)}.")
    if facts.urgent:
        lines.append("It is urgent.")
    if facts.flags:
        lines.append(f"Flags: {', '.join(sorted(facts.flags)).replace('_', ' ')}.")
    if facts.budget_extra:
        lines.append("It is over budget, so one more approver is asked.")
    added = tuple(extra)
    lines += [f"Also {in_words(rule)}." for rule in added]
    change = nearest_change(facts, matrix, base, added)
    return (*lines, change) if change else tuple(lines)


def nearest_change(facts: ApprovalFacts, matrix: Matrix, base: Rule | None, extra: Iterable[Rule] = ()) -> str:
    """Return the smallest single change that would route a document otherwise, in words; nothing when there is none.

    What counts as smaller is said in `nearest.py`. Another base row, or an additional row that comes or goes, is
    another route.
    """
    added = tuple(extra)
    for words, changed in single_changes(facts, matrix):
        other, others = matrix.judge(changed)
        if other is not base:
            return f"Nearest change: {words}, {in_words(other) if other else 'no row'} would decide."
        for rule in (*added, *others):
            if rule not in added:
                return f"Nearest change: {words}, additional {in_words(rule)} would add its stages."
            if rule not in others:
                return f"Nearest change: {words}, additional {in_words(rule)} would not add its stages."
    return ""
