"""A supplier's own certificates: what we need, what they sent, and sending one from a phone (SU-1)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import ConflictError, InvalidError
from foundation.web.attachment import attachment
from foundation.web.door import now, put_error, tried
from suppliers.decisions.company_roles import Act
from suppliers.models import Certificate
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.selectors.certificates import standing_of
from suppliers.services import SentCertificate, send_certificate, withdraw_certificate
from suppliers.validators import CertificateForm

SHOWN = 40


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def certificates(request: PortalRequest) -> HttpResponse:
    """Show what is needed and what was sent; take one in."""
    initial = {"kind": request.GET.get("kind", "")[:16]}
    form = CertificateForm(request.POST or None, request.FILES or None, initial=initial)
    try:
        made = tried(
            form,
            lambda: send_certificate(
                supplier_id=request.supplier.pk, sent=SentCertificate(**form.given()), actor=request.user, at=now()
            ),
        )
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message))
        made = None
    if made is not None:
        messages.success(
            request, f"We have your certificate: {made.kind}. We look at it and write if anything is wrong."
        )
        return redirect("portal_certificates")
    rows = Certificate.objects.filter(supplier=request.supplier).defer("file").select_related("kind")
    context = {
        "form": form, "rows": rows.order_by("-pk")[:SHOWN], "found": standing_of(request.supplier, now().date()),
        "section": "certificates", "today": now().date(), "may_send": Act.PROVE in request.may,
    }  # fmt: skip
    return render(request, "portal/certificates.html", context, status=422 if form.errors else 200)


@portal_view
@require_safe
def certificate_file(request: PortalRequest, certificate_id: int) -> HttpResponse:
    """Hand out a paper of the supplier's own."""
    found = get_object_or_404(Certificate, pk=certificate_id, supplier=request.supplier)
    ending = found.file_name.rpartition(".")[2].lower()
    return attachment(bytes(found.file), f"certificate-{found.pk}.{ending}", found.file_type)


@portal_view
@require_POST
def certificate_withdraw(request: PortalRequest, certificate_id: int) -> HttpResponse:
    """Take a certificate back that nobody has looked at yet."""
    if not Certificate.objects.filter(pk=certificate_id, supplier=request.supplier).exists():
        raise Http404
    withdraw_certificate(certificate_id=certificate_id, supplier_id=request.supplier.pk, actor=request.user, at=now())
    messages.success(request, "The certificate is taken back.")
    return redirect("portal_certificates")
