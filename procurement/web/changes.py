"""Changing an issued order, and what is to become of a change: before beside after, and who decides (PO-2, AP-7)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError, require
from foundation.registries import Subject, subjects
from foundation.selectors import timeline
from foundation.web.door import now, staff, tried
from foundation.web.typed import seen_version, words
from policies.selectors import ordering_policy_in_force
from procurement import access
from procurement.decisions.flags import flag_sentences
from procurement.models import ChangeState, OrderChange, PurchaseOrder
from procurement.selectors.changes import beside, lines_to_change, told_facts, with_order
from procurement.selectors.orders import content_of
from procurement.services import (
    approve_change,
    change_order,
    reject_change,
    return_change,
    withdraw_change,
)
from procurement.web.change_forms import ChangeForm
from workflow.models import ApprovalRequest
from workflow.selectors import messages_on, newest_request

ACTIONS = {"approve": approve_change, "reject": reject_change, "return": return_change}


def register() -> None:
    """Let the inbox decide changes of orders, and the dearer prices suppliers ask for."""
    for matter, label in OrderChange.Matter.choices:
        subjects.add(
            Subject(
                type=str(matter),
                label=str(label),
                url=lambda pk: reverse(
                    "order_change", args=[OrderChange.objects.values_list("number", flat=True).get(pk=pk)]
                ),
                title=lambda pk: str(OrderChange.objects.get(pk=pk)),
                visible=lambda user, pk: access.visible_changes(user).filter(pk=pk).exists(),
                page=lambda number: reverse("order_change", args=[number]),
                facts=lambda _user, pk: told_facts(with_order(pk)),
                panel=change_lines,
                unusual=lambda _pk, flags: flag_sentences(flags),
                lines=lambda pk: list(OrderChange.objects.values_list("summary", flat=True).get(pk=pk)),
                at_sites=(OrderChange._meta.db_table, "ship_to_id"),  # noqa: SLF001 - Django's own way
                actions=ACTIONS,
            )
        )


def change_lines(request: HttpRequest, pk: int) -> str:
    """Show a decision maker what would change, line by line."""
    change = with_order(pk)
    context = {"change": change, "lines": beside(change), "facts": told_facts(change)}
    return render_to_string("procurement/order/change_lines.html", context, request=request)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change_form(request: HttpRequest, number: str) -> HttpResponse:
    """Write what an issued order is to say; a change that was sent back is written on from where it stood."""
    user = staff(request)
    rows = access.visible_orders(user).select_related("supplier", "ship_to")
    order = get_object_or_404(rows, number=number)
    require(access.can_change_order(user, order))
    if order.is_changing:
        waiting = order.changes.filter(state=ChangeState.PROPOSED).values_list("number", flat=True)
        messages.info(request, "A change of it waits already.")
        return redirect("order_change", waiting[0])
    lines = lines_to_change(order)
    earlier = _earlier(request, order)
    says = earlier.content if earlier else content_of(order, lines)
    form = ChangeForm(request.POST or None, lines, says, earlier.reason if earlier else "")
    done = tried(
        form,
        lambda: change_order(
            order_id=order.pk, expected_version=seen_version(request), lines=form.wanted(), actor=user, at=now(),
            terms_days=form.cleaned_data["terms_days"], reason=form.cleaned_data["reason"],
        ),
    )  # fmt: skip
    if done is None:
        context = {"order": order, "form": form, "percent": ordering_policy_in_force(now()).change_percent}
        return render(request, "procurement/order/change_form.html", context, status=422 if form.errors else 200)
    if done.state == ChangeState.APPLIED:
        messages.success(request, f"{order.number} is changed, and its new version is on its way to the supplier.")
        return redirect("order", number)
    messages.success(request, f"{done.number} waits for approval. The supplier sees nothing of it until then.")
    return redirect("order_change", done.number)


def _earlier(request: HttpRequest, order: PurchaseOrder) -> OrderChange | None:
    """Return the change of the version in force that the form goes on from, if it was sent back or taken back."""
    number = request.GET.get("from", "")[:32]
    ended = [ChangeState.RETURNED, ChangeState.WITHDRAWN, ChangeState.REJECTED]
    found = order.changes.filter(number=number, base_revision=order.revision, state__in=ended) if number else None
    return found.first() if found is not None else None


@require_safe
@login_required
def order_change(request: HttpRequest, number: str) -> HttpResponse:
    """Show a change: what the order says and would say, why, and who decides."""
    return _page(request, _find(request, number))


def _find(request: HttpRequest, number: str) -> OrderChange:
    rows = access.visible_changes(staff(request))
    return get_object_or_404(
        rows.select_related("order__supplier", "order__ship_to", "created_by", "acknowledgment"), number=number
    )


def _page(request: HttpRequest, change: OrderChange, error: str = "") -> HttpResponse:
    user, order = staff(request), change.order
    approval = newest_request(change.matter, change.pk) if change.deltas else None
    may_order = bool(access.can_order(user, order.ship_to))
    is_open = change.state == ChangeState.PROPOSED
    ended = change.state not in {ChangeState.PROPOSED, ChangeState.APPLIED} and change.acknowledgment_id is None
    context: dict[str, Any] = {
        "change": change,
        "order": order,
        "lines": beside(change),
        "facts": told_facts(change),
        "approval": approval,
        "is_asked": approval is not None and is_open and user.pk in _asked(approval),
        "may_withdraw": may_order and is_open,
        "may_write_anew": ended
        and order.revision == change.base_revision
        and bool(access.can_change_order(user, order)),
        "history": timeline("change", change.pk),
        "thread": messages_on(change.matter, change.pk),
        "error": error,
        "given": request.POST.get("reason", ""),
    }
    return render(request, "procurement/order/change.html", context, status=422 if error else 200)


def _asked(approval: ApprovalRequest) -> set[int]:
    """Return whom the open stages ask."""
    steps = [step for step in approval.steps.all() if step.state == "open"]
    return {one.person_id for step in steps for one in step.assignees.all()}


@require_POST
@login_required
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take a change back that waits; a refusal comes back beside its form."""
    change = _find(request, number)
    try:
        withdraw_change(
            change_id=change.pk, expected_version=seen_version(request), actor=staff(request),
            reason=words(request), at=now(),
        )  # fmt: skip
    except InvalidError as error:
        return _page(request, change, error.message)
    messages.success(request, f"{number} is withdrawn. The order stays as it is.")
    return redirect("order", change.order.number)


def changes_of(order: PurchaseOrder) -> dict[str, Any]:
    """Return the changes of an order for its page, newest first, and which of its answers somebody is asked about.

    One statement, none when the order was read by `told_to_change` and never was to change.
    """
    if not getattr(order, "was_to_change", True):
        return {"changes": [], "asked_about": set()}
    rows = list(order.changes.select_related("created_by").defer("content").order_by("-pk")[:20])
    asked = {row.acknowledgment_id for row in rows if row.state == ChangeState.PROPOSED}
    return {"changes": rows, "asked_about": asked}
