"""The locations of a supplier: where its orders go and where it is paid."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from foundation.errors import ConflictError, InvalidError, require
from foundation.models import Site
from foundation.web.door import now, put_error, staff, tried
from foundation.web.typed import seen_version
from suppliers import access
from suppliers.models import SiteUse, Supplier, SupplierSite
from suppliers.services import GivenSite, write_supplier_site

WORDS = ("name", "orders", "payments", "address", "country", "contact", "phone", "email", "edi_id", "currency")


class SiteForm(forms.Form):
    """A location. What is left empty is as the company's record says."""

    code = forms.CharField(max_length=16, label="Code", help_text="orders and bills name it; it stays as it is")
    name = forms.CharField(max_length=120, label="Name")
    orders = forms.ChoiceField(choices=SiteUse.choices, label="Orders go here")
    payments = forms.ChoiceField(choices=SiteUse.choices, label="Payments go here")
    address = forms.CharField(max_length=500, required=False, label="Address", widget=forms.Textarea({"rows": 3}))
    country = forms.CharField(max_length=2, required=False, label="Country", help_text="two letters, such as GB")
    contact = forms.CharField(max_length=120, required=False, label="Contact")
    phone = forms.CharField(max_length=40, required=False, label="Telephone")
    email = forms.EmailField(required=False, label="Mail", help_text="orders that go here are sent to it")
    edi_id = forms.CharField(max_length=35, required=False, label="EDI id", help_text="such as a GLN")
    currency = forms.CharField(max_length=3, required=False, label="Currency", help_text="empty = every currency")
    serves = forms.MultipleChoiceField(
        required=False, label="Our sites that order here", widget=forms.CheckboxSelectMultiple
    )
    is_active = forms.BooleanField(required=False, initial=True, label="In use")

    def __init__(self, *args: Any, site: SupplierSite | None = None, **kwargs: Any) -> None:
        """Offer our sites; the code of a location that is there is not asked for."""
        super().__init__(*args, **kwargs)
        field = self.fields["serves"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker what is written above
        field.choices = list(Site.objects.order_by("name").values_list("code", "name"))
        if site is not None:
            del self.fields["code"]
            self.initial = {name: getattr(site, name) for name in (*WORDS, "is_active")}
            self.initial["serves"] = list(site.serves.values_list("code", flat=True))

    def given(self, code: str = "") -> GivenSite:
        """Return what was written, as the service takes it."""
        data = {name: self.cleaned_data[name] for name in (*WORDS, "is_active")}
        return GivenSite(code=code or self.cleaned_data["code"], serves=tuple(self.cleaned_data["serves"]), **data)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def site_new(request: HttpRequest, code: str) -> HttpResponse:
    """Add a location."""
    return _write(request, _supplier(request, code), None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def site_change(request: HttpRequest, code: str, site_code: str) -> HttpResponse:
    """Change a location."""
    supplier = _supplier(request, code)
    return _write(request, supplier, get_object_or_404(SupplierSite, supplier=supplier, code=site_code))


def _supplier(request: HttpRequest, code: str) -> Supplier:
    supplier = get_object_or_404(access.visible_suppliers(staff(request)), code=code)
    require(access.can_maintain(staff(request)))
    return supplier


def _write(request: HttpRequest, supplier: Supplier, site: SupplierSite | None) -> HttpResponse:
    form = SiteForm(request.POST or None, site=site)
    try:
        done = tried(
            form,
            lambda: write_supplier_site(
                supplier_id=supplier.pk, site_id=site.pk if site else None,
                expected_version=seen_version(request) if site else None, given=form.given(site.code if site else ""),
                actor=staff(request), at=now(),
            ),
        )  # fmt: skip
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message, field="payments"))
        done = None
    if done is None:
        context = {"form": form, "supplier": supplier, "site": site}
        return render(request, "suppliers/site.html", context, status=422 if form.errors else 200)
    messages.success(request, f"{done} is kept.")
    return redirect("supplier", supplier.code)
