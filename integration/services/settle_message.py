"""What a person does about a message: try it again, apply one held for a look, set it aside, teach what it means."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from foundation import audit
from foundation.errors import ConflictError, InvalidError
from foundation.journal import use_case
from foundation.models import Item, UnitOfMeasure, User
from foundation.services import record_rate
from integration.models import Connection, InboxMessage, InboxStatus
from integration.services.inbox import follow_up, lock
from integration.services.meanings import TEACHABLE
from suppliers.models import Supplier, SupplierIdentifier
from suppliers.selectors import standing

REPLAYABLE = {InboxStatus.PARKED, InboxStatus.REJECTED, InboxStatus.HELD}


@use_case
def replay_message(*, message_id: int, actor: User, at: datetime) -> InboxMessage:
    """Let a parked, rejected or held message be tried again, by a person, after the cure.

    :raises ConflictError: it was applied already, so a replay would do it twice.
    """
    message = lock(message_id)
    if message.status not in REPLAYABLE:
        raise ConflictError("not_replayable", f"This message is {message.get_status_display().lower()}.")
    message.status, message.waits_for, message.attempts = InboxStatus.RECEIVED, None, 0
    message.next_attempt_at, message.claimed_at = at, None
    message.save(update_fields=["status", "waits_for", "attempts", "next_attempt_at", "claimed_at"])
    audit.record_fact("integration.message", message.pk, message.external_id[:40], "replay_message", actor=actor, at=at)
    return message


@use_case
def set_message_aside(*, message_id: int, actor: User, reason: str, at: datetime) -> InboxMessage:
    """Give a message up for good, with the reason; its exception closes and those behind it go on.

    :raises InvalidError: it does not say why.
    :raises ConflictError: it had its effect, or is set aside already.
    """
    message = lock(message_id)
    if message.status not in REPLAYABLE | {InboxStatus.QUARANTINED}:
        raise ConflictError("not_replayable", f"This message is {message.get_status_display().lower()}.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is set aside.", field="reason")
    was_quarantined = message.status == InboxStatus.QUARANTINED
    if not was_quarantined:  # a quarantined one keeps its mark: its id belongs to the first
        message.status = InboxStatus.SET_ASIDE
    message.waits_for = None
    message.effect = {**message.effect, "set_aside": reason.strip()[:300]}
    message.save(update_fields=["status", "waits_for", "effect"])
    audit.record_fact(
        "integration.message", message.pk, message.external_id[:40], "set_message_aside", actor=actor, at=at,
        reason=reason.strip()[:300],
    )  # fmt: skip
    follow_up(message, f"Set aside: {reason.strip()[:250]}", at)
    return message


@use_case
def teach_meaning(*, message_id: int, meaning: str, actor: User, at: datetime) -> InboxMessage:
    """Say what the unknown word of a parked message means to us, for this and every later message, and try it again.

    `meaning` is a supplier code, a unit code, an item code, or for a currency its rate in the base currency.

    :raises InvalidError: there is no such supplier, unit or item, or the rate is no number above zero.
    :raises ConflictError: the message does not wait for a meaning.
    """
    message = lock(message_id)
    faults = message.effect.get("faults", [])
    fault = faults[0] if faults else {}
    code, word = fault.get("code", ""), fault.get("value", "")
    if message.status != InboxStatus.PARKED or code not in TEACHABLE or not word:
        raise ConflictError("nothing_to_teach", "This message does not wait for a meaning.")
    said = meaning.strip()
    if code == "supplier_unknown":
        _teach_supplier(word, said)
    elif code == "currency_unknown":
        _teach_rate(word, said, actor, at)
    else:
        _teach_word(message.connection_id, code.removesuffix("_unknown"), word, said)
    audit.record_fact(
        "integration.connection", message.connection_id, message.connection.code, "teach_meaning", actor=actor, at=at,
        kind=code.removesuffix("_unknown"), word=word, meaning=said,
    )  # fmt: skip
    return replay_message(message_id=message_id, actor=actor, at=at)


def _teach_supplier(word: str, code: str) -> None:
    supplier = Supplier.objects.filter(code__iexact=code).first()
    if supplier is None:
        raise InvalidError("supplier_unknown", f"There is no supplier {code[:40]}.", field="meaning", value=code[:40])
    scheme, _, value = word.partition(":")
    SupplierIdentifier.objects.get_or_create(
        scheme=scheme[:16], value=value[:64], defaults={"supplier": standing(supplier)}
    )


def _teach_rate(currency: str, text: str, actor: User, at: datetime) -> None:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not 0 < rate < 10**9:
        raise InvalidError("rate_unusable", "Give a rate above zero, such as 0.85.", field="meaning", value=text[:40])
    record_rate(
        currency=currency, day=at.date(), rate=rate, source=f"by hand, {actor.username}"[:40], actor=actor, at=at
    )


def _teach_word(connection_id: int, kind: str, word: str, ours: str) -> None:
    known = Item.objects.filter(code=ours) if kind == "item" else UnitOfMeasure.objects.filter(code=ours)
    if not known.exists():
        raise InvalidError(f"{kind}_unknown", f"There is no {kind} {ours[:40]}.", field="meaning", value=ours[:40])
    connection = Connection.objects.select_for_update(no_key=True).get(pk=connection_id)
    taught = connection.profile.setdefault("means", {}).setdefault(kind, {})
    taught[word] = ours
    connection.save(update_fields=["profile"])
