"""Who sits in the stages of a chain: deputies come and go with absences, the fallback owner when nobody is there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import audit, duties, outbox
from foundation.decisions.absence import Away
from foundation.models import User
from foundation.selectors import absences_in_force, system_user
from policies.selectors import duty_pairs_in_force
from workflow.decisions.stages import FALLBACK, Seat, is_vacant, seated
from workflow.events import TaskMoved
from workflow.models import ApprovalStep, StepAssignee, StepState
from workflow.selectors.chain import Chain, Place
from workflow.selectors.people import fallback_people
from workflow.selectors.routing import fallback_role
from workflow.services.about import about_step
from workflow.services.unstaffed import raise_unstaffed


def reseat(chains: Sequence[Chain], *, at: datetime, steps: Iterable[ApprovalStep] | None = None) -> int:
    """Let the seats of stages that are not done follow the absences in force; returns how many moved (AP-5).

    `steps` narrows it to some stages of the chains. A stage left with nobody at work asks the fallback owner besides
    and raises an exception (AP-3). One statement for absences, one more where deputies are named.
    """
    asked = set(steps) if steps is not None else None
    todo = [
        (chain, step)
        for chain in chains
        for step in chain.steps
        if step.state in {StepState.WAITING, StepState.OPEN} and (asked is None or step in asked)
    ]
    sitting = {pk for chain, step in todo for place in chain.places[step.pk] for pk in (place.person, place.owner)}
    absences = absences_in_force(sitting, at)
    able = _able(absences, at)
    moves = [move for chain, step in todo for move in _moves(chain, step, absences, able, at)]
    _store(moves, at)
    for chain, step in todo:
        if step.state == StepState.OPEN or asked is not None:
            ask_fallback_when_vacant(chain, step, absences, at)
    return len(moves)


def _able(absences: dict[int, tuple[Away, ...]], at: datetime) -> set[int]:
    """Return the deputies who can sign in, and read when they are away themselves."""
    deputies = {a.deputy for found in absences.values() for a in found if a.deputy is not None}
    able = set(User.objects.filter(pk__in=deputies, is_active=True).values_list("pk", flat=True)) if deputies else set()
    absences.update(absences_in_force(able - set(absences), at))
    return able


@dataclass(frozen=True, slots=True)
class _Move:
    """A seat that somebody else takes."""

    chain: Chain
    step: ApprovalStep
    place: Place
    seat: Seat


def _moves(
    chain: Chain, step: ApprovalStep, absences: dict[int, tuple[Away, ...]], able: set[int], at: datetime
) -> list[_Move]:
    places = chain.places[step.pk]
    if not any(place.owner != place.person or place.owner in absences for place in places):
        return []
    seats = seated(
        [place.seat for place in places], matter_of(chain, at), absences, able=able, spent=chain.spent(),
        fixed=chain.decided_at(step),
    )  # fmt: skip
    pairs = zip(places, seats, strict=True)
    return [_Move(chain, step, place, seat) for place, seat in pairs if place.person != seat.person]


def _store(moves: Sequence[_Move], at: datetime) -> None:
    """Store who sits where now; who goes back frees the chair before somebody else takes it."""
    rows = StepAssignee.objects.in_bulk([move.place.pk for move in moves]) if moves else {}
    for back in (True, False):
        taking = [move for move in moves if (move.seat.person == move.seat.owner) is back]
        for move in taking:
            row, seat = rows[move.place.pk], move.seat
            row.person_id, row.why, row.since = seat.person, seat.why, at
            row.for_person_id = None if back else seat.owner
        if taking:
            changed = [rows[move.place.pk] for move in taking]
            StepAssignee.objects.bulk_update(changed, ["person", "for_person", "why", "since"], batch_size=200)
    for move in moves:
        _tell_moved(move.chain, move.step, move.place, move.seat.person, at)
        move.place.person, move.place.why = move.seat.person, move.seat.why


def _tell_moved(chain: Chain, step: ApprovalStep, place: Place, now: int, at: datetime) -> None:
    request = chain.request
    audit.record_fact(
        f"approval.{request.subject_type}", request.pk, request.subject_number, "move_task", actor=system_user("workflow"),
        at=at, step=step.label, before=place.person, after=now, owner=place.owner,
    )  # fmt: skip
    outbox.publish(
        TaskMoved(
            **about_step(request, step), at=at, version=place.pk, is_human=False, label=step.label, person_id=now,
            before_id=place.person, owner_id=place.owner,
        )
    )  # fmt: skip


def ask_fallback_when_vacant(
    chain: Chain, step: ApprovalStep, absences: dict[int, tuple[Away, ...]], at: datetime
) -> None:
    """Ask the fallback owner besides when nobody who sits in a stage is at work; an exception says so (AP-3)."""
    places = chain.places[step.pk]
    if any(place.why == FALLBACK for place in places):
        return
    if is_vacant([place.seat for place in places], absences, chain.decided_at(step)):
        ask_fallback(chain, step, at)
        raise_unstaffed(chain.request, [step.label], at)


def ask_when_left(chain: Chain, step: ApprovalStep, at: datetime) -> None:
    """Ask the fallback owner at a stage that nobody sits in any more (AP-3)."""
    if not chain.places[step.pk]:
        ask_fallback_when_vacant(chain, step, {}, at)


def ask_fallback(chain: Chain, step: ApprovalStep, at: datetime) -> list[StepAssignee]:
    """Ask the policy's fallback owners at a stage, but those AP-4 bars; returns who is asked."""
    matter = matter_of(chain, at)
    taken = {place.person for place in chain.places[step.pk]} | chain.spent()
    people = [p.pk for p in fallback_people(fallback_role(chain.request.policy))]
    able = [pk for pk in people if pk not in taken and not matter.bars(pk)]
    absences = absences_in_force(able, at)
    deputies = _able(absences, at) - taken
    seats = seated([Seat(pk, pk, FALLBACK) for pk in able], matter, absences, able=deputies, spent=chain.spent())
    return seat_more(chain, step, [(s.person, s.owner if s.owner != s.person else None) for s in seats], FALLBACK, at)


def seat_more(
    chain: Chain, step: ApprovalStep, people: Sequence[tuple[int, int | None]], why: str, at: datetime
) -> list[StepAssignee]:
    """Let more people sit in a stage, each with whose voice it is; the caller has judged them."""
    rows = StepAssignee.objects.bulk_create(
        StepAssignee(step=step, person_id=pk, for_person_id=owner, why=why, since=at) for pk, owner in people
    )
    chain.places[step.pk] += [Place(row.pk, row.person_id, row.for_person_id or row.person_id, why) for row in rows]
    return rows


def matter_of(chain: Chain, at: datetime) -> Any:
    """Return what a chain decides about, reading once what was done on its documents."""
    if chain.done is None:
        chain.done = duties.done_on(chain.request.facts["chains"])
    return chain.matter(duty_pairs_in_force(at))
