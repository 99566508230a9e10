"""The relay as a process of its own: told by the database the moment an event is stored.

Beat's sweep does the same work every few seconds; this command only makes it prompt. Any number may run.
"""

import signal
import time
from typing import Any

import psycopg
import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from foundation import relay
from foundation.outbox import CHANNEL

log = structlog.get_logger(__name__)
PAUSE_AFTER_LOSS = 1.0  # seconds between tries to reach a database that went away


class Command(BaseCommand):
    help = "Tell subscribers about events as they are stored, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--poll", type=float, default=2.0, help="seconds between looks when nobody calls")

    def handle(self, *_args: Any, **options: Any) -> None:
        self._stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            try:
                self._listen(options["poll"])
            except (DatabaseError, psycopg.Error) as error:
                log.warning("relay.database_lost", error=str(error))
                connection.close()
                time.sleep(PAUSE_AFTER_LOSS)

    def _stop(self, *_signal: Any) -> None:
        self._stopping = True

    def _listen(self, poll: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"listen {CHANNEL}")
        while not self._stopping:
            relay.drain()
            self._await_call(poll)

    def _await_call(self, poll: float) -> None:
        for _call in connection.connection.notifies(timeout=poll, stop_after=1):
            return
