"""How it is written down and told where a supplier's answer went."""

from datetime import datetime
from typing import Any

from foundation import audit, outbox
from foundation.models import User
from procurement.models import OrderAcknowledgment, PurchaseOrder


def finish_answer(
    acknowledgment: OrderAcknowledgment,
    order: PurchaseOrder,
    event: Any,
    actor: User | None,
    at: datetime,
    **facts: Any,
) -> OrderAcknowledgment:
    """Audit where an answer went and tell it; it is stored."""
    audit.record(
        acknowledgment, f"acknowledgment_{acknowledgment.state}", actor=actor, at=at, order=order.number,
        source=acknowledgment.source, revision=acknowledgment.revision,
    )  # fmt: skip
    outbox.publish(
        event(
            subject_id=acknowledgment.pk,
            subject_number=acknowledgment.number,
            at=at,
            version=acknowledgment.version,
            site_id=order.ship_to_id,
            supplier_id=order.supplier_id,
            actor_id=actor.pk if actor else None,
            is_human=actor is not None and actor.kind != User.Kind.SYSTEM,
            related=(("order", order.pk, order.number),),
            order_id=order.pk,
            order_number=order.number,
            revision=acknowledgment.revision,
            complete=order.acknowledged_at is not None,
            **facts,
        )
    )
    return acknowledgment
