"""An event log for tests, told with the rooms' own events, so that a payload cannot drift from what is published."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from foundation import outbox
from foundation.models import Site, User
from invoicing.events import InvoiceCleared, InvoiceEvent, InvoiceHeld, InvoiceReceived, InvoiceWaiting
from procurement.events import AcknowledgmentApplied, OrderCancelled, OrderIssued, RequisitionSubmitted
from suppliers.models import Supplier
from tests.factories import Company
from workflow.events import ApprovalClosed, StepDecided, StepOpened

MONEY = {"total_amount": Decimal(100), "currency": "GBP"}


def when(text: str) -> datetime:
    """Return an instant of March 2026 written as "10 09:00"."""
    day, clock = text.split()
    hour, minute = clock.split(":")
    return datetime(2026, 3, int(day), int(hour), int(minute), tzinfo=UTC)


def submitted(pk: int, at: datetime, site: Site, version: int = 1) -> None:
    outbox.publish(
        RequisitionSubmitted(
            subject_id=pk, subject_number=f"REQ-{pk}", at=at, version=version, site_id=site.pk, **MONEY
        )
    )


def issued(
    pk: int, at: datetime, site: Site, supplier: Supplier, *requisitions: int, due: datetime | None = None,
    revision: int = 1,
) -> None:  # fmt: skip
    outbox.publish(
        OrderIssued(
            subject_id=pk, subject_number=f"PO-{pk}", at=at, version=revision, site_id=site.pk, supplier_id=supplier.pk,
            related=tuple(("requisition", r, f"REQ-{r}") for r in requisitions), revision=revision, touchless=True,
            ack_due_at=due.isoformat() if due else "", **MONEY,
        )
    )  # fmt: skip


def answered(pk: int, order: int, at: datetime, site: Site, supplier: Supplier, *, complete: bool = True) -> None:
    outbox.publish(
        AcknowledgmentApplied(
            subject_id=pk, subject_number=f"ACK-{pk}", at=at, site_id=site.pk, supplier_id=supplier.pk, order_id=order,
            order_number=f"PO-{order}", revision=1, complete=complete, related=(("order", order, f"PO-{order}"),),
        )
    )  # fmt: skip


def cancelled(pk: int, at: datetime, site: Site, supplier: Supplier) -> None:
    outbox.publish(
        OrderCancelled(
            subject_id=pk, subject_number=f"PO-{pk}", at=at, site_id=site.pk, supplier_id=supplier.pk, reason="no",
            **MONEY,
        )
    )  # fmt: skip


def opened(step: int, requisition: int, at: datetime, site: Site) -> None:
    outbox.publish(
        StepOpened(
            subject_id=step, subject_number=f"REQ-{requisition}", at=at, site_id=site.pk, rule="Up to 5,000",
            label="Site manager", due_at="",
            related=(("requisition", requisition, f"REQ-{requisition}"), ("approval", step, "")),
        )
    )  # fmt: skip


def decided(step: int, requisition: int, at: datetime, site: Site, by: User) -> None:
    outbox.publish(
        StepDecided(
            subject_id=step, subject_number=f"REQ-{requisition}", at=at, site_id=site.pk, actor_id=by.pk,
            rule="Up to 5,000", label="Site manager", verdict="approved", opened_at="",
            related=(("requisition", requisition, f"REQ-{requisition}"), ("approval", step, "")),
        )
    )  # fmt: skip


def let_through(approval: int, requisition: int, at: datetime, site: Site, *, touchless: bool = True) -> None:
    outbox.publish(
        ApprovalClosed(
            subject_id=approval, subject_number=f"REQ-{requisition}", at=at, site_id=site.pk, outcome="approved",
            touchless=touchless, related=(("requisition", requisition, f"REQ-{requisition}"),),
        )
    )  # fmt: skip


def invoice(
    pk: int, site: Site | None, supplier: Supplier, *story: tuple[str, datetime], kind: str = "invoice"
) -> None:
    """Tell the story of a bill: received, waiting, held, matched (cleared first time), cleared."""
    about = {
        "subject_id": pk, "subject_number": f"INV-{pk}", "site_id": site.pk if site else None,
        "supplier_id": supplier.pk, "document_kind": kind, **MONEY,
    }  # fmt: skip
    kinds: dict[str, tuple[type[InvoiceEvent], dict[str, Any]]] = {
        "received": (InvoiceReceived, {"supplier_number": "1", "source": "edi"}),
        "waiting": (InvoiceWaiting, {"expected_date": None}),
        "held": (InvoiceHeld, {"codes": ("price",)}),
        "matched": (InvoiceCleared, {"first_time": True}),
        "cleared": (InvoiceCleared, {"first_time": False}),
    }
    for version, (what, at) in enumerate(story, start=1):
        event, facts = kinds[what]
        outbox.publish(event(at=at, version=version, **facts, **about))


def a_busy_log(made: Company, documents: int = 60, seed: int = 7, first: int = 1) -> None:
    """Tell a few months of business at both sites with everything that happens: late, held, cancelled, automatic."""
    chance = random.Random(seed)  # noqa: S311 - the same story every time
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for pk in range(first, first + documents):
        site = chance.choice([made.leeds, made.hull])
        supplier = chance.choice([made.acme, made.bolt])
        at = start + timedelta(hours=chance.uniform(0, 2_000))
        submitted(pk, at, site)
        if chance.random() < 0.4:
            let_through(10_000 + pk, pk, at, site)
        else:
            opened(pk, pk, at, site)
            at += timedelta(hours=chance.uniform(0.1, 90))
            if chance.random() < 0.9:
                decided(pk, pk, at, site, made.mona)
        issued(pk, at, site, supplier, pk, due=at + timedelta(hours=24))
        if chance.random() < 0.7:
            answered(pk, pk, at + timedelta(hours=chance.uniform(1, 40)), site, supplier)
        elif chance.random() < 0.3:
            cancelled(pk, at + timedelta(hours=2), site, supplier)
        billed = at + timedelta(days=5)
        ending = chance.choice([("matched",), ("held", "cleared"), ("held",), ("waiting",), ("waiting", "matched"), ()])
        steps = ("received", *ending)
        invoice(pk, site, supplier, *((what, billed + timedelta(hours=n)) for n, what in enumerate(steps)))
