"""Somebody adds an approver to an open request; the policy's own are never removed (AP-6)."""

from datetime import datetime

from foundation import audit, outbox
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from workflow import access
from workflow.decisions.stages import ADDED, ONE
from workflow.events import StepAdded
from workflow.models import ApprovalRequest, ApprovalStep, StepState
from workflow.selectors.chain import Chain, load_chain
from workflow.services.about import about_step
from workflow.services.moves import open_step
from workflow.services.seats import matter_of, seat_more

BEFORE, AFTER = "before", "after"


@use_case
def add_approver(
    *, request_id: int, content_hash: str, person_id: int, place: str, reason: str, actor: User, at: datetime
) -> ApprovalStep:
    """Let one more person decide, before the stage that is open, which waits meanwhile, or after it.

    Whoever is added is bound like everybody else: not the requester, not who changed it, nobody twice (AP-4, SD-1).

    :raises NotFoundError: there is no such request.
    :raises StaleError: it was decided, or changed, since it was opened.
    :raises NotPermittedError: neither the requester, nor asked, nor a buyer of the site.
    :raises InvalidError: no reason, no such place, or somebody who may not or need not decide.
    """
    request = (
        ApprovalRequest.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site__region", "site__calendar", "policy")
        .filter(pk=request_id)
        .first()
    )
    if request is None:
        raise NotFoundError("not_found", "There is no such approval.")
    if request.content_hash != content_hash or request.closed_at is not None:
        raise StaleError(
            "changed_since_opened", f"{request.subject_number} was decided or changed since you opened it.",
            number=request.subject_number,
        )  # fmt: skip
    require(access.can_add_approver(actor, request))
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    if place not in {BEFORE, AFTER}:
        raise InvalidError("place_unknown", "Choose before or after the open stage.", field="place", value=place)
    chain = load_chain(request)
    person = _able(chain, person_id, at)
    step = _insert(chain, place, f"added by {actor}", reason.strip(), actor)
    seat_more(chain, step, [(person.pk, None)], ADDED, at)
    if place == BEFORE:
        open_step(chain, step, at=at)
    audit.record_fact(
        f"approval.{request.subject_type}", request.pk, request.subject_number, "add_approver", actor=actor, at=at,
        person=person.username, place=place, reason=reason.strip()[:300],
    )  # fmt: skip
    outbox.publish(
        StepAdded(
            **about_step(request, step), at=at, actor_id=actor.pk, label=f"{person}, {place} the open stage",
            person_id=person.pk, place=place, reason=reason.strip()[:300],
        )
    )  # fmt: skip
    return step


def _able(chain: Chain, person_id: int, at: datetime) -> User:
    """Return the person to add, or say why they may not or need not decide."""
    person = User.objects.filter(pk=person_id, kind=User.Kind.STAFF, is_active=True).first()
    if person is None:
        raise InvalidError("approver_unfit", "Choose an active person of ours.", field="person")
    if matter_of(chain, at).bars(person.pk):
        raise InvalidError(
            "approver_barred", f"{person} asked for it, changed it, or did what may not go together with deciding it.",
            field="person",
        )  # fmt: skip
    if person.pk in chain.spent():
        raise InvalidError("approver_decided", f"{person} has decided already.", field="person")
    undone = [step for step in chain.steps if step.state in {StepState.OPEN, StepState.WAITING}]
    if any(chain.place(step, person.pk) for step in undone):
        raise InvalidError("approver_asked", f"{person} is asked already.", field="person")
    return person


def _insert(chain: Chain, place: str, label: str, rule: str, actor: User) -> ApprovalStep:
    """Store a stage beside the open ones; what comes after it moves on by one."""
    current = chain.open_steps()
    first, last = current[0], max(step.position for step in chain.steps if step.group == current[0].group)
    position = first.position if place == BEFORE else last + 1
    group = first.group if place == BEFORE else first.group + 1
    for step in sorted(chain.steps, key=lambda found: -found.position):
        if step.position >= position or (place == BEFORE and step.group >= group):
            if step.state == StepState.OPEN:
                step.defer()
            step.position, step.group = step.position + 1, step.group + 1
            step.save(
                update_fields=["position", "group", "state", "opened_at", "due_at", "reminded_at", "next_rung_at"]
            )
    step = ApprovalStep(
        request=chain.request, position=position, group=group, rule=rule[:160], label=label[:160], completion=ONE,
        due_hours=first.due_hours, added_by=actor,
    )  # fmt: skip
    step.save(force_insert=True)
    chain.steps = sorted([*chain.steps, step], key=lambda found: found.position)
    chain.places[step.pk] = []
    return step
