"""Suppliers' certificates for who keeps them: what waits, what ends, what is missing, and one supplier's papers (SU-1)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import holds_anywhere
from foundation.errors import ConflictError, InvalidError, require
from foundation.roles import VIEW
from foundation.web.attachment import attachment
from foundation.web.door import admitted, now, put_error, staff, tried
from foundation.web.keyset import paginate
from suppliers import access, services
from suppliers.models import Certificate, CertificateState, RestrictionCause, Supplier, SupplierRestriction
from suppliers.selectors.certificates import certificates_of, ending, standing_of, waiting_certificates
from suppliers.services import SentCertificate, send_certificate
from suppliers.validators import CertificateForm, RefusalForm

TABS = (("waiting", "To look at"), ("ending", "Ending or ended"), ("missing", "Orders stopped"))
DONE = {
    "accept": "The certificate is accepted.", "refuse": "The certificate is refused; who sent it is told.",
    "withdraw": "The certificate is withdrawn.",
}  # fmt: skip


@require_safe
@login_required
def certificate_list(request: HttpRequest) -> HttpResponse:
    """List what waits for a look, what ends within 90 days, and whose orders stopped for want of a certificate."""
    admitted(request, access.can_see_certificates(staff(request)))
    view = request.GET.get("view", "")
    view = view if view in dict(TABS) else "waiting"
    context: dict[str, Any] = {"tabs": TABS, "view": view, "today": now().date()}
    if view == "missing":
        rows = SupplierRestriction.objects.filter(cause=RestrictionCause.CERTIFICATE, lifted_at=None)
        context["page"] = paginate(request, rows.select_related("supplier"))
    else:
        asked = waiting_certificates() if view == "waiting" else ending(now().date())
        context["page"] = paginate(request, asked)
    context["may_keep"] = access.can_keep_certificates(staff(request))
    return render(request, "suppliers/certificates/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def of_supplier(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is needed of a supplier and what it sent; take in a certificate that came by letter."""
    supplier = _supplier(request, code)
    if request.method != "POST":
        return _page(request, supplier)
    require(access.can_send_certificate(staff(request), supplier.pk))
    form = CertificateForm(request.POST, request.FILES)
    if tried(form, lambda: _send(request, supplier, form)) is None:
        return _page(request, supplier, form=form)
    messages.success(request, "The certificate is kept. Somebody else looks at it before it counts.")
    return redirect("supplier_certificates", code)


def _send(request: HttpRequest, supplier: Supplier, form: CertificateForm) -> Certificate:
    sent = SentCertificate(**form.given())
    return send_certificate(supplier_id=supplier.pk, sent=sent, actor=staff(request), at=now())


def _supplier(request: HttpRequest, code: str) -> Supplier:
    if not holds_anywhere(staff(request), VIEW):
        raise Http404
    supplier = get_object_or_404(access.visible_suppliers(staff(request)), code=code)
    require(access.can_see_certificates(staff(request)))
    return supplier


def _page(
    request: HttpRequest, supplier: Supplier, *, form: CertificateForm | None = None, failed: int = 0,
    wrong: forms.Form | None = None,
) -> HttpResponse:  # fmt: skip
    user = staff(request)
    rows = [
        (one, access.can_check_certificate(user, one), RefusalForm(auto_id=f"id_{one.pk}_%s"))
        for one in certificates_of(supplier)
    ]
    context = {
        "supplier": supplier, "rows": rows, "found": standing_of(supplier, now().date()),
        "form": form or CertificateForm(), "may_send": access.can_send_certificate(user, supplier.pk),
        "failed": failed, "wrong": wrong, "today": now().date(), "is_new_wrong": form is not None,
    }  # fmt: skip
    bad = form is not None or wrong is not None
    return render(request, "suppliers/certificates/of_supplier.html", context, status=422 if bad else 200)


@require_safe
@login_required
def certificate_file(request: HttpRequest, code: str, certificate_id: int) -> HttpResponse:
    """Hand out the paper of a certificate as a file; it is never shown inside a page."""
    return handed_out(get_object_or_404(Certificate, pk=certificate_id, supplier=_supplier(request, code)))


def handed_out(certificate: Certificate) -> HttpResponse:
    """Answer a certificate's paper as a download under a name of ours."""
    ending_ = certificate.file_name.rpartition(".")[2].lower()
    return attachment(bytes(certificate.file), f"certificate-{certificate.pk}.{ending_}", certificate.file_type)


@require_POST
@login_required
def certificate_do(request: HttpRequest, code: str, certificate_id: int, verb: str) -> HttpResponse:
    """Accept, refuse or withdraw; a refusal comes back beside its form."""
    supplier = _supplier(request, code)
    certificate = get_object_or_404(Certificate.objects.defer("file"), pk=certificate_id, supplier=supplier)
    if verb not in DONE:
        raise Http404
    form = RefusalForm(request.POST, auto_id=f"id_{certificate_id}_%s")
    by: dict[str, Any] = {"certificate_id": certificate.pk, "actor": staff(request), "at": now()}

    def act() -> Certificate:
        if verb == "accept":
            return services.accept_certificate(**by)
        if verb == "refuse":
            return services.refuse_certificate(**by, reason=form.cleaned_data["reason"])
        return services.withdraw_certificate(**by, supplier_id=supplier.pk)

    try:
        done = tried(form, act)
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message))
        done = None
    if done is None:
        return _page(request, supplier, failed=certificate.pk, wrong=form)
    messages.success(request, DONE[verb])
    if verb == "accept" and Certificate.objects.filter(state=CertificateState.WAITING).exists():
        return redirect("certificates")
    return redirect("supplier_certificates", code)
