"""The buyer's queue: approved lines that wait for a source, each with its reason (RQ-4)."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import holds_anywhere
from foundation.errors import InvalidError
from foundation.models import User
from foundation.roles import ORDER
from foundation.web.door import staff
from foundation.web.keyset import paginate
from procurement import access
from procurement.models import RequisitionLine
from procurement.selectors.combining import combining_at
from procurement.services import assign_source, place_combined, quote_line
from procurement.services.place_orders import REASONS
from procurement.validators import validate_price
from suppliers.access import can_ask_quotations
from suppliers.models import Supplier, SupplierState
from suppliers.selectors.quotations import asked_for


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


class SourceForm(forms.Form):
    """A supplier and a price for a waiting line."""

    supplier = forms.ModelChoiceField(Supplier.objects.filter(state=SupplierState.ACTIVE), label="Supplier")
    unit_price = forms.DecimalField(
        label="Price per unit", validators=[validate_price], widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    reason = forms.CharField(max_length=200, label="Why this supplier")


@require_safe
@login_required
def buyer_queue(request: StaffRequest) -> HttpResponse:
    """List waiting lines of the buyer's sites."""
    return _queue(request)


def _queue(request: StaffRequest, *, line_id: int = 0, failed: SourceForm | None = None) -> HttpResponse:
    """Draw the queue; `failed` is the refused form of the line `line_id`, with what was typed."""
    if not holds_anywhere(request.user, ORDER):
        raise Http404
    rows = (
        RequisitionLine.objects.exclude(waiting_reason="")
        .filter(requisition__in=access.visible_requisitions(request.user), requisition__state="approved")
        .select_related("requisition__ship_to", "item", "unit", "supplier")
    )
    page = paginate(request, rows)
    asked = asked_for([line.requisition.number for line in page.rows])
    suppliers = list(Supplier.objects.filter(state=SupplierState.ACTIVE).only("pk", "name"))
    context = {
        "page": page,
        "combining": combining_at(access.visible_sites(request.user)),
        "lines": [
            (
                line,
                REASONS.get(line.waiting_reason, line.waiting_reason),
                asked.get((line.requisition.number, line.line_no), ""),
            )
            for line in page.rows
        ],
        "may_quote": can_ask_quotations(request.user),
        "suppliers": suppliers,
        "failed_line": line_id,
        "failed": failed,
    }
    return render(request, "procurement/queue/list.html", context, status=422 if failed else 200)


@require_POST
@login_required
def assign(request: StaffRequest, line_id: int) -> HttpResponse:
    """Give a line its source and order it; a refusal comes back beside its form."""
    form = SourceForm(request.POST, auto_id=f"%s-{line_id}")
    if not form.is_valid():
        return _queue(request, line_id=line_id, failed=form)
    try:
        line = assign_source(line_id=line_id, actor=request.user, at=timezone.now(), **form.cleaned_data)  # noqa: TID251 - the porch
    except InvalidError as error:
        field = str(error.details.get("field", ""))
        form.add_error(field if field in form.fields else None, error.message)
        return _queue(request, line_id=line_id, failed=form)
    messages.success(request, f"{line.description} is ordered from {line.supplier}.")
    return redirect("queue")


@require_POST
@login_required
def quote(request: StaffRequest, line_id: int) -> HttpResponse:
    """Write a draft of a request for quotation for a waiting line."""
    staff(request)
    try:
        asked = quote_line(line_id=line_id, actor=request.user, at=timezone.now())  # noqa: TID251 - the porch
    except InvalidError as error:
        messages.error(request, error.message)
        return redirect("queue")
    messages.success(request, f"{asked.number} asks for it. Say whom to ask, then open it.")
    return redirect("quotation_change", asked.number)


@require_POST
@login_required
def place_now(request: StaffRequest, code: str, supplier: str) -> HttpResponse:
    """Place a combined order before its hour (RQ-5)."""
    ship_to = get_object_or_404(access.visible_sites(request.user), code=code)
    of = get_object_or_404(Supplier, code=supplier)
    orders = place_combined(ship_to_id=ship_to.pk, supplier_id=of.pk, actor=request.user, at=timezone.now())  # noqa: TID251 - the porch
    if orders:
        messages.success(request, f"{', '.join(order.number for order in orders)} to {of.name} is placed.")
    else:
        messages.info(request, f"Nothing waits for {of.name} at {ship_to.name} any more.")
    return redirect("queue")
