"""OAuth2 client credentials: a machine acts as the system person its application is bound to."""

from typing import Any

from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from oauth2_provider.oauth2_backends import OAuthLibCore
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from foundation import audit


class HeaderCore(OAuthLibCore):
    """Finds the token of a call in its header alone: the body belongs to the door's own parser, whatever kind it is."""

    def extract_body(self, request: Any) -> Any:
        """Return nothing for a call, and the form for the token address."""
        return [] if isinstance(request, Request) else super().extract_body(request)


class MachineAuthentication(OAuth2Authentication):
    """Resolve a bearer token to the application's person; an invalid token is 401, never anonymous."""

    def authenticate(self, request: Request) -> tuple[object, object] | None:
        """Return person and token."""
        result = super().authenticate(request)
        if result is None:
            if request.headers.get("Authorization"):
                raise AuthenticationFailed("The token is unknown or has expired. Ask for a new one.")
            return None
        user, token = result
        person = user or token.application.user
        if person is None or not person.is_active:
            raise AuthenticationFailed("This application is not bound to an active person.")
        audit.through_client(token.application.client_id)
        return person, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """Tell the client which scheme to use."""
        return 'Bearer realm="api"'
