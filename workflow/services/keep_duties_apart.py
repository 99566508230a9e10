"""The one door to duties on a chain of documents: judged before an act, recorded with it. Source: SEMANTICS SD-1, SD-2."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from foundation import duties
from foundation.errors import NotPermittedError
from foundation.models import Site, User
from policies.decisions.duties import COMPENSATED, HARD, Conflict, conflicts
from policies.selectors import duty_pairs_in_force
from workflow.services.ask_signature import ask_signature


@dataclass(frozen=True, slots=True)
class Judged:
    """A duty that nothing hard stands against: who does it, and the compensated pairs it breaks, by person id."""

    duty: str
    chains: tuple[str, ...]
    people: tuple[User, ...]
    done: frozenset[tuple[str, int]] = frozenset()
    compensated: tuple[tuple[int, Conflict], ...] = ()


@dataclass(frozen=True, slots=True)
class DoneOn:
    """The document a duty is done on, as a second signature names it; `amount` is net, in `currency`."""

    type: str
    pk: int
    number: str
    site: Site | None = None
    amount: Decimal | None = None
    currency: str = ""


def require_duty(
    *,
    duty: str,
    person: User,
    chains: Iterable[str],
    at: datetime,
    on_behalf_of: User | None = None,
    done: frozenset[tuple[str, int]] | None = None,
) -> Judged:
    """Refuse a duty that the person's earlier part in these documents excludes; both count who act and for whom.

    `done` is what was done on the chains, where the caller has read it. What comes back is given to `record_duty` once the document is stored. Suppliers and Crossdock's own parts hold no
    duties; machines with an account of their own do.

    :raises NotPermittedError: a hard pair; names both duties.
    """
    named = tuple(dict.fromkeys(chains))
    people = tuple(p for p in dict.fromkeys((person, on_behalf_of)) if p is not None and duties.holds_duties(p))
    if not people or not named:
        return Judged(duty, named, people)
    done = duties.done_on(list(named)) if done is None else done
    pairs = duty_pairs_in_force(at) if done else ()
    found = [(one, conflict) for one in people for conflict in conflicts(duty, one.pk, done, pairs)]
    hard = next(((one, conflict) for one, conflict in found if conflict.strength == HARD), None)
    if hard is not None:
        one, conflict = hard
        sentence = conflict.sentence if one == person else conflict.of(str(one))
        raise NotPermittedError("duty_conflict", sentence, duty=conflict.duty, held=conflict.held)
    second = tuple((one.pk, conflict) for one, conflict in found if conflict.strength == COMPENSATED)
    return Judged(duty, named, people, done, second)


def record_duty(*, judged: Judged, on: DoneOn, at: datetime, own_chain: str = "") -> None:
    """Remember a judged duty on its chains, and ask for the second signature that a compensated pair needs (SD-1).

    `own_chain` is the chain of a document that the act made, so that nobody was on it before.
    """
    for person in judged.people:
        for chain in (*judged.chains, *([own_chain] if own_chain else [])):
            duties.record(chain, on.type, on.pk, judged.duty, person_id=person.pk, at=at)
    for person_id, conflict in judged.compensated:
        ask_signature(
            person_id=person_id, conflict=conflict, chains=judged.chains, document_type=on.type, document_id=on.pk,
            document_number=on.number, site=on.site, amount=on.amount, currency=on.currency, at=at,
        )  # fmt: skip
