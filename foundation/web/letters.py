"""The link by which a person sets a password: mailed, never stored, good for three days and once."""

import structlog
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from foundation.models import Organisation, User

log = structlog.get_logger(__name__)


def password_link(person: User) -> str:
    """Return the address at which the person sets a password; it ends with the first use and after three days."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    path = reverse(
        "account_reset_password_from_key", kwargs=dict(zip(("uidb36", "key"), key.split("-", 1), strict=True))
    )
    return f"{settings.PUBLIC_URL}{path}"


def send_password_link(person: User) -> bool:
    """Mail the link; says whether the mail server took it. Call it after the commit, never inside a transaction."""
    name = Organisation.objects.values_list("name", flat=True).first() or "Crossdock"
    days = settings.PASSWORD_RESET_TIMEOUT // 86_400
    body = (
        f"Hello {person},\n\n"
        f"you have an account for the procurement of {name}. Your user name is {person.username}.\n"
        f"Set a password here; the link works once, within {days} days:\n\n{password_link(person)}\n\n"
        "If you did not expect this letter, you need do nothing.\n"
    )
    letter = EmailMessage(f"Your account at {' '.join(name.split())}", body, to=[person.email])
    try:
        return letter.send() == 1
    except OSError:  # the mail server's, SMTP errors included; the administrator is told and tries again
        log.exception("password_link.not_sent", user=person.pk)
        return False
