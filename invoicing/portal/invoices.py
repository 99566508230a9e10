"""The supplier's door to its own invoices: list, status and reasons, and billing an order in two taps."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import ConflictError, InvalidError, require
from foundation.web.keyset import paginate
from invoicing import access, services
from invoicing.models import InvoiceState
from invoicing.portal.words import reasons, stage, standing
from invoicing.selectors.entry import BillableLine, billable_lines, next_number_of, prefilled, words_of
from invoicing.selectors.pages import charges_of, invoice_page, open_holds_of, portal_rows
from invoicing.selectors.supplier_words import told_supplier
from invoicing.validators import BillEntry
from procurement.models import OrderState, PurchaseOrder
from suppliers.access import judge_act
from suppliers.decisions.company_roles import Act
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.portal.messages import converse, talk_with_us
from suppliers.services import About
from suppliers.validators import fresh_message

SECTION = {"section": "invoices"}
STATES = {
    "waiting": [InvoiceState.RECEIVED, InvoiceState.WAITING, InvoiceState.HELD],
    "coming": [InvoiceState.CLEARED, InvoiceState.RELEASED, InvoiceState.POSTED],
    "paid": [InvoiceState.PAID],
}  # fmt: skip
VIEWS = (("", _("All")), ("waiting", _("Waiting")), ("coming", _("To be paid")), ("paid", _("Paid")))


@portal_view
@require_safe
def invoice_list(request: PortalRequest) -> HttpResponse:
    """Show the supplier's invoices, newest first, each with where it stands, when it is paid and why it waits."""
    view = request.GET.get("view", "")
    found = access.supplier_invoices(request.supplier)
    page = paginate(request, portal_rows(found.filter(state__in=STATES[view]) if view in STATES else found))
    today = timezone.localdate()
    rows = [(row, stage(row), standing(row, today), reasons(row.causes)) for row in page]
    context = {**SECTION, "page": page, "rows": rows, "views": VIEWS, "view": view if view in STATES else ""}
    return render(request, "portal_invoicing/invoice/list.html", context)


@portal_view
@require_safe
def invoice_detail(request: PortalRequest, number: str) -> HttpResponse:
    """Show one invoice with its state, what keeps it, and when it is paid."""
    invoice = invoice_page(access.supplier_invoices(request.supplier), number)
    if invoice is None:
        raise Http404
    holds = [(h.line.line_no if h.line else None, told_supplier(h)) for h in open_holds_of(invoice)]
    context = {
        **SECTION, "invoice": invoice, "holds": holds, "lines": invoice.lines.order_by("position"),
        "charges": charges_of(invoice), "standing": standing(invoice, timezone.localdate()), "stage": stage(invoice),
        "talk": talk_with_us(request, "invoice", invoice.pk, reverse("portal_invoice_messages", args=[invoice.number])),
        "talk_form": fresh_message(),
    }  # fmt: skip
    return render(request, "portal_invoicing/invoice/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_view
def invoice_messages(request: PortalRequest, number: str) -> HttpResponse:
    """Show and take messages about an invoice."""
    invoice = get_object_or_404(access.supplier_invoices(request.supplier).select_related("site"), number=number)
    about = About("invoice", invoice.pk, invoice.number, request.supplier, invoice.site)
    return converse(request, about, section="invoices", back=reverse("portal_invoice", args=[invoice.number]))


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def invoice_new(request: PortalRequest) -> HttpResponse:
    """Bill an order, `?po=` its number: everything is filled in, one press sends it."""
    number = request.GET.get("po", "").strip().upper()
    ours = PurchaseOrder.objects.filter(supplier=request.supplier, revision__gt=0).select_related("ship_to")
    order = ours.filter(number=number).first()
    if order is None or order.state == OrderState.CANCELLED:
        raise Http404
    require(judge_act(request.may, Act.BILL))
    lines = billable_lines(order)
    if request.method != "POST":
        suggested = next_number_of(request.supplier.pk, order.number)
        return _page(request, order, lines, prefilled(order, lines, today=timezone.localdate(), number=suggested))
    entry = BillEntry(request.POST)
    if not entry.is_valid():
        return _page(request, order, lines, entry)
    command = entry.command(order, words_of(lines), source="portal")
    try:
        invoice = services.receive_invoice(command=command, actor=request.user, at=timezone.now())  # noqa: TID251 - porch
    except (InvalidError, ConflictError) as error:
        entry.refuse(error)
        return _page(request, order, lines, entry)
    messages.success(
        request,
        gettext("Invoice %(theirs)s is sent. Our number for it is %(ours)s.")
        % {"theirs": invoice.supplier_number, "ours": invoice.number},
    )
    return redirect("portal_invoice", number=invoice.number)


def _page(
    request: PortalRequest, order: PurchaseOrder, lines: Sequence[BillableLine], entry: BillEntry
) -> HttpResponse:
    context = {**SECTION, "order": order, "entry": entry, "rows": list(zip(lines, entry.lines, strict=False))}
    return render(request, "portal_invoicing/invoice/new.html", context, status=entry.status)
