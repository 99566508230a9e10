"""The link by which a person sets a password: mailed, never stored, good for three days and once."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from foundation.models import User


def password_link(person: User) -> str:
    """Return the address at which the person sets a password; it ends with the first use and after three days."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    path = reverse(
        "account_reset_password_from_key", kwargs=dict(zip(("uidb36", "key"), key.split("-", 1), strict=True))
    )
    return f"{settings.PUBLIC_URL}{path}"


def password_link_of(person_id: int) -> str:
    """Return the link for a letter that is sent now; nothing for who was shut out meanwhile."""
    person = User.objects.filter(pk=person_id, is_active=True).first()
    return password_link(person) if person else ""
