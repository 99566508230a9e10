"""Refusals for machines: RFC 9457 problem+json with code, field, value and cure."""

from typing import Any

from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

CONTENT_TYPE = "application/problem+json"


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer what DRF itself refuses; refusals of ours come through `refusal`, anything else is a bug."""
    if isinstance(error, exceptions.ValidationError):
        return problem(422, "invalid", "Some fields cannot be accepted.", errors=_flatten(error.detail))
    response = default_handler(error, context)
    if response is None:
        return None
    code = getattr(error, "default_code", "error")
    detail = response.data if isinstance(response.data, dict) else {"detail": response.data}
    told = problem(
        response.status_code, str(detail.get("code", code)), str(detail.get("message") or detail.get("detail", ""))
    )
    for header in ("WWW-Authenticate", "Retry-After"):
        if response.has_header(header):
            told[header] = response[header]
    return told


def problem(status: int, code: str, message: str, **details: Any) -> Response:
    """Return a problem; `details` never hold another party's data."""
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
