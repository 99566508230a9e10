"""What a client may ask a token for: what was chosen when it was let in, and nothing without a row."""

from typing import Any

from oauth2_provider.scopes import SettingsScopes

from integration.models import ApiClient


class ClientScopes(SettingsScopes):
    """Scopes by client; an application that nobody registered gets none."""

    def get_available_scopes(self, application: Any = None, *_args: Any, **_kwargs: Any) -> list[str]:
        """Return the scopes the client may ask for."""
        client = ApiClient.objects.filter(application=application, revoked_at=None).first() if application else None
        return list(client.scopes) if client else []

    def get_default_scopes(self, application: Any = None, *_args: Any, **_kwargs: Any) -> list[str]:
        """Return the scopes of a token that was asked for without any: all of the client's."""
        return self.get_available_scopes(application)
