"""Changes of orders as approvals and pages read them: what was agreed last, the frozen facts, before beside after."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from foundation.access import roles_of
from foundation.models import CostCentre, User
from foundation.selectors import FrozenRate
from foundation.templatetags.ui import money
from policies.decisions.approval import ApprovalFacts
from policies.decisions.budgets import Effect
from policies.selectors.budgets import Need, rooms_for
from procurement.decisions.changes import UNIT_PRICE
from procurement.decisions.flags import OVER_BUDGET
from procurement.models import ChangeState, OrderChange, OrderVersion, PurchaseOrder, PurchaseOrderLine, SpendKind
from procurement.selectors.order_page import VersionLine, compared, versions_beside
from workflow.selectors import freeze_amount


def today_at(order: PurchaseOrder, at: datetime) -> date:
    """Return the day at the ship-to site (MQ-4)."""
    return at.astimezone(ZoneInfo(order.ship_to.time_zone)).date()


def agreed_content(order: PurchaseOrder) -> dict[str, Any]:
    """Return what people agreed to last: the version of the newest change they decided, else the first one (AP-7)."""
    decided = OrderChange.objects.filter(order=order, state=ChangeState.APPLIED).exclude(deltas=[])
    revision = decided.order_by("-revision").values_list("revision", flat=True).first() or 1
    found = OrderVersion.objects.filter(order=order, revision=revision).values_list("content", flat=True).first()
    content: dict[str, Any] = found or {}
    return content


def budget_of(lines: Sequence[PurchaseOrderLine], wanted: dict[str, Any], mode: str) -> Effect:
    """Return what budgets mean for what a version would add to its lines (RQ-6); they are held until the transaction ends.

    One statement for each cost centre with budgets, none where there are none. Base currency, at the lines' own rates.
    """
    said = {line["line_no"]: line for line in wanted["lines"]}
    needs: dict[int, list[Need]] = {}
    for line in lines:
        extra = Decimal(said[line.line_no]["amount"]) - line.line_amount
        if extra and line.cost_centre is not None and line.cost_centre.is_budgeted:
            day = date.fromisoformat(said[line.line_no]["need_by"])
            need = Need(line.category.path, day, extra * line.base_rate)
            needs.setdefault(line.cost_centre.pk, []).append(need)
    rooms = [room for pk in sorted(needs) for room in rooms_for(pk, needs[pk], Decimal(1), lock=True)]
    return Effect(tuple(rooms), mode)


def facts_of(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], change: OrderChange, *, requester: User, at: datetime,
    budget: Effect,
) -> tuple[ApprovalFacts, FrozenRate]:  # fmt: skip
    """Return the facts an approver's row is found by, and the rate of the day (AP-1, MQ-1).

    A change counts with the new total of the order, a dearer price with what it costs more.
    """
    amount = change.extra_amount if change.matter == OrderChange.Matter.PRICE_EXCEPTION else total_of(change)
    base_amount, rate = freeze_amount(max(amount, Decimal(0)), order.currency, today_at(order, at))
    covered = sum(1 for line in lines if line.contract_id)
    facts = ApprovalFacts(
        document_type=change.matter,
        base_amount=base_amount,
        site=order.ship_to.code,
        region=order.ship_to.region.code,
        categories=tuple(sorted({tuple(line.category.path.strip("/").split("/")) for line in lines})),
        spend_kinds=frozenset(SpendKind.CATALOGUE if line.item_id else SpendKind.NON_STOCK for line in lines),
        supplier_states=frozenset({str(order.supplier.state)}),
        supplier_risks=frozenset({order.supplier.risk} - {""}),
        requester_roles=frozenset(role for role, _, _ in roles_of(requester)),
        sourcing_authorities=frozenset(_authority(line, change) for line in lines),
        contract_coverage="none" if not covered else "full" if covered == len(lines) else "part",
        change_deltas=frozenset(change.deltas),
        flags=frozenset({OVER_BUDGET} if budget.is_flagged else ()),
        budget_state=budget.state,
        budget_extra=budget.asks_extra,
    )
    return facts, rate


def _authority(line: PurchaseOrderLine, change: OrderChange) -> str:
    """Return what the price of a line rests on; one that rises with the change is a price as typed."""
    said = next(row for row in change.content["lines"] if row["line_no"] == line.line_no)
    if UNIT_PRICE in change.deltas and Decimal(said["unit_price"]) > line.unit_price:
        return "typed"
    return "contract" if line.contract_id else "catalogue"


def total_of(change: OrderChange) -> Decimal:
    """Return the total the order would have, order currency, net."""
    return Decimal(change.content["total"])


def cost_centres_of(lines: Iterable[PurchaseOrderLine]) -> tuple[CostCentre, ...]:
    """Return the cost centres that pay for an order, each once."""
    return tuple({line.cost_centre.pk: line.cost_centre for line in lines if line.cost_centre}.values())


def told_facts(change: OrderChange) -> list[tuple[str, str]]:
    """Return what somebody who decides about a change reads first."""
    currency = change.content["currency"]
    before = total_of(change) - change.extra_amount
    return [
        ("Order", change.order.number),
        ("Supplier", str(change.order.supplier)),
        ("Total now", money(before, currency)),
        ("Total then", money(total_of(change), currency)),
        ("Costs more", money(change.extra_amount, currency)),
        ("Why", change.reason),
    ]


def told_to_change(rows: QuerySet[PurchaseOrder]) -> QuerySet[PurchaseOrder]:
    """Add `was_to_change` to orders: whether anybody ever wanted one to say something else."""
    return rows.annotate(was_to_change=Exists(OrderChange.objects.filter(order=OuterRef("pk"))))


def with_order(pk: int) -> OrderChange:
    """Return a change with what is told of it."""
    return OrderChange.objects.select_related("order__supplier").get(pk=pk)


def beside(change: OrderChange) -> Sequence[VersionLine]:
    """Return the lines a change would leave, beside the version it changes; one statement."""
    base = versions_beside(change.order, change.base_revision)[change.base_revision]
    wanted = OrderVersion(order=change.order, content=change.content)
    wanted.units = getattr(base, "units", ())  # type: ignore[attr-defined]  # as the query adds them to a stored one
    return compared(wanted, base)


def lines_to_change(order: PurchaseOrder) -> list[PurchaseOrderLine]:
    """Return the lines of an order as its content reads them; one statement."""
    return list(order.lines.select_related("item", "unit").order_by("line_no"))
