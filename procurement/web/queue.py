"""The buyer's queue: approved lines that wait for a source, each with its reason (RQ-4)."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.access import holds_anywhere
from foundation.errors import InvalidError
from foundation.models import User
from foundation.roles import ORDER
from foundation.web.keyset import paginate
from procurement import access
from procurement.models import RequisitionLine, RequisitionState
from procurement.services import assign_source
from procurement.services.place_orders import REASONS
from procurement.validators import validate_price
from suppliers.models import Supplier, SupplierState


class SourceForm(forms.Form):
    """A supplier and a price for a waiting line."""

    supplier = forms.ModelChoiceField(Supplier.objects.filter(state=SupplierState.ACTIVE), label="Supplier")
    unit_price = forms.DecimalField(
        label="Price per unit", validators=[validate_price], widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    reason = forms.CharField(max_length=200, label="Why this supplier")


@require_safe
@login_required
def buyer_queue(request: HttpRequest) -> HttpResponse:
    """List waiting lines of the buyer's sites."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    if not holds_anywhere(request.user, ORDER):
        raise Http404
    rows = (
        RequisitionLine.objects.exclude(waiting_reason="")
        .filter(requisition__in=access.visible_requisitions(request.user), requisition__state="approved")
        .select_related("requisition__ship_to", "item", "unit", "supplier")
    )
    page = paginate(request, rows)
    lines = [(line, REASONS.get(line.waiting_reason, line.waiting_reason)) for line in page.rows]
    return render(request, "procurement/queue/list.html", {"page": page, "lines": lines, "form": SourceForm()})


@require_POST
@login_required
def assign(request: HttpRequest, line_id: int) -> HttpResponse:
    """Give a line its source and order it."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    form = SourceForm(request.POST)
    if not form.is_valid():
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}: {' '.join(map(str, errors))}")
        return redirect("queue")
    try:
        line = assign_source(line_id=line_id, actor=request.user, at=timezone.now(), **form.cleaned_data)  # noqa: TID251 - the porch
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        if line.requisition.state == RequisitionState.SUBMITTED:
            messages.info(
                request, f"{line.description} is dearer than approved. It waits for approval at the new price."
            )
        else:
            messages.success(request, f"{line.description} is ordered from {line.supplier}.")
    return redirect("queue")
