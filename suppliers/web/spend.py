"""What may be bought from a supplier, category by site: asked for, shown, ended (SU-1)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.access import holds_anywhere
from foundation.errors import ConflictError, InvalidError, require
from foundation.roles import VIEW
from foundation.web.door import now, put_error, staff, tried
from suppliers import access
from suppliers.models import SpendAuthorisation, SpendRequest, SpendRequestState, Supplier
from suppliers.selectors.authority import authorisations_of
from suppliers.services import ask_spend, end_spend, withdraw_spend
from suppliers.services.authorise_spend import MAY_ASK
from suppliers.validators import SpendForm, WhyForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def spend(request: HttpRequest, code: str) -> HttpResponse:
    """Show what may be bought from a supplier where, and ask for more."""
    supplier = _supplier(request, code)
    if request.method != "POST":
        return _page(request, supplier)
    require(access.can_maintain(staff(request)))
    form = SpendForm(request.POST)
    asked = _done(form, lambda: ask_spend(supplier_id=supplier.pk, **form.cleaned_data, actor=staff(request), at=now()))
    if asked is None:
        return _page(request, supplier, form=form)
    messages.success(request, f"{asked.number} is asked for. Others than you decide about it.")
    return redirect("supplier_spend", code)


def _supplier(request: HttpRequest, code: str) -> Supplier:
    if not holds_anywhere(staff(request), VIEW):
        raise Http404
    return get_object_or_404(access.visible_suppliers(staff(request)), code=code)


def _done(form: forms.Form, act: Any) -> Any:
    try:
        return tried(form, act)
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message))
        return None


def _page(
    request: HttpRequest,
    supplier: Supplier,
    *,
    form: SpendForm | None = None,
    failed: int = 0,
    wrong: forms.Form | None = None,
) -> HttpResponse:
    rows = [(one, WhyForm(auto_id=f"id_{one.pk}_%s")) for one in authorisations_of(supplier)]
    context = {
        "supplier": supplier, "rows": rows, "form": form or SpendForm(), "is_new_wrong": form is not None,
        "may_keep": access.can_maintain(staff(request)), "may_ask": supplier.state in MAY_ASK, "failed": failed,
        "wrong": wrong, "waiting": supplier.spend_requests.filter(state=SpendRequestState.ASKED).first(),
        "back_form": wrong if wrong is not None and not failed else WhyForm(auto_id="id_back_%s"),
    }  # fmt: skip
    bad = form is not None or wrong is not None
    return render(request, "suppliers/spend.html", context, status=422 if bad else 200)


@require_POST
@login_required
def spend_end(request: HttpRequest, code: str, authorisation_id: int) -> HttpResponse:
    """Buy something from a supplier at a site no longer."""
    supplier = _supplier(request, code)
    require(access.can_maintain(staff(request)))
    one = get_object_or_404(SpendAuthorisation, pk=authorisation_id, supplier=supplier)
    form = WhyForm(request.POST, auto_id=f"id_{one.pk}_%s")
    ended = _done(
        form,
        lambda: end_spend(authorisation_id=one.pk, reason=form.cleaned_data["reason"], actor=staff(request), at=now()),
    )
    if ended is None:
        return _page(request, supplier, failed=one.pk, wrong=form)
    messages.success(request, f"Nothing new is bought from {supplier}: {ended}.")
    return redirect("supplier_spend", code)


@require_POST
@login_required
def spend_withdraw(request: HttpRequest, code: str, request_id: int) -> HttpResponse:
    """Take a wish back that waits."""
    supplier = _supplier(request, code)
    require(access.can_maintain(staff(request)))
    asked = get_object_or_404(SpendRequest, pk=request_id, supplier=supplier)
    form = WhyForm(request.POST, auto_id="id_back_%s")
    done = _done(
        form,
        lambda: withdraw_spend(request_id=asked.pk, reason=form.cleaned_data["reason"], actor=staff(request), at=now()),
    )
    if done is None:
        return _page(request, supplier, wrong=form)
    messages.success(request, f"{asked.number} is taken back.")
    return redirect("supplier_spend", code)
