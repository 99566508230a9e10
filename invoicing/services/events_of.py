from datetime import datetime
from typing import Any

from foundation.models import User
from invoicing.events import InvoiceEvent
from invoicing.models import Invoice


def about(
    what: tuple[type[InvoiceEvent], dict[str, Any]],
    invoice: Invoice,
    *,
    actor: User,
    at: datetime,
    related: tuple[tuple[str, int, str], ...] = (),
) -> InvoiceEvent:
    """Build an event of an invoice with everything each of them says."""
    kind, facts = what
    return kind(
        subject_id=invoice.pk,
        subject_number=invoice.number,
        at=at,
        version=invoice.version,
        site_id=invoice.site_id,
        supplier_id=invoice.supplier_id,
        actor_id=actor.pk,
        is_human=actor.kind != User.Kind.SYSTEM,
        related=related,
        total_amount=invoice.stated_total,
        currency=invoice.currency,
        document_kind=invoice.kind,
        **facts,
    )
