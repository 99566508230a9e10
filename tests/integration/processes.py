"""Processes of other companies, for tests: started on a free port of the loopback, stopped whatever happens."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20


@dataclass(frozen=True, slots=True)
class Other:
    """A running process and what it wrote down."""

    url: str
    log: Path

    def entries(self) -> list[dict[str, Any]]:
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """Return the first entry with these values; it must come within seconds."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for entry in self.entries():
                if wanted.items() <= entry.items():
                    return entry
            time.sleep(0.05)
        raise AssertionError(f"{wanted} never came: {self.entries()}")


@contextmanager
def running(module: str, log: Path, *arguments: str) -> Iterator[Other]:
    """Run a module with a free port, its log and further arguments until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", module, str(port), str(log), *arguments], cwd=ROOT)
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait_until_open(url)
        yield Other(url, log)
    finally:
        process.kill()
        process.wait()


def _wait_until_open(url: str) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            httpx.get(url, timeout=1)
        except httpx.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
