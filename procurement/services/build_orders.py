"""Purchase orders from approved lines that are ready: grouping, merging, authority (RQ-5, invariant 1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import audit, money, outbox
from foundation.documents import content_hash, next_numbers
from foundation.models import User
from policies.selectors import OrderingPolicy
from procurement.decisions.ordering import Approved, order_lines_of, orders_of
from procurement.events import OrderCreated
from procurement.models import OrderLineSource, PurchaseOrder, PurchaseOrderLine, Requisition, RequisitionLine
from procurement.selectors.orders import content_of
from procurement.services.follow_budgets import follow_budgets
from procurement.services.issue_order import Known, keep_tolerances, make_issued, tell_issued
from workflow.models import ApprovalRequest, RequestState
from workflow.services import cure_cases

Authorities = Mapping[int, dict[str, Any]]  # requisition -> who said yes to what


def build_orders(
    ready: Sequence[RequisitionLine], policy: OrderingPolicy, *, actor: User, at: datetime, number: str = ""
) -> list[PurchaseOrder]:
    """Create orders of lines with a source, of one locked requisition or several, and mark the lines ordered.

    Each line knows its requisition with site and legal entity, and its supplier, who may sell it there: `sort_out` saw to
    that. They are issued at once where policy says so, and wait as approved for a buyer's hand elsewhere. `number` is
    that of the first, where the caller drew it.
    """
    if not ready:
        return []
    rows = {line.pk: line for line in ready}
    groups = orders_of((_approved(line) for line in ready), combine=policy.combine)
    authorities = _authorities({line.requisition_id: line.requisition for line in ready}.values())
    numbers = [number] if number else []
    if len(groups) > len(numbers):
        numbers += next_numbers("PO", [ready[0].requisition.ship_to.code] * (len(groups) - len(numbers)))
    made = [
        _create_order(number, [rows[a.line_id] for a in group], group, authorities, policy, actor, at)
        for number, group in zip(numbers, groups, strict=True)
    ]
    RequisitionLine.objects.filter(pk__in=rows).update(ordered_at=at, waiting_reason="")
    keys = (f"no_source:{line.pk}" for line in ready)
    cure_cases(outcomes=dict.fromkeys(keys, "The line is on an order."), at=at)
    heads = {line.requisition_id: line.requisition for line in ready}
    if any(head.cost_centre.is_budgeted for head in heads.values()):
        follow_budgets(requisitions=heads, orders=[order.pk for order in made], why="order", at=at)
    return made


def _approved(line: RequisitionLine) -> Approved:
    assert line.supplier is not None  # noqa: S101 - sorted out before; for the type checker
    head = line.requisition
    return Approved(
        line_id=line.pk,
        requisition_id=head.pk,
        supplier_id=line.supplier.pk,
        ship_to_id=head.ship_to_id,
        currency=head.currency,
        terms_days=line.supplier.payment_terms_days,
        merge_key=(
            line.item_id, line.description, line.unit_id, line.unit_price, line.need_by, line.contract_id,
            head.cost_centre_id,
        ),
    )  # fmt: skip


def _create_order(
    number: str,
    lines: Sequence[RequisitionLine],
    group: Sequence[Approved],
    authorities: Authorities,
    policy: OrderingPolicy,
    actor: User,
    at: datetime,
) -> PurchaseOrder:
    first, supplier = lines[0].requisition, lines[0].supplier
    assert supplier is not None  # noqa: S101 - sorted out before; for the type checker
    heads = {line.requisition_id: line.requisition for line in lines}
    order = PurchaseOrder(
        number=number,
        supplier=supplier,
        ship_to=first.ship_to,
        legal_entity=first.ship_to.legal_entity,
        buyer=None if actor.kind == User.Kind.SYSTEM else actor,
        currency=first.currency,
        payment_terms_days=supplier.payment_terms_days,
        need_by=min(line.need_by for line in lines),
        is_touchless=actor.kind == User.Kind.SYSTEM and all(authorities[pk]["touchless"] for pk in heads),
        created_at=at,
        created_by=actor,
        changed_at=at,
        changed_by=actor,
    )
    rows = {line.pk: line for line in lines}
    order_lines, sources = [], []
    for place, merged in enumerate(order_lines_of(group), start=1):
        members = [rows[a.line_id] for a in merged]
        order_line = _order_line(order, place * 10, members, authorities)
        order_lines.append(order_line)
        sources += [
            OrderLineSource(order_line=order_line, requisition_line=member, quantity=member.base_quantity)
            for member in members
        ]
    order.total_amount = money.total(line.line_amount for line in order_lines)
    order.approve()
    order.content_hash = content_hash(content_of(order, order_lines))
    keep_tolerances(order, order_lines, at)
    if policy.auto_issue:
        make_issued(order, order_lines, actor=actor, at=at, has_spend=True)
    order.save(force_insert=True)
    for order_line in order_lines:
        order_line.order = order
    PurchaseOrderLine.objects.bulk_create(order_lines)
    OrderLineSource.objects.bulk_create(sources)
    _tell(order, list(heads.values()), actor, at)
    if policy.auto_issue:
        behind = tuple(sorted((head.pk, head.number) for head in heads.values()))
        tell_issued(order, Known(order_lines, behind), actor=actor, at=at)
    return order


def _tell(order: PurchaseOrder, heads: Sequence[Requisition], actor: User, at: datetime) -> None:
    numbers = ", ".join(head.number for head in heads)
    audit.record(order, "create_order", actor=actor, at=at, requisition=numbers, total=str(order.total_amount))
    outbox.publish(
        OrderCreated(
            subject_id=order.pk,
            subject_number=order.number,
            at=at,
            version=1,
            site_id=order.ship_to_id,
            supplier_id=order.supplier_id,
            actor_id=actor.pk,
            is_human=actor.kind != User.Kind.SYSTEM,
            related=tuple(("requisition", head.pk, head.number) for head in heads),
            total_amount=order.total_amount,
            currency=order.currency,
        )
    )


def _order_line(
    order: PurchaseOrder, line_no: int, members: Sequence[RequisitionLine], authorities: Authorities
) -> PurchaseOrderLine:
    first = members[0]
    quantity = sum((m.quantity for m in members), Decimal(0))
    base = sum((m.base_quantity for m in members), Decimal(0))
    return PurchaseOrderLine(
        order=order,
        supplier=order.supplier,
        line_no=line_no,
        item=first.item,
        description=first.description,
        supplier_part=first.catalogue_item.supplier_part if first.catalogue_item else "",
        category=first.category,
        contract_id=first.contract_id,
        ship_to=order.ship_to,
        cost_centre_id=first.requisition.cost_centre_id,
        quantity=quantity,
        unit=first.unit,
        base_factor=base / quantity,
        ordered=base,
        unit_price=first.unit_price,
        first_approved_price=first.unit_price,
        line_amount=money.line_amount(quantity, first.unit_price, order.currency),
        need_by=first.need_by,
        base_rate=sum((m.base_quantity * m.requisition.base_rate for m in members), Decimal(0)) / base,
        authority=_authority_of(members, authorities),
    )


def _authority_of(members: Sequence[RequisitionLine], authorities: Authorities) -> dict[str, Any]:
    """Return who agreed to an order line; the requisitions after the first stand under `with` (RQ-5)."""
    parts = [
        {**authorities[pk], "requisition_lines": [m.line_no for m in members if m.requisition_id == pk]}
        for pk in dict.fromkeys(m.requisition_id for m in members)
    ]
    return {**parts[0], "with": parts[1:]} if parts[1:] else parts[0]


def _authorities(heads: Iterable[Requisition]) -> Authorities:
    """Return who said yes to what: the approved content by its hash, the policy version, and whether nobody had to."""
    rows = {head.pk: head for head in heads}
    approvals = ApprovalRequest.objects.filter(
        subject_type="requisition", subject_id__in=rows, state=RequestState.APPROVED
    )
    newest = approvals.order_by("subject_id", "-pk").distinct("subject_id")
    found = {pk: said for pk, *said in newest.values_list("subject_id", "decision__version", "is_touchless")}
    return {
        pk: {
            "requisition": head.number,
            "requisition_hash": head.content_hash,
            "policy_version": found.get(pk, ("", False))[0],
            "touchless": found.get(pk, ("", False))[1],
            "approved_at": head.approved_at.isoformat() if head.approved_at else "",
        }
        for pk, head in rows.items()
    }
