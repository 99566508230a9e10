"""Outgoing messages: stored with the change that caused them, sent by a worker, at least once, in order (IN-3)."""

import json
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from foundation import audit
from foundation.errors import ConflictError, DomainError, InvalidError, NotFoundError
from foundation.intake.http import Answer, UnreachableError, post_signed
from foundation.journal import use_case
from foundation.models import Delivery, DeliveryState, User
from foundation.selectors import system_user
from foundation.services import LETTERS
from integration.models import Connection
from integration.selectors.kept import kept_back
from invoicing.models import Invoice
from invoicing.services import record_posting
from workflow.services import cure_case, open_case

BACKOFF = (5, 30, 120, 600, 1800)  # seconds; then hourly
HOURLY, PARK_AFTER = 3600, timedelta(hours=72)
JITTER = 5  # up to a fifth longer, so that a receiver that comes back is not met by everything at once
CLAIM_LASTS = timedelta(seconds=60)
POSTED_OK, REDIRECTS, GONE = 200, 300, 410


def claim_due(*, at: datetime, limit: int = 5, letters: bool = False) -> list[int]:
    """Claim deliveries that are due, the oldest of each document only; attempts count here, so a killed worker counts.

    Letters to people have a queue of their own, so that a mail server that hangs holds up no partner's messages.
    A voucher of a supplier whose bank account is being changed stays here until that is decided (SU-2).
    Few at once: each may take ten seconds, and a claim lasts a minute.
    """
    earlier = Delivery.objects.filter(
        connection=OuterRef("connection"), order_key=OuterRef("order_key"), id__lt=OuterRef("id")
    ).exclude(state=DeliveryState.DELIVERED)
    with transaction.atomic():
        due = list(
            Delivery.objects.filter(
                Q(claimed_at=None) | Q(claimed_at__lt=at - CLAIM_LASTS),
                Q(connection=LETTERS) if letters else ~Q(connection=LETTERS),
                state=DeliveryState.WAITING,
                next_attempt_at__lte=at,
            )
            .exclude(Exists(earlier))
            .exclude(kept_back())
            .order_by("id")
            .select_for_update(skip_locked=True, of=("self",), no_key=True)
            .values_list("pk", flat=True)[:limit]
        )
        Delivery.objects.filter(pk__in=due).update(claimed_at=at, attempts=F("attempts") + 1)
    return due


def send_delivery(*, delivery_id: int, at: datetime) -> bool:
    """Send one claimed delivery; the network is called outside any transaction. Returns whether it was taken.

    A crash between the answer and the mark sends it again with the same id, which the receiver drops.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    if Delivery.objects.filter(kept_back(), pk=delivery_id).exists():  # proposed between claim and now
        _give_back(delivery_id)
        return False
    connection = Connection.objects.filter(code=delivery.connection).first()
    if connection is None or not connection.is_active:
        put_off(delivery_id=delivery_id, error="The connection is switched off.", at=at)
        return False
    try:
        answer = post_signed(
            url=connection.url, secret=connection.secret, msg_id=str(delivery.msg_id), at=at, body=bytes(delivery.body),
            content_type=delivery.content_type,
        )  # fmt: skip
    except (UnreachableError, InvalidError) as error:
        put_off(delivery_id=delivery_id, error=str(error), at=at)
        return False
    return take_answer(delivery_id=delivery_id, answer=answer, at=at)


@use_case
def _give_back(delivery_id: int) -> None:
    """Take a claim back as if it had not been: what is kept here was not tried."""
    rows = Delivery.objects.filter(pk=delivery_id, state=DeliveryState.WAITING, attempts__gt=0)
    rows.update(claimed_at=None, attempts=F("attempts") - 1)


def take_answer(*, delivery_id: int, answer: Answer, at: datetime) -> bool:
    """Note what the receiver answered to a claimed delivery; returns whether it took it."""
    if POSTED_OK <= answer.status < REDIRECTS:
        _mark_delivered(delivery_id, answer, at)
        return True
    said = f"Answered {answer.status}: {_said(answer.body)}"
    put_off(delivery_id=delivery_id, error=said, at=at, pause=answer.retry_after, give_up=answer.status == GONE)
    return False


def _said(body: str) -> str:
    """Return the words of a refusal: what a JSON answer names as its reason, else the beginning of what came."""
    try:
        told = json.loads(body)
    except ValueError:
        told = None
    reasons = [told.get(name) for name in ("detail", "error", "message")] if isinstance(told, dict) else []
    return next((reason for reason in reasons if isinstance(reason, str) and reason.strip()), body)[:200]


@use_case
def _mark_delivered(delivery_id: int, answer: Answer, at: datetime) -> None:
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    if delivery.state != DeliveryState.WAITING:
        return
    delivery.deliver(at=at, status=answer.status, answer=answer.body)
    delivery.claimed_at = None
    delivery.save(update_fields=["state", "delivered_at", "answer_status", "answer", "last_error", "claimed_at"])
    audit.record_fact(
        "integration.delivery",
        delivery.pk,
        delivery.subject_number,
        "deliver",
        actor=system_user("relay"),
        at=at,
        status=answer.status,
    )
    cure_case(key=f"delivery:{delivery.pk}", outcome="It was delivered.", at=at)
    if delivery.message_type == "voucher":
        _note_posting(delivery, _voucher_number(answer, delivery), at)


def _note_posting(delivery: Delivery, voucher: str, at: datetime) -> None:
    """Store the ERP's number on the invoice; one that contradicts what is known is an exception, not an endless try."""
    number = Invoice.objects.values_list("number", flat=True).get(pk=delivery.subject_id)
    try:
        with transaction.atomic():
            record_posting(number=number, voucher=voucher, actor=system_user("erp"), at=at)
    except DomainError as error:
        _tell(
            delivery,
            f"posting:{delivery.pk}",
            error.code,
            f"{number} reached the ERP as {voucher}: {error.message}",
            at,
        )


