"""What the integration layer sends when it hears of something."""

from django.utils import timezone

from foundation.models import DomainEvent
from integration.services import store_order, store_voucher


def hand_to_erp(event: DomainEvent) -> None:
    """Store the voucher of a released invoice for the ERP."""
    store_voucher(invoice_id=event.subject_id, at=timezone.now())  # noqa: TID251 - the relay's porch


def send_order(event: DomainEvent) -> None:
    """Store the order of a supplier who takes EDI."""
    store_order(order_id=event.subject_id, revision=event.payload["revision"], at=timezone.now())  # noqa: TID251 - the relay's porch
