"""When a stage is done, who sits in it, and who may decide. Source: SEMANTICS AP-2, AP-3, AP-4 and AP-5."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from foundation.decisions.absence import Away, is_away, stand_in
from foundation.verdict import ALLOWED, Verdict
from policies.decisions.duties import Pair, hard_conflict

ONE, ALL, MAJORITY, PERCENT, INFORM = "one", "all", "majority", "percent", "inform"
APPROVED, REJECTED = "approved", "rejected"
# Duties of who wrote or changed what is to be approved, by the duty of approving it; asking for it always counts.
AUTHORING: Mapping[str, frozenset[str]] = {
    "approve_order": frozenset({"create_order"}), "approve_supplier": frozenset({"propose_supplier"}),
    "approve_bank_change": frozenset({"propose_bank_change"}), "publish_policy": frozenset({"draft_policy"}),
}  # fmt: skip
# Why somebody is asked. What the first two hold is a voice of the stage; the others are asked besides or at last.
ASKED, DEPUTY, MANAGER, ABOVE, FALLBACK, ADDED = "asked", "deputy", "manager", "above", "fallback", "added"
_STAY = {MANAGER}  # asked for somebody else already, so an absence moves them nowhere


_GONE, _BACK = {ASKED: DEPUTY}, {DEPUTY: ASKED}


def needed(completion: str, percent: int | None, voices: int) -> int:
    """Return how many of so many voices must agree; nobody asked is never enough (AP-3), nobody is waited for who is informed.

    `percent` is of those asked, rounded up; more than half is a majority.
    """
    if completion == INFORM:
        return 0
    voices = max(voices, 1)
    if completion == ALL:
        return voices
    if completion == MAJORITY:
        return voices // 2 + 1
    if completion == PERCENT and percent is not None:
        return max(-(-voices * percent // 100), 1)
    return 1


def outcome(completion: str, percent: int | None, voices: int, approvals: int, rejections: int) -> str:
    """Return how a stage ends: approved, rejected, or nothing while it is open (AP-2).

    `one` and `all` end at the first no. Majority and percent count approvals and wait until enough can no longer agree.
    """
    if approvals >= needed(completion, percent, voices):
        return APPROVED
    if completion in {MAJORITY, PERCENT}:
        return REJECTED if max(voices, 1) - rejections < needed(completion, percent, voices) else ""
    return REJECTED if rejections else ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a stage decides about, as far as it says who may. `amount` in base currency; `done` as (duty, person)."""

    duty: str
    site: str
    amount: Decimal
    requester: int
    done: frozenset[tuple[str, int]] = frozenset()
    pairs: tuple[Pair, ...] = ()

    def bars(self, person: int) -> bool:
        """Say whether somebody may never decide it: the requester, who changed it, or a hard pair (AP-4, SD-1)."""
        return (
            person == self.requester
            or person in authors_of(self.done, self.duty)
            or hard_conflict(self.duty, person, self.done, self.pairs) is not None
        )


@dataclass(frozen=True, slots=True)
class Seat:
    """A person asked at a stage, and whose voice it is: their own, or that of who is away (AP-5)."""

    person: int
    owner: int
    why: str = ASKED


def seated(
    seats: Sequence[Seat],
    matter: Matter,
    absences: Mapping[int, Sequence[Away]],
    *,
    able: Collection[int],
    spent: Collection[int] = (),
    fixed: Collection[int] = (),
) -> tuple[Seat, ...]:
    """Return the seats as the absences in force say: the deputy sits for who is away, who is back sits again (AP-5).

    A deputy who is barred, has decided (`spent`), sits here already, is away too or is not `able` to sign in leaves the
    seat with its owner: nobody speaks for two. `fixed` are those who decided at this stage; their seats never move.
    """
    found: list[Seat] = []
    taken = {seat.person for seat in seats}
    for seat in seats:
        if seat.why in _STAY or seat.person in fixed:
            found.append(seat)
            continue
        deputy = stand_in(
            absences.get(seat.owner, ()), duty=matter.duty, site=matter.site, amount=matter.amount
        )  # fmt: skip
        fit = (
            deputy is not None
            and deputy in able
            and not matter.bars(deputy)
            and deputy not in spent
            and (deputy == seat.person or deputy not in taken)
            and not is_away(absences.get(deputy, ()))
        )
        sits = Seat(seat.owner, seat.owner, _BACK.get(seat.why, seat.why))
        if fit and deputy is not None:
            sits = replace(sits, person=deputy, why=_GONE.get(sits.why, sits.why))
        taken = taken - {seat.person} | {sits.person}
        found.append(sits)
    return tuple(found)


def is_vacant(seats: Sequence[Seat], absences: Mapping[int, Sequence[Away]], fixed: Collection[int] = ()) -> bool:
    """Say whether nobody of a stage is at work to decide it now."""
    return all(seat.person in fixed or is_away(absences.get(seat.person, ())) for seat in seats)


def authors_of(done: Iterable[tuple[str, int]], deciding: str = "") -> frozenset[int]:
    """Return who wrote or changed what a duty decides, from (duty, person) of what was done on its chain (AP-4, SD-2)."""
    authoring = {"request"} | AUTHORING.get(deciding, frozenset())
    return frozenset(person for duty, person in done if duty in authoring)


def may_decide(*, actor_id: int, requester_id: int, asked: Collection[int], already: Collection[int]) -> Verdict:
    """Judge whether a person may decide the open stage (AP-4)."""
    if actor_id == requester_id:
        return Verdict("own_request", "You raised this, so somebody else must decide it.")
    if actor_id in already:
        return Verdict("already_decided", "You have already decided this.")
    if actor_id not in asked:
        return Verdict("not_asked", "This decision is not yours; somebody else was asked.")
    return ALLOWED


def stands_apart(actor_id: int, authors: Collection[int]) -> Verdict:
    """Judge whether a person changed nothing of what they decide about, whatever the duty policy says (AP-4)."""
    if actor_id in authors:
        return Verdict("own_change", "You changed this, so somebody else must decide it.")
    return ALLOWED