def _voucher_number(answer: Answer, delivery: Delivery) -> str:
    """Return the ERP's own number from its answer, or our message id when it names none."""
    try:
        told = json.loads(answer.body)
    except ValueError:
        told = {}
    named = told.get("voucher") if isinstance(told, dict) else None
    return str(named if isinstance(named, str | int) and named else delivery.msg_id)[:40]


@use_case
def put_off(*, delivery_id: int, error: str, at: datetime, pause: int = 0, give_up: bool = False) -> None:
    """Try later, with growing pauses; after three days, or when the address is gone, park with an exception and an owner.

    `pause` is what the receiver asks for at least, in seconds.
    """
    delivery = Delivery.objects.select_for_update(no_key=True).get(pk=delivery_id)
    if delivery.state != DeliveryState.WAITING:
        return
    wait = BACKOFF[delivery.attempts - 1] if 0 < delivery.attempts <= len(BACKOFF) else HOURLY
    wait += secrets.randbelow(wait // JITTER + 1)
    delivery.last_error, delivery.claimed_at = error[:4000], None
    delivery.next_attempt_at = at + timedelta(seconds=max(wait, pause))
    if give_up or at - delivery.created_at > PARK_AFTER:
        delivery.park(error=error)
        audit.record_fact(
            "integration.delivery", delivery.pk, delivery.subject_number, "park", actor=system_user("relay"), at=at,
            error=error[:300],
        )  # fmt: skip
    delivery.save(update_fields=["state", "last_error", "claimed_at", "next_attempt_at"])
    if delivery.attempts >= len(BACKOFF) or delivery.state == DeliveryState.PARKED:
        said = f"{delivery.message_type} {delivery.subject_number} is not delivered to {delivery.connection}: {error[:150]}"
        _tell(delivery, f"delivery:{delivery.pk}", "not_delivered", said, at)


def _tell(delivery: Delivery, key: str, cause: str, sentence: str, at: datetime) -> None:
    open_case(
        key=key,
        category="delivery",
        cause=cause,
        sentence=sentence,
        subject_type=delivery.subject_type,
        subject_id=delivery.subject_id,
        subject_number=delivery.subject_number,
        evidence={"attempts": delivery.attempts, "error": delivery.last_error[:300]},
        at=at,
    )


@use_case
def resend_delivery(*, delivery_id: int, actor: User, at: datetime) -> Delivery:
    """Send a parked delivery again, or a waiting one at once, by a person's hand.

    :raises NotFoundError: no such delivery.
    :raises ConflictError: it was delivered.
    """
    delivery = Delivery.objects.select_for_update(no_key=True).filter(pk=delivery_id).first()
    if delivery is None:
        raise NotFoundError("not_found", "There is no such delivery.")
    if delivery.state == DeliveryState.DELIVERED:
        raise ConflictError("already_delivered", "It was delivered; sending it again would be another message.")
    if delivery.state == DeliveryState.PARKED:
        delivery.resend(at=at)
    delivery.next_attempt_at, delivery.claimed_at = at, None
    delivery.save(update_fields=["state", "next_attempt_at", "attempts", "claimed_at"])
    audit.record_fact("integration.delivery", delivery.pk, delivery.subject_number, "resend", actor=actor, at=at)
    return delivery
