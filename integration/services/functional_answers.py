"""The word about syntax, both ways: the 997 we owe a partner, and the one a partner sends about what we sent (IN-3).

It is stored in the transaction that reads the message, once for each message, whatever becomes of the business in it.
"""

from datetime import datetime, timedelta

from foundation import audit
from foundation.journal import use_case
from foundation.models import Delivery, DeliveryState
from foundation.selectors import system_user
from integration import canonical
from integration.dialects.x12 import functional
from integration.models import Connection, Direction, InboxMessage, SentEnvelope
from integration.services.meanings import MissingError
from integration.services.store_delivery import address_of, next_control, store
from workflow.services import cure_case, open_case

ANSWERED_WITHIN = timedelta(hours=24)
REFUSED = {"rejected", "partial"}


def answer_syntax(message: InboxMessage, decoded: canonical.Decoded, at: datetime) -> list[Delivery]:
    """Store the 997s owed for a message, to the partner's outgoing X12 connection; none when it has no such one."""
    if not decoded.groups:
        return []
    way_back = _way_back(message.connection)
    if way_back is None or Delivery.objects.filter(connection=way_back.code, dedupe_key=_key(message, 0)).exists():
        return []
    owed = [group for group in decoded.groups if group.code not in functional.UNANSWERED]
    stored = []
    for place, group in enumerate(owed):
        control = next_control(way_back)
        (raw,) = functional.encode(
            (group,), address_of(way_back), control=control, stamp=f"{at:%Y%m%d%H%M}", refused=decoded.is_refused
        )
        delivery = store(
            way_back, "997", ("message", message.pk, message.label), _key(message, place), raw, at,
            content_type="application/edi-x12",
        )  # fmt: skip
        SentEnvelope.objects.create(connection=way_back, control_number=control, group_code="FA", delivery=delivery)
        stored.append(delivery)
    return stored


def _key(message: InboxMessage, place: int) -> str:
    return f"997:{message.pk}:{place}"


def _way_back(connection: Connection) -> Connection | None:
    """Return the locked connection that leads to whom this one comes from."""
    if connection.supplier is None:
        return None
    return (
        Connection.objects.select_for_update(of=("self",), no_key=True)
        .filter(direction=Direction.OUT, dialect="x12", is_active=True, supplier=connection.supplier)
        .first()
    )


def take_functional(message: InboxMessage, document: canonical.FunctionalAnswer, at: datetime) -> dict[str, str]:
    """Note what a partner says about the syntax of what we sent; a refusal is an exception on the document refused.

    :raises MissingError: it answers a control number we did not use.
    """
    control = document.group_control.lstrip("0")
    sent = (
        SentEnvelope.objects.select_for_update(of=("self",), no_key=True)
        .select_related("delivery", "connection")
        .filter(
            connection__supplier=message.connection.supplier,
            connection__direction=Direction.OUT,
            control_number=int(control) if control.isdecimal() and len(control) < 10 else -1,  # noqa: PLR2004 - digits
            group_code=document.group_code,
        )
        .first()
    )
    if sent is None:
        raise MissingError(
            "control_unknown",
            f"The functional answer is about {document.group_code} {document.group_control}, which we did not send.",
            document.group_control,
        )
    sent.verdict, sent.answered_at = document.verdict, at
    sent.save(update_fields=["verdict", "answered_at"])
    cure_case(key=f"functional:{sent.pk}", outcome="The functional answer has come.", at=at)
    if document.verdict in REFUSED:
        _tell_refused(sent, document, at)
    audit.record_fact(
        "integration.delivery", sent.delivery_id, sent.delivery.subject_number, "functional_answer",
        actor=system_user("intake"), at=at, verdict=document.verdict, control=document.group_control,
    )  # fmt: skip
    return {"type": "functional answer", "number": sent.delivery.subject_number, "verdict": document.verdict}


def _tell_refused(sent: SentEnvelope, document: canonical.FunctionalAnswer, at: datetime) -> None:
    details = "; ".join(one.detail for one in document.sets if one.detail)
    delivery = sent.delivery
    open_case(
        key=f"refused:{sent.pk}",
        category="delivery",
        cause="syntax_rejected",
        sentence=f"{sent.connection.name} could not read {delivery.message_type} {delivery.subject_number}. {details}",
        subject_type=delivery.subject_type,
        subject_id=delivery.subject_id,
        subject_number=delivery.subject_number,
        supplier_id=sent.connection.supplier_id,
        supplier_name=str(sent.connection.supplier or ""),
        evidence={"control number": str(sent.control_number), "verdict": document.verdict},
        at=at,
    )


@use_case
def chase_functional_answers(*, at: datetime) -> int:
    """Open an exception for every document a partner should have answered by now; returns how many.

    Only partners whose connection says `answers_997` are chased. Late is not lost: nothing is sent again.
    """
    late = SentEnvelope.objects.filter(
        answered_at=None,
        group_code="PO",
        connection__profile__answers_997=True,
        delivery__state=DeliveryState.DELIVERED,
        delivery__delivered_at__lt=at - ANSWERED_WITHIN,
    ).select_related("delivery", "connection__supplier")
    found = 0
    for sent in late.order_by("pk")[:100]:
        found += 1
        open_case(
            key=f"functional:{sent.pk}",
            category="delivery",
            cause="functional_answer_overdue",
            sentence=f"{sent.connection.name} has not confirmed that it could read {sent.delivery.subject_number}.",
            subject_type=sent.delivery.subject_type,
            subject_id=sent.delivery.subject_id,
            subject_number=sent.delivery.subject_number,
            supplier_id=sent.connection.supplier_id,
            supplier_name=str(sent.connection.supplier or ""),
            evidence={"control number": str(sent.control_number)},
            at=at,
        )
    return found
