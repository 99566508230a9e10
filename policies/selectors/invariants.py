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


def invariants() -> tuple[Invariant, ...]:
    """Return this room's checks; the models are read, so the apps must be ready."""
    return (*PUBLISHED, *(check for machine in MACHINES for check in machine.invariants()))
