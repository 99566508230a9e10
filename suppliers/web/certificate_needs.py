"""Which certificates are needed of whom: rows that who keeps suppliers adds and drops (SU-1)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import ConflictError, InvalidError, require
from foundation.web.door import admitted, now, put_error, staff, tried
from suppliers import access
from suppliers.models import CertificateNeed
from suppliers.selectors.certificates import needs_and_kinds
from suppliers.services import NeedDetails, add_certificate_kind, drop_certificate_need, need_certificate
from suppliers.validators import KindForm, NeedForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def needs(request: HttpRequest) -> HttpResponse:
    """Show what is needed of whom; ask for one more."""
    admitted(request, access.can_see_certificates(staff(request)))
    if request.method != "POST":
        return _page(request)
    require(access.can_keep_certificates(staff(request)))
    form = NeedForm(request.POST)
    if _asked(request, form) is None:
        return _page(request, need=form)
    messages.success(request, "It is asked for. Suppliers read it on their page.")
    return redirect("certificate_needs")


def _asked(request: HttpRequest, form: NeedForm) -> CertificateNeed | None:
    try:
        return tried(
            form,
            lambda: need_certificate(details=NeedDetails(**form.cleaned_data), actor=staff(request), at=now()),
        )
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message))
        return None


def _page(request: HttpRequest, *, need: NeedForm | None = None, kind: KindForm | None = None) -> HttpResponse:
    rows, kinds = needs_and_kinds()
    context = {
        "rows": rows, "kinds": kinds, "may_keep": access.can_keep_certificates(staff(request)), "today": now().date(),
        "form": need or NeedForm(initial={"needed_from": now().date()}), "kind_form": kind or KindForm(auto_id="id_kind_%s"),
        "wrong": need or kind, "is_kind_wrong": kind is not None,
    }  # fmt: skip
    bad = need is not None or kind is not None
    return render(request, "suppliers/certificates/needs.html", context, status=422 if bad else 200)


@require_POST
@login_required
def kind_new(request: HttpRequest) -> HttpResponse:
    """Add a kind of certificate."""
    admitted(request, access.can_keep_certificates(staff(request)))
    form = KindForm(request.POST, auto_id="id_kind_%s")
    made = tried(form, lambda: add_certificate_kind(**form.cleaned_data, actor=staff(request), at=now()))
    if made is None:
        return _page(request, kind=form)
    messages.success(request, f"{made} can be asked for now.")
    return redirect("certificate_needs")


@require_POST
@login_required
def need_drop(request: HttpRequest, need_id: int) -> HttpResponse:
    """Ask for a certificate no longer."""
    admitted(request, access.can_keep_certificates(staff(request)))
    drop_certificate_need(need_id=need_id, actor=staff(request), at=now())
    messages.success(request, "It is not asked for any more.")
    return redirect("certificate_needs")
