"""What the supervisor refuses, and how it watches processes."""

import socket
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from config import processes


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])  # noqa: S104 - the refused addresses
def test_demo_refuses_an_address_that_others_can_reach(host: str) -> None:
    with pytest.raises(CommandError, match="--i-know"):
        call_command("demo", host=host)


def test_demo_refuses_production_settings(settings: LazySettings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="demo settings only"):
        call_command("demo")


@pytest.mark.parametrize("option", ["reset", "snapshot"])
def test_demo_leaves_a_database_alone_that_it_did_not_make(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@localhost/precious")

    with pytest.raises(CommandError, match="Drop yours by hand"):
        call_command("setup", **{option: True})


def test_group_reports_the_last_lines_when_a_process_ends(tmp_path: Path) -> None:
    group = processes.ProcessGroup(tmp_path)
    group.start("web", [sys.executable, "-c", "print('no such table'); raise SystemExit(3)"])

    with pytest.raises(processes.ProcessDiedError) as report:
        group.wait_until(lambda: False, seconds=20)

    assert str(report.value) == "web ended with code 3:\nno such table"


def test_group_stops_what_its_processes_started(tmp_path: Path) -> None:
    child = "import time; print('up', flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    group = processes.ProcessGroup(tmp_path)
    group.start("worker", [sys.executable, "-c", parent])
    group.wait_until(lambda: "up" in group.tail("worker"), seconds=20)
    leader = group.pid("worker")

    group.stop(seconds=5)

    assert _members(leader) == []


def _members(leader: int) -> list[str]:
    """Return the processes of a group that still run; one that ended but was not yet counted out does not."""
    fields = [path.read_text().rpartition(")")[2].split() for path in Path("/proc").glob("[0-9]*/stat")]
    return [state for state, _parent, group, *_rest in fields if int(group) == leader and state != "Z"]


def test_free_port_gives_another_when_the_wanted_one_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]

        assert processes.free_port(wanted) != wanted
