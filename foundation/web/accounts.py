"""How people sign in: no open registration, and everyone lands where their work waits."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """People are added by user administrators or invited, never by a sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Refuse registration."""
        return False


def admin_sign_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Lead to the one way in, where the second factor is asked and attempts are counted; the admin has none of its own.

    :raises PermissionDenied: somebody signed in whom the admin does not know.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    if not (request.user.is_active and request.user.is_staff):
        raise PermissionDenied
    return redirect("admin:index")
