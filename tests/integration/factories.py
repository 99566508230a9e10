"""Connections and messages for tests of the integration room; messages go through the real doors."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integration import tasks
from integration.models import Connection, Direction, InboxMessage
from integration.services import receive_message
from suppliers.models import Supplier
from workflow.models import ExceptionCase

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
INVOICE = (Path(__file__).parent / "dialects" / "fixtures" / "invoice.xml").read_text()
ISA = "ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*NORTHGATE      *260310*0900*U*00401*{number:09d}*0*{usage}*>~"


def now() -> datetime:
    return datetime.now(UTC)


def way_in(dialect: str = "ubl", supplier: Supplier | None = None, code: str = "", **profile: Any) -> Connection:
    return Connection.objects.create(
        code=code or f"{dialect}-in", name=f"{dialect.upper()} in", direction=Direction.IN, purpose="documents",
        dialect=dialect, supplier=supplier, profile=profile,
    )  # fmt: skip


def way_out(supplier: Supplier | None = None, url: str = "http://127.0.0.1:9/in/", **profile: Any) -> Connection:
    """Return an X12 connection that orders go out by, or the ERP's when there is no supplier."""
    purpose, dialect = ("orders", "x12") if supplier else ("erp", "json")
    return Connection.objects.create(
        code=f"{purpose}-out", name=f"{purpose} out", direction=Direction.OUT, purpose=purpose, dialect=dialect,
        supplier=supplier, url=url, secret=SECRET, profile={"our_id": "NORTHGATE", "their_id": "ACME", **profile},
    )  # fmt: skip


def bill(order: str, *changes: tuple[str, str]) -> bytes:
    """Return a Peppol bill of 10 cases at 48.00 for an order's first line, with texts replaced."""
    text = INVOICE.replace("PO-LDS-1", order)
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def x12(*sets: list[str], number: int = 7, group: str = "PR", sender: str = "ACME", usage: str = "P") -> bytes:
    """Return an interchange of one group; each set is its type and its segments."""
    text = ISA.format(sender=sender, number=number, usage=usage)
    text += f"GS*{group}*{sender}*NORTHGATE*20260310*0900*{number}*X*004010~"
    for place, (code, *body) in enumerate(sets, start=1):
        segments = [f"ST*{code}*{place:04d}", *body]
        text += "".join(f"{s}~" for s in segments) + f"SE*{len(segments) + 1}*{place:04d}~"
    return (text + f"GE*{len(sets)}*{number}~IEA*1*{number:09d}~").encode()


def take(connection: Connection, raw: bytes, external_id: str = "") -> InboxMessage:
    """Receive a message and let the worker apply what is due; returns it as it is then."""
    message = receive_message(
        connection=connection, external_id=external_id, raw=raw, content_type="", actor=None, at=now()
    )
    tasks.apply_inbox()
    message.refresh_from_db()
    return message


def go_on(message: InboxMessage) -> InboxMessage:
    """Let the worker apply what is due again; returns the message as it is then."""
    tasks.apply_inbox()
    message.refresh_from_db()
    return message


def case_of(message: InboxMessage) -> ExceptionCase | None:
    return ExceptionCase.objects.filter(key=f"message:{message.pk}").order_by("-pk").first()
