"""The seeded demo database kept as a template, so that starting again takes a second.

Only of the embedded server, and only for the day it was made: everything in the demo is dated relative to that day.
"""

from datetime import UTC, datetime

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from foundation.embedded import server

PREFIX = "crossdock_kept_"


def keep() -> None:
    """Copy the demo's database into a template of today, in place of every older one."""
    connection.close()
    with _beside() as beside:
        for name in _kept(beside):
            beside.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))
        beside.execute(_copy(_of_today(), settings.DATABASES["default"]["NAME"]))


def restore() -> bool:
    """Put today's template in place of the demo's database; tells whether there is one."""
    if not server.PGDATA.exists():
        return False
    connection.close()
    server.ensure()
    with _beside() as beside:
        if _of_today() not in _kept(beside):
            return False
        name = settings.DATABASES["default"]["NAME"]
        beside.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        beside.execute(_copy(name, _of_today()))
    return True


def _of_today() -> str:
    return f"{PREFIX}{datetime.now(UTC):%Y%m%d}"


def _copy(new: str, old: str) -> sql.Composed:
    text = sql.SQL("create database {} template {} strategy file_copy")
    return text.format(sql.Identifier(new), sql.Identifier(old))


def _kept(beside: psycopg.Connection) -> list[str]:
    found = beside.execute("select datname from pg_database where starts_with(datname, %s)", [PREFIX])
    return [name for (name,) in found]


def _beside() -> psycopg.Connection:
    """Connect to another database of the server: none is copied or dropped from inside."""
    user = settings.DATABASES["default"]["USER"]
    return psycopg.connect(host=str(server.socket_dir()), user=user, dbname="postgres", autocommit=True)
