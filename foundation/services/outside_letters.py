"""Letters to people of suppliers: plain, one link, and the six digits that sign them in."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from foundation.journal import use_case, write_notes
from foundation.models import User
from foundation.selectors import system_user
from foundation.services.letters import Posted, about, plain, store_letters, to_delivery

_LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True)
class OutsideLetter:
    """What a letter to a supplier's person says; every text may hold what strangers wrote."""

    subject: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    code: str = ""  # six digits, shown large
    verb: str = ""
    url: str = ""
    footer: str = "The link only shows a page. It changes nothing and signs nobody in by itself."


class _NobodyError(Exception):
    """Undoes what was done for an address nobody has."""


@use_case
def write_outside(*, letter: OutsideLetter, person: User, key: str, at: datetime, address: str = "") -> bool:
    """Put a letter to somebody of a supplier beside the change that caused it; sent once for its key.

    `address` differs from the person's only while they are invited. Returns whether it is new.
    """
    words: dict[str, Any] = asdict(letter)
    words |= {"sentence": plain(letter.sentence), "facts": [(plain(a), plain(b)) for a, b in letter.facts]}
    posted = Posted(
        to=address or person.email,
        subject=plain(letter.subject)[:_LONGEST_SUBJECT],
        text=render_to_string("mail/outside.txt", words),
        html=render_to_string("mail/outside.html", words),
    )
    return store_letters([to_delivery(posted, about(person), key)], at) == 1


def mail_sign_in_code(*, person: User | None, address: str, code: str, house: str, key: str, at: datetime) -> None:
    """Mail the six digits. For an address nobody has the same is done and taken back, so that it takes as long."""
    letter = OutsideLetter(
        subject=f"Your code for {house} suppliers",
        sentence=f"Somebody, most likely you, is signing in to {house} suppliers with this address.",
        code=code,
        footer="It is good for ten minutes and for the device that asked for it. If it was not you, do nothing.",
    )
    try:
        _mail_code(letter, person, address, key, at)
    except _NobodyError:
        return


@use_case
def _mail_code(letter: OutsideLetter, person: User | None, address: str, key: str, at: datetime) -> None:
    nobody = system_user("relay")
    write_outside(letter=letter, person=person or nobody, key=key, at=at, address=address)
    if person is None:
        write_notes()  # as the end of the use case would
        raise _NobodyError
