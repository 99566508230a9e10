"""The broker of one machine: a worker never sees half a message."""

from pathlib import Path
from typing import Any

import pytest
from kombu import Connection

from config.celery import app


def test_message_takes_its_name_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "queue"), "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }  # fmt: skip
    seen: list[list[str]] = []
    really = Path.replace

    def named(self: Path, target: Any) -> Path:
        seen.append([path.suffix for path in (tmp_path / "queue").iterdir()])
        assert self.read_bytes().endswith(b"}")  # whole before anybody can find it
        return really(self, target)

    monkeypatch.setattr(Path, "replace", named)

    with Connection("filesystem://", transport_options=options) as broker:
        queue = broker.SimpleQueue("work")
        queue.put({"task": "one"})
        queue.put({"task": "two"})
        messages = [queue.get(timeout=5) for _ in range(2)]
        for message in messages:
            message.ack()
        queue.close()

    tasks = sorted(message.payload["task"] for message in messages)  # two of one millisecond come in any order
    assert tasks == ["one", "two"]
    assert [sorted(names) for names in seen] == [[".part"], [".msg", ".part"]]
    assert not list((tmp_path / "queue").iterdir())


def test_worker_uses_it() -> None:
    with app.connection_for_read() as broker:
        assert type(broker.transport).__module__ == "config.broker"
