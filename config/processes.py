"""Starting and stopping the processes of the product on one machine: the demo, the smoke run and the chaos run use it.

Each process is the leader of its own group, so that stopping it stops what it started, and on Linux the kernel stops it
when its starter is killed hard. Production uses systemd or containers instead. Importing this needs no Django.
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
_SET_PARENT_DEATH_SIGNAL = 1  # Linux: prctl's PR_SET_PDEATHSIG


class ProcessDiedError(RuntimeError):
    """A process ended by itself; the message has the last lines of its log."""


def free_port(wanted: int = 0) -> int:
    """Return `wanted` when nobody listens there on the loopback, else a port that is free now."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a closed connection's rest does no harm
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on the loopback")


def web(host: str, port: int, *, threads: int = 4) -> list[str]:
    """Return the command of the web process."""
    if os.name == "nt":
        return [sys.executable, "manage.py", "runserver", "--noreload", f"{host}:{port}"]
    gunicorn = [str(BIN / "gunicorn"), "config.wsgi", "--bind", f"{host}:{port}", "--worker-class", "gthread"]
    limits = ["--workers", "1", "--threads", str(threads), "--graceful-timeout", "5", "--no-control-socket"]
    return [*gunicorn, *limits, "--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp"]  # noqa: S108 - gunicorn names its own files there


def worker(*, beat_folder: Path | None = None, concurrency: int = 2, pool: str = "threads") -> list[str]:
    """Return the command of the worker, with the beat inside when it is given a folder for its notes."""
    celery = [str(BIN / "celery"), "-A", "config.celery", "worker", "--loglevel", "info", "--pool", pool]
    quiet = ["--concurrency", str(concurrency), "--without-mingle", "--without-gossip"]
    return [*celery, *quiet, *(["--beat", "--schedule", _schedule(beat_folder)] if beat_folder else [])]


def beat(folder: Path) -> list[str]:
    """Return the command of the beat alone; it keeps its notes in `folder`."""
    return [str(BIN / "celery"), "-A", "config.celery", "beat", "--schedule", _schedule(folder), "--pidfile", ""]


def _schedule(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / "schedule")


def relay() -> list[str]:
    """Return the command of the relay that listens for events."""
    return [sys.executable, "manage.py", "relay"]


def module(name: str, *arguments: object) -> list[str]:
    """Return the command of a module that runs by itself."""
    return [sys.executable, "-m", name, *map(str, arguments)]


class ProcessGroup:
    """Named processes with one log file each in `logs`."""

    def __init__(self, logs: Path, environment: Mapping[str, str] | None = None) -> None:
        self.logs = logs
        self._environment = {**os.environ, **(environment or {})}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: list[str], *, append: bool = False) -> None:
        """Start a process; its output goes to `<name>.log`."""
        with self.log(name).open("ab" if append else "wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=os.name != "nt",
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - started from the main thread only
            )

    def log(self, name: str) -> Path:
        """Return the log file of a process."""
        return self.logs / f"{name}.log"

    def tail(self, name: str, lines: int = 20) -> str:
        """Return the last lines of a process's log."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])

    def pid(self, name: str) -> int:
        """Return the process number of a started process."""
        return self._running[name].pid

    def require_alive(self) -> None:
        """Check that everything started still runs.

        :raises ProcessDiedError: one ended.
        """
        for name, process in self._running.items():
            if process.poll() is not None:
                raise ProcessDiedError(f"{name} ended with code {process.returncode}:\n{self.tail(name)}")

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `ready()`, watching that nothing dies meanwhile.

        :raises TimeoutError: not ready in time.
        :raises ProcessDiedError: a process ended.
        """
        end = time.monotonic() + seconds
        while not ready():
            self.require_alive()
            if time.monotonic() > end:
                raise TimeoutError(f"not ready after {seconds:.0f} s; the logs are in {self.logs}")
            time.sleep(0.1)

    def kill(self, name: str) -> None:
        """Kill a process and all it started, at once, and forget it."""
        process = self._running.pop(name)
        _signal_group(process, signal.SIGKILL if os.name != "nt" else signal.SIGTERM)
        process.wait()
        _wait_for_group(process.pid, seconds=5)

    def stop(self, *, seconds: float = 10) -> None:
        """Ask everything to end, wait, then kill what is left."""
        for process in self._running.values():
            _signal_group(process, signal.SIGTERM)
        end = time.monotonic() + seconds
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):  # it is killed below
                process.wait(timeout=max(0.1, end - time.monotonic()))
        for name in list(self._running):
            self.kill(name)


def answers(url: str) -> bool:
    """Tell whether a page answers with success."""
    return bool(text(url))


def text(url: str, *, timeout: float = 2) -> str:
    """Return what a page of ours answers with success; empty when it does not."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:  # noqa: S310 - our own loopback address
            return str(response.read().decode())
    except OSError:  # refused, reset, timed out, or an HTTP error
        return ""


def _wait_for_group(leader: int, *, seconds: float) -> None:
    """Wait until nothing of a killed group is left: a signal is sent at once, and dying takes a moment."""
    end = time.monotonic() + seconds
    with contextlib.suppress(ProcessLookupError):  # that is the end of the last one
        while os.name != "nt" and time.monotonic() < end:
            os.killpg(leader, 0)
            time.sleep(0.01)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # the whole group has ended
        if os.name == "nt":
            process.terminate()
        else:
            os.killpg(process.pid, number)


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arrange() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask to be told
            os._exit(1)

    return arrange
