"""Refusal to HTTP, in one place. Pages here; problem+json for machines through foundation.machine.problems.

Every refusal is audited after the rollback, in its own transaction (AU-1).
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_fsm import TransitionNotAllowed
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response
from rest_framework.views import set_rollback

from foundation import audit
from foundation.errors import (
    ConflictError,
    DomainError,
    InvalidError,
    NotFoundError,
    NotPermittedError,
    StaleError,
    VersionMissingError,
)
from foundation.machine import problems
from foundation.models import User

STATUS: list[tuple[type[DomainError], int]] = [
    (NotFoundError, 404),
    (NotPermittedError, 403),
    (StaleError, 409),
    (ConflictError, 409),
    (VersionMissingError, 428),
    (InvalidError, 422),
]

RECORDED = (NotPermittedError, StaleError, ConflictError)


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal; one that has no better home is 422."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 422)


def refusal_of(error: Exception) -> DomainError | None:
    """Return the refusal an exception is; a step from a state it does not start in is one too."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, TransitionNotAllowed):
        state = str(getattr(error.object, "state", "")).replace("_", " ")
        return ConflictError(
            "not_in_this_state", f"{error.object} is {state}, and this step does not start there.",
            number=str(error.object), cure="Read the document again and choose a step that its state allows.",
        )  # fmt: skip
    return None


def audit_refusal(request: HttpRequest, error: DomainError) -> None:
    """Record who was refused what: a duty they lack, a document that moved on, a contradiction (AU-1).

    Missing things and input that cannot be read are not recorded: guesses and broken machines must not fill the log.
    """
    if not isinstance(error, RECORDED):
        return
    user = getattr(request, "user", None)
    pair: dict[str, Any] = {name: str(error.details[name]) for name in ("duty", "held") if name in error.details}
    audit.record_fact(
        "refusal",
        None,
        str(error.details.get("number", "")),
        f"refused:{error.code}"[:60],
        actor=user if isinstance(user, User) else None,
        at=timezone.now(),  # noqa: TID251 - the door reads the clock
        path=request.path[:200],
        method=request.method,
        message=error.message[:500],
        **pair,
    )


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Render the page of a refusal, or its fragment-sized sentence for htmx."""
    audit_refusal(request, error)
    status = status_of(error)
    context = {
        "error": error,
        "message": error.message,
        "status": status,
        "request_id": getattr(request, "request_id", ""),
        "about": str(error.details.get("field", "")).replace("_", " ").capitalize(),
        "back": _page_before(request),
    }
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"code": error.code, "message": error.message}, status=status)
    template = f"{status}.html" if status in {403, 404, 409} else "422.html"
    return _aimed(request, render(request, template, context, status=status))


def _aimed(request: HttpRequest, answered: HttpResponse) -> HttpResponse:
    """Let htmx put a refusal's page in place of the whole page's content, not into the part it asked for."""
    if getattr(request, "htmx", False):
        answered["HX-Retarget"] = answered["HX-Reselect"] = "#main"
        answered["HX-Reswap"] = "outerHTML show:window:top"
    return answered


def _page_before(request: HttpRequest) -> str:
    """Return the page whose form was refused; the form's own address may not be opened."""
    if request.method in {"GET", "HEAD"}:
        return request.path
    referer = request.headers.get("Referer", "")
    known = url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}, require_https=False)
    return referer if known else "/"


def machine_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a refusal on the machine door; DRF calls it for every exception of an API view."""
    refusal = refusal_of(error)
    if refusal is None and not isinstance(error, PermissionDenied):
        return problems.answer(error, context)
    request = context["request"]._request  # noqa: SLF001 - the plain request carries the audit origin
    request.user = context["request"].user
    if refusal is None:
        audit_refusal(request, NotPermittedError("scope_missing", str(error)))
        return problems.answer(error, context)
    audit_refusal(request, refusal)
    set_rollback()
    return problems.refusal(status_of(refusal), refusal.code, refusal.message, refusal.details)


def answer_machine(error: DomainError) -> HttpResponse:
    """Answer a machine whose request no view has seen."""
    return problems.plain(
        status_of(error), error.code, error.message, **problems.told(error.code, error.message, error.details)
    )


def is_machine(request: HttpRequest) -> bool:
    """Say whether a machine asks: it reads problem details, and its body cannot be read twice."""
    return request.path.startswith("/api/")


def busy(request: HttpRequest) -> HttpResponse:
    """Answer that somebody else holds what this needs; nothing was changed, so it may be sent again."""
    message = "Somebody else is changing the same thing. Nothing was saved. Try again in a moment."
    answered = problems.plain(503, "busy", message) if is_machine(request) else _page(request, 503, message)
    answered["Retry-After"] = "2"
    return answered


def _page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    context = {"status": status, "message": message, "request_id": getattr(request, "request_id", "")}
    return _aimed(request, render(request, f"{status}.html", context, status=status))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """Answer a request that cannot be understood."""
    if is_machine(request):
        return problems.plain(400, "not_understood", "The request could not be understood.")
    return _page(request, 422, "The request could not be understood.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a refusal raised by Django itself, such as the admin's; strangers are not recorded."""
    if request.user.is_authenticated:
        audit_refusal(request, NotPermittedError("forbidden", str(exception) or "This page is not open to you."))
    return _page(request, 403, str(exception))


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer who tried too often; allauth counts."""
    answered = _page(request, 429)
    answered["Retry-After"] = "60"
    return answered


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django passes it by name
    """Answer a missing page; foreign and missing look the same, and the path is not echoed."""
    if is_machine(request):
        return problems.plain(404, "not_found", "There is nothing at this address.")
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a bug of ours, with the id under which the log has it."""
    if is_machine(request):
        return problems.plain(500, "fault", "Something is wrong on our side. Try again; nothing was changed.")
    return _page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose proof of origin is missing, usually after a long pause."""
    detail = reason if settings.DEBUG else ""
    return _page(request, 403, f"This form is too old. Go back, reload the page and send it again. {detail}".strip())
