"""The private PostgreSQL: starts when asked, survives hard ends, leaves with its last user."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from foundation.embedded.backend.base import DatabaseWrapper

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a server was given; the embedded one is not in use"),
]

USE = """
from foundation.embedded import server
server.ensure()
import psycopg
with psycopg.connect(host=str(server.socket_dir()), user="crossdock", dbname="crossdock") as c:
    print(c.execute("select current_user, rolsuper, rolcreatedb from pg_roles where rolname = current_user").fetchone())
{then}
"""


class Home:
    """A data directory of its own, used by separate Python processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._environment = {**os.environ, "CROSSDOCK_DATA": str(path)}

    def use(self, then: str = "") -> str:
        return self.start(then).communicate(timeout=60)[0]

    def start(self, then: str = "") -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", USE.format(then=then)],
            cwd=ROOT,
            env=self._environment,
            text=True,
            stdout=subprocess.PIPE,
        )

    def is_running(self) -> bool:
        script = "from foundation.embedded import server; print(server.answers())"
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=self._environment, text=True, capture_output=True, check=True
        )
        return done.stdout.strip() == "True"

    def postmaster(self) -> int:
        return int((self.path / "pg" / "postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    home = Home(tmp_path_factory.mktemp("data"))
    yield home
    home.use()  # whatever a test left running, the last user stops


ANSWER = "('crossdock', False, True)\n"


def test_several_processes_at_once_share_one_new_server(home: Home) -> None:
    users = [home.start() for _ in range(4)]

    answers = [user.communicate(timeout=60)[0] for user in users]

    assert answers == [ANSWER] * 4
    assert not home.is_running()


def test_server_starts_again_when_its_user_and_itself_were_killed(home: Home) -> None:
    user = home.start("import time; print('ready', flush=True); time.sleep(60)")
    assert user.stdout is not None
    while user.stdout.readline() != "ready\n":
        pass
    os.kill(home.postmaster(), signal.SIGKILL)
    user.kill()
    user.wait()

    assert home.use() == ANSWER
    assert not home.is_running()


def test_server_left_running_by_a_killed_user_stops_with_the_next_one(home: Home) -> None:
    user = home.start("import time; print('ready', flush=True); time.sleep(60)")
    assert user.stdout is not None
    while user.stdout.readline() != "ready\n":
        pass
    user.kill()
    user.wait()
    assert home.is_running()

    assert home.use() == ANSWER
    assert not home.is_running()


def test_half_made_data_are_made_anew_when_initdb_was_killed(tmp_path: Path) -> None:
    (tmp_path / "pg.new.1").mkdir()
    (tmp_path / "pg.new.1" / "PG_VERSION").write_text("18")

    assert Home(tmp_path).use() == ANSWER


def test_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 20) / ("name" * 10)
    deep.mkdir(parents=True)

    assert Home(deep).use() == ANSWER


def test_server_listens_on_no_network_address(home: Home) -> None:
    script = (
        "with psycopg.connect(host=str(server.socket_dir()), user='crossdock', dbname='crossdock') as c:"
        " print(repr(c.execute('show listen_addresses').fetchone()))"
    )

    assert home.use(script) == ANSWER + "('',)\n"


@pytest.mark.django_db
def test_application_role_has_no_way_round_row_level_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user")

        assert cursor.fetchone() == (False, False)


def test_refused_role_is_reported_as_it_is_when_the_server_answers() -> None:
    wrong = {"ENGINE": "foundation.embedded.backend", "NAME": "crossdock", "USER": "nobody_here"}
    settings = {**connection.settings_dict, **wrong}

    with pytest.raises(psycopg.OperationalError, match='role "nobody_here" does not exist'):
        DatabaseWrapper(settings, "other").connect()
