"""What comes before the first page: database, tables, demo company; each step with its time."""

import gc
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError
from django.db import connection

from foundation.embedded import server

# What a run leaves in the data directory beside the database.
LEFTOVERS = ("mq", "files", "mail", "beat")
BETWEEN_COLLECTIONS = 100_000  # objects


def prepare(out: Any, *, reset: bool = False) -> None:
    """Bring database, tables and demo company to where the processes can start.

    :raises CommandError: a reset was asked of a database that is not ours to throw away.
    """
    if reset:
        with step(out, "Old data"):
            _throw_away()
    with step(out, "Database"):
        connection.ensure_connection()
    with step(out, "Tables"):
        call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO and "seed_demo" in get_commands():
        with step(out, "Demo company"):
            call_command("seed_demo", stdout=out)


@contextmanager
def step(out: Any, name: str) -> Iterator[None]:
    """Show a step's name when it begins and its time when it ends."""
    started = time.monotonic()
    out.write(f"  {name:<16} ...", ending="\r" if out.isatty() else "\n")
    out.flush()
    yield
    out.write(f"  {name:<16} ready after {time.monotonic() - started:5.1f} s")
    out.flush()


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage less often inside: migrating and seeding make millions of objects that live for a moment."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(BETWEEN_COLLECTIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def _throw_away() -> None:
    if os.environ.get("DATABASE_URL"):
        raise CommandError("--reset throws away the embedded database only; DATABASE_URL is set. Drop yours by hand.")
    connection.close()
    server.hold()
    server.destroy()
    for name in LEFTOVERS:
        shutil.rmtree(settings.DATA_DIR / name, ignore_errors=True)
