"""Django's PostgreSQL backend, which wakes the embedded server when nobody answers."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.client import DatabaseClient

from foundation.embedded import server

_ASLEEP = ("No such file", "refused", "starting up", "shutting down", "recovery mode", "not yet accepting")


class WakingClient(DatabaseClient):
    """`dbshell` goes round the connection, so it wakes the server itself, and brings its own psql."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Return the command line, with the psql of the embedded server."""
        arguments, environment = super().settings_to_cmd_args_env(settings_dict, parameters)
        return [server.psql(), *arguments[1:]], environment

    def runshell(self, parameters: Iterable[str]) -> None:
        """Open psql."""
        server.ensure()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects as usual; on silence starts the server and connects again."""

    client_class = WakingClient

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection, starting the server if it must."""
        server.hold()
        try:
            return super().get_new_connection(conn_params)
        except self.Database.OperationalError as error:
            if not any(word in str(error) for word in _ASLEEP):
                raise
        server.ensure()
        return super().get_new_connection(conn_params)
