"""What procurement furnishes for the inbox, the menu, the search box and the home page."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from foundation.access import holds_anywhere, site_ids_with
from foundation.models import User
from foundation.registries import Hit, MenuEntry, Subject, navigation, panels, search, subjects
from foundation.roles import ORDER, RECEIVE, REQUEST, VIEW
from foundation.templatetags.ui import day, money
from foundation.web.at_hand import at_hand
from policies.decisions.budgets import Room
from procurement import access
from procurement.decisions.flags import CHANGED_AFTER_APPROVAL, flag_sentences
from procurement.models import OrderState, PurchaseOrder, Requisition, RequisitionLine
from procurement.selectors.budgets import BUDGETED, rooms_of
from procurement.selectors.changes import told_to_change
from procurement.selectors.decision_lines import compared_lines, price_facts
from procurement.selectors.order_page import answer_views
from procurement.selectors.orders import line_views
from procurement.selectors.told import told_lines
from procurement.services import approve_requisition, reject_requisition, return_requisition
from procurement.web import changes, papers
from procurement.web.of_budget import documents_of_budget, drift_of_budget
from procurement.web.of_supplier import orders_of_contract, orders_of_supplier
from procurement.web.order_authority import why_approved, why_this_supplier
from procurement.web.score_pages import link_to_scorecard
from procurement.web.shared_minimum import minimum_of_requisition
from workflow.models import ExceptionCase

# Where a decision is still to come, what its budgets have left is worth knowing.


def register() -> None:
    """Fill the registries."""
    papers.register()
    changes.register()
    subjects.add(
        Subject(
            type="requisition",
            label="Requisition",
            url=lambda pk: reverse(
                "requisition", args=[Requisition.objects.values_list("number", flat=True).get(pk=pk)]
            ),
            title=lambda pk: str(Requisition.objects.values_list("number", flat=True).get(pk=pk)),
            visible=lambda user, pk: access.visible_requisitions(user).filter(pk=pk).exists(),
            facts=requisition_facts,
            panel=requisition_lines,
            unusual=unusual_here,
            lines=told_lines,
            page=lambda number: reverse("requisition", args=[number]),
            papers=papers.requisition_papers,
            at_sites=(Requisition._meta.db_table, "ship_to_id"),  # noqa: SLF001 - Django's own way
            actions={"approve": approve_requisition, "reject": reject_requisition, "return": return_requisition},
        )
    )
    subjects.add(
        Subject(
            type="order",
            label="Purchase order",
            url=lambda pk: reverse("order", args=[PurchaseOrder.objects.values_list("number", flat=True).get(pk=pk)]),
            title=lambda pk: str(PurchaseOrder.objects.values_list("number", flat=True).get(pk=pk)),
            visible=lambda user, pk: access.visible_orders(user).filter(pk=pk).exists(),
            page=lambda number: reverse("order", args=[number]),
            papers=papers.order_papers,
            at_sites=(PurchaseOrder._meta.db_table, "ship_to_id"),  # noqa: SLF001 - Django's own way
        )
    )
    navigation.add(MenuEntry("Requisitions", "requisitions", 20, lambda u: holds_anywhere(u, VIEW)))
    navigation.add(MenuEntry("Orders", "orders", 30, lambda u: holds_anywhere(u, VIEW)))
    navigation.add(MenuEntry("Receiving", "receiving", 35, lambda u: holds_anywhere(u, RECEIVE)))
    navigation.add(MenuEntry("Buyer queue", "queue", 40, lambda u: holds_anywhere(u, ORDER), waiting_lines))
    search.add(find)
    panels.add("home", home_requester)
    panels.add("home", home_receiver)
    panels.add("home", home_buyer)
    panels.add("case.main", order_of_case)
    panels.add("requisition.main", minimum_of_requisition)
    panels.add("order.side", why_approved)
    panels.add("order.side", why_this_supplier)
    panels.add("budget.main", drift_of_budget)
    panels.add("budget.main", documents_of_budget)
    panels.add("supplier.main", orders_of_supplier)
    panels.add("supplier.side", link_to_scorecard)
    panels.add("contract.main", orders_of_contract)


def order_of_case(request: HttpRequest, pk: Any = None) -> str:
    """Show the order's lines and the supplier's answer on the page of an exception about an order."""
    user = request.user
    case = at_hand(request, ExceptionCase, pk) or ExceptionCase.objects.filter(pk=pk).first()
    if case is None or case.subject_type != "order" or not isinstance(user, User):
        return ""
    rows = told_to_change(access.visible_orders(user).select_related("supplier", "ship_to"))
    order = rows.filter(pk=case.subject_id).first()
    if order is None:
        return ""
    may_order = access.can_order(user, order.ship_to)
    context = {"order": order, "lines": line_views(order), "answers": answer_views(order, 1), "may_order": may_order}
    context |= changes.changes_of(order)
    return render_to_string("procurement/order/of_case.html", context, request=request)


def unusual_here(pk: int, flags: list[str]) -> list[str]:
    """Say in sentences what is unusual about a requisition: and which price rose when one did."""
    rose = CHANGED_AFTER_APPROVAL in flags
    reason = Requisition.objects.values_list("state_reason", flat=True).get(pk=pk) if rose else ""
    return flag_sentences(flags, reason)


def waiting_lines(user: User) -> QuerySet[RequisitionLine]:
    """Return the lines of the buyer's sites that wait for a source."""
    return RequisitionLine.objects.exclude(waiting_reason="").filter(requisition__ship_to__in=site_ids_with(user, VIEW))


