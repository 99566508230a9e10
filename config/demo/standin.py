"""The stand-in ERP of the demo: a real process on the loopback that takes signed vouchers and answers with its number.

    python -m config.demo.standin PORT LOG SECRET

It keeps no books. What it refuses, and why, is fixed, so that the integration engineer has something to mend. Needs no
Django. Each log line is forced to disk before the answer goes out.
"""

import json
import os
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

WANTED_PORT = 8890
SECRET = "whsec_bm9ydGhnYXRlLWRlbW8tc3RhbmQtaW4tZXJw"  # noqa: S105 - the demo's own, on the loopback only
# Suppliers this ERP does not know yet.
UNKNOWN_SUPPLIERS = ("HARROP", "QUARR15", "ORCHA13")
MOST_BYTES = 1024 * 1024


def address(port: int) -> str:
    """Return where vouchers are sent."""
    return f"http://127.0.0.1:{port}/vouchers/"


def judge(body: bytes) -> tuple[int, str]:
    """Return status and answer to a voucher: the same number for the same one, 422 with the reason if it is refused."""
    try:
        envelope = json.loads(body)
        supplier = envelope["data"]["supplier"]
    except (ValueError, TypeError, KeyError):
        return 400, json.dumps({"error": "This is no voucher."})
    if supplier in UNKNOWN_SUPPLIERS:
        return 422, json.dumps(
            {"error": f"Supplier {supplier} is not set up in company {envelope['data'].get('legal_entity')}."}
        )
    return 200, json.dumps({"voucher": f"ERP-{zlib.crc32(str(envelope.get('id')).encode()):08X}"})


class Door(ThreadingHTTPServer):
    """Listens on the loopback."""

    daemon_threads = True

    def __init__(self, port: int, log: Path, secret: str) -> None:
        super().__init__(("127.0.0.1", port), Desk)
        self._log = log.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.webhook = Webhook(secret)

    def keep(self, entry: dict[str, object]) -> None:
        """Write a line and force it to disk."""
        with self._lock:
            self._log.write(json.dumps(entry) + "\n")
            self._log.flush()
            os.fsync(self._log.fileno())


class Desk(BaseHTTPRequestHandler):
    """Takes one voucher."""

    server: Door
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say that the door is open."""
        self._answer(200, json.dumps({"name": "stand-in ERP of the demo"}))

    def do_POST(self) -> None:
        """Take a voucher when its signature is right."""
        size = int(self.headers.get("Content-Length", 0))
        if not 0 < size <= MOST_BYTES:
            self._answer(413, "")
            return
        body = self.rfile.read(size)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.server.webhook.verify(body, headers)
        except WebhookVerificationError:
            self._answer(401, "")
            return
        status, answer = judge(body)
        self.server.keep({"msg_id": headers["webhook-id"], "status": status, "answer": answer})
        self._answer(status, answer)

    def _answer(self, status: int, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep quiet; the log file says it all."""


def main() -> None:
    """Run until stopped."""
    port, log, secret = sys.argv[1:]
    Door(int(port), Path(log), secret).serve_forever()


if __name__ == "__main__":
    main()
