"""When a stage is done, and who may decide it. Source: SEMANTICS AP-2 and AP-4."""

from collections.abc import Collection, Iterable

from foundation.verdict import ALLOWED, Verdict

ONE, ALL = "one", "all"
AUTHORING = ("request",)  # duties of who wrote or changed what is to be approved


def is_done(completion: str, asked: int, approvals: int) -> bool:
    """Say whether enough of the people asked have agreed; `one` needs one, `all` everybody asked.

    A stage nobody is asked at is never done by itself (AP-3).
    """
    return approvals >= (max(asked, 1) if completion == ALL else 1)


def eligible(candidates: Collection[int], requester_id: int, barred: Collection[int]) -> list[int]:
    """Return who may be asked: never the requester, nor anybody a hard duty pair bars (AP-4, SD-1)."""
    return [person for person in candidates if person != requester_id and person not in barred]


def authors_of(done: Iterable[tuple[str, int]]) -> frozenset[int]:
    """Return who wrote or changed a document, from (duty, person) of what was done on its chain (AP-4, SD-2)."""
    return frozenset(person for duty, person in done if duty in AUTHORING)


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
