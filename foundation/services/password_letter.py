"""The letter by which a person sets a password; its link is made when it is sent and stored nowhere."""

from datetime import datetime

from django.conf import settings

from foundation.models import Organisation, User
from foundation.services.letters import SECRET_PLACE, Letter, about, plain, store_letters, write_letter

PASSWORD_LINK = "password_link"  # noqa: S105 - the name of a secret, not one


def store_password_letter(person: User, at: datetime) -> None:
    """Put the letter beside the change that asks for it; call it inside that transaction.

    Each call is a letter of its own: an administrator sends the link again because the first one was lost or is old.
    """
    name = plain(Organisation.objects.values_list("name", flat=True).first() or "Crossdock")
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    letter = Letter(
        subject=f"Your account at {name}", facts=(("Your user name", person.username),), verb="Set your password",
        closing=f"The link works once, within {days} days. If you did not expect this letter, you need do nothing.",
    )  # fmt: skip
    written = write_letter(
        person.email, letter, sentence=f"Hello {person}, you have an account for the procurement of {name}.",
        url=SECRET_PLACE, subject=about(person), key=f"password:{person.pk}:{at.isoformat()}", secret=PASSWORD_LINK,
    )  # fmt: skip
    store_letters([written], at)
