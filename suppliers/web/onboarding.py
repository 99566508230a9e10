"""Companies on their way to be suppliers: the board, the invitation, one company with its checks (SU-1)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import holds_anywhere
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.roles import VIEW
from foundation.selectors import timeline
from foundation.web.door import admitted, now, put_error, staff, tried
from foundation.web.keyset import paginate
from suppliers import access, services
from suppliers.models import CheckState, Onboarding, Supplier, SupplierCheck, SupplierState
from suppliers.selectors.onboarding import VIEWS, beside, names_of, on_board, steps_of, wait_of
from suppliers.services import Invitation, decide_check, invite_supplier
from suppliers.services.check_supplier import JUDGED
from suppliers.validators import CheckForm, InvitationForm, WhyForm

DONE = {
    "again": "The invitation goes out again; earlier links open no longer.", "checks": "The checks ran again.",
    "back": "It goes back to the supplier with your words.",
}  # fmt: skip


@require_safe
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """List who is being taken on board: whom each waits for, for what, since when."""
    admitted(request, access.can_see_onboarding(staff(request)))
    view = request.GET.get("view", "")
    page = paginate(request, on_board(view if view in dict(VIEWS) else ""))
    at = now()
    context = {
        "page": page, "rows": [(one, wait_of(one, at)) for one in page.rows], "tabs": VIEWS, "view": view, "now": at,
        "may_invite": access.can_maintain(staff(request)),
    }  # fmt: skip
    return render(request, "suppliers/onboarding/board.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a company; one that may be here already is shown with the evidence first."""
    admitted(request, access.can_maintain(staff(request)))
    code = request.GET.get("supplier", "")
    supplier = get_object_or_404(Supplier, code=code, state=SupplierState.REQUESTED) if code else None
    initial = {"name": supplier.name, "country": supplier.country, "currency": supplier.currency} if supplier else {}
    form = InvitationForm(request.POST or None, initial=initial, known=supplier is not None)
    try:
        made = tried(
            form,
            lambda: invite_supplier(
                invitation=Invitation(**form.cleaned_data), supplier_id=supplier.pk if supplier else None,
                actor=staff(request), at=now(),
            ),
        )  # fmt: skip
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message))
        made = None
    if made is None:
        context = {
            "form": form,
            "supplier": supplier,
            "asks": "nevertheless" in form.errors or form["nevertheless"].value(),
        }
        return render(request, "suppliers/onboarding/invite.html", context, status=422 if form.errors else 200)
    messages.success(request, f"{made.supplier} is invited; the letter goes to {made.email}.")
    return redirect("supplier_onboarding", made.supplier.code)


@require_safe
@login_required
def of_supplier(request: HttpRequest, code: str) -> HttpResponse:
    """Show a company's invitation, what it wrote, its checks with evidence and what stands in the way."""
    return _page(request, _supplier(request, code))


def _supplier(request: HttpRequest, code: str) -> Supplier:
    if not holds_anywhere(staff(request), VIEW):
        raise Http404
    supplier = get_object_or_404(access.visible_suppliers(staff(request)), code=code)
    require(access.can_see_onboarding(staff(request)))
    return supplier


def _page(
    request: HttpRequest, supplier: Supplier, *, verb: str = "", check_id: int = 0, wrong: forms.Form | None = None
) -> HttpResponse:
    user = staff(request)
    onboarding = Onboarding.objects.filter(supplier=supplier).select_related("invited_by", "sent_by").first()
    steps = steps_of(onboarding, beside(supplier, now().date()))[0] if onboarding and not onboarding.closed_at else ()
    checks = SupplierCheck.objects.filter(supplier=supplier).select_related("decided_by").order_by("pk")
    context: dict[str, Any] = {
        "supplier": supplier, "onboarding": onboarding, "steps": steps, "failed": verb, "wrong": wrong,
        "checks": [(one, one.kind in JUDGED, CheckForm(auto_id=f"id_{one.pk}_%s")) for one in checks],
        "check_id": check_id, "may_keep": access.can_maintain(user), "may_decide": access.can_decide_checks(user),
        "back_form": wrong if verb == "back" and wrong else WhyForm(auto_id="id_back_%s"), "now": now(),
        "sells": names_of(onboarding), "contacts": supplier.contacts.all(), "history": timeline("supplier", supplier.pk),
        "is_checked": supplier.state in {SupplierState.REGISTERED, SupplierState.SCREENED},
    }  # fmt: skip
    return render(request, "suppliers/onboarding/detail.html", context, status=422 if wrong is not None else 200)


@require_POST
@login_required
def onboarding_do(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Invite again, send back, or run the checks again; a refusal comes back beside its form."""
    supplier = _supplier(request, code)
    if verb not in DONE:
        raise Http404
    require(access.can_maintain(staff(request)))
    form = WhyForm(request.POST, auto_id="id_back_%s")
    by: dict[str, Any] = {"supplier_id": supplier.pk, "actor": staff(request), "at": now()}

    def act() -> object:
        if verb == "again":
            return services.invite_again(**by)
        if verb == "checks":
            return (services.run_checks(**by),)
        return services.send_back_supplier(**by, reason=form.cleaned_data["reason"])

    return _answered(request, supplier, form, act, verb=verb, done=DONE[verb])


@require_POST
@login_required
def check_do(request: HttpRequest, code: str, check_id: int) -> HttpResponse:
    """Decide an open check with a reason."""
    supplier = _supplier(request, code)
    require(access.can_decide_checks(staff(request)))
    check = get_object_or_404(SupplierCheck, pk=check_id, supplier=supplier)
    form = CheckForm(request.POST, auto_id=f"id_{check_id}_%s")

    def act() -> object:
        return decide_check(check_id=check.pk, **form.cleaned_data, actor=staff(request), at=now())

    done = (
        "The check is decided."
        if request.POST.get("verdict") == CheckState.PASSED
        else "The check failed; nothing goes on."
    )
    return _answered(request, supplier, form, act, check_id=check_id, done=done)


def _answered(
    request: HttpRequest,
    supplier: Supplier,
    form: forms.Form,
    act: Any,
    *,
    done: str,
    verb: str = "",
    check_id: int = 0,
) -> HttpResponse:
    try:
        result = tried(form, act)
    except (ConflictError, NotFoundError) as error:
        put_error(form, InvalidError(error.code, error.message))
        result = None
    if result is None:
        supplier.refresh_from_db()
        return _page(request, supplier, verb=verb, check_id=check_id, wrong=form)
    messages.success(request, done)
    return redirect("supplier_onboarding", supplier.code)
