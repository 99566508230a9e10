"""From stored bytes to an effect, in one transaction: read, find whom it is about, call the room's service.

What the document needs and we do not know (supplier, item, unit, currency, order) parks the message with an exception
that keeps it; after the cure it is replayed and has its effect then.
"""

from datetime import datetime, timedelta

from django.db import transaction

from foundation import audit
from foundation.errors import DomainError, InvalidError
from foundation.intake import xml
from foundation.selectors import system_user
from integration import canonical
from integration.canonical import Decoded, Document, Fault
from integration.dialects.ubl import invoice as ubl_invoice
from integration.dialects.x12 import inbound as x12_inbound
from integration.models import InboxMessage, InboxStatus
from integration.services.functional_answers import answer_syntax, take_functional
from integration.services.inbox import MAX_TRIES, follow_up, lock, tell_exception, told
from integration.services.meanings import MissingError
from integration.services.take_acknowledgment import take_acknowledgment
from integration.services.take_invoice import take_invoice
from workflow.services import cure_case

BACKOFF = (5, 30, 120, 600, 1800)
SAME_NUMBER_WITHIN = timedelta(days=30)
UNFINISHED = (InboxStatus.RECEIVED, InboxStatus.PARKED)


def apply_message(*, message_id: int, at: datetime, about: list[tuple[str, str]] | None = None) -> InboxMessage:
    """Apply a received message; refusals and gaps are told on the message, with an exception for a person.

    An error we did not anticipate leaves it received, to be tried again later, and parks it after five tries; `about`
    then holds the documents it is about, so that later messages about them wait.
    """
    with transaction.atomic():
        message = lock(message_id)
        if message.status != InboxStatus.RECEIVED:
            return message
        earlier = _same_content(message)
        if earlier is not None:
            return _repeat(message, earlier, at)
        decoded = decode(message=message)
        keys = [key for document in decoded.documents if (key := _key(document))]
        if about is not None:
            about.extend(keys)
        message.envelope_key = decoded.envelope_key
        answer_syntax(message, decoded, at)
        if decoded.is_refused or not decoded.documents:
            return _finish(message, InboxStatus.REJECTED, decoded, [], at)
        blocker = _blocker(message, keys)
        if blocker is not None:
            return _wait(message, keys, blocker, at)
        return _have_effect(message, decoded, keys, at)


def _have_effect(message: InboxMessage, decoded: Decoded, keys: list[tuple[str, str]], at: datetime) -> InboxMessage:
    """Apply every document of a message, or none of them."""
    try:
        with transaction.atomic():
            _require_ours(message, decoded)
            effects = [_apply(message, document, place, at) for place, document in enumerate(decoded.documents)]
    except MissingError as missing:
        return _park(message, keys, Fault(missing.code, missing.sentence, value=missing.value), at)
    except DomainError as error:
        return _park(message, keys, Fault(error.code, error.message), at)
    return _finish(message, InboxStatus.APPLIED, decoded, effects, at)


def decode(*, message: InboxMessage) -> Decoded:
    """Read a message by its connection's dialect; unreadable bytes are faults, not errors."""
    raw, connection = bytes(message.raw), message.connection
    if connection.dialect == "x12":
        return x12_inbound.decode(raw, connection.profile.get("units", {}))
    if connection.dialect == "ubl":
        try:
            return ubl_invoice.decode(xml.parse(raw))
        except InvalidError as error:
            return Decoded(faults=(Fault(error.code, error.message),))
    said = f"Nothing reads {connection.dialect} here."
    return Decoded(faults=(Fault("dialect_unknown", said, value=connection.dialect),))


def _key(document: Document) -> tuple[str, str] | None:
    """Return what a document is about: messages about the same keep their order."""
    if isinstance(document, canonical.Acknowledgment):
        return ("acknowledgment", document.order_number[:60])
    if isinstance(document, canonical.Invoice):
        return ("invoice", document.number[:60])
    return None


def _same_content(message: InboxMessage) -> InboxMessage | None:
    """Return an applied message of the same sender with the same bytes under another id (IN-2)."""
    return InboxMessage.objects.filter(
        connection=message.connection, body_sha256=message.body_sha256, status=InboxStatus.APPLIED
    ).first()


def _repeat(message: InboxMessage, earlier: InboxMessage, at: datetime) -> InboxMessage:
    """Give a repeat the answer of the first: applied, and no second effect."""
    message.status, message.applied_at = InboxStatus.APPLIED, at
    message.document_type, message.document_number = earlier.document_type, earlier.document_number
    message.effect = {**earlier.effect, "repeat_of": earlier.pk}
    message.attempts += 1
    message.save(update_fields=["status", "applied_at", "attempts", "document_type", "document_number", "effect"])
    audit.record_fact(
        "integration.message", message.pk, message.external_id[:40], "message_repeated", actor=system_user("intake"),
        at=at, repeat_of=earlier.pk,
    )  # fmt: skip
    follow_up(message, "The message was applied before.", at)
    return message


def _require_ours(message: InboxMessage, decoded: Decoded) -> None:
    """Refuse an envelope that is not the agreed one, or whose number was used for something else.

    :raises MissingError: says what differs.
    """
    profile = message.connection.profile
    if decoded.is_test and profile.get("usage", "P") != "T":
        raise MissingError("test_message", "The envelope says it is a test; this connection takes none.")
    theirs = profile.get("their_id", "")
    if theirs and decoded.sender and decoded.sender != theirs:
        raise MissingError(
            "sender_differs", f"The envelope is from {decoded.sender}, agreed is {theirs}.", decoded.sender
        )
    used = InboxMessage.objects.filter(
        connection=message.connection,
        envelope_key=decoded.envelope_key,
        status__in=(InboxStatus.APPLIED, InboxStatus.PARKED),
        received_at__gt=message.received_at - SAME_NUMBER_WITHIN,
    ).exclude(pk=message.pk)
    if decoded.envelope_key and (first := used.exclude(body_sha256=message.body_sha256).first()):
        raise MissingError(
            "control_number_repeated",
            f"Control number {decoded.control_number} came before with other content, as message {first.label}.",
            decoded.control_number,
        )


