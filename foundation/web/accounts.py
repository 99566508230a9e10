"""How people sign in: no open registration, and everyone lands where their work waits."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

APP, ANYWHERE = "allauth.account", "login_failed_anywhere"


class AccountAdapter(DefaultAccountAdapter):
    """People are added by user administrators or invited, never by a sign-up form; wrong passwords are counted."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try at an account from this address, and from anywhere; a right password takes both back.

        :raises ValidationError: too many wrong ones.
        """
        super().pre_authenticate(request, **credentials)
        self._tried_anywhere = ratelimit.consume(
            request, app=APP, action=ANYWHERE, key=super()._get_login_attempts_cache_key(request, **credentials)
        )
        if not self._tried_anywhere:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if tried := getattr(self, "_tried_anywhere", None):
            tried.rollback()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Forget the tries at an account whose password was set anew."""
        super()._delete_login_attempts_cached_email(request, **credentials)
        key = super()._get_login_attempts_cache_key(request, **credentials)
        ratelimit.clear(request, app=APP, action=ANYWHERE, key=key)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Return what tries are counted by: the account and the address they come from."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}@{ratelimit.get_ip(request)}"

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
