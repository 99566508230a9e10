"""A change of an issued order: judged by what it tightens, then in force at once or asked for (PO-2, AP-7)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import audit, outbox
from foundation.documents import content_hash, lock, next_number, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from policies.decisions.budgets import Effect, refusal
from policies.selectors import ordering_policy_in_force
from procurement import access
from procurement.decisions.changes import WantedLine, in_words, rewritten, tightened
from procurement.events import ChangeProposed
from procurement.models import OrderAcknowledgment, OrderChange, PurchaseOrder, PurchaseOrderLine
from procurement.selectors.changes import agreed_content, budget_of, cost_centres_of, facts_of, today_at, total_of
from procurement.selectors.orders import content_of
from procurement.services.apply_change import about_change, apply_change, check_floor
from procurement.services.issue_order import chains_of_order
from workflow.models import RequestState
from workflow.services import Asking, DoneOn, open_approval, record_duty, require_duty

DECIDE = "approve_order"


@use_case
def change_order(
    *, order_id: int, expected_version: int | None, lines: Sequence[WantedLine], reason: str, actor: User, at: datetime,
    terms_days: int | None = None,
) -> OrderChange:  # fmt: skip
    """Change an issued order by a buyer: at once within policy, else when whoever the matrix names agrees (AP-7).

    Until then the version in force stays in force, and the supplier sees nothing of it.

    :raises NotFoundError: there is no such order, or it is another site's.
    :raises NotPermittedError: not a buyer of the site, or the order is not issued or on hold.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: another change of it waits.
    :raises InvalidError: nothing changes, a value that cannot be, less than came, or the reason is missing.
    """
    order = lock(PurchaseOrder, order_id, with_=("supplier", "ship_to__region", "ship_to__calendar", "changed_by"))
    if not access.can_see_order(actor, order):
        raise NotFoundError("not_found", "There is no such purchase order.")
    require_unchanged(order, expected_version)
    require(access.can_change_order(actor, order))
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why the order changes.", field="reason")
    rows = locked_lines(order)
    wanted = rewritten(content_of(order, rows), lines, terms_days, today=today_at(order, at))
    return propose_change(order, rows, wanted, reason=reason, actor=actor, at=at)


def locked_lines(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    """Return the lines of a locked order, locked, with what content, budgets and facts read of them."""
    rows = order.lines.select_for_update(of=("self",), no_key=True)
    return list(rows.select_related("item", "unit", "category", "cost_centre").order_by("line_no"))


def propose_change(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], wanted: dict[str, Any], *, reason: str, actor: User,
    at: datetime, matter: str = OrderChange.Matter.CHANGE, answer: OrderAcknowledgment | None = None,
) -> OrderChange:  # fmt: skip
    """Write a change of a locked order down and put it in force, or ask for it when it tightens beyond policy.

    :raises ConflictError: another change of the order waits.
    :raises InvalidError: nothing changes, it would be less than came, or policy refuses what no budget covers (RQ-6).
    """
    if order.is_changing:
        raise ConflictError("change_open", f"A change of {order.number} waits already. Withdraw it first.")
    before = content_of(order, lines)
    summary = in_words(before, wanted)
    if not summary:
        raise InvalidError("nothing_changes", f"{order.number} says that already. Change something first.")
    check_floor(lines, wanted)
    policy = ordering_policy_in_force(at)
    budget = budget_of(lines, wanted, policy.budget_mode)
    if budget.refuses:
        said = refusal(budget.exceeded)
        raise InvalidError("budget_exceeded", said, value=budget.exceeded[0].label)
    deltas = sorted(tightened(agreed_content(order) or before, wanted, policy.change_percent))
    change = OrderChange.objects.create(
        number=next_number("CO", order.ship_to.code), order=order, ship_to=order.ship_to, acknowledgment=answer,
        matter=matter, base_revision=order.revision, content=wanted, content_hash=content_hash(wanted),
        summary=list(summary), deltas=deltas, policy_version=policy.version, reason=reason.strip()[:300],
        extra_amount=Decimal(wanted["total"]) - order.total_amount, created_at=at, created_by=actor, changed_at=at,
        changed_by=actor,
    )  # fmt: skip
    chains = chains_of_order(order)
    judged = require_duty(duty="create_order", person=actor, chains=chains, at=at)
    on = DoneOn("change", change.pk, change.number, order.ship_to, total_of(change), order.currency)
    record_duty(judged=judged, on=on, at=at)
    audit.record(
        change, "propose_order_change", actor=actor, at=at, order=order.number, summary=list(summary), deltas=deltas,
        reason=change.reason, hash=change.content_hash,
    )  # fmt: skip
    told = about_change(change, order, actor, at)
    number = answer.number if answer else ""
    outbox.publish(ChangeProposed(**told, deltas=tuple(deltas), reason=change.reason, answer=number))
    if not deltas:
        apply_change(change, order, lines, actor=actor, at=at)
    else:
        _ask(change, order, lines, chains, budget, actor=actor, at=at)
    return change


def _ask(
    change: OrderChange, order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], chains: Iterable[str], budget: Effect,
    *, actor: User, at: datetime,
) -> None:  # fmt: skip
    """Ask whom the matrix names; a row that lets it pass untouched puts it in force (AP-8)."""
    facts, rate = facts_of(order, lines, change, requester=actor, at=at, budget=budget)
    price = change.matter == OrderChange.Matter.PRICE_EXCEPTION
    asking = Asking(
        subject_type=change.matter, subject_id=change.pk, subject_number=change.number, subject_version=change.version,
        content_hash=change.content_hash, title=f"{order.number}: {change.summary[0]}", site=order.ship_to,
        requester=actor, amount=change.extra_amount if price else total_of(change), currency=order.currency,
        need_by=order.need_by, rate=rate, duty=DECIDE, chains=tuple(chains), cost_centres=cost_centres_of(lines),
    )  # fmt: skip
    request = open_approval(asking=asking, facts=facts, actor=actor, at=at)
    if request.state == RequestState.APPROVED:
        apply_change(change, order, lines, actor=actor, at=at)
        return
    order.is_changing = True
    order.save(update_fields=["is_changing", *touch(order, by_id=actor.pk, at=at)])
