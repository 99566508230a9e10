"""The requisitions behind past orders, judged by the policy that was in force."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from foundation import audit
from foundation.documents import content_hash, next_numbers
from foundation.duties import chain_of
from foundation.events import Event
from foundation.models import AuditEvent, DutyRecord, User
from foundation.money import convert, line_amount, total
from foundation.selectors import FrozenRate, rate_on
from policies.decisions.approval import ApprovalFacts
from procurement.events import RequisitionApproved, RequisitionOrdered, RequisitionSubmitted
from procurement.models import PriceSource, Requisition, RequisitionLine, RequisitionState, SpendKind
from procurement.services.history_commands import Ledger, PastNeed, PastOrder
from procurement.services.write_requisition import content_of
from workflow.services.open_approval import Asking
from workflow.services.record_history import PastApproval, record_past_approvals

Need = tuple[Requisition, list[RequisitionLine], Ledger]
Rates = dict[tuple[str, date], FrozenRate]


def write_needs(orders: Sequence[PastOrder]) -> list[Need | None]:
    """Store the requisition of each order that has one, ordered and with its approval."""
    asked = [(past, past.need) for past in orders if past.need is not None]
    numbers = next_numbers("REQ", [past.site.code for past, _ in asked])
    rates: Rates = {}
    built = [_build(past, need, number, rates) for (past, need), number in zip(asked, numbers, strict=True)]
    Requisition.objects.bulk_create([head for head, _ in built], batch_size=500)
    for head, lines in built:
        for line in lines:
            line.requisition = head
    RequisitionLine.objects.bulk_create([line for _, lines in built for line in lines], batch_size=500)
    DutyRecord.objects.bulk_create(_requested(head) for head, _ in built)
    approvals = [_approval(past, need, *rows, rates) for (past, need), rows in zip(asked, built, strict=True)]
    told = record_past_approvals(approvals=approvals)
    found: Iterator[Need] = iter(
        (head, lines, _told(past, need, head, *said))
        for (past, need), (head, lines), said in zip(asked, built, told, strict=True)
    )
    return [next(found) if past.need is not None else None for past in orders]


def _build(past: PastOrder, need: PastNeed, number: str, rates: Rates) -> tuple[Requisition, list[RequisitionLine]]:
    lines = [_line(past, place) for place in range(len(past.lines))]
    head = Requisition(
        number=number, ship_to=past.site, requester=need.requester, cost_centre=need.cost_centre,
        currency=past.currency or past.site.currency, need_by=min(line.need_by for line in lines), title=need.title[:120],
        total_amount=total(line.line_amount for line in lines), state=RequisitionState.ORDERED, version=4,
        submitted_at=need.submitted_at, approved_at=need.approved_at, closed_at=past.ordered_at,
        created_at=need.submitted_at, created_by=need.requester, changed_at=past.ordered_at, changed_by=need.requester,
    )  # fmt: skip
    head.base_rate = _rate(head.currency, need, rates).rate
    head.content_hash = content_hash(content_of(head, lines))
    return head, lines


def _line(past: PastOrder, place: int) -> RequisitionLine:
    line = past.lines[place]
    return RequisitionLine(
        line_no=(place + 1) * 10, item=line.item, description=line.item.name if line.item else line.description[:300],
        category=line.item.category if line.item else line.category,
        spend_kind=SpendKind.CATALOGUE if line.item else SpendKind.NON_STOCK, quantity=line.quantity, unit=line.unit,
        base_quantity=line.quantity * line.base_factor, unit_price=line.unit_price,
        price_source=PriceSource.CONTRACT if line.contract_id else PriceSource.CATALOGUE,
        line_amount=line_amount(line.quantity, line.unit_price, past.currency or past.site.currency),
        need_by=line.need_by, supplier=past.supplier, contract_id=line.contract_id,
        catalogue_item_id=line.catalogue_item_id, ordered_at=past.ordered_at,
        sourcing={"supplier": past.supplier.name, "unit_price": str(line.unit_price), "reason": "As it was ordered then."},
    )  # fmt: skip


def _requested(head: Requisition) -> DutyRecord:
    return DutyRecord(
        chain=chain_of("requisition", head.pk), document_type="requisition", document_id=head.pk, duty="request",
        person_id=head.requester_id, at=head.created_at,
    )  # fmt: skip


def _rate(currency: str, need: PastNeed, rates: Rates) -> FrozenRate:
    """Return the rate of the day of submission; each is read once."""
    day = need.submitted_at.date()
    if (currency, day) not in rates:
        rates[currency, day] = rate_on(currency, day)
    return rates[currency, day]


def _approval(
    past: PastOrder, need: PastNeed, head: Requisition, lines: list[RequisitionLine], rates: Rates
) -> PastApproval:
    rate = _rate(head.currency, need, rates)
    facts = ApprovalFacts(
        document_type="requisition", base_amount=convert(head.total_amount, rate.rate, rate.base_currency),
        site=past.site.code, region=past.site.region.code,
        categories=tuple(sorted({tuple(x.category.path.strip("/").split("/")) for x in lines})),
        spend_kinds=frozenset(str(x.spend_kind) for x in lines), supplier_states=frozenset({"active"}),
        requester_roles=frozenset({"requester"}),
    )  # fmt: skip
    asking = Asking(
        subject_type="requisition", subject_id=head.pk, subject_number=head.number, subject_version=2,
        content_hash=head.content_hash, title=head.title, site=past.site, requester=need.requester,
        amount=head.total_amount, currency=head.currency, need_by=head.need_by, rate=rate, duty="approve_requisition",
        chains=(chain_of("requisition", head.pk),), cost_centres=(need.cost_centre,),
    )  # fmt: skip
    return PastApproval(asking, facts, need.submitted_at, need.approved_at)


def _told(past: PastOrder, need: PastNeed, head: Requisition, events: list[Event], rows: list[AuditEvent]) -> Ledger:
    """Put together what was told of a requisition, in order."""
    touchless = not any(e.kind == "workflow.step.opened" for e in events)
    about: dict[str, Any] = {
        "subject_id": head.pk,
        "subject_number": head.number,
        "site_id": head.ship_to_id,
        "total_amount": head.total_amount,
        "currency": head.currency,
    }
    who = need.requester
    name = "procurement.requisition"

    def row(action: str, at: datetime, actor: User | None, **data: Any) -> tuple[datetime, AuditEvent]:
        return at, audit.row(name, head.pk, head.number, action, actor=actor, at=at, **data)

    sent = RequisitionSubmitted(**about, at=need.submitted_at, version=2, actor_id=who.pk)
    approved = RequisitionApproved(
        **about, at=need.approved_at, version=3, touchless=touchless, is_human=not touchless,
        actor_id=None if touchless else events[-1].actor_id,
    )  # fmt: skip
    ordered = RequisitionOrdered(**about, at=past.ordered_at, version=4, is_human=False)
    return Ledger(
        [sent, *events, approved, ordered],
        [
            row("create_requisition", need.submitted_at, who),
            row("submit", need.submitted_at, who, total=str(head.total_amount)),
            *((need.submitted_at, r) for r in rows),
            row("approve", need.approved_at, None),
            row("complete", past.ordered_at, None),
        ],
    )
