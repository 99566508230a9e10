"""A whole Crossdock of its own for a run: a data directory, a fresh database, real processes on free ports.

Smoke, chaos and bench stand on it. Nothing outside the temporary directory is touched, and nothing is left running.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEEP = "KEEP_DATA"  # set to keep the temporary directory and its logs for a look


@contextmanager
def own_data(name: str) -> Iterator[Path]:
    """Point everything this run does at a new data directory, and remove it after.

    Call it before anything imports the settings. With `DATABASE_URL` set the run gets a database of its own there.
    """
    data = Path(tempfile.mkdtemp(prefix=f"crossdock-{name}-"))
    data.chmod(0o755)  # the database runs under another account when we are root
    os.environ["CROSSDOCK_DATA"] = str(data)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.dev"
    failed = True
    try:
        yield data
        failed = False
    finally:
        if failed or os.environ.get(KEEP):
            print(f"The logs are kept in {data / 'log'}", flush=True)
        else:
            shutil.rmtree(data, ignore_errors=True)


def manage(*arguments: str, quiet: bool = True) -> str:
    """Run a command of manage.py and return what it printed.

    :raises SystemExit: it failed; its output is shown.
    """
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"manage.py {' '.join(arguments)} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    if not quiet:
        print(done.stdout, end="")
    return done.stdout


class Steps:
    """Prints each step with its time."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Print `text` and how long it took, when it is done."""
        started = time.monotonic()
        try:
            yield
        except BaseException:
            print(f"  FAILED {time.monotonic() - started:6.2f} s  {text}", flush=True)
            raise
        print(f"      ok {time.monotonic() - started:6.2f} s  {text}", flush=True)

    def total(self) -> float:
        """Return the seconds since the first step."""
        return time.monotonic() - self._began
