"""What the rules layer tells the others."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPublished(Event):
    """A version is in force from `effective_from` (ISO instant)."""

    kind: ClassVar[str] = "policies.version.published"
    subject_type: ClassVar[str] = "policy"

    policy_kind: str
    effective_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraftChanged(Event):
    """A draft was edited or thrown away, so what was asked about it is asked no longer."""

    kind: ClassVar[str] = "policies.draft.changed"
    subject_type: ClassVar[str] = "policy"

    policy_kind: str
    draft_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetChanged(Event):
    """Budgets of cost centres came or went, so their documents are counted anew (RQ-6)."""

    kind: ClassVar[str] = "policies.budget.changed"
    subject_type: ClassVar[str] = "budget"

    cost_centre_ids: tuple[int, ...]
