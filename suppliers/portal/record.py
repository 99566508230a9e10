"""The supplier's own door to its record: what it tells is written, or asked of us (SU-5)."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.errors import ConflictError, InvalidError, require
from foundation.web.door import now, put_error, tried
from suppliers.access import judge_act
from suppliers.decisions.company_roles import Act
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.selectors.supplier_page import told_of
from suppliers.services import Heard, Told, tell_supplier
from suppliers.validators.record import RecordForm


@portal_view
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: PortalRequest) -> HttpResponse:
    """Show the company as we know it, let its administrators change it, and list what waits with us."""
    supplier = request.supplier
    require(judge_act(request.may, Act.PEOPLE))
    places, asked = told_of(supplier)
    form = RecordForm(supplier, places, request.POST or None, theirs=True)

    def act() -> Heard:
        values = form.given()
        if not values:
            raise InvalidError("nothing_changed", "Nothing differs from what we know.")
        told = Told(values, "portal", reason=form.cleaned_data["reason"])
        return tell_supplier(supplier_id=supplier.pk, told=told, actor=request.user, at=now())

    try:
        heard = tried(form, act)
    except ConflictError as error:
        put_error(form, InvalidError(error.code, "Please write to us about this."))
        heard = None
    if heard is None:
        context = {"form": form, "section": "record", "asked": asked, "rows": [form[code] for code in form.now]}
        return render(request, "portal/record.html", context, status=422 if form.errors else 200)
    number = heard.change.number if heard.change else ""
    messages.success(request, f"We check {number} and write to you." if number else "Saved.")
    return redirect("portal_record")
