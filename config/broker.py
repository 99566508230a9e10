"""The broker of one machine, with messages that appear whole.

kombu's own creates the file of a message where a worker looks for messages and writes it afterwards; a worker that looks
in between reads nothing, cannot parse it, and ends. Here a message is written beside and takes its name when it is whole.
"""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Puts messages into their folder whole."""

    def _put(self, queue: str, payload: Any, **_more: Any) -> None:  # type: ignore[override]  # kombu's bases differ in names
        """Store a message for a queue; a name like kombu's, so that the oldest is taken first."""
        folder = Path(self.data_folder_out)
        part = folder / f".{uuid4()}.part"
        try:
            part.write_bytes(str(dumps(payload)).encode())  # type: ignore[no-untyped-call]  # kombu's own is not typed
            part.replace(folder / f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"Cannot store a message in {folder}: {error}") from error


class Transport(filesystem.Transport):
    """Messages as files of one machine."""

    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this one."""
    TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
