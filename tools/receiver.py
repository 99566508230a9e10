"""A small real ERP door: takes signed vouchers, answers with its number, and is as unreliable as such doors are.

    python -m tools.receiver PORT LOG SECRET [SEED]

With a seed, one delivery in twenty is refused with 503 before it is taken, and one in forty is taken but its answer is
lost, so that the sender must send again. Each log line is forced to disk before the answer goes out.
"""

import json
import os
import random
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

REFUSED, ANSWER_LOST = 0.05, 0.025


def voucher(msg_id: str) -> str:
    """Return the number the ERP books a delivery under: the same for the same message."""
    return f"ERP-{zlib.crc32(msg_id.encode()):08X}"


class Door(ThreadingHTTPServer):
    """Listens on the loopback."""

    daemon_threads = True

    def __init__(self, port: int, log: Path, secret: str, seed: int | None) -> None:
        super().__init__(("127.0.0.1", port), Desk)
        self._log = log.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._dice = random.Random(seed) if seed is not None else None  # noqa: S311 - faults, not secrets
        self.webhook = Webhook(secret)

    def fate(self) -> float:
        """Return a number below the fault limits when this delivery shall fail; 1 without a seed."""
        with self._lock:
            return self._dice.random() if self._dice else 1.0

    def keep(self, entry: dict[str, object]) -> None:
        """Write a line and force it to disk."""
        with self._lock:
            self._log.write(json.dumps(entry) + "\n")
            self._log.flush()
            os.fsync(self._log.fileno())


class Desk(BaseHTTPRequestHandler):
    """Takes one delivery."""

    server: Door
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say that the door is open."""
        self._answer(200)

    def do_POST(self) -> None:
        """Take a delivery when its signature is right."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fate = self.server.fate()
        if fate < REFUSED:
            self._answer(503)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.server.webhook.verify(body, headers)
        except WebhookVerificationError:
            self._answer(401)
            return
        msg_id = headers["webhook-id"]
        self.server.keep({"msg_id": msg_id, "path": self.path, "body": body.decode("utf-8", "replace")})
        if fate < REFUSED + ANSWER_LOST:
            self.close_connection = True  # taken, but the sender never hears of it
            return
        self._answer(200, json.dumps({"voucher": voucher(msg_id)}).encode())

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep quiet; the log file says it all."""


def main() -> None:
    """Run until stopped."""
    port, log, secret, *seed = sys.argv[1:]
    Door(int(port), Path(log), secret, int(seed[0]) if seed else None).serve_forever()


if __name__ == "__main__":
    main()
