"""The chain of a document: the same code shows it before submission and opens it (UX 6.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from foundation import duties, money
from foundation.models import CostCentre, Role, Site, User
from foundation.selectors import FrozenRate, rate_on
from policies.decisions.approval import ApprovalFacts, Decision, decide
from policies.decisions.duties import hard_conflict
from policies.models import PolicyVersion
from policies.selectors import duty_pairs_in_force, matrix_in_force
from workflow.decisions.stages import authors_of, eligible
from workflow.selectors.people import Asked, fallback_people, people_for


@dataclass(frozen=True, slots=True)
class Routing:
    """What the policy in force says about a document, with names."""

    decision: Decision
    policy: PolicyVersion
    stages: tuple[Asked, ...]
    unstaffed: tuple[str, ...]


def freeze_amount(amount: Decimal, currency: str, day: date) -> tuple[Decimal, FrozenRate]:
    """Return the amount in base currency and the rate of the day, to be stored and never read again (MQ-1)."""
    rate = rate_on(currency, day)
    return money.convert(amount, rate.rate, rate.base_currency), rate


def fallback_role(policy: PolicyVersion) -> str:
    """Return the role that decides, enterprise-wide, what nobody else may (AP-3)."""
    return str(policy.settings.get("fallback_role", Role.FINANCE_DIRECTOR))


def route(
    facts: ApprovalFacts,
    *,
    site: Site,
    requester: User,
    at: datetime,
    duty: str,
    chains: Sequence[str] = (),
    cost_centres: Sequence[CostCentre] = (),
) -> Routing:
    """Return the decision and the people of each stage.

    A stage left without people goes to the fallback owner and is named in `unstaffed` (AP-3).
    """
    matrix, policy = matrix_in_force(at)
    decision = decide(facts, matrix)
    asks = list(decision.stages)
    stages: list[Asked] = []
    unstaffed: list[str] = []
    done = duties.done_on(list(chains)) if chains and asks else frozenset()
    pairs = duty_pairs_in_force(at) if asks or decision.rule is None else ()
    fallback = fallback_role(policy)

    def allowed(people: list[User]) -> tuple[User, ...]:
        barred = {p.pk for p in people if hard_conflict(duty, p.pk, done, pairs)} | authors_of(done)
        keep = eligible([p.pk for p in people], requester.pk, barred)
        return tuple(p for p in people if p.pk in keep)

    for rule, ask in asks:
        label, rounds = people_for(
            ask, site=site, requester=requester, base_amount=facts.base_amount, cost_centres=cost_centres
        )
        for people in rounds:
            able = allowed(people)
            if not able:
                unstaffed.append(label)
                able = allowed(fallback_people(fallback))
            stages.append(Asked(rule, label, ask.completion, ask.due_hours, able, is_fallback=label in unstaffed))
    if decision.rule is None:
        able = allowed(fallback_people(fallback))
        unstaffed.append("no row of the matrix")
        stages.append(Asked("no row", "Fallback owner", "one", 8, able, is_fallback=True))
    return Routing(decision, policy, tuple(stages), tuple(unstaffed))
