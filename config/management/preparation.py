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
from django.core.management.base import CommandError, CommandParser
from django.db import connection

from config.management import snapshot as snapshots
from foundation.embedded import server

# What a run leaves in the data directory beside the database.
LEFTOVERS = ("mq", "files", "mail", "beat")
BETWEEN_COLLECTIONS = 100_000  # objects


def add_options(parser: CommandParser) -> None:
    """Add the options that `prepare` takes."""
    parser.add_argument("--reset", action="store_true", help="throw the embedded database away and start again")
    parser.add_argument(
        "--snapshot", action="store_true", help="keep the fresh demo, so that a --reset today takes a second"
    )
    parser.add_argument(
        "--large", action="store_true", help="a company of 100,000 order lines, to try its speed; takes minutes"
    )


def prepare(out: Any, *, reset: bool = False, snapshot: bool = False, large: bool = False) -> None:
    """Bring database, tables and demo company to where the processes can start.

    :raises CommandError: a reset or a snapshot was asked of a database that is not ours to throw away or to copy.
    """
    if (reset or snapshot) and os.environ.get("DATABASE_URL"):
        raise CommandError(
            "--reset and --snapshot are for the embedded database only; DATABASE_URL is set. Drop yours by hand."
        )
    if reset:
        with step(out, "Old data"):
            _throw_away(keep_snapshot=not large)
    with step(out, "Database"):
        connection.ensure_connection()
    with step(out, "Tables"):
        call_command("migrate", interactive=False, verbosity=0)
    if settings.DEMO and "seed_demo" in get_commands():
        with step(out, "Demo company"):
            call_command("seed_demo", stdout=out, large=large)
    if snapshot:
        with step(out, "Snapshot"):
            snapshots.keep()


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


def _throw_away(*, keep_snapshot: bool) -> None:
    if not (keep_snapshot and snapshots.restore()):
        connection.close()
        server.hold()
        server.destroy()
    for name in LEFTOVERS:
        shutil.rmtree(settings.DATA_DIR / name, ignore_errors=True)
