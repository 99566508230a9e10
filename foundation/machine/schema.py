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
