"""What procurement does when it hears of something: orders what was approved, opens and closes the buyer's tasks."""

from django.urls import reverse
from django.utils import timezone

from foundation.models import DomainEvent, NoticeKind, User
from foundation.selectors.notices import people_by_id
from foundation.services import Letter, News, notify
from foundation.templatetags.ui import day, money
from procurement.models import AckState, OrderAcknowledgment, OrderChange, PurchaseOrder, Requisition
from procurement.selectors.told import askers_of, order_told_of
from procurement.services import mail_order, place_orders, recount_budgets, take_up_award
from workflow.services import cure_cases, open_case


def order_what_was_approved(event: DomainEvent) -> None:
    """Place orders for an approved requisition (RQ-4)."""
    place_orders(requisition_id=event.subject_id, at=timezone.now())  # noqa: TID251 - the relay's porch


def count_budgets_anew(event: DomainEvent) -> None:
    """Count a cost centre's documents in the budgets that came or went (RQ-6)."""
    recount_budgets(cost_centre_ids=event.payload["cost_centre_ids"], at=event.occurred_at)


def ask_buyer_about_answer(event: DomainEvent) -> None:
    """Open one task for the buyer when an answer is outside tolerance (AK-2)."""
    acknowledgment = OrderAcknowledgment.objects.select_related("order__ship_to__calendar", "supplier").get(
        pk=event.subject_id
    )
    if acknowledgment.state != AckState.REVIEW:
        return
    order = acknowledgment.order
    open_case(
        key=f"acknowledgment:{order.pk}",
        category="acknowledgment",
        cause="answer_outside_tolerance",
        sentence=f"{order.number}, {acknowledgment.supplier}: {event.payload['sentence']}",
        subject_type="order",
        subject_id=order.pk,
        subject_number=order.number,
        site=order.ship_to,
        supplier_id=order.supplier_id,
        supplier_name=acknowledgment.supplier.name,
        amount=order.total_amount,
        currency=order.currency,
        evidence={"acknowledgment": acknowledgment.number, "revision": acknowledgment.revision},
        at=event.occurred_at,
    )


def close_buyer_task(event: DomainEvent) -> None:
    """Close the task when a newer answer fits or the buyer decided (EX-2)."""
    outcome = {
        "procurement.acknowledgment.applied": "A newer answer fits the order.",
        "procurement.acknowledgment.decided": "The buyer decided.",
    }[event.kind]
    order_id = event.payload["order_id"]
    outcomes = {f"acknowledgment:{order_id}": outcome, f"ack_overdue:{order_id}": "The supplier answered."}
    cure_cases(outcomes=outcomes, at=event.occurred_at)


def tell_buyer_of_silence(event: DomainEvent) -> None:
    """Open a task when the supplier has not answered in time (AK-4)."""
    order = PurchaseOrder.objects.select_related("ship_to__calendar", "supplier").get(pk=event.subject_id)
    if order.acknowledged_at is not None:
        return
    open_case(
        key=f"ack_overdue:{order.pk}",
        category="ack_overdue",
        cause="answer_overdue",
        sentence=f"{order.number}: {order.supplier} has not answered.",
        subject_type="order",
        subject_id=order.pk,
        subject_number=order.number,
        site=order.ship_to,
        supplier_id=order.supplier_id,
        supplier_name=order.supplier.name,
        amount=order.total_amount,
        currency=order.currency,
        at=event.occurred_at,
    )


def take_up_awards(event: DomainEvent) -> None:
    """Order the awarded lines that came from requisitions (SO-4)."""
    for award_id in event.payload["awards"]:
        take_up_award(award_id=award_id, at=event.occurred_at)


def close_silence(event: DomainEvent) -> None:
    """Close tasks about an order that ended."""
    keys = (f"acknowledgment:{event.subject_id}", f"ack_overdue:{event.subject_id}")
    cure_cases(outcomes=dict.fromkeys(keys, "The order ended."), at=event.occurred_at)


def tell_requester(event: DomainEvent) -> None:
    """Tell a requester what became of a requisition; not what they did themselves, nor what the policy let pass at once."""
    if event.payload.get("touchless"):
        return
    requisition = Requisition.objects.select_related("ship_to").get(pk=event.subject_id)
    if requisition.requester_id == event.actor_id:
        return
    known = people_by_id({event.actor_id or 0, requisition.requester_id})
    actor = known.get(event.actor_id or 0)
    by = str(actor) if actor is not None and actor.kind != User.Kind.SYSTEM else "The approval policy"
    number, said = requisition.number, event.payload
    sentence, verb = {
        "procurement.requisition.approved": (f"{by} approved {number}", "Open it"),
        "procurement.requisition.rejected": (f"{by} rejected {number}: {said.get('reason', '')}", "Open it"),
        "procurement.requisition.returned": (f"{by} sent {number} back: {said.get('reason', '')}", "Change it"),
        "procurement.requisition.reduced": (f"{by} approved less of {number}: {said.get('outcome', '')}", "Open it"),
    }[event.kind]
    facts = (
        ("Requisition", f"{number} {requisition.title}".strip()),
        ("Amount", money(requisition.total_amount, requisition.currency)),
        ("Site", requisition.ship_to.name),
        ("Needed by", day(requisition.need_by)),
    )
    news = News(
        kind=NoticeKind.OUTCOME, source=event.msg_id, subject=("requisition", requisition.pk, number), sentence=sentence,
        path=reverse("requisition", args=[number]), at=event.occurred_at, letter=Letter(sentence, facts=facts, verb=verb),
    )  # fmt: skip
    at = timezone.now()  # noqa: TID251 - the relay's porch
    notify(news=news, people=[requisition.requester_id], at=at, known=known)


