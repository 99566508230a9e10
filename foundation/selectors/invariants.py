"""The ground's own laws: the audit chain has no gap, and nobody holds more than their roles give."""

from foundation.registries import Invariant
from foundation.roles import SITE_PERMISSIONS
from foundation.selectors.breaches import AuditedMachine

_GIVEN = ", ".join(
    f"('{role}', '{permission}')" for role, given in SITE_PERMISSIONS.items() for permission in sorted(given)
)
INVARIANTS = (
    Invariant(
        "audit_has_no_gap",
        "Audit rows are numbered without a gap up to the head of their chain (AU-1)",
        """
        select 'chain ' || h.chain, 'has ' || count(e.seq) || ' rows up to ' || coalesce(max(e.seq), 0)
               || ', its head says ' || h.seq
          from foundation_audithead h left join foundation_auditevent e on e.chain = h.chain
         group by h.chain, h.seq having count(e.seq) <> h.seq or coalesce(max(e.seq), 0) <> h.seq""",
    ),
    Invariant(
        "site_permission_from_role",
        "A person's permissions at a site are those of their roles, no more and no less",
        f"""
        with given(role, codename) as (values {_GIVEN}),
             due as (select distinct r.user_id, s.id as site_id, g.codename
                       from foundation_roleassignment r join given g on g.role = r.role
                       join foundation_site s on (r.site_id is null or r.site_id = s.id)
                                             and (r.region_id is null or r.region_id = s.region_id)),
             held as (select p.user_id, p.content_object_id as site_id, a.codename
                        from foundation_siteuserpermission p join auth_permission a on a.id = p.permission_id)
        select u.username, case when due.user_id is null then 'holds ' else 'lacks ' end
               || coalesce(due.codename, held.codename) || ' at ' || s.code
          from due full join held using (user_id, site_id, codename)
          join foundation_user u on u.id = user_id join foundation_site s on s.id = site_id
         where due.user_id is null or held.user_id is null""",
    ),
    Invariant(
        "supplier_person_has_no_role",
        "A person of a supplier holds no role of ours (invariant 7)",
        """
        select u.username, 'belongs to a supplier and is ' || r.role
          from foundation_roleassignment r join foundation_user u on u.id = r.user_id where u.kind <> 'staff'""",
    ),
    Invariant(
        "role_is_audited",
        "Every grant and every removal of a role has its audit row (AU-1)",
        """
        select u.username, 'is ' || r.role || ' and no audit row says who granted it'
          from foundation_roleassignment r join foundation_user u on u.id = r.user_id
         where not exists (select 1 from foundation_auditevent e where e.object_type = 'foundation.roleassignment'
                            and e.object_id = r.id and e.action = 'grant_role')
        union all
        select max(e.data ->> 'user'), 'was granted ' || max(e.data ->> 'role') || ' and lost it without an audit row'
          from foundation_auditevent e
         where e.object_type = 'foundation.roleassignment'
           and not exists (select 1 from foundation_roleassignment r where r.id = e.object_id)
         group by e.object_id having bool_and(e.action <> 'revoke_role')""",
    ),
    Invariant(
        "event_order_kept",
        "Of an event that is done no earlier one of its subject is still waiting (order kept)",
        """
        select done.subject_number, done.kind || ' was told before ' || min(earlier.kind)
          from foundation_domainevent earlier
          join foundation_domainevent done on done.subject_type = earlier.subject_type
               and done.subject_id = earlier.subject_id and done.id > earlier.id
         where earlier.done_at is null
               and exists (select 1 from foundation_effectledger l where l.msg_id = done.msg_id)
         group by done.id, done.subject_number, done.kind""",
    ),
)
MACHINES = (
    AuditedMachine(
        "foundation.Job",
        created=("ask_for_job",),
        arrows={
            "start": ("start_job",), "finish": ("finish_job",), "fail": ("fail_job",), "cancel": ("cancel_job",),
            "retry": ("retry_job",),
        },
        number="title",
    ),
)  # fmt: skip


def invariants() -> tuple[Invariant, ...]:
    """Return the ground's checks; the models are read, so the apps must be ready."""
    return (*INVARIANTS, *(check for machine in MACHINES for check in machine.invariants()))
