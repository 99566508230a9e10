"""Refusals for machines: RFC 9457 problem+json with code, field, value and cure."""

from typing import Any

from django.http import HttpResponse
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

CONTENT_TYPE = "application/problem+json"
MAX_VALUE = 80
CURES = {
    "required": "Send this member.",
    "null": "Send a value, or leave the member out where the schema allows it.",
    "blank": "Send a text that is not empty.",
    "empty": "Send at least one.",
    "max_length": "Send fewer.",
    "invalid_choice": "Send one of the values the schema lists.",
    "not_a_list": "Send a list in square brackets.",
    "currency_unknown": "Write the code of ISO 4217, such as GBP.",
    "unknown_member": "Take it out, or look its name up in /api/schema/.",
    "item_unknown": "Look the code up in /api/v1/items/; it is there only while it may be ordered.",
    "unit_unknown": "Use a code of /api/v1/units/: UN/ECE Recommendation 20 or 21.",
    "unit_not_convertible": "Use the item's base unit or one of its packs; see /api/v1/items/.",
    "category_unknown": "Name the category of an item like it; see /api/v1/items/.",
    "description_missing": "Name an item, or describe what is needed.",
    "need_by_past": "Give today or a later day at the site.",
    "quantity_not_positive": "Give a quantity above zero.",
    "quantity_too_precise": "Use at most 4 decimals.",
    "line_unknown": "Read the order for its lines.",
    "no_lines": "Add at least one line first.",
    "reason_missing": "Say why.",
    "rate_missing": "Ask the user administrator to load the day's exchange rates.",
}
CURE = "Send it in the form that /api/schema/ describes."
_HEADERS = ("WWW-Authenticate", "Retry-After", "Allow")


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer what DRF itself refuses; refusals of ours come through `refusal`, anything else is a bug."""
    if isinstance(error, exceptions.ValidationError):
        faults = _faults(error.detail, _given(context))
        return problem(422, "invalid", "Some fields cannot be accepted.", errors=faults)
    response = default_handler(error, context)
    if response is None:
        return None
    code = getattr(error, "default_code", "error")
    detail = response.data if isinstance(response.data, dict) else {"detail": response.data}
    told = problem(
        response.status_code, str(detail.get("code", code)), str(detail.get("message") or detail.get("detail", ""))
    )
    for header in _HEADERS:
        if response.has_header(header):
            told[header] = response[header]
    return told


def refusal(status: int, code: str, message: str, details: dict[str, Any]) -> Response:
    """Answer a refusal of ours."""
    return problem(status, code, message, **told(code, message, details))


def told(code: str, message: str, details: dict[str, Any]) -> dict[str, Any]:
    """Return the details of a refusal; one that names a field has the same list of faults as any other."""
    if "value" in details:
        details = {**details, "value": safe(details["value"])}
    if "field" in details:
        fault = {"field": str(details["field"]), "code": code, "message": message}
        details = {"cure": CURES.get(code, CURE), **details}
        fault |= {name: str(details[name]) for name in ("value", "cure") if name in details}
        details = {**details, "errors": [fault]}
    return details


def problem(status: int, code: str, message: str, **details: Any) -> Response:
    """Return a problem; `details` never hold another party's data."""
    return Response(_body(status, code, message, **details), status=status, content_type=CONTENT_TYPE)


def plain(status: int, code: str, message: str, **details: Any) -> HttpResponse:
    """Return a problem outside of DRF, where no view was reached."""
    body = JSONRenderer().render(_body(status, code, message, **details))
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def safe(value: Any) -> str:
    """Return what was sent, short and printable, so that it can be shown and logged."""
    text = "".join(char if char.isprintable() else "\ufffd" for char in str(value)[: MAX_VALUE + 1])
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"


def _body(status: int, code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"type": f"urn:crossdock:{code}", "title": message, "status": status, "code": code, **details}


def _given(context: dict[str, Any]) -> Any:
    """Return what the caller sent: the body of a change, the query string of a list."""
    request = context.get("request")
    if request is None:
        return {}
    return request.query_params.dict() if request.method in {"GET", "HEAD"} else request.data


def _faults(detail: Any, given: Any, path: str = "") -> list[dict[str, str]]:
    """Return one row a fault, the field named by its path such as `lines[2].quantity`."""
    if isinstance(detail, dict):
        return [row for key, value in detail.items() for row in _faults(value, *_step(given, path, key))]
    if isinstance(detail, list) and any(isinstance(entry, dict | list) for entry in detail):
        return [row for number, entry in enumerate(detail) for row in _faults(entry, *_step(given, path, number))]
    return [_fault(entry, given, path) for entry in (detail if isinstance(detail, list) else [detail])]


def _step(given: Any, path: str, key: Any) -> tuple[Any, str]:
    if key == "non_field_errors":
        return given, path
    if isinstance(key, int):
        inner = given[key] if isinstance(given, list) and key < len(given) else None
        return inner, f"{path}[{key}]"
    return given.get(key) if isinstance(given, dict) else None, f"{path}.{key}" if path else str(key)


def _fault(entry: Any, given: Any, path: str) -> dict[str, str]:
    code = str(getattr(entry, "code", "invalid"))
    row = {"field": path, "code": code, "message": str(entry), "cure": CURES.get(code, CURE)}
    if given is not None and not isinstance(given, dict | list):
        row["value"] = safe(given)
    return row
