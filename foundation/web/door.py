"""What the pages of user administrators share: who may come in, the clock, refusals beside their field."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django import forms
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from foundation.errors import InvalidError, require
from foundation.models import User
from foundation.verdict import Verdict

T = TypeVar("T")


def now() -> datetime:
    """Read the clock."""
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def staff(request: HttpRequest) -> User:
    """Return the signed-in person of ours; a supplier's person finds nothing here (invariant 7)."""
    user = request.user
    if not isinstance(user, User) or user.kind != User.Kind.STAFF:
        raise Http404
    return user


def admitted(request: HttpRequest, verdict: Verdict) -> None:
    """Let the person in or say why not."""
    staff(request)
    require(verdict)


def put_error(form: forms.Form, error: InvalidError) -> None:
    """Put a refusal beside the field it names, or on top."""
    field = str(error.details.get("field", ""))
    form.add_error(field if field in form.fields else None, gettext(error.message))


def tried(form: forms.Form, act: Callable[[], T]) -> T | None:
    """Do what a form asks for when it is valid; a refusal goes beside its field, and the answer is nothing."""
    if not form.is_valid():
        return None
    try:
        return act()
    except InvalidError as error:
        put_error(form, error)
        return None