def _blocker(message: InboxMessage, keys: list[tuple[str, str]]) -> InboxMessage | None:
    """Return an earlier message about one of the same documents that has no effect yet; order is kept (IN-2)."""
    for kind, number in keys:
        earlier = InboxMessage.objects.filter(
            connection=message.connection, pk__lt=message.pk, status__in=UNFINISHED, document_type=kind,
            document_number=number,
        ).exclude(body_sha256=message.body_sha256)  # fmt: skip
        found = earlier.order_by("-pk").first()
        if found is not None:
            return found
    return None


def _apply(message: InboxMessage, document: Document, place: int, at: datetime) -> dict[str, str]:
    actor = system_user("intake")
    identity = message.external_id if place == 0 else f"{message.external_id[:110]}#{place}"
    if isinstance(document, canonical.Acknowledgment):
        return take_acknowledgment(message, document, identity, actor, at)
    if isinstance(document, canonical.Invoice):
        return take_invoice(message, document, identity, actor, at)
    if isinstance(document, canonical.FunctionalAnswer):
        return take_functional(message, document, at)
    raise MissingError("document_not_taken", f"Nothing here takes a {type(document).__name__.lower()}.")


def _finish(
    message: InboxMessage, status: str, decoded: Decoded, effects: list[dict[str, str]], at: datetime
) -> InboxMessage:
    message.status, message.waits_for = status, None
    message.attempts += 1
    message.applied_at = at if status == InboxStatus.APPLIED else None
    message.document_type = effects[0]["type"] if effects else ""
    message.document_number = effects[0]["number"][:60] if effects else decoded.control_number[:60]
    message.effect = {"effects": effects, "faults": [told(fault) for fault in decoded.faults]}
    _save(message)
    audit.record_fact(
        "integration.message", message.pk, message.external_id[:40], f"message_{status}", actor=system_user("intake"),
        at=at, effects=effects, faults=[f.code for f in decoded.faults],
    )  # fmt: skip
    if status == InboxStatus.APPLIED:
        follow_up(message, "The message was applied.", at)
    else:
        fatal = [fault for fault in decoded.faults if fault.is_fatal]
        tell_exception(message, fatal[0] if fatal else Fault("empty", "The message holds no document."), at)
    return message


def _save(message: InboxMessage) -> None:
    message.save(
        update_fields=[
            "status", "attempts", "applied_at", "document_type", "document_number", "effect", "envelope_key", "waits_for",
        ]
    )  # fmt: skip


def _park(message: InboxMessage, keys: list[tuple[str, str]], fault: Fault, at: datetime) -> InboxMessage:
    """Keep a message that cannot be applied yet, with the reason, for a replay after the cure."""
    message.status, message.waits_for = InboxStatus.PARKED, None
    message.attempts += 1
    message.document_type, message.document_number = keys[0] if keys else ("", "")
    message.effect = {"effects": [], "faults": [told(fault)]}
    _save(message)
    audit.record_fact(
        "integration.message", message.pk, message.external_id[:40], "message_parked", actor=system_user("intake"), at=at,
        code=fault.code,
    )  # fmt: skip
    tell_exception(message, fault, at)
    return message


def _wait(message: InboxMessage, keys: list[tuple[str, str]], blocker: InboxMessage, at: datetime) -> InboxMessage:
    """Park a message behind an earlier one about the same document; it goes on by itself when that one is settled."""
    message.status, message.waits_for = InboxStatus.PARKED, blocker
    message.document_type, message.document_number = keys[0]
    said = f"Message {blocker.label} about {blocker.document_number} came first and is not settled."
    message.effect = {"effects": [], "faults": [told(Fault("waits_for_earlier", said))]}
    _save(message)
    audit.record_fact(
        "integration.message", message.pk, message.external_id[:40], "message_waits", actor=system_user("intake"), at=at,
        waits_for=blocker.pk,
    )  # fmt: skip
    cure_case(key=f"message:{message.pk}", outcome=said, at=at)
    return message


def postpone(*, message_id: int, error: str, at: datetime, about: list[tuple[str, str]] | None = None) -> None:
    """Note that applying failed in an unexpected way; try later, and park after five tries (poison never loops)."""
    with transaction.atomic():
        message = lock(message_id)
        if message.status != InboxStatus.RECEIVED:
            return
        message.attempts += 1
        if about:
            message.document_type, message.document_number = about[0]
        fault = Fault("unexpected_error", error[:300])
        if message.attempts >= MAX_TRIES:
            message.status = InboxStatus.PARKED
            said = f"It failed {message.attempts} times in an unexpected way: {error[:200]}"
            tell_exception(message, Fault("unexpected_error", said), at)
        message.next_attempt_at = at + timedelta(seconds=BACKOFF[min(message.attempts, len(BACKOFF)) - 1])
        message.effect, message.claimed_at = {"effects": [], "faults": [told(fault)]}, None
        message.save(
            update_fields=[
                "status", "attempts", "next_attempt_at", "claimed_at", "effect", "document_type", "document_number",
            ]
        )  # fmt: skip
