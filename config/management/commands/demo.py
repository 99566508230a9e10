"""The demo: database, tables, demo company, web and worker under one supervisor, until Ctrl-C."""

import ipaddress
import os
import signal
import socket
import time
from argparse import BooleanOptionalAction
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config import processes
from config.demo import standin
from config.demo.trade.erp import point_at
from config.management import preparation
from foundation.embedded import server

READY_WITHIN = 60.0  # seconds
WANTED_PORT = 8000


class Command(BaseCommand):
    help = "Run the demo company on this machine: one command, no questions, Ctrl-C stops all of it."

    def add_arguments(self, parser: CommandParser) -> None:
        preparation.add_options(parser)
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=WANTED_PORT, help="port, or the next free one if it is taken")
        parser.add_argument("--i-know", action="store_true", help="allow an address that others can reach")
        parser.add_argument("--worker", action=BooleanOptionalAction, default=True, help="run the background work too")

    def handle(self, *_args: Any, **options: Any) -> None:
        _require_demo_settings()
        _require_loopback(options["host"], allowed=options["i_know"])
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            with _only_one():
                preparation.prepare(
                    self.stdout, reset=options["reset"], snapshot=options["snapshot"], large=options["large"]
                )
                self._run(options)
        except KeyboardInterrupt:
            self.stdout.write("")
        except (processes.ProcessDiedError, TimeoutError) as error:
            raise CommandError(str(error)) from error
        finally:
            connection.close()
            server.leave()
        self.stdout.write("Stopped. Nothing of it runs any more.")

    def _run(self, options: dict[str, Any]) -> None:
        erp_port = processes.free_port(standin.WANTED_PORT)
        standin_answers = point_at(erp_port)
        connection.close()
        port = processes.free_port(options["port"])
        url = f"http://{options['host']}:{port}"
        group = processes.ProcessGroup(settings.DATA_DIR / "log", _environment(url))
        try:
            with preparation.step(self.stdout, "Web and worker"):
                if standin_answers:
                    erp_log = settings.DATA_DIR / "log" / "erp-vouchers.log"
                    group.start("erp", processes.module("config.demo.standin", erp_port, erp_log, standin.SECRET))
                group.start("web", processes.web(options["host"], port))
                if options["worker"]:
                    group.start("worker", processes.worker(beat_folder=settings.DATA_DIR / "beat"))
                    group.start("relay", processes.relay())
                group.wait_until(lambda: processes.answers(f"{url}/livez"), seconds=READY_WITHIN)
            self._box(url, group)
            while True:
                group.require_alive()
                time.sleep(0.5)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave anything behind
            group.stop()

    def _box(self, url: str, group: processes.ProcessGroup) -> None:
        rows = [
            ("Crossdock is ready", url),
            ("Sign in as anybody", f"{url}/demo/"),
            ("Mail it sent", f"{url}/demo/mail/"),
            ("Stand-in ERP", "takes vouchers on this machine, keeps no books"),
            ("Logs", str(group.logs)),
            ("Stop", "Ctrl-C"),
        ]
        lines = [f" {label:<20} {value} " for label, value in rows]
        width = max(map(len, lines))
        border = "+" + "-" * width + "+"
        body = [f"|{line:<{width}}|" for line in lines]
        self.stdout.write("\n".join(["", border, *body, border, ""]))
        self.stdout.flush()


def _require_demo_settings() -> None:
    if not settings.DEMO:
        raise CommandError("The demo runs with demo settings only: unset DJANGO_SETTINGS_MODULE.")


def _require_loopback(host: str, *, allowed: bool) -> None:
    """Refuse an address that other machines can reach: the demo lets anybody sign in as anybody."""
    try:
        address = ipaddress.ip_address(socket.gethostbyname(host))
    except OSError as error:
        raise CommandError(f"{host} is no address of this machine.") from error
    if not address.is_loopback and not allowed:
        raise CommandError(
            f"The demo lets anybody sign in as anybody, and others can reach {host}. Add --i-know if that is meant."
        )


def _environment(url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        "CROSSDOCK_DATA": str(settings.DATA_DIR),
        "PUBLIC_URL": url,
        "PYTHONUNBUFFERED": "1",
    }


def _interrupt(*_signal: Any) -> None:
    raise KeyboardInterrupt


@contextmanager
def _only_one() -> Iterator[None]:
    """Refuse a second demo on the same data; the kernel drops the lock of a demo that was killed."""
    if os.name == "nt":
        yield
        return
    import fcntl  # noqa: PLC0415 - not there on Windows

    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "demo.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(f"A demo already runs on {settings.DATA_DIR}. Stop it first.") from error
        yield
