"""How people sign in: no open registration, and everyone lands where their work waits."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from foundation.models import Organisation, User
from foundation.services import mail_sign_in_code

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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a sign-in code among the letters to be sent; an address nobody has costs the same and gets nothing."""
        kind = template_prefix.rsplit("/", 1)[-1]
        if kind not in {"login_code", "unknown_account"}:
            super().send_mail(template_prefix, email, context)
            return
        person = (
            User.objects.filter(email__iexact=email, kind=User.Kind.SUPPLIER, is_active=True).order_by("pk").first()
        )
        mail_sign_in_code(
            person=person if kind == "login_code" else None, address=email,
            code=context.get("code", "000000"), house=str(Organisation.objects.values_list("name", flat=True).first()),
            key=f"code:{secrets.token_hex(8)}", at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )  # fmt: skip

    def post_login(self, request: HttpRequest, user: Any, **known: Any) -> HttpResponse:
        """Remember the device of a supplier's person who typed a code; a password is remembered as long as the browser."""
        by_code = any(way.get("method") == "code" for way in request.session.get("account_authentication_methods", []))
        if user.kind == User.Kind.SUPPLIER and by_code:
            request.session.set_expiry(settings.PORTAL_DEVICE_SECONDS)
        answer: HttpResponse = super().post_login(request, user, **known)
        return answer

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Refuse registration."""
        return False


class CodeForm(RequestLoginCodeForm):
    """The address a sign-in code goes to: of a supplier's person. Ours have passwords, passkeys and duties to guard."""

    def clean_email(self) -> str:
        """Find whose address it is; anybody else's is treated as one that nobody has."""
        address = str(super().clean_email())
        people = User.objects.filter(email__iexact=address, kind=User.Kind.SUPPLIER, is_active=True)
        self._user = people.order_by("pk").first()
        return address


def admin_sign_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Lead to the one way in, where the second factor is asked and attempts are counted; the admin has none of its own.

    :raises PermissionDenied: somebody signed in whom the admin does not know.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    if not (request.user.is_active and request.user.is_staff):
        raise PermissionDenied
    return redirect("admin:index")
