"""How the machine door describes itself: drf-spectacular learns our sign-in and our numbers."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension


class ClientCredentials(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # drf-spectacular publishes none
    """OAuth2 client credentials, RFC 6749 section 4.4."""

    target_class = "foundation.machine.authentication.MachineAuthentication"
    name = "client credentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002 - the library's signature
        """Return the scheme."""
        scopes = {"read": "Read documents", "write": "Create and change documents", "messages": "Send messages"}
        return {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/api/oauth/token/", "scopes": scopes}},
        }


class Number(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call] # as above
    """A decimal is written as a string, so that no reader makes a float of it."""

    target_class = "foundation.machine.fields.NumberField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:  # noqa: ARG002 - the library's signature
        """Return a string with the form of a decimal."""
        return {"type": "string", "format": "decimal", "example": "12.50"}


PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `title` is a sentence for people.",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "example": "urn:crossdock:item_unknown"},
        "title": {"type": "string", "example": "Line 1: there is no item SW-501. Look it up by name."},
        "status": {"type": "integer", "example": 422},
        "code": {"type": "string", "example": "item_unknown"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "example": "lines[0].item"},
                    "code": {"type": "string", "example": "item_unknown"},
                    "message": {"type": "string"},
                    "value": {"type": "string", "example": "SW-501"},
                    "cure": {"type": "string"},
                },
            },
        },
    },
    "additionalProperties": True,
}


def refusals(result: dict[str, Any], **_unknown: Any) -> dict[str, Any]:
    """Give every operation the answer of a refusal, and its first sentence as a heading."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    told = {
        "description": "Refused: 401 no token, 403 not your duty or scope, 404 not yours or missing, 409 changed "
        "meanwhile or contradicts what is recorded, 415 not JSON, 422 cannot be accepted, 428 no version, 429 too often.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = told
            operation.setdefault("summary", operation["description"].split(". ")[0].split("; ")[0].rstrip("."))
    return result
