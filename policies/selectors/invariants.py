"""What must always be true of policies. Source: DESIGN invariant 6, SEMANTICS AP-9 and SD-1."""

from foundation.registries import Invariant
from foundation.selectors.breaches import AuditedMachine

_LABEL = "v.kind || '/' || v.number"
MACHINES = (
    AuditedMachine(
        "policies.PolicyVersion",
        created=("draft_policy",),
        arrows={
            "publish": ("publish_policy",),
            "supersede": ("supersede_policy",),
            "discard": ("discard_policy",),
            "withdraw": ("withdraw_policy",),
            "reopen": ("reopen_policy",),
        },
        number="kind || '/' || d.number",
    ),
)
PUBLISHED = (
    Invariant(
        "policy_by_two_people",
        "A version in force was drafted by one person and published by another (SD-1, AP-9)",
        f"""
        select {_LABEL}, 'was drafted and published by ' || u.username
          from policies_policyversion v join foundation_user u on u.id = v.published_by_id
         where v.published_by_id = v.created_by_id""",
    ),
    Invariant(
        "one_policy_in_force",
        "At any instant one version of a policy is in force",
        f"""
        select {_LABEL}, 'is in force together with version ' || other.number
          from policies_policyversion v
          join policies_policyversion other on other.kind = v.kind and other.number > v.number
               and tstzrange(v.effective_from, v.effective_until) && tstzrange(other.effective_from, other.effective_until)
         where v.state in ('published', 'superseded') and other.state in ('published', 'superseded')""",
    ),
)


BUDGETS = (
    Invariant(
        "budget_is_its_entries",
        "The balances of a budget are the sums of its entries, and none is below nothing but for credit (RQ-6)",
        """
        select c.code || ' budget ' || b.id, 'says ' || b.committed || ' committed, ' || b.obligated || ' obligated, '
               || b.spent || ' spent; its entries come to ' || coalesce(e.committed, 0) || ', '
               || coalesce(e.obligated, 0) || ', ' || coalesce(e.spent, 0)
          from policies_budget b join foundation_costcentre c on c.id = b.cost_centre_id
          left join (select budget_id, sum(amount) filter (where kind = 'committed') as committed,
                            sum(amount) filter (where kind = 'obligated') as obligated,
                            sum(amount) filter (where kind = 'spent') as spent
                       from policies_budgetentry group by budget_id) e on e.budget_id = b.id
         where (b.committed, b.obligated, b.spent)
               <> (coalesce(e.committed, 0), coalesce(e.obligated, 0), coalesce(e.spent, 0))
            or b.committed < 0 or b.obligated < 0""",
    ),
)


def invariants() -> tuple[Invariant, ...]:
    """Return this room's checks; the models are read, so the apps must be ready."""
    return (*PUBLISHED, *BUDGETS, *(check for machine in MACHINES for check in machine.invariants()))
