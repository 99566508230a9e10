"""Refusals for machines: RFC 9457 problem+json with code, field, value and cure."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from foundation.errors import DomainError

CONTENT_TYPE = "application/problem+json"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer anticipated refusals; anything else is a bug and reaches the log.

    The sentence of a `DomainError` and its details go out; those never hold another party's data.
    """
    if isinstance(error, DomainError):
        from config import errors  # noqa: PLC0415 - the map of refusals to HTTP lives in one place, above us

        request = context["request"]._request  # noqa: SLF001 - the plain request carries the audit origin
        request.user = context["request"].user
        errors.audit_refusal(request, error)
        return _problem(errors.status_of(error), error.code, error.message, **error.details)
    if isinstance(error, exceptions.ValidationError):
        return _problem(422, "invalid", "Some fields cannot be accepted.", errors=_flatten(error.detail))
    response = default_handler(error, context)
    if response is None:
        return None
    code = getattr(error, "default_code", "error")
    detail = response.data if isinstance(response.data, dict) else {"detail": response.data}
    answer = _problem(
        response.status_code, str(detail.get("code", code)), str(detail.get("message") or detail.get("detail", ""))
    )
    for header in ("WWW-Authenticate", "Retry-After"):
        if response.has_header(header):
            answer[header] = response[header]
    return answer


def _problem(status: int, code: str, message: str, **details: Any) -> Response:
    body = {"type": f"urn:crossdock:{code}", "title": message, "status": status, "code": code, **details}
    return Response(body, status=status, content_type=CONTENT_TYPE)


def _flatten(detail: Any, path: str = "") -> list[dict[str, str]]:
    """Return one row a fault, the field named by its path such as `lines[2].quantity`."""
    if isinstance(detail, dict):
        return [row for key, value in detail.items() for row in _flatten(value, f"{path}.{key}" if path else str(key))]
    if isinstance(detail, list):
        if all(not isinstance(entry, dict | list) for entry in detail):
            return [
                {"field": path, "code": str(getattr(entry, "code", "invalid")), "message": str(entry)}
                for entry in detail
            ]
        return [row for number, entry in enumerate(detail) for row in _flatten(entry, f"{path}[{number}]")]
    return [{"field": path, "code": "invalid", "message": str(detail)}]
