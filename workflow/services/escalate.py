"""The ladder of people: a stage that takes too long asks more of them, one rung at a time (AP-5)."""

from collections.abc import Sequence
from datetime import datetime

from foundation import audit, outbox
from foundation.access import people_with_role
from foundation.decisions.absence import is_away
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import absences_in_force, system_user, working_deadline
from policies.models import PolicyVersion
from workflow.decisions.ladder import role_above, rungs
from workflow.decisions.stages import FALLBACK, MANAGER
from workflow.events import StepEscalated
from workflow.models import ApprovalRequest, ApprovalStep, RequestState, StepAssignee, StepState
from workflow.selectors.chain import Chain, load_chains, read_done
from workflow.selectors.people import scope_of
from workflow.services.about import about_step
from workflow.services.seats import ask_fallback, matter_of, seat_more
from workflow.services.unstaffed import raise_unstaffed

BATCH = 100


@use_case
def escalate_overdue(*, at: datetime) -> int:
    """Ask the next rung of every open stage whose time has come; returns how many people are asked, who are told.

    Nothing is ever decided by time. A rung that finds nobody is skipped; after the last the fallback owner has it, with
    an exception, however long it takes.
    """
    due = ApprovalStep.objects.filter(state=StepState.OPEN, next_rung_at__lte=at)
    requests = ApprovalRequest.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(
        state=RequestState.OPEN, pk__in=due.values("request")
    )
    found = requests.select_related("site__region", "site__calendar", "policy", "requester").order_by("pk")[:BATCH]
    chains = list(load_chains(list(found)))
    if not chains:
        return 0
    read_done(chains)
    return sum(
        len(_next_rung(chain, step, at))
        for chain in chains
        for step in chain.open_steps()
        if step.next_rung_at is not None and step.next_rung_at <= at
    )


def _next_rung(chain: Chain, step: ApprovalStep, at: datetime) -> list[StepAssignee]:
    ladder = ladder_of(chain.request.policy)
    added: list[StepAssignee] = []
    rung = ""
    while not added and step.rung < len(ladder):
        rung = ladder[step.rung]
        step.rung += 1
        added = _ask(chain, step, rung, at)
    is_last = step.rung >= len(ladder)
    step.next_rung_at = None if is_last else working_deadline(chain.request.site, at, step.due_hours)
    step.save(update_fields=["rung", "next_rung_at"])
    if is_last:
        raise_unstaffed(chain.request, [step.label], at, waited=True)
    _tell(chain, step, rung, added, at)
    return added


def ladder_of(policy: PolicyVersion) -> tuple[str, ...]:
    """Return the rungs of the policy version that decided; a version that names none has no ladder."""
    return rungs(policy.settings.get("ladder", ()))


def _ask(chain: Chain, step: ApprovalStep, rung: str, at: datetime) -> list[StepAssignee]:
    if rung == FALLBACK:
        return ask_fallback(chain, step, at)
    return seat_more(chain, step, _managers(chain, step, at) if rung == MANAGER else _above(chain, step, at), rung, at)


def _managers(chain: Chain, step: ApprovalStep, at: datetime) -> list[tuple[int, int | None]]:
    """Return the manager of each whose voice is not given, with whose voice it is."""
    silent = [place.owner for place in chain.places[step.pk] if place.owner not in chain.spent()]
    pairs = User.objects.filter(pk__in=silent, manager__is_active=True).values_list("pk", "manager_id").order_by("pk")
    able = _able(chain, step, [manager for _, manager in pairs if manager], at)
    found: dict[int, int | None] = {}
    for owner, manager in pairs:
        if manager in able:
            found.setdefault(manager, owner)
    return list(found.items())


def _above(chain: Chain, step: ApprovalStep, at: datetime) -> list[tuple[int, int | None]]:
    """Return who holds the role one level up."""
    above = role_above(scope_of(step.who), step.role) if step.role else None
    if above is None:
        return []
    scope, role = above
    if chain.request.site is None and scope != "enterprise":
        return []
    people = [person.pk for person in people_with_role(role, site=chain.request.site, scope=scope)]
    return [(pk, None) for pk in _able(chain, step, people, at)]


def _able(chain: Chain, step: ApprovalStep, people: Sequence[int], at: datetime) -> list[int]:
    """Return who of them is at work, not asked here yet, and not barred (AP-4)."""
    matter, spent = matter_of(chain, at), chain.spent()
    sitting = {place.person for place in chain.places[step.pk]}
    absences = absences_in_force(people, at)
    return [
        pk
        for pk in dict.fromkeys(people)
        if pk not in spent | sitting and not matter.bars(pk) and not is_away(absences.get(pk, ()))
    ]


def _tell(chain: Chain, step: ApprovalStep, rung: str, added: Sequence[StepAssignee], at: datetime) -> None:
    request = chain.request
    people = tuple(assignee.person_id for assignee in added)
    audit.record_fact(
        f"approval.{request.subject_type}", request.pk, request.subject_number, "escalate", actor=system_user("sweeper"),
        at=at, step=step.label, rung=rung, number=step.rung, people=list(people),
    )  # fmt: skip
    outbox.publish(
        StepEscalated(**about_step(request, step), at=at, is_human=False, label=step.label, rung=rung, people=people)
    )
