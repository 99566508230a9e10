"""What happened to a document and to those it touches, from the event log (one source for page and metrics)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery

from foundation.models import DomainEvent, User
from foundation.selectors.names import called

_APPROVAL_CLOSED = "workflow.approval.closed"
WORDS = {
    "procurement.requisition.submitted": ("Submitted", "now"),
    "procurement.requisition.approved": ("Approved", "ok"),
    "procurement.requisition.reduced": ("Approved less, {outcome}", "now"),
    "procurement.requisition.rejected": ("Rejected", "bad"),
    "procurement.requisition.returned": ("Returned for change", ""),
    "procurement.requisition.cancelled": ("Cancelled", "bad"),
    "procurement.requisition.held_back": ("Waits for the combined order, {outcome}", ""),
    "procurement.requisition.ordered": ("All lines ordered", "ok"),
    "procurement.order.created": ("Order {n} created", ""),
    "procurement.order.issued": ("Order {n} sent to the supplier", "now"),
    "procurement.order.changed": ("Order {n} changed, and sent to the supplier anew: {outcome}", "now"),
    "procurement.change.proposed": ("Change {n} asked for", "now"),
    "procurement.change.ended": ("Change {n} {outcome}", ""),
    "procurement.order.held": ("Hold changed", ""),
    "procurement.order.cancelled": ("Order {n} cancelled", "bad"),
    "procurement.order.closed": ("Order {n} closed", "ok"),
    "procurement.order.reopened": ("Order {n} open again", "now"),
    "procurement.order.answer_overdue": ("The supplier's answer is overdue", "bad"),
    "procurement.acknowledgment.applied": ("Supplier confirmed ({n})", "ok"),
    "procurement.acknowledgment.review": ("Supplier answered differently ({n})", "bad"),
    "procurement.acknowledgment.superseded": ("Supplier answered an old version ({n})", ""),
    "procurement.acknowledgment.decided": ("Buyer decided about the answer ({n})", ""),
    "procurement.goods_receipt.posted": ("Goods received ({n})", "ok"),
    "procurement.goods_receipt.reversed": ("Receipt reversed ({n})", "bad"),
    "invoicing.invoice.received": ("Invoice received ({n})", "now"),
    "invoicing.invoice.waiting": ("Invoice waits for goods ({n})", ""),
    "invoicing.invoice.held": ("Invoice on hold ({n})", "bad"),
    "invoicing.invoice.cleared": ("Invoice matched ({n})", "ok"),
    "invoicing.invoice.released": ("Released to pay ({n})", "ok"),
    "invoicing.invoice.posted": ("In the ERP ({n})", "ok"),
    "invoicing.invoice.paid": ("Paid ({n})", "ok"),
    "invoicing.invoice.voided": ("Invoice void ({n})", "bad"),
    "invoicing.hold.opened": ("Hold opened", "bad"),
    "invoicing.hold.closed": ("Hold closed", "ok"),
    "suppliers.supplier.invited": ("Invited to register", "now"),
    "suppliers.supplier.registered": ("Sent its profile", "now"),
    "suppliers.supplier.sent_back": ("Sent back for a change", ""),
    "suppliers.supplier.qualified": ("Registered", "ok"),
    "suppliers.supplier.offboarded": ("Relation ended", "bad"),
    "suppliers.supplier.rated": ("Risk: {risk}", ""),
    "suppliers.supplier_change.proposed": ("Change of the record asked for ({n})", "now"),
    "suppliers.supplier_change.ended": ("Change of the record {n}: {outcome}", ""),
    "suppliers.bank_change.proposed": ("New bank account proposed ({n})", "now"),
    "suppliers.bank_change.approved": ("Bank account checked, cooling off ({n})", "ok"),
    "suppliers.bank_change.ended": ("Bank change {n}: {outcome}", ""),
    "suppliers.message.sent": ("Message {label}", "now"),
    "workflow.step.opened": ("Asked {label}", "now"),
    "workflow.step.informed": ("Informed {label}", ""),
    "workflow.step.added": ("Approver added: {label}", "now"),
    "workflow.step.escalated": ("Asked more people, {label}", "now"),
    "workflow.task.moved": ("Moved to a deputy or back, {label}", "now"),
    "workflow.step.seated_anew": ("Asked whoever holds the role now, {label}", "now"),
    "workflow.step.decided": ("{label}: {verdict}{for_whom}", ""),
    _APPROVAL_CLOSED: ("Approval {outcome}", ""),
    "workflow.signature.asked": ("Second signature {n} asked for", "now"),
    "workflow.signature.closed": ("Second signature {n}: {outcome}", ""),
    "workflow.case.rerouted": ("Handed on to the {label}", "now"),
    "workflow.case.opened": ("Exception {n} opened", "bad"),
    "workflow.case.closed": ("Exception {n} closed: {outcome}", "ok"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    text: str
    who: str
    tone: str


def timeline(subject_type: str, subject_id: int, limit: int = 200) -> Sequence[Entry]:
    """Return what happened to a document, oldest first; one statement. Events that touch it count too."""
    events = list(
        DomainEvent.objects.filter(
            Q(subject_type=subject_type, subject_id=subject_id) | Q(related__contains=[[subject_type, subject_id]])
        )
        .annotate(who=Subquery(User.objects.filter(pk=OuterRef("actor_id")).values(name=called())[:1]))
        .order_by("occurred_at", "pk")[:limit]
    )
    said = {(event.occurred_at, event.kind.rsplit(".", 1)[-1]) for event in events}
    return [_entry(event, event.who) for event in events if not _is_said_twice(event, said)]


def _is_said_twice(event: DomainEvent, said: set[tuple[datetime, str]]) -> bool:
    """Say whether the document itself tells how its approval ended, in the same instant."""
    return event.kind == _APPROVAL_CLOSED and (event.occurred_at, str(event.payload.get("outcome"))) in said


def _entry(event: DomainEvent, who: str | None) -> Entry:
    words, tone = words_of(event)
    return Entry(event.occurred_at, words, who or "automatic", tone)


def words_of(event: DomainEvent) -> tuple[str, str]:
    """Say what happened as a document's history does, and in which tone."""
    text, tone = WORDS.get(event.kind, (event.kind.rsplit(".", 1)[-1].replace("_", " ").capitalize(), ""))
    facts = {key: str(value) for key, value in event.payload.items()}
    for_whom = f" for {facts['voice']}" if facts.get("voice") else ""
    said = {k: facts.get(k, "") for k in ("label", "verdict", "outcome", "risk")}
    words = text.format(n=event.subject_number, for_whom=for_whom, **said)
    return (f"{words}: {event.payload['reason']}" if event.payload.get("reason") else words), tone
