"""A role was taken away, or somebody left: what waited for them is asked of whoever holds the role now (AP-2, AP-3)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from foundation import audit, outbox
from foundation.access import people_with_role
from foundation.journal import use_case
from foundation.models import CostCentre, RoleAssignment, User
from foundation.selectors import system_user
from policies.decisions.approval import StageAsk
from policies.models import StageWho
from workflow.decisions.stages import ABOVE, ASKED, FALLBACK, MANAGER, is_vacant
from workflow.events import StepSeatedAnew
from workflow.models import ApprovalRequest, ApprovalStep, ExceptionCase, RequestState, StepAssignee, StepState
from workflow.selectors.chain import Chain, Place, load_chains, read_done
from workflow.selectors.people import candidates_for, scope_of
from workflow.services.about import about_step
from workflow.services.cases import cure_case
from workflow.services.seats import ask_fallback, matter_of, reseat, seat_more

_UNDONE = (StepState.WAITING, StepState.OPEN)
_BESIDES = (
    ABOVE,
    FALLBACK,
)  # asked besides the policy's own people: their word ends a stage, and they are no voice of it
_BY_NAME = ("", StageWho.PERSON)  # nobody else answers to a name


@use_case
def seat_anew(*, person_id: int, at: datetime) -> int:
    """Let the stages that ask a person by a role they lost, or who left, ask who holds it now; returns how many changed.

    Whoever decided keeps their seat, and so does who still holds the role. A stage that asks for a role which nobody
    held until now asks the person who was given it. Deputies follow the absences in force; a stage left with nobody at
    work asks the fallback owner besides and raises its exception, which closes when somebody holds the role again.
    Requests are locked in one order; done again nothing changes.
    """
    requests = ApprovalRequest.objects.select_for_update(of=("self",), no_key=True).filter(
        Q(pk__in=_asking(person_id)) | Q(pk__in=_wanting(person_id)), state=RequestState.OPEN
    )
    found = requests.select_related("site__region", "site__calendar", "policy", "requester").order_by("pk")
    chains = list(load_chains(list(found)))
    if not chains:
        return 0
    read_done(chains)
    people = {place.person for chain in chains for places in chain.places.values() for place in places}
    owners = {place.owner for chain in chains for places in chain.places.values() for place in places}
    gone = set(User.objects.filter(pk__in=people | owners, is_active=False).values_list("pk", flat=True))
    holders = _Holders(at)
    changed = sum(_seat(chain, step, gone, holders, person_id) for chain in chains for step in _undone(chain))
    reseat(chains, at=at)
    return changed


def _asking(person_id: int) -> QuerySet[Any, Any]:
    """Return the requests with stages to come in which the person sits, or somebody for them."""
    seats = StepAssignee.objects.filter(Q(person=person_id) | Q(for_person=person_id), step__state__in=_UNDONE)
    return seats.values("step__request")


def _wanting(person_id: int) -> QuerySet[Any, Any]:
    """Return the requests with a stage that none of the policy's own people sits in and that asks for a role of theirs."""
    own = StepAssignee.objects.filter(step=OuterRef("pk")).exclude(why__in=_BESIDES)
    condition = Q(pk__in=[])
    held = RoleAssignment.objects.filter(user=person_id, user__is_active=True)
    for role, site_id, region_id in held.values_list("role", "site_id", "region_id"):
        place = Q(who=StageWho.ENTERPRISE_ROLE)
        if site_id:
            place = Q(who=StageWho.SITE_ROLE, request__site=site_id)
        elif region_id:
            place = Q(who=StageWho.REGION_ROLE, request__site__region=region_id)
        condition |= place & Q(role=role)
    return ApprovalStep.objects.filter(condition, ~Exists(own), state__in=_UNDONE).values("request")


def _undone(chain: Chain) -> list[ApprovalStep]:
    return [step for step in chain.steps if step.state in _UNDONE]


