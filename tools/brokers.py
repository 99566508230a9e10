"""The brokers a chaos run can use: the embedded one, and Debian's Redis and RabbitMQ on free loopback ports.

The two servers are started for the run, in its own data directory, as nobody else's; where their packages are missing
and we may install packages, they are installed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import redis
from kombu import Connection

from config import processes

START_WITHIN = 60.0  # seconds; RabbitMQ is slow on two busy cores
RABBITMQ = Path("/usr/lib/rabbitmq/bin")


class Broker(Protocol):
    """What a run needs of a broker."""

    url: str

    def start(self) -> None:
        """Start it."""

    def empty(self) -> None:
        """Throw away everything it holds."""

    def stop(self) -> None:
        """Stop it and what it started."""


class Embedded:
    """Files of the data directory; nothing to start."""

    url = ""

    def __init__(self, data: Path) -> None:
        self._queue = data / "mq" / "queue"

    def start(self) -> None:
        """Have nothing to start."""

    def empty(self) -> None:
        """Delete every waiting message."""
        for path in self._queue.glob("*"):
            path.unlink(missing_ok=True)  # a worker may have taken it meanwhile

    def stop(self) -> None:
        """Have nothing to stop."""


class Redis:
    """Debian's redis-server, appending to disk each second."""

    def __init__(self, data: Path) -> None:
        self._data = data / "redis"
        self._port = processes.free_port()
        self._group = processes.ProcessGroup(data / "log")
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start the server and wait for its answer."""
        self._data.mkdir()
        program = _program("redis-server", "redis-server")
        place = ["--port", str(self._port), "--bind", "127.0.0.1", "--dir", str(self._data)]
        keeping = ["--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction"]
        self._group.start("redis", [program, *place, *keeping])
        self._group.wait_until(self._answers, seconds=START_WITHIN)

    def empty(self) -> None:
        """Flush every database of it."""
        redis.Redis.from_url(self.url).flushall()

    def stop(self) -> None:
        """Stop the server."""
        self._group.stop()

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.ConnectionError:
            return False


class RabbitMQ:
    """Debian's rabbitmq-server with a name, cookie and port mapper of its own."""

    def __init__(self, data: Path) -> None:
        self._data = data / "rabbitmq"
        self._port = processes.free_port()
        self._log = data / "log"
        self._environment = {
            "HOME": str(self._data),
            "ERL_EPMD_PORT": str(processes.free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"crossdock{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(processes.free_port()),
            "RABBITMQ_MNESIA_BASE": str(self._data / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._data / "log"),
            "RABBITMQ_CONFIG_FILE": str(self._data / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._data / "plugins"),
            "RABBITMQ_PID_FILE": str(self._data / "pid"),
        }
        self._group = processes.ProcessGroup(self._log, self._environment)
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}//"

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        _program("rabbitmq-server", "rabbitmq-server")
        for name in ("mnesia", "log"):
            (self._data / name).mkdir(parents=True)
        (self._data / "plugins").write_text("[].")
        (self._data / "rabbitmq.conf").write_text("disk_free_limit.absolute = 50MB\n")
        self._group.start("rabbitmq", [str(RABBITMQ / "rabbitmq-server")])
        self._group.wait_until(self._answers, seconds=START_WITHIN)

    def empty(self) -> None:
        """Purge the work queue."""
        with Connection(self.url) as connection:
            connection.SimpleQueue("celery").clear()

    def stop(self) -> None:
        """Stop the server and the port mapper that Erlang started beside it."""
        self._group.stop(seconds=20)
        subprocess.run(
            ["epmd", "-kill"], env={**os.environ, **self._environment}, capture_output=True, check=False, timeout=20
        )

    def _answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=2) as connection:
                connection.connect()
        except OSError:
            return False
        return True


BROKERS = {"embedded": Embedded, "redis": Redis, "rabbitmq": RabbitMQ}


def broker(name: str, data: Path) -> Broker:
    """Return the broker of a name.

    :raises SystemExit: there is no such broker.
    """
    if name not in BROKERS:
        sys.exit(f"BROKER is one of {', '.join(BROKERS)}, not {name}.")
    return BROKERS[name](data)


def _program(program: str, package: str) -> str:
    """Return a server's path, installing its Debian package where we may.

    :raises SystemExit: it is missing and cannot be installed; says the command.
    """
    install = ["apt-get", "install", "-y", "--no-install-recommends", package]
    if not _found(program) and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {package}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # do not start the service
        subprocess.run(["apt-get", "update"], check=False, capture_output=True, env=environment)
        subprocess.run(install, check=False, capture_output=True, env=environment)
    found = _found(program)
    if not found:
        sys.exit(f"{program} is not installed. Run: sudo {' '.join(install)}")
    return found


def _found(program: str) -> str | None:
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
