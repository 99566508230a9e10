"""The requester's pages."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError
from foundation.models import Site, User
from foundation.selectors import next_working_day_at, timeline
from foundation.web.csvout import stream_csv
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from procurement import access
from procurement.decisions.flags import WORDS, flag_sentences
from procurement.models import Requisition, RequisitionLine, RequisitionState
from procurement.selectors.approval_facts import preview
from procurement.selectors.budgets import BUDGETED, rooms_of
from procurement.selectors.requisition_page import matching, orders_from, with_first_line
from procurement.selectors.splits import siblings_in
from procurement.services import (
    cancel_requisition,
    copy_requisition,
    submit_requisition,
    withdraw_requisition,
)
from procurement.web.draft_preview import blocks_of, whole_document_flags
from suppliers.access import can_ask_quotations
from suppliers.selectors.quotations import asked_for
from workflow.selectors import messages_on, newest_request

VIEWS = [
    ("", "All"),
    ("draft", "Drafts"),
    ("submitted", "Waiting"),
    ("approved", "Approved"),
    ("ordered", "Ordered"),
    ("rejected", "Rejected"),
]


def now() -> datetime:
    """Return the present instant; the porch reads the clock."""
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def _filtered(request: HttpRequest) -> QuerySet[Requisition]:
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    rows = access.visible_requisitions(request.user).select_related("ship_to", "requester")
    state, site, text = request.GET.get("state", ""), request.GET.get("site", ""), request.GET.get("q", "").strip()[:60]
    if state in RequisitionState.values:
        rows = rows.filter(state=state)
    if site:
        rows = rows.filter(ship_to__code=site[:8])
    if request.GET.get("mine"):
        rows = rows.filter(requester=request.user)
    if text:
        rows = matching(rows, text)
    return with_first_line(rows)


def _views(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the saved views: each changes the state and keeps the other filters."""
    kept = {name: request.GET[name] for name in ("q", "site", "mine") if request.GET.get(name)}
    chosen = request.GET.get("state", "")
    return [
        {
            "label": label,
            "query": "?" + urlencode({**({"state": state} if state else {}), **kept}),
            "current": chosen == state,
        }
        for state, label in VIEWS
    ]


@require_safe
@login_required
def requisition_list(request: HttpRequest) -> HttpResponse:
    """List requisitions of the person's sites; filters live in the address."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    context = {
        "page": paginate(request, _filtered(request)),
        "views": _views(request),
        "sites": Site.objects.filter(pk__in=access.visible_sites(request.user)).order_by("name"),
        "may_request": access.sites_to_request_at(request.user).exists(),
    }
    return render(request, "procurement/requisition/list.html", context)


@require_safe
@login_required
def requisition_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    head = ["Number", "Title", "Site", "Requester", "State", "Needed by", "Amount", "Currency"]

    def rows() -> Iterator[list[Any]]:
        for r in _filtered(request).order_by("-pk").iterator(chunk_size=500):
            yield [
                r.number,
                r.title,
                r.ship_to.code,
                str(r.requester),
                r.get_state_display(),
                r.need_by,
                r.total_amount,
                r.currency,
            ]

    return stream_csv("requisitions.csv", head, rows())


def get_requisition(request: HttpRequest, number: str) -> Requisition:
    """Return a requisition the person may see; foreign looks like missing."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    return get_object_or_404(
        access.visible_requisitions(request.user).select_related(
            "ship_to__region", "ship_to__calendar", "requester", "cost_centre", "changed_by"
        ),
        number=number,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def requisition_check(request: HttpRequest, number: str) -> HttpResponse:
    """Show who will approve and what is unusual, then submit. No warning and nobody to ask goes straight through."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    draft = get_requisition(request, number)
    verdict = access.can_change(request.user, draft)
    if not verdict:
        messages.error(request, verdict.reason)
        return redirect("requisition", number)
    lines = list(draft.lines.select_related("item", "unit", "supplier", "category", "contract"))
    if not lines:
        messages.error(request, "Add at least one line before you submit.")
        return redirect("requisition_edit", number)
    if request.method == "POST":
        done = submit_requisition(
            requisition_id=draft.pk, expected_version=seen_version(request), actor=request.user, at=now()
        )
        messages.success(request, after_submit(done))
        return redirect("requisition", number)
    judged, routing = preview(draft, lines, now())
    context = {
        "requisition": draft,
        "lines": [(line, [WORDS[f] for f in judged.by_line.get(line.line_no, ())]) for line in lines],
        "flags": whole_document_flags(judged),
        "blocks": blocks_of(judged),
        "rooms": judged.budget.rooms,
        "routing": routing,
    }
    return render(request, "procurement/requisition/check.html", context)


def after_submit(done: Requisition) -> str:
    """Say what happens next with what was submitted."""
    if done.state == RequisitionState.APPROVED:
        return f"{done.number} is approved by the policy and goes to the supplier now."
    return f"{done.number} is on its way to approval."


@require_safe
@login_required
def requisition_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one requisition: lines, chain, history, and what the person may do."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    requisition = get_requisition(request, number)
    rows = requisition.lines.select_related("item__base_unit", "unit", "supplier", "contract", "category")
    lines = list(rows)
    is_budgeted = requisition.state in BUDGETED
    approval = newest_request("requisition", requisition.pk)
    context = {
        "requisition": requisition,
        "rooms": rooms_of(requisition, lines, requisition.base_rate) if is_budgeted else (),
        "lines": lines,
        "once": uuid.uuid4().hex,
        "orders": orders_from(requisition.pk) if requisition.approved_at else [],
        "approval": approval,
        "thread": messages_on("requisition", requisition.pk),
        "history": timeline("requisition", requisition.pk),
        "flags": flag_sentences(requisition.flags, requisition.state_reason, siblings_in(approval)),
        "may_change": access.can_change(request.user, requisition),
        "may_withdraw": access.can_withdraw(request.user, requisition),
        "may_cancel": access.can_cancel(request.user, requisition),
        "may_copy": access.can_request(request.user, requisition.ship_to),
        "quotable": _quotable(request.user, requisition, lines),
    }
    return render(request, "procurement/requisition/detail.html", context)


def _quotable(user: User, requisition: Requisition, lines: Iterable[RequisitionLine]) -> dict[int, str]:
    """Return the lines that wait for a source and the person may ask quotations for, with the request that asks already."""
    waiting = [line for line in lines if line.waiting_reason]
    if not waiting or not access.can_source(user, requisition) or not can_ask_quotations(user):
        return {}
    asked = asked_for([requisition.number])
    return {line.pk: asked.get((requisition.number, line.line_no), "") for line in waiting}


@require_POST
@login_required
def requisition_act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Withdraw, cancel or copy."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    requisition = get_requisition(request, number)
    try:
        if verb == "copy":
            copy = copy_requisition(
                requisition_id=requisition.pk,
                actor=request.user,
                at=now(),
                need_by=next_working_day_at(requisition.ship_to, now(), days=5),
                once=request.POST.get("once", "")[:64],
            )
            messages.success(request, f"{copy.number} is a copy of {number}, at today's prices.")
            return redirect("requisition_edit", copy.number)
        act = {"withdraw": withdraw_requisition, "cancel": cancel_requisition}.get(verb)
        if act is None:
            raise Http404
        act(
            requisition_id=requisition.pk,
            expected_version=seen_version(request),
            actor=request.user,
            reason=words(request, longest=500),
            at=now(),
        )
    except InvalidError as error:
        messages.error(request, error.message)
    return redirect("requisition", number)
