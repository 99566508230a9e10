"""The staff's door to invoices: list, detail, side-by-side match, entry, release, void."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from foundation.access import sites_with
from foundation.errors import DomainError
from foundation.models import Role, User
from foundation.roles import VIEW
from foundation.selectors.timeline import timeline
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version, words
from invoicing import access, services
from invoicing.models import Hold, HoldState, Invoice, InvoiceState
from invoicing.selectors.fixes import fixes_for
from invoicing.selectors.pages import (
    CAUSES,
    NAME_OF,
    TABS,
    Filters,
    charges_of,
    filtered,
    holds_of,
    invoice_page,
    list_rows,
    match_rows,
    with_thread,
)
from invoicing.web.csv_list import csv_answer
from suppliers.services import About
from suppliers.validators import fresh_message
from suppliers.web.messages import converse, talk_with_supplier
from workflow.selectors import messages_on


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


@require_safe
@login_required
def invoice_list(request: StaffRequest) -> HttpResponseBase:
    """Show the invoices of the person's sites, newest first; `?format=csv` downloads what the filters show."""
    filters = Filters(**{
        name: request.GET.get(name, "").strip()[:60] for name in ("state", "site", "supplier", "cause", "text")
    })  # fmt: skip
    rows = list_rows(filtered(access.visible_invoices(request.user), filters))
    if request.GET.get("format") == "csv":
        return csv_answer(rows)
    context = {
        "page": paginate(request, rows),
        "filters": filters,
        "is_filtered": filters != Filters(),
        "tabs": TABS,
        "causes": CAUSES,
        "sites": sites_with(request.user, VIEW).only("code", "name"),
        "may_enter": access.can_enter(request.user, None),
    }
    return render(request, "invoicing/invoice/list.html", context)


@require_safe
@login_required
def invoice_detail(request: StaffRequest, number: str) -> HttpResponse:
    """Show one invoice: what it says, why it is held, what happened."""
    invoice = _find(request, number)
    context = {
        "invoice": invoice,
        "lines": invoice.lines.order_by("position"),
        "charges": charges_of(invoice),
        "entries": timeline("invoice", invoice.pk),
        "may_void": access.can_void(request.user, invoice),
        "talk": talk_with_supplier(
            request.user, "invoice", invoice.pk, invoice.site, reverse("invoice_messages", args=[invoice.number])
        ),
        "talk_form": fresh_message(),
    }
    return render(request, "invoicing/invoice/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invoice_messages(request: StaffRequest, number: str) -> HttpResponse:
    """Show and take messages to and from the supplier of an invoice."""
    invoice = _find(request, number)
    about = About("invoice", invoice.pk, invoice.number, invoice.supplier, invoice.site)
    return converse(request, about, back=reverse("invoice", args=[invoice.number]))


@require_safe
@login_required
def invoice_match(request: StaffRequest, number: str) -> HttpResponse:
    """Show the bill beside order and goods; only what differs is coloured, with its reason in money."""
    return render(request, "invoicing/invoice/match.html", _match_context(request, _find(request, number)))


def _match_context(request: StaffRequest, invoice: Invoice) -> dict[str, Any]:
    holds = holds_of(invoice)
    first = next((hold for hold in holds if hold.state == HoldState.OPEN), None)
    return {
        "invoice": invoice,
        "holds": [(hold, NAME_OF.get(hold.code, hold.code), Role(hold.owner_role).label) for hold in holds],
        "first": first,
        "fixes": fixes_for(request.user, invoice, first) if first else [],
        "releasable": {hold.pk for hold in holds if access.can_release_hold(request.user, invoice, hold)},
        "rows": match_rows(invoice, holds),
        "in_question": sum((h.amount for h in holds if h.state == HoldState.OPEN and h.is_exception), Decimal(0)),
        "thread": messages_on("invoice", invoice.pk) if getattr(invoice, "has_thread", False) else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invoice_release_hold(request: StaffRequest, number: str, hold_id: int) -> HttpResponse:
    """Release one hold with a reason; GET shows the form for those without script."""
    invoice = _find(request, number)
    hold = Hold.objects.filter(pk=hold_id, invoice=invoice).select_related("line").first()
    if hold is None:
        raise Http404
    context = {
        "invoice": invoice, "hold": hold, "verdict": access.can_release_hold(request.user, invoice, hold),
        "cause": NAME_OF.get(hold.code, hold.code),
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "invoicing/invoice/release.html", context)
    return _act(
        request, invoice, "invoicing/invoice/release.html", context,
        lambda: services.release_hold(
            hold_id=hold.pk, expected_version=seen_version(request), actor=request.user,
            reason=words(request), at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        ),
        done=f"The hold of {invoice.number} is released.",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invoice_void(request: StaffRequest, number: str) -> HttpResponse:
    """Refuse an invoice for good, with a reason the supplier sees."""
    invoice = _find(request, number)
    context = {"invoice": invoice, "verdict": access.can_void(request.user, invoice)}
    if request.method != "POST":
        return render(request, "invoicing/invoice/void.html", context)
    return _act(
        request, invoice, "invoicing/invoice/void.html", context,
        lambda: services.void_invoice(
            invoice_id=invoice.pk, expected_version=seen_version(request), actor=request.user,
            reason=words(request), at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        ),
        done=f"{invoice.number} is void.",
    )  # fmt: skip


def _find(request: StaffRequest, number: str) -> Invoice:
    invoice = invoice_page(with_thread(access.visible_invoices(request.user)), number)
    if invoice is None:
        raise Http404
    return invoice


def _act(
    request: StaffRequest,
    invoice: Invoice,
    template: str,
    context: dict[str, Any],
    act: Callable[[], Any],
    *,
    done: str,
) -> HttpResponse:
    """Do it and open what waits next; a faulty field comes back with its form, other refusals have their own page."""
    try:
        act()
    except DomainError as error:
        if "field" not in error.details:
            raise
        return render(request, template, {**context, "error": error, "given": request.POST}, status=422)
    number = _next(request, invoice)
    messages.success(request, done if number == invoice.number else f"{done} Next: {number}.")
    return redirect("invoice_match", number=number)


def _next(request: StaffRequest, invoice: Invoice) -> str:
    """Return the invoice to open now: the same while something keeps it, else the oldest one on hold."""
    if Hold.objects.filter(invoice=invoice, state=HoldState.OPEN).exists():
        return invoice.number
    waiting = access.visible_invoices(request.user).filter(state=InvoiceState.HELD).exclude(pk=invoice.pk)
    return waiting.order_by("pk").values_list("number", flat=True).first() or invoice.number
