"""Machines may do what their token's scope and their system person's roles allow; nothing by default."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request


class DenyUnlessScoped(BasePermission):
    """Require a valid token with the view's scope: `read` for safe methods, `write` for the others.

    A view may name others in `read_scopes` and `write_scopes`.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether the token covers the call; an anonymous caller never passes."""
        token: Any = request.auth
        if token is None or not request.user or not request.user.is_authenticated:
            return False
        safe = request.method in SAFE_METHODS
        scopes = getattr(view, "read_scopes" if safe else "write_scopes", ["read" if safe else "write"])
        return bool(token.is_valid(scopes))
