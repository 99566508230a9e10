"""What every request passes: who asks from where, no broken query strings, private pages uncached, refusals told."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django_fsm import TransitionNotAllowed
from django_htmx.http import HttpResponseClientRedirect

from config import errors
from foundation import audit
from foundation.access import lacks_second_factor
from foundation.errors import DomainError, NotPermittedError
from foundation.models import User
from foundation.retry import RETRIABLE, retry_transaction, sqlstate
from foundation.web.typed import longest_of, unusable

GetResponse = Callable[[HttpRequest], HttpResponse]
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,40}$")


class RequestContextMiddleware:
    """Give each request an id that reaches audit rows, logs and the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the id in a header."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with audit.context(audit.Origin(request_id, request.META.get("REMOTE_ADDR", "") or "")):
                response = self.get_response(request)
        finally:
            structlog.contextvars.unbind_contextvars("request_id")
        response["X-Request-ID"] = request_id
        return response


class RefuseBadTextMiddleware:
    """Refuse what no address and no form field may hold, such as NUL, which PostgreSQL cannot store and nobody types."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 400 when the address cannot be used."""
        if "\x00" in request.path:
            return HttpResponseBadRequest("The address holds a character that cannot be used.", "text/plain")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *_called: object) -> HttpResponse | None:
        """Name the parameter or field before a page reads it; the bodies of machines have their own strict parser."""
        if errors.is_machine(request):
            refused = unusable(request.GET)
            return errors.answer_machine(refused) if refused else None
        refused = unusable(request.GET) or unusable(request.POST, longest_of(view))
        return errors.answer(request, refused) if refused else None


class PrivatePagesMiddleware:
    """Nothing a signed-in person saw stays in a cache."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the answer private unless the view said otherwise."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and hasattr(request, "user") and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response


class StaffDoorMiddleware:
    """A supplier's person finds nothing behind the staff's door: the `web` pages of every business room (invariant 7)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the view is known only in `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_arguments: object) -> None:
        """Look at whose page it is before it runs. The ground's pages, such as a person's settings, are everybody's."""
        room, _, rest = view.__module__.partition(".")
        user = request.user
        if (
            room != "foundation"
            and rest.startswith("web.")
            and isinstance(user, User)
            and user.kind == User.Kind.SUPPLIER
        ):
            raise Http404


class SecondFactorMiddleware:
    """Who must hold a second factor and has none is led to where one is set up, and may do nothing.

    That is who holds a role of `SECOND_FACTOR_ROLES`, and every superuser where `SECOND_FACTOR_SUPERUSERS` is on. One
    statement for each page of a signed-in member of staff whom it may concern, none for others.
    """

    # Where a factor is set up with what that needs, the person's own settings, and the ways out.
    OPEN = frozenset({
        "me", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn", "account_reauthenticate", "account_change_password", "account_set_password",
        "usersessions_list", "account_logout", "admin:logout", "livez", "readyz", "demo", "demo_sign_in",
    })  # fmt: skip

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; which page it is is known only in `process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """Send a reader to the set-up page and refuse a change; machines hold tokens and have no factor to set up."""
        if not self._is_due(request):
            return None
        request.needs_second_factor = True  # type: ignore[attr-defined]  # the set-up pages say why
        match = request.resolver_match
        if match and match.view_name in self.OPEN:
            return None
        if request.method not in {"GET", "HEAD"}:
            return errors.answer(request, _no_second_factor())
        if getattr(request, "htmx", False):
            return HttpResponseClientRedirect(reverse("mfa_index"))
        return redirect("mfa_index")

    @staticmethod
    def _is_due(request: HttpRequest) -> bool:
        roles, superusers = settings.SECOND_FACTOR_ROLES, settings.SECOND_FACTOR_SUPERUSERS
        if not (roles or superusers) or errors.is_machine(request):
            return False
        user = request.user
        if not isinstance(user, User) or user.kind != User.Kind.STAFF:
            return False
        return lacks_second_factor(user, roles, superusers=superusers)


def _no_second_factor() -> NotPermittedError:
    return NotPermittedError(
        "second_factor_missing", "Your duties ask for a second factor, and you have none yet. Nothing was changed.",
        cure="Open Second factor in your menu, add a passkey or an authenticator app, then do this again.",
    )  # fmt: skip


class DomainErrorMiddleware:
    """Turn a refusal that a view let through into its page; API views answer through DRF's handler."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; refusals come through `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals; anything else is a bug and goes its way."""
        refusal = errors.refusal_of(exception)
        return errors.answer(request, refusal) if refusal else None


class ContentionMiddleware:
    """Two people met on the same rows: start the slower one over, or ask for patience. A form is read once and kept.

    A machine's body is a stream that cannot be read again, so a machine is asked to repeat; its idempotency key makes
    that safe.
    """

    # lock_timeout, statement_timeout: somebody else holds what this needs.
    BUSY = RETRIABLE | {"55P03", "57014"}

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; contention comes through `process_exception`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Run the view again after a deadlock; answer 503 when the rows stay busy; anything else is a bug."""
        if not isinstance(exception, OperationalError):
            return None
        match = request.resolver_match
        if sqlstate(exception) in RETRIABLE and match and not errors.is_machine(request):
            try:
                view: Callable[..., HttpResponse] = match.func
                return retry_transaction(view)(request, *match.args, **match.kwargs)
            except (DomainError, TransitionNotAllowed) as refused:
                refusal = errors.refusal_of(refused)
                return errors.answer(request, refusal) if refusal else None
            except OperationalError as again:
                exception = again
        return errors.busy(request) if sqlstate(exception) in self.BUSY else None
