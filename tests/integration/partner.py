"""A supplier's EDI desk as a process of its own: takes signed 850s, answers each with a 997 and an 855 at our door.

    python -m tests.integration.partner PORT LOG SECRET BASE TOKEN CODE

It accepts every line whole; a line of more than 50 it answers with 50 now and the rest later. It drops what it has seen,
and remembers each message as a line of JSON before it answers. It shares no code with the product but the signature.
"""

import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

ISA = "ISA*00*          *00*          *ZZ*ACME           *ZZ*NORTHGATE      *260310*1200*U*00401*{n:09d}*0*P*>~"
MOST = 50


class Desk(ThreadingHTTPServer):
    """Listens on the loopback and counts the envelopes it sends."""

    daemon_threads = True

    def __init__(self, port: int, log: Path, secret: str, door: str, token: str) -> None:
        super().__init__(("127.0.0.1", port), Clerk)
        self.webhook, self.door, self.token = Webhook(secret), door, token
        self._log, self._lock = log.open("a", encoding="utf-8"), threading.Lock()
        self.seen: set[str] = set()
        self.control = 100

    def note(self, **entry: Any) -> None:
        with self._lock:
            self._log.write(json.dumps(entry) + "\n")
            self._log.flush()
            os.fsync(self._log.fileno())

    def send(self, group: str, code: str, body: list[str]) -> None:
        with self._lock:
            self.control += 1
            number = self.control
        rows = [f"ST*{code}*0001", *body]
        text = ISA.format(n=number) + f"GS*{group}*ACME*NORTHGATE*20260310*1200*{number}*X*004010~"
        text += "".join(f"{row}~" for row in rows) + f"SE*{len(rows) + 1}*0001~GE*1*{number}~IEA*1*{number:09d}~"
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/edi-x12"}
        answer = httpx.post(self.door, content=text.encode(), headers=headers, timeout=20)
        self.note(sent=code, status=answer.status_code)


class Clerk(BaseHTTPRequestHandler):
    """Reads one delivery."""

    server: Desk

    def do_GET(self) -> None:
        self._say(200)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            self.server.webhook.verify(raw, headers, json_parse=False)
        except WebhookVerificationError:
            self._say(401)
            return
        text, message = raw.decode(), headers["webhook-id"]
        segments = [part.strip().split(text[3]) for part in text.split(text[105])]
        first = message not in self.server.seen
        self.server.seen.add(message)
        kind = next(s[1] for s in segments if s[0] == "ST")
        self.server.note(got=kind, id=message, first=first, text=text)
        self._say(200)
        if first and kind == "850":
            threading.Thread(target=self._reply, args=(segments,), daemon=True).start()

    def _reply(self, segments: list[list[str]]) -> None:
        group = next(s[6] for s in segments if s[0] == "GS")
        order = next(s[3] for s in segments if s[0] == "BEG")
        self.server.send("FA", "997", [f"AK1*PO*{group}", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"])
        body = [f"BAK*00*AC*{order}*20260310****SO-{order[-4:]}"]
        for po1 in (s for s in segments if s[0] == "PO1"):
            body.append("*".join(po1[:5]))
            quantity = float(po1[2])
            now = min(quantity, MOST)
            body.append(f"ACK*IA*{now:g}*{po1[3]}")
            if quantity > now:
                body.append(f"ACK*IB*{quantity - now:g}*{po1[3]}")
        self.server.send("PR", "855", body)

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


def main() -> None:
    port, log, secret, base, token, code = sys.argv[1:]
    Desk(int(port), Path(log), secret, f"{base}/api/v1/messages/{code}/", token).serve_forever()


if __name__ == "__main__":
    main()