@dataclass(slots=True)
class _Holders:
    """Who a stage would ask now; people by role are read once for all requests of a place."""

    at: datetime
    by_role: dict[tuple[str, str, int], list[int]] = field(default_factory=dict)

    def of(self, chain: Chain, step: ApprovalStep) -> list[int]:
        """Return whom the policy means today, whoever AP-4 bars still among them."""
        site = chain.request.site
        if step.who in _BY_NAME:
            return []
        if step.role:
            key = (step.who, step.role, site.pk if site else 0)
            if key not in self.by_role:
                found = people_with_role(step.role, site=site, scope=scope_of(step.who))
                self.by_role[key] = [person.pk for person in found]
            return self.by_role[key]
        facts = chain.request.facts
        found_anew = candidates_for(
            [StageAsk(step.who)], site=site, requester=chain.request.requester, base_amount=chain.request.base_amount,
            categories=[tuple(path) for path in facts["categories"]],
            cost_centres=list(CostCentre.objects.filter(code__in=facts.get("cost_centres", []))), at=self.at,
        )  # fmt: skip
        _, rounds = found_anew.rounds(StageAsk(step.who))
        elsewhere = {place.person for other in chain.steps if other != step for place in chain.places[other.pk]}
        return [person.pk for people in rounds for person in people if person.pk not in elsewhere]


def _seat(chain: Chain, step: ApprovalStep, gone: set[int], holders: _Holders, cause: int) -> bool:
    """Take the lost seats out of a stage and put who holds the role now in; says whether anything changed."""
    at = holders.at
    lost = _lost(chain, step, gone)
    stay = [place for place in chain.places[step.pk] if place not in lost]
    if not lost and any(place.why not in _BESIDES for place in stay):
        return False
    StepAssignee.objects.filter(pk__in=[place.pk for place in lost]).delete()
    chain.places[step.pk] = stay
    matter, spent = matter_of(chain, at), chain.spent() if step.state == StepState.OPEN else set()
    taken = spent | {pk for place in stay for pk in (place.person, place.owner)}
    own = all(place.why in _BESIDES for place in lost) and any(place.why not in _BESIDES for place in stay)
    now = [] if own else [pk for pk in holders.of(chain, step) if pk not in taken and not matter.bars(pk)]
    seat_more(chain, step, [(pk, None) for pk in now], ASKED, at)
    if any(place.why == FALLBACK for place in lost) and not any(place.why == FALLBACK for place in stay):
        now += [row.person_id for row in ask_fallback(chain, step, at)]
    if not lost and not now:
        return False
    _tell(chain, step, [place.person for place in lost], now, cause, at)
    reseat([chain], at=at, steps=[step])
    _close_case(chain, at)
    return True


def _lost(chain: Chain, step: ApprovalStep, gone: set[int]) -> list[Place]:
    """Return the seats whose voice is nobody's any more; who decided keeps theirs.

    Who was asked because somebody did not answer goes with them; a deputy who left only gives the seat back.
    """
    decided = chain.decided_at(step)
    mine = [place for place in chain.places[step.pk] if place.person not in decided]
    owners = {place.owner for place in mine if place.why != MANAGER and (place.owner in gone or not place.holds)}
    return [
        place
        for place in mine
        if (place.owner in owners and (place.owner in gone or place.why == MANAGER or not place.holds))
        or (place.why == MANAGER and place.person in gone)
    ]


def _tell(chain: Chain, step: ApprovalStep, before: list[int], now: list[int], cause: int, at: datetime) -> None:
    request = chain.request
    audit.record_fact(
        f"approval.{request.subject_type}", request.pk, request.subject_number, "seat_anew", actor=system_user("workflow"),
        at=at, step=step.label, before=before, after=now,
    )  # fmt: skip
    if step.state == StepState.OPEN:
        outbox.publish(
            StepSeatedAnew(
                **about_step(request, step), at=at, version=cause, is_human=False, label=step.label,
                before=tuple(before), people=tuple(now),
            )
        )  # fmt: skip


def _close_case(chain: Chain, at: datetime) -> None:
    """Close the exception of a missing approver when every stage to come has people of its own again (EX-2)."""
    for step in _undone(chain):
        own = [place.seat for place in chain.places[step.pk] if place.why not in _BESIDES]
        if is_vacant(own, {}):
            return
    key = f"no_approver:{chain.request.pk}"
    if ExceptionCase.objects.filter(key=key, cause="no_eligible_approver", state="open").exists():
        cure_case(key=key, outcome="Somebody holds the role again.", at=at)
