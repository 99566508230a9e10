"""What the integration layer sends when it hears of something."""

from typing import Any

from django.utils import timezone

from foundation.models import DomainEvent
from integration.services import note_sign_in, store_order, store_voucher


def hand_to_erp(event: DomainEvent) -> None:
    """Store the voucher of a released invoice for the ERP."""
    store_voucher(invoice_id=event.subject_id, at=timezone.now())  # noqa: TID251 - the relay's porch


def send_order(event: DomainEvent) -> None:
    """Store the order of a supplier who takes EDI; what was issued before the event told the channel is looked up."""
    if event.payload.get("channel", "edi") != "edi":
        return
    store_order(order_id=event.subject_id, revision=event.payload["revision"], at=timezone.now())  # noqa: TID251 - the relay's porch


def note_client(token: Any, **_unknown: Any) -> None:
    """Remember when a client last got a token; the token door tells it, not the relay."""
    note_sign_in(application_id=token.application_id, at=timezone.now())  # noqa: TID251 - the porch reads the clock
