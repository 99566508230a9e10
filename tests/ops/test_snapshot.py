"""The seeded demo kept as a template of the embedded server."""

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import LazySettings

from config.management import snapshot
from foundation.embedded import server

TRIED = f"crossdock_try_{os.getpid()}"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a server was given; the embedded one is not in use"),
]


def ask(statement: str, database: str = TRIED) -> list[tuple[object, ...]]:
    with psycopg.connect(host=str(server.socket_dir()), user="crossdock", dbname=database, autocommit=True) as its:
        cursor = its.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def company(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a database with one row in it, away from the tests' own and from a kept demo."""
    server.ensure()
    monkeypatch.setattr(snapshot, "PREFIX", f"{TRIED}_kept_")
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", TRIED)
    _drop()
    ask(f"create database {TRIED}", "postgres")
    ask("create table trade (what text); insert into trade values ('tape')")
    yield
    _drop()


def _drop() -> None:
    for (name,) in ask(f"select datname from pg_database where starts_with(datname, '{TRIED}')", "postgres"):
        ask(f"drop database {name} with (force)", "postgres")


@pytest.mark.usefixtures("company")
def test_reset_puts_back_what_was_kept() -> None:
    snapshot.keep()
    ask("delete from trade; create table more (n int)")

    was_kept = snapshot.restore()

    assert (was_kept, ask("select what from trade"), ask("select to_regclass('more')")) == (
        True,
        [("tape",)],
        [(None,)],
    )


@pytest.mark.usefixtures("company")
def test_nothing_is_put_back_that_is_not_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as long_ago:
        long_ago.setattr(snapshot, "_of_today", lambda: f"{TRIED}_kept_20200101")
        snapshot.keep()

    assert (snapshot.restore(), ask("select what from trade")) == (False, [("tape",)])
