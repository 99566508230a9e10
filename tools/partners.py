"""The other side of the chaos run: people and partners who send messages and send again until they get an answer.

What each sent and heard is logged line by line, forced to disk before the next message goes out.
"""

import json
import os
import queue
import random
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

TRIES = 300  # half a second apart: longer than any trouble of a run
PAUSE = (0.1, 0.8)  # seconds between two messages of one sender
TWICE = 0.1  # share of messages sent again although they were answered
SUCCESS, REFUSAL, FAULT = range(200, 400), range(400, 500), range(500, 600)


@dataclass(frozen=True, slots=True)
class Message:
    """A form as one person sends it, or a machine's bytes; `id` is its identity, whatever happens on the way."""

    id: str
    person: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Partners:
    """Senders in threads of their own, over one list of messages."""

    def __init__(self, base: str, log: Path, seed: int) -> None:
        self._base = base
        self._log = log.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._dice = random.Random(seed)  # noqa: S311 - which message goes twice, no secret
        self._waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._cookies: dict[str, httpx.Cookies] = {}
        self._token = ""
        self.answers: dict[str, str] = {}

    def sign_in(self, people: Iterable[str]) -> None:
        """Sign everybody in before the trouble begins."""
        for name in people:
            with httpx.Client(base_url=self._base, follow_redirects=True) as client:
                client.get("/demo/")
                token = client.cookies["csrftoken"]
                client.post(f"/demo/sign-in/demo.{name}/", data={"csrfmiddlewaretoken": token}).raise_for_status()
                client.get("/me/")  # signing in changed the proof of origin
                self._cookies[name] = client.cookies

    def open_machine_door(self, client_id: str, client_secret: str) -> None:
        """Get the token that machines send their messages with."""
        asked = {"grant_type": "client_credentials", "scope": "messages"}
        answer = httpx.post(f"{self._base}/api/oauth/token/", data=asked, auth=(client_id, client_secret), timeout=15)
        self._token = answer.raise_for_status().json()["access_token"]

    def start(self, messages: Iterable[Message], senders: int) -> None:
        """Send in the background."""
        for message in messages:
            self._waiting.put(message)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(senders)]
        for thread in self._threads:
            thread.start()

    def finished(self) -> bool:
        """Tell whether every message had its last try."""
        return not any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while True:
            try:
                message = self._waiting.get_nowait()
            except queue.Empty:
                return
            self._deliver(message)
            with self._lock:
                again, pause = self._dice.random() < TWICE, self._dice.uniform(*PAUSE)
            if again:
                self._deliver(message)
            time.sleep(pause)

    def _deliver(self, message: Message) -> None:
        """Send until there is an answer; a fault or silence may or may not have had an effect."""
        for _ in range(TRIES):
            status = self._send(message)
            self._note(message, status)
            if status in SUCCESS or status in REFUSAL:
                return
            time.sleep(0.5)

    def _send(self, message: Message) -> int:
        """Return the HTTP status, or 0 for silence."""
        try:
            return (self._send_bytes(message) if message.body else self._send_form(message)).status_code
        except httpx.HTTPError:
            return 0

    def _send_form(self, message: Message) -> httpx.Response:
        cookies = self._cookies[message.person]
        fields = {**message.fields, "csrfmiddlewaretoken": cookies["csrftoken"]}
        headers = {"Referer": self._base}
        return httpx.post(f"{self._base}{message.path}", data=fields, cookies=cookies, headers=headers, timeout=15)

    def _send_bytes(self, message: Message) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": message.id,
            "Content-Type": "application/xml",
        }
        return httpx.post(f"{self._base}{message.path}", content=message.body, headers=headers, timeout=15)

    def _note(self, message: Message, status: int) -> None:
        with self._lock:
            before = self.answers.get(message.id)
            if status in SUCCESS or before == "ok":
                self.answers[message.id] = "ok"
            elif status in REFUSAL and before is None:
                self.answers[message.id] = "refused"
            elif status not in REFUSAL:
                self.answers[message.id] = "unknown"
            self._log.write(json.dumps({"id": message.id, "status": status, "at": time.time()}) + "\n")
            self._log.flush()
            os.fsync(self._log.fileno())
