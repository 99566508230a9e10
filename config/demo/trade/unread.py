"""Messages of partners' machines: some applied, some that wait for the integration engineer."""

from contextlib import suppress
from datetime import datetime

from config.demo.trade import acts, papers
from config.demo.trade.cast import Cast
from config.demo.trade.ordinary import number_of
from config.demo.trade.play import Play, Story
from config.demo.trade.unanswered import accepted, place
from config.demo.trade.unapproved import Wish
from foundation.errors import ConflictError
from integration.models import Connection, Direction, InboxMessage
from integration.services import apply_message, receive_message, set_message_aside

EDI = "CALDER"


def schedule(cast: Cast, play: Play) -> None:
    """Let messages come in."""
    for hours, tell in ((58.0, _invoices), (28.0, _answers), (33.0, _a_test), (3.0, _by_mail)):
        at = cast.almanac.ago(hours)
        play.add(tell(cast, at), at)


def connect() -> None:
    """Write the ways in."""
    Connection.objects.create(
        code="peppol", name="Peppol access point", direction=Direction.IN, purpose="documents", dialect="ubl"
    )
    Connection.objects.create(
        code="edi-van", name="EDI network, order answers", direction=Direction.IN, purpose="documents", dialect="x12",
        profile={"their_id": EDI, "our_id": "NORTHGATE"},
    )  # fmt: skip


def _take(cast: Cast, code: str, name: str, raw: bytes, at: datetime) -> InboxMessage:
    """Take a message in at an instant of the past, and apply it."""
    message = _store(cast, code, name, raw, at)
    apply_message(message_id=message.pk, at=at)
    return message


def _store(cast: Cast, code: str, name: str, raw: bytes, at: datetime, *, hold: bool = False) -> InboxMessage:
    connection = Connection.objects.get(code=code)
    kind = "application/xml" if connection.dialect == "ubl" else "application/edi-x12"
    message = receive_message(
        connection=connection, external_id=name, raw=raw, content_type=kind, actor=cast.intake, at=at, hold=hold
    )
    InboxMessage.objects.filter(pk=message.pk).update(received_at=at, next_attempt_at=at)
    return message


def _invoices(cast: Cast, at: datetime) -> Story:
    """A good invoice, one of a stranger, one that is no XML, and the good one again with other content."""
    order, at = yield from place(cast, Wish("MAN", "c.marsden", "Hand towels", (("FP", 7), ("FP", 4))), at)
    at = yield from accepted(cast, order, at)
    at = cast.later("MAN", at, 12)
    yield at
    acts.receive(cast, order, at=at)
    at = cast.later("MAN", at, 2)
    yield at
    good = papers.ubl_invoice(order, number_of(order), at.date(), supplier=order.supplier)
    _take(cast, "peppol", f"peppol-{order.number}", good, at)
    at = cast.later("MAN", at, 3)
    yield at
    stranger = papers.ubl_invoice(
        order, "KP-88213", at.date(), supplier=order.supplier, vat="GB417203344", name="Kingsway Paper Ltd"
    )
    _take(cast, "peppol", "peppol-88213", stranger, at)
    at = cast.later("MAN", at, 2)
    yield at
    _take(cast, "peppol", "peppol-90017", good[: len(good) // 2], at)
    at = cast.later("MAN", at, 2)
    yield at
    with suppress(ConflictError):  # both are kept, and an exception says so
        _take(cast, "peppol", f"peppol-{order.number}", good.replace(b"<cbc:ID>S</cbc:ID>", b"<cbc:ID>E</cbc:ID>"), at)
    InboxMessage.objects.filter(received_at__gt=at).update(received_at=at)


def _answers(cast: Cast, at: datetime) -> Story:
    """An answer to an order that was never ours."""
    _take(cast, "edi-van", f"{EDI}-000000412", papers.x12_answer(EDI, "PO-LDS-99871", 412, at), at)
    yield from ()


def _a_test(cast: Cast, at: datetime) -> Story:
    """A partner tried its line; the engineer sets the message aside."""
    message = _take(cast, "edi-van", f"{EDI}-TEST", b"ISA TEST PLEASE IGNORE", at)
    at = cast.later("LDS", at, 2)
    yield at
    set_message_aside(
        message_id=message.pk, actor=cast.people["demo.integration"], reason="A line test, says their help desk", at=at
    )


def _by_mail(cast: Cast, at: datetime) -> Story:
    """An invoice that came by mail was uploaded by hand, and waits for a look."""
    order, at = yield from place(cast, Wish("LDS", "b.hargreaves", "Hand soap", (("FC", 2),)), at)
    raw = papers.ubl_invoice(order, number_of(order), at.date(), supplier=order.supplier)
    _store(cast, "peppol", f"upload-{order.number}", raw, at, hold=True)
