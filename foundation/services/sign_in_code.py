"""The letter with the six digits that sign in a person of a supplier."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from foundation.journal import use_case, write_notes
from foundation.models import User
from foundation.selectors import system_user
from foundation.services.letters import Letter, about, store_letters, write_letter


class _NobodyError(Exception):
    """Undoes what was done for an address nobody has."""


def mail_sign_in_code(*, person: User | None, address: str, code: str, house: str, key: str, at: datetime) -> None:
    """Mail the six digits. For an address nobody has the same is done and taken back, so that it takes as long."""
    letter = Letter(
        subject=f"Your code for {house} suppliers",
        facts=(("Your code", code),),
        verb="Go back and type it",
        closing="It is good for ten minutes and for the device that asked for it. If it was not you, do nothing.",
    )
    sentence = f"Somebody, most likely you, is signing in to {house} suppliers with this address."
    try:
        _mail(letter, sentence, person, address, key, at)
    except _NobodyError:
        return


@use_case
def _mail(letter: Letter, sentence: str, person: User | None, address: str, key: str, at: datetime) -> None:
    nobody = system_user("relay")  # read for everybody: who is known must not cost less
    url = settings.PUBLIC_URL + reverse("account_confirm_login_code")
    written = write_letter(address, letter, sentence=sentence, url=url, subject=about(person or nobody), key=key)
    store_letters([written], at)
    if person is None:
        write_notes()  # as the end of the use case would
        raise _NobodyError
