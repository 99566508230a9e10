"""Changes of suppliers' records that wait for a second person, and what staff tell of a record (SU-5)."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import holds_anywhere
from foundation.errors import ConflictError, InvalidError, require
from foundation.roles import VIEW
from foundation.selectors import timeline
from foundation.web.door import now, put_error, staff, tried
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version
from suppliers import access, services
from suppliers.models import SupplierChange, SupplierChangeState
from suppliers.selectors.master_data import rows_of
from suppliers.selectors.supplier_page import told_of
from suppliers.services import Heard, Told, tell_supplier
from suppliers.validators.bank import WhyForm
from suppliers.validators.record import RecordForm

T = TypeVar("T")
TABS = (*((str(value), str(label)) for value, label in SupplierChangeState.choices), ("all", "All"))
DONE = {
    "approve": "You agreed.", "reject": "The change is refused; the record stays.",
    "withdraw": "The request is withdrawn.",
}  # fmt: skip


@require_safe
@login_required
def supplier_changes(request: HttpRequest) -> HttpResponse:
    """List requests to change a record, newest first; those that wait unless asked otherwise."""
    _admit(request)
    state = request.GET.get("state", "") or "proposed"
    rows = SupplierChange.objects.select_related("supplier", "created_by")
    if state != "all":
        rows = rows.filter(state=state)
    return render(
        request, "suppliers/change/list.html", {"page": paginate(request, rows), "tabs": TABS, "state": state}
    )


@require_safe
@login_required
def supplier_change(request: HttpRequest, number: str) -> HttpResponse:
    """Show a request with both values of each field side by side."""
    return _page(request, _change(request, number))


@require_POST
@login_required
def supplier_change_do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Agree, refuse or withdraw; a refusal comes back beside its form."""
    change = _change(request, number)
    if verb not in DONE:
        raise Http404
    user, version = staff(request), seen_version(request)
    form = WhyForm(request.POST, auto_id=f"id_{verb}_%s")

    def act() -> SupplierChange:
        reason = form.cleaned_data["reason"]
        if verb == "withdraw":
            return services.withdraw_supplier_change(
                change_id=change.pk, expected_version=version, actor=user, reason=reason, at=now()
            )
        decide = services.approve_supplier_change if verb == "approve" else services.reject_supplier_change
        seen = request.POST.get("hash", "")
        return decide(pk=change.pk, expected_version=version, seen_hash=seen, actor=user, reason=reason, at=now())

    if _kept(form, act) is None:
        return _page(request, change, verb=verb, form=form)
    messages.success(request, DONE[verb])
    return redirect("supplier_change", number)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def record_change(request: HttpRequest, code: str) -> HttpResponse:
    """Tell something of a supplier's record: it is written, or asked of a second person."""
    supplier = get_object_or_404(access.visible_suppliers(staff(request)), code=code)
    require(access.can_tell_supplier(staff(request), supplier.pk))
    places, _ = told_of(supplier)
    form = RecordForm(supplier, places, request.POST or None)

    def act() -> Heard:
        data = form.cleaned_data
        told = Told(_some(form.given()), "page", data["document"], data["reason"])
        return tell_supplier(supplier_id=supplier.pk, told=told, actor=staff(request), at=now())

    heard = _kept(form, act)
    if heard is None:
        context = {"form": form, "supplier": supplier, "rows": [form[code] for code in form.now]}
        return render(request, "suppliers/change/record.html", context, status=422 if form.errors else 200)
    if heard.change is None:
        messages.success(request, "The record is changed.")
        return redirect("supplier", supplier.code)
    messages.success(request, f"{heard.change.number} waits for a second person.")
    return redirect("supplier_change", heard.change.number)


def _some(values: dict[str, str]) -> dict[str, str]:
    if not values:
        raise InvalidError("nothing_changed", "Nothing differs from what the record says.")
    return values


def _kept(form: forms.Form, act: Callable[[], T]) -> T | None:
    try:
        return tried(form, act)
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message))
        return None


def _admit(request: HttpRequest) -> None:
    """Let in who sees suppliers."""
    if not holds_anywhere(staff(request), VIEW):
        raise Http404


def _change(request: HttpRequest, number: str) -> SupplierChange:
    _admit(request)
    rows = SupplierChange.objects.select_related("supplier", "created_by", "decided_by")
    return get_object_or_404(rows, number=number)


def _page(
    request: HttpRequest, change: SupplierChange, *, verb: str = "", form: forms.Form | None = None
) -> HttpResponse:
    user = staff(request)
    blank: dict[str, forms.Form] = {
        name: WhyForm(auto_id=f"id_{name}_%s") for name in ("approve", "reject", "withdraw")
    }
    if form is not None:
        blank[verb] = form
    context = {
        "change": change, "rows": rows_of(change), "forms": blank, "failed": verb, "wrong": form,
        "is_open": change.closed_at is None, "verdict": access.can_decide_supplier_change(user, change),
        "may_withdraw": access.can_withdraw_supplier_change(user, change),
        "history": timeline("supplier_change", change.pk),
    }  # fmt: skip
    return render(request, "suppliers/change/detail.html", context, status=422 if form is not None else 200)