def requisition_facts(user: User | None, pk: int) -> list[tuple[str, str]]:
    """Return what a decision maker needs to know about a requisition.

    Nobody asks for a letter: it says in words what each budget has left, which the page shows as bars (RQ-6).
    """
    requisition = Requisition.objects.select_related("ship_to", "cost_centre", "requester").get(pk=pk)
    return [
        ("Amount", money(requisition.total_amount, requisition.currency)),
        ("Site", requisition.ship_to.name),
        ("Needed by", day(requisition.need_by)),
        ("Cost centre", str(requisition.cost_centre)),
        ("Asked by", str(requisition.requester)),
        ("Urgent", requisition.urgent_reason if requisition.is_urgent else "No"),
        *([] if user else _budget_facts(requisition)),
    ]


def _budget_facts(requisition: Requisition) -> list[tuple[str, str]]:
    if requisition.state not in BUDGETED or not requisition.cost_centre.is_budgeted:
        return []
    lines = list(requisition.lines.select_related("category"))
    return [(f"Budget {room.label}", _after(room)) for room in rooms_of(requisition, lines, requisition.base_rate)]


def _after(room: Room) -> str:
    of = f"of {money(room.amount, room.currency)}"
    if room.is_over:
        return f"{money(room.asked, room.currency)} asked, {money(room.left, room.currency)} left {of}"
    return f"{money(room.after, room.currency)} left {of} after this"


def requisition_lines(request: HttpRequest, pk: int) -> str:
    """Draw the lines for the inbox, their prices beside the contract's and the last one paid; two statements."""
    lines = compared_lines(pk)
    if not lines:
        return ""
    head = lines[0].row.requisition
    rooms = rooms_of(head, [line.row for line in lines], head.base_rate) if head.state in BUDGETED else ()
    context = {"lines": lines, "requisition": head, "facts": price_facts(lines), "rooms": rooms}
    return render_to_string("procurement/requisition/decision_lines.html", context, request=request)


def find(user: User, query: str) -> Iterable[Hit]:
    """Find requisitions and orders by number."""
    text = query.strip().upper()
    if not text.startswith(("REQ-", "PO-")):
        return []
    if text.startswith("REQ-"):
        rows = access.visible_requisitions(user).filter(number__startswith=text)[:10]
        return [
            Hit(r.number, reverse("requisition", args=[r.number]), "Requisition", exact=r.number == text) for r in rows
        ]
    orders = access.visible_orders(user).filter(number__startswith=text)[:10]
    return [Hit(o.number, reverse("order", args=[o.number]), "Purchase order", exact=o.number == text) for o in orders]


def home_requester(request: HttpRequest, _pk: Any = None) -> str:
    """Show a requester's own open requests and the way to a new one."""
    user = request.user
    if not isinstance(user, User) or not holds_anywhere(user, REQUEST):
        return ""
    mine = access.visible_requisitions(user).filter(requester=user).select_related("ship_to").order_by("-pk")[:5]
    return render_to_string("procurement/home/requester.html", {"rows": list(mine)}, request=request)


def home_receiver(request: HttpRequest, _pk: Any = None) -> str:
    """Show a receiver what is expected next."""
    user = request.user
    if not isinstance(user, User) or not holds_anywhere(user, RECEIVE):
        return ""
    due = (
        access.visible_orders(user)
        .filter(state=OrderState.ISSUED, receipt_status__in=["none", "partial"])
        .select_related("supplier", "ship_to")
        .order_by("need_by", "pk")[:5]
    )
    return render_to_string("procurement/home/receiver.html", {"rows": list(due)}, request=request)


def home_buyer(request: HttpRequest, _pk: Any = None) -> str:
    """Show a buyer what suppliers have not answered, and the way to what waits for a source."""
    user = request.user
    if not isinstance(user, User) or not holds_anywhere(user, ORDER):
        return ""
    silent = (
        access.visible_orders(user)
        .filter(state=OrderState.ISSUED, ack_status="overdue")
        .select_related("supplier", "ship_to")
        .order_by("ack_due_at")[:5]
    )
    return render_to_string("procurement/home/buyer.html", {"rows": list(silent)}, request=request)