def close_answer_to_old_version(event: DomainEvent) -> None:
    """Close the task about an answer when a new version took its place (EX-2, AK-3)."""
    cure_cases(
        outcomes={f"acknowledgment:{event.subject_id}": "A new version of the order took its place."},
        at=event.occurred_at,
    )


def close_answer_that_is_asked_about(event: DomainEvent) -> None:
    """Close the buyer's task about an answer while somebody is asked whether its terms may be taken (EX-2, AK-2)."""
    if event.payload.get("answer") and event.payload["deltas"]:
        outcome = f"{event.subject_number} asks whether its terms may be taken."
        cure_cases(outcomes={f"acknowledgment:{event.payload['order_id']}": outcome}, at=event.occurred_at)


def ask_buyer_again(event: DomainEvent) -> None:
    """Give an answer back to the buyer when what was asked about it was sent back or taken back (AK-2)."""
    change = OrderChange.objects.select_related("order__ship_to__calendar", "order__supplier", "acknowledgment").get(
        pk=event.subject_id
    )
    if change.acknowledgment is None or change.acknowledgment.state != AckState.REVIEW:
        return
    order = change.order
    became = change.get_state_display().lower()
    open_case(
        key=f"acknowledgment:{order.pk}", category="acknowledgment", cause="answer_outside_tolerance",
        sentence=f"{order.number}, {order.supplier}: {change.number} was {became}: {change.ended_reason}"[:300],
        subject_type="order", subject_id=order.pk, subject_number=order.number, site=order.ship_to,
        supplier_id=order.supplier_id, supplier_name=order.supplier.name, amount=order.total_amount, currency=order.currency,
        evidence={"acknowledgment": change.acknowledgment.number, "change": change.number}, at=event.occurred_at,
    )  # fmt: skip


def tell_of_change(event: DomainEvent) -> None:
    """Tell who asked for what is on an order, and its buyer, that it says something else now; not who changed it."""
    order = PurchaseOrder.objects.select_related("supplier", "ship_to").get(pk=event.subject_id)
    people = {*askers_of(order.pk), order.buyer_id} - {event.actor_id, None}
    said = event.payload["outcome"]
    facts = (
        ("Supplier", order.supplier.name), ("Deliver to", order.ship_to.name), ("Needed by", day(order.need_by)),
        ("Total, net", money(order.total_amount, order.currency)), ("What changed", said),
    )  # fmt: skip
    sentence = f"{order.number} for {order.ship_to.name} changed: {said}"
    news = News(
        kind=NoticeKind.ORDER, source=event.msg_id, subject=("order", order.pk, order.number), sentence=sentence[:300],
        path=reverse("order", args=[order.number]), at=event.occurred_at,
        letter=Letter(f"{order.number} for {order.ship_to.name} changed", facts=facts, verb="Open the order"),
    )  # fmt: skip
    notify(news=news, people=[one for one in people if one], at=timezone.now())  # noqa: TID251 - the relay's porch


def tell_what_became_of_change(event: DomainEvent) -> None:
    """Tell who asked for a change that somebody else decided it, and how (AP-7)."""
    change = OrderChange.objects.select_related("order__supplier", "order__ship_to").get(pk=event.subject_id)
    actor = User.objects.filter(pk=event.actor_id or 0).first()
    if not change.deltas or actor is None or actor.pk == change.created_by_id:
        return
    verb = {"applied": "approved", "rejected": "rejected", "returned": "sent back", "withdrawn": "took back"}[
        change.state
    ]
    why = f": {change.ended_reason}" if change.ended_reason else ""
    sentence = f"{actor} {verb} {change.number} of {change.order.number}{why}"
    facts = (
        ("Order", change.order.number), ("Supplier", change.order.supplier.name), ("Site", change.order.ship_to.name),
        ("What it changes", "; ".join(change.summary)), ("Why not", change.ended_reason),
    )  # fmt: skip
    news = News(
        kind=NoticeKind.OUTCOME, source=event.msg_id, subject=("change", change.pk, change.number),
        sentence=sentence[:300], path=reverse("order_change", args=[change.number]), at=event.occurred_at,
        letter=Letter(sentence[:200], facts=tuple(fact for fact in facts if fact[1]), verb="Open the change"),
    )  # fmt: skip
    notify(news=news, people=[change.created_by_id], at=timezone.now())  # noqa: TID251 - the relay's porch


def mail_to_supplier(event: DomainEvent) -> None:
    """Write a version of an order to a supplier who takes orders by portal and e-mail."""
    if event.payload.get("channel") == "portal":
        order = order_told_of(event)
        mail_order(order=order, sent_to=order.sent_to, revision=event.payload["revision"], at=event.occurred_at)


def tell_askers(event: DomainEvent) -> None:
    """Tell those who asked for what is on an order that its first version went to the supplier."""
    if event.payload.get("revision") != 1:
        return
    order = order_told_of(event)
    news = News(
        kind=NoticeKind.ORDER, source=event.msg_id, subject=("order", order.pk, order.number),
        sentence=f"{order.number} went to {order.supplier.name} for {order.ship_to.name}, needed {day(order.need_by)}",
        path=reverse("order", args=[order.number]), at=event.occurred_at,
    )  # fmt: skip
    notify(news=news, people=askers_of(order.pk), at=timezone.now())  # noqa: TID251 - the relay's porch
