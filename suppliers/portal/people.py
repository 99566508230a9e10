"""Who acts for the company: everybody sees their colleagues, administrators look after them (SU-4)."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import require
from foundation.web.door import now, tried
from suppliers.access import judge_act
from suppliers.decisions.company_roles import Act
from suppliers.models import CompanyRole, SupplierUser
from suppliers.portal.door import PortalRequest, portal_view
from suppliers.selectors.company import people_of_company
from suppliers.services import Colleague, change_colleague_role, invite_colleague, remove_colleague

MEANS = {
    CompanyRole.ADMINISTRATOR: _("Everything, and who else acts for the company"),
    CompanyRole.ORDERS: _("Answers orders and writes messages"),
    CompanyRole.MONEY: _("Sends invoices, changes the bank account and writes messages"),
    CompanyRole.READER: _("Reads everything and changes nothing"),
}


class RoleForm(forms.Form):
    """What a colleague does for the company."""

    role = forms.ChoiceField(
        label=_("Role"), widget=forms.RadioSelect,
        choices=lambda: [(role.value, f"{gettext(str(role.label))}: {means}") for role, means in MEANS.items()],
    )  # fmt: skip


class ColleagueForm(RoleForm):
    """Somebody new."""

    first_name = forms.CharField(max_length=59, label=_("First name"))
    last_name = forms.CharField(max_length=59, label=_("Last name"))
    email = forms.EmailField(
        max_length=254, label=_("E-mail"), help_text=_("They sign in with it; no password is needed.")
    )


@require_safe
@portal_view
def company_people(request: PortalRequest) -> HttpResponse:
    """List who acts for the company, and as what."""
    people = [(held, MEANS[CompanyRole(held.role)]) for held in people_of_company(request.supplier.pk)]
    return render(request, "portal/people/list.html", {"people": people, "section": "people"})


@require_http_methods(["GET", "HEAD", "POST"])
@portal_view
def invite(request: PortalRequest) -> HttpResponse:
    """Invite a colleague; a letter goes out."""
    require(judge_act(request.may, Act.PEOPLE))
    form = ColleagueForm(request.POST or None, initial={"role": CompanyRole.ORDERS})
    made = tried(
        form,
        lambda: invite_colleague(
            supplier_id=request.supplier.pk, colleague=Colleague(**form.cleaned_data), actor=request.user, at=now()
        ),
    )  # fmt: skip
    if made is None:
        context = {"form": form, "section": "people"}
        return render(request, "portal/people/invite.html", context, status=422 if form.errors else 200)
    messages.success(
        request, gettext("A letter is on its way to %(address)s.") % {"address": form.cleaned_data["email"]}
    )
    return redirect("portal_people")


@require_http_methods(["GET", "HEAD", "POST"])
@portal_view
def colleague(request: PortalRequest, person_id: int) -> HttpResponse:
    """Show a colleague, and give them another role."""
    held = _held(request, person_id)
    require(judge_act(request.may, Act.PEOPLE))
    form = RoleForm(request.POST or None, initial={"role": held.role})
    saved = tried(
        form,
        lambda: change_colleague_role(
            supplier_id=request.supplier.pk, person_id=person_id, role=form.cleaned_data["role"], actor=request.user,
            at=now(),
        ),
    )  # fmt: skip
    if saved is None:
        context = {"form": form, "held": held, "section": "people"}
        return render(request, "portal/people/person.html", context, status=422 if form.errors else 200)
    messages.success(
        request,
        gettext("%(person)s is now: %(role)s.") % {"person": held.shown, "role": gettext(saved.get_role_display())},
    )
    return redirect("portal_people")


@require_POST
@portal_view
def remove(request: PortalRequest, person_id: int) -> HttpResponse:
    """Let a colleague, or oneself, act for the company no more."""
    held = _held(request, person_id)
    remove_colleague(supplier_id=request.supplier.pk, person_id=person_id, actor=request.user, at=now())
    if held.user_id == request.user.pk:
        return redirect("account_request_login_code")
    messages.success(
        request,
        gettext("%(person)s does not act for %(company)s any more.")
        % {"person": held.shown, "company": request.supplier},
    )
    return redirect("portal_people")


def _held(request: PortalRequest, person_id: int) -> SupplierUser:
    found = next((one for one in people_of_company(request.supplier.pk) if one.user_id == person_id), None)
    if found is None:
        raise Http404
    return found
