"""The order list: saved views, filters, and why each order is on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from procurement.models import AckState, AckStatus, OrderAcknowledgment, OrderState, ProgressStatus, PurchaseOrder

COMING = (ProgressStatus.NONE, ProgressStatus.PARTIAL)
TO_ISSUE = (OrderState.DRAFT, OrderState.PENDING, OrderState.APPROVED)
VIEWS = (
    ("", "All"),
    ("to_issue", "To issue"),
    ("unanswered", "Not answered"),
    ("differs", "Answered differently"),
    ("late", "Late"),
    ("open", "To receive"),
    ("held", "On hold"),
    ("closed", "Closed"),
)


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """What the list is narrowed to; empty means any. `supplier` is a code or the beginning of a name."""

    view: str = ""
    site: str = ""
    supplier: str = ""
    state: str = ""
    q: str = ""


def in_review() -> Exists:
    """Return whether an answer of the order waits for the buyer."""
    return Exists(OrderAcknowledgment.objects.filter(order=OuterRef("pk"), state=AckState.REVIEW))


def filtered_orders(orders: QuerySet[PurchaseOrder], filters: OrderFilters, *, today: date) -> QuerySet[PurchaseOrder]:
    """Narrow a visible set of orders; an unknown state or site finds nothing rather than everything."""
    rows = _in_view(orders.annotate(waits_for_buyer=in_review()), filters.view, today)
    if filters.site:
        rows = rows.filter(ship_to__code=filters.site)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.supplier:
        rows = rows.filter(Q(supplier__code=filters.supplier) | Q(supplier__name__istartswith=filters.supplier))
    if filters.q:
        rows = rows.filter(Q(number__icontains=filters.q) | Q(supplier__name__icontains=filters.q))
    return rows.select_related("supplier", "ship_to")


def _in_view(rows: QuerySet[PurchaseOrder], view: str, today: date) -> QuerySet[PurchaseOrder]:
    coming = Q(state=OrderState.ISSUED, receipt_status__in=COMING)
    narrowed = {
        "to_issue": Q(state__in=TO_ISSUE),
        "unanswered": Q(state=OrderState.ISSUED, acknowledged_at=None),
        "differs": Q(waits_for_buyer=True),
        "late": coming & Q(need_by__lt=today),
        "open": coming,
        "held": ~Q(hold_reason=""),
        "closed": Q(state__in=[OrderState.CLOSED, OrderState.CANCELLED]),
    }
    return rows.filter(narrowed[view]) if view in narrowed else rows


@dataclass(frozen=True, slots=True)
class NextStep:
    """What an order waits for, in a few words, and how much it presses: bad, warn, info or nothing."""

    text: str
    tone: str = ""


def next_step(order: PurchaseOrder, *, today: date, now: datetime) -> NextStep:
    """Say why an order is on the list, the most pressing reason first; nothing when it waits for nothing."""
    return next(_reasons(order, today, now), NextStep(""))


def _reasons(order: PurchaseOrder, today: date, now: datetime) -> Iterator[NextStep]:
    if order.hold_reason:
        yield NextStep(f"On hold: {order.hold_reason}", "warn")
    if order.state == OrderState.PENDING:
        yield NextStep("Waits for approval")
    if order.state in {OrderState.DRAFT, OrderState.APPROVED}:
        yield NextStep("Ready to send to the supplier", "info")
    if order.state != OrderState.ISSUED:
        yield NextStep(order.state_reason)
    if getattr(order, "waits_for_buyer", False):
        yield NextStep("The supplier's answer differs: decide", "warn")
    if order.receipt_status in COMING and order.need_by < today:
        days = (today - order.need_by).days
        yield NextStep(f"{days} day{'' if days == 1 else 's'} late", "bad")
    if order.acknowledged_at is None:
        is_overdue = order.ack_status == AckStatus.OVERDUE or (order.ack_due_at is not None and order.ack_due_at < now)
        yield NextStep("Answer overdue", "bad") if is_overdue else NextStep("Waits for the supplier's answer")
    if order.receipt_status in COMING:
        rest = order.receipt_status == ProgressStatus.PARTIAL
        yield NextStep("Waits for the rest" if rest else "Waits for the goods")
    if order.invoice_status in COMING:
        yield NextStep("Received, not billed in full")


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of an order's progress: its word and how it looks (full, part, warn, bad or nothing)."""

    word: str
    tone: str = ""


def stages(order: PurchaseOrder) -> tuple[Stage, Stage, Stage]:
    """Return how far answering, receiving and invoicing are (PO-1)."""
    answers = {
        AckStatus.NONE: Stage("Not answered"),
        AckStatus.PARTIAL: Stage("Partly answered", "part"),
        AckStatus.CONFIRMED: Stage("Confirmed", "full"),
        AckStatus.CHANGED: Stage("Changed", "warn"),
        AckStatus.REJECTED: Stage("Rejected", "bad"),
        AckStatus.OVERDUE: Stage("Overdue", "bad"),
    }
    done = {
        ProgressStatus.NONE: ("Not {}", ""),
        ProgressStatus.PARTIAL: ("Part {}", "part"),
        ProgressStatus.FULL: ("{}", "full"),
        ProgressStatus.OVER: ("Over {}", "warn"),
    }

    def stage(status: str, verb: str) -> Stage:
        pattern, tone = done[ProgressStatus(status)]
        return Stage(pattern.format(verb).capitalize(), tone)

    return (
        answers[AckStatus(order.ack_status)],
        stage(order.receipt_status, "received"),
        stage(order.invoice_status, "invoiced"),
    )
