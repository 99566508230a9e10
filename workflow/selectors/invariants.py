"""What must always be true of approvals and exception cases. Source: DESIGN invariants 3 and 6, RELIABILITY R6."""

from foundation.registries import Invariant
from foundation.selectors.breaches import AuditedMachine

MACHINES = (
    AuditedMachine(
        "workflow.ExceptionCase",
        subject="case",
        created=("open_case",),
        arrows={"resolve": ("resolve_case",), "cure": ("cure_case",)},
        told={"workflow.case.opened": ("open_case",), "workflow.case.closed": ("resolve_case", "cure_case")},
    ),
    AuditedMachine(
        "workflow.Countersignature",
        subject="signature",
        created=("ask_signature",),
        arrows={"sign": ("countersign",), "refuse": ("refuse_signature",), "drop": ("drop_signature",)},
        told={
            "workflow.signature.asked": ("ask_signature",),
            "workflow.signature.closed": ("countersign", "refuse_signature", "drop_signature"),
        },
    ),
)
DECISIONS = (
    Invariant(
        "decision_by_who_may_take_it",
        "Nobody decides what they requested, or what they were not asked (AP-4, R6)",
        """
        select r.subject_number, u.username || case when r.requester_id in (d.actor_id, d.on_behalf_of_id)
                                                    then ' decided a request of the same person'
                                                    else ' decided without being asked' end
          from workflow_approvaldecision d join workflow_approvalstep s on s.id = d.step_id
          join workflow_approvalrequest r on r.id = s.request_id join foundation_user u on u.id = d.actor_id
         where r.requester_id in (d.actor_id, d.on_behalf_of_id)
            or not exists (select 1 from workflow_stepassignee a where a.step_id = s.id and a.person_id = d.actor_id)""",
    ),
    Invariant(
        "decision_once_in_a_request",
        "Nobody decides two stages of one request, but where the policy lets one agreement count twice (AP-4)",
        """
        select r.subject_number, u.username || ' decided ' || count(*) || ' stages'
          from workflow_approvaldecision d join workflow_approvalstep s on s.id = d.step_id
          join workflow_approvalrequest r on r.id = s.request_id join foundation_user u on u.id = d.actor_id
         where not s.may_repeat
         group by r.id, u.id having count(*) > 1""",
    ),
    Invariant(
        "decision_on_what_was_seen",
        "A decision holds for the content it was made on, and each sees what the one before it left (AP-4, AP-7)",
        """
        select subject_number, case when content_hash <> left_before
                                    then username || ' decided on another content than the decision before left'
                                    else 'is not what ' || username || ' left of it' end
          from (select r.subject_number, u.username, d.content_hash, d.approved_hash, r.content_hash as now,
                       lag(d.approved_hash) over decided as left_before,
                       lead(d.id) over decided is null as is_last
                  from workflow_approvaldecision d join workflow_approvalstep s on s.id = d.step_id
                  join workflow_approvalrequest r on r.id = s.request_id join foundation_user u on u.id = d.actor_id
                window decided as (partition by r.id order by d.id)) one
         where content_hash <> left_before or is_last and approved_hash <> now""",
    ),
    Invariant(
        "stage_approved_by_enough",
        "A stage is approved when enough of the people asked said yes, and a request when every stage is (AP-2)",
        """
        select r.subject_number, s.label || ' counts as approved with ' || v.agreed || ' approvals'
          from workflow_approvalstep s join workflow_approvalrequest r on r.id = s.request_id
         cross join lateral (
               select (select count(distinct coalesce(a.for_person_id, a.person_id)) from workflow_stepassignee a
                        where a.step_id = s.id and a.why not in ('above', 'fallback')) as voices,
                      count(distinct coalesce(a.for_person_id, d.actor_id)) as agreed,
                      coalesce(bool_or(a.why in ('above', 'fallback')), false) as settled
                 from workflow_approvaldecision d
                 left join workflow_stepassignee a on a.step_id = s.id and a.person_id = d.actor_id
                where d.step_id = s.id and d.verdict = 'approved') v
         where s.state = 'approved' and not v.settled
           and v.agreed < case s.completion when 'all' then greatest(v.voices, 1)
                                            when 'majority' then greatest(v.voices, 1) / 2 + 1
                                            when 'percent' then greatest(ceil(v.voices * s.percent / 100.0), 1)
                                            else 1 end
        union all
        select r.subject_number, 'is approved, but ' || s.label || ' is ' || s.state
          from workflow_approvalrequest r join workflow_approvalstep s on s.request_id = r.id
         where r.state = 'approved' and s.state not in ('approved', 'informed')""",
    ),
    Invariant(
        "touchless_by_a_rule",
        "What no person decided was let pass by a row of the policy that says so (AP-8)",
        """
        select r.subject_number, 'was approved without a person and without a row that allows it'
          from workflow_approvalrequest r
         where r.state = 'approved' and not exists (select 1 from workflow_approvalstep s where s.request_id = r.id and s.state <> 'informed')
           and not (r.is_touchless and (r.decision ->> 'touchless')::boolean and r.decision ->> 'rule' is not null)""",
    ),
)
DUTIES = (
    Invariant(
        "compensated_is_signed_for",
        "Whoever did both duties of a compensated pair has a second signature asked for (SD-1)",
        """
        select b.document_type || ' ' || b.document_id,
               u.username || ' did ' || a.duty || ' and ' || b.duty || ', and no second signature was asked for'
          from policies_dutypair p
          join policies_policyversion v on v.id = p.policy_id and v.kind = 'duty'
               and v.state in ('published', 'superseded')
          join foundation_dutyrecord b on b.duty in (p.first, p.second)
               and v.effective_from <= b.at and (v.effective_until is null or v.effective_until > b.at)
          join foundation_dutyrecord a on a.chain = b.chain and a.person_id = b.person_id and a.duty <> b.duty
               and a.duty in (p.first, p.second) and (a.at, a.id) < (b.at, b.id)
          join foundation_user u on u.id = b.person_id
         where p.strength = 'compensated' and u.kind <> 'supplier' and u.username not like 'system-%'
           and not exists (select 1 from workflow_countersignature s
                            where s.document_type = b.document_type and s.document_id = b.document_id
                              and s.person_id = b.person_id and s.duty = b.duty and s.held = a.duty)
           and not exists (select 1 from workflow_countersignature s
                            where s.document_type = a.document_type and s.document_id = a.document_id
                              and s.person_id = a.person_id and s.duty = a.duty and s.held = b.duty and a.at = b.at)
         group by 1, 2""",
    ),
)


def invariants() -> tuple[Invariant, ...]:
    """Return this room's checks; the models are read, so the apps must be ready."""
    return (*DECISIONS, *DUTIES, *(check for machine in MACHINES for check in machine.invariants()))
