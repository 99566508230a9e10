"""Who did what on a chain of documents (SD-2): written by services, read by the duty rules."""

from datetime import datetime

from foundation.journal import note, noted
from foundation.models import DutyRecord, User
from foundation.selectors.system import INTERNAL


def record(chain: str, document_type: str, document_id: int, duty: str, *, person_id: int, at: datetime) -> None:
    """Remember that a person did a duty on a document of a chain; doing it again changes nothing."""
    done = {
        "chain": chain, "document_type": document_type, "document_id": document_id, "duty": duty, "person_id": person_id,
        "at": at.isoformat(),
    }  # fmt: skip
    note("duties", [done])


def holds_duties(person: User) -> bool:
    """Say whether what somebody does counts: people of ours and machines under an account of their own (SD-2).

    A supplier's people and Crossdock's own parts are on no side of a duty pair.
    """
    return person.kind != User.Kind.SUPPLIER and not person.username.startswith(INTERNAL)


def done_on(chains: list[str]) -> frozenset[tuple[str, int]]:
    """Return (duty, person id) of everything done on these chains, in the running use case too."""
    stored = DutyRecord.objects.filter(chain__in=chains).values_list("duty", "person_id")
    now = ((row["duty"], row["person_id"]) for row in noted("duties") if row["chain"] in chains)
    return frozenset(stored) | frozenset(now)


def chain_of(document_type: str, document_id: int) -> str:
    """Name a chain by its root document."""
    return f"{document_type}:{document_id}"
