"""A supplier's people at the portal, for supplier managers."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import require
from foundation.models import User
from foundation.selectors import has_second_factor, person_history
from foundation.services import PersonDetails, seen_of
from foundation.web.door import now, staff, tried
from suppliers import access
from suppliers.models import CompanyRole, Supplier, SupplierUser
from suppliers.services import (
    change_supplier_person,
    invite_supplier_person,
    reset_supplier_second_factor,
    send_supplier_link,
    set_company_role,
    set_supplier_person_active,
)

ON_ITS_WAY = "A link to set a password is on its way to {}."
DONE = {
    "deactivate": "is shut out; every session has ended", "reactivate": "may act for it again",
    "factor": "has no second factor any more; every session has ended",
}  # fmt: skip


class NamesForm(forms.Form):
    """What somebody is called and where mail reaches them."""

    first_name = forms.CharField(max_length=150, label="First name")
    last_name = forms.CharField(max_length=150, label="Last name")
    email = forms.EmailField(max_length=254, label="E-mail")

    def details(self) -> PersonDetails:
        """Return what was written, as the service takes it."""
        return PersonDetails(**{name: self.cleaned_data[name] for name in NamesForm.base_fields})


class InviteForm(NamesForm):
    """Somebody new."""

    username = forms.CharField(max_length=150, label="User name", help_text="such as k.acme; it stays as it is")
    join = forms.BooleanField(required=False, label="They act for this supplier too, under the account they have")
    field_order = ("first_name", "last_name", "username", "email")


class ReasonForm(forms.Form):
    """Why access changes; the service asks for it."""

    reason = forms.CharField(max_length=300, required=False, label="Reason", strip=True)


class RoleForm(forms.Form):
    """What somebody does for their company; the service asks for the reason."""

    role = forms.ChoiceField(label="Role", choices=CompanyRole.choices)
    reason = forms.CharField(max_length=300, required=False, label="Reason", strip=True)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def person_new(request: HttpRequest, code: str) -> HttpResponse:
    """Invite somebody of a supplier: the account is made, and a link to set a password is mailed."""
    supplier = _supplier(request, code)
    form = InviteForm(request.POST or None)
    made = tried(
        form,
        lambda: invite_supplier_person(
            supplier_id=supplier.pk, username=form.cleaned_data["username"], details=form.details(),
            join=form.cleaned_data["join"], actor=staff(request), at=now(),
        ),
    )  # fmt: skip
    if made is None:
        asked = "join" in form.errors or bool(request.POST.get("join"))
        context = {"form": form, "supplier": supplier, "asked": asked}
        return render(request, "suppliers/person_new.html", context, status=422 if form.errors else 200)
    if made.has_usable_password():
        messages.success(request, f"{made} may act for {supplier} now.")
    else:
        messages.success(request, ON_ITS_WAY.format(made.email))
    return redirect("supplier_person", code, made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def person(request: HttpRequest, code: str, person_id: int) -> HttpResponse:
    """Show somebody of a supplier, and correct name and address."""
    supplier = _supplier(request, code)
    held = _held(supplier, person_id)
    form = NamesForm(request.POST or None, initial=_there(held.user))
    saved = tried(
        form,
        lambda: change_supplier_person(
            supplier_id=supplier.pk, person_id=person_id, seen=request.POST.get("seen", ""), details=form.details(),
            actor=staff(request), at=now(),
        ),
    )  # fmt: skip
    if saved is not None:
        messages.success(request, f"{saved} is saved.")
        return redirect("supplier_person", code, person_id)
    return _page(request, held, form=form)


@require_POST
@login_required
def person_do(request: HttpRequest, code: str, person_id: int, verb: str) -> HttpResponse:
    """Shut somebody of a supplier out, let them in again, change their role, take a lost second factor away, or send the link again."""
    supplier = _supplier(request, code)
    held = _held(supplier, person_id)
    known: dict[str, Any] = {"supplier_id": supplier.pk, "person_id": person_id, "actor": staff(request), "at": now()}
    if verb == "link":
        messages.success(request, ON_ITS_WAY.format(send_supplier_link(**known).email))
        return redirect("supplier_person", code, person_id)
    if verb not in {*DONE, "role"}:
        raise Http404
    if verb == "role":
        return _give_role(request, held, known)
    form = ReasonForm(request.POST, auto_id="id_factor_%s" if verb == "factor" else "id_%s")

    def act() -> object:
        why = form.cleaned_data["reason"]
        if verb == "factor":
            return reset_supplier_second_factor(**known, reason=why)
        return set_supplier_person_active(**known, is_active=verb == "reactivate", reason=why)

    if tried(form, act) is None:
        return _page(request, held, **{"factor" if verb == "factor" else "access": form})
    messages.success(request, f"{held.user} {DONE[verb]}.")
    return redirect("supplier_person", code, person_id)


def _give_role(request: HttpRequest, held: SupplierUser, known: dict[str, Any]) -> HttpResponse:
    form = RoleForm(request.POST, auto_id="id_role_%s")
    saved = tried(form, lambda: set_company_role(**known, **form.cleaned_data))
    if saved is None:
        return _page(request, held, role=form)
    messages.success(request, f"{held.user} is now: {saved.get_role_display()}.")
    return redirect("supplier_person", held.supplier.code, held.user_id)


def _supplier(request: HttpRequest, code: str) -> Supplier:
    """Return the supplier to those who maintain it; to who sees no supplier it is missing."""
    supplier = get_object_or_404(access.visible_suppliers(staff(request)), code=code)
    require(access.can_maintain(staff(request)))
    return supplier


def _held(supplier: Supplier, person_id: int) -> SupplierUser:
    return get_object_or_404(supplier.people.select_related("user", "supplier"), user_id=person_id)


def _there(person: User) -> dict[str, str]:
    return {"first_name": person.first_name, "last_name": person.last_name, "email": person.email}


def _page(request: HttpRequest, held: SupplierUser, **given: forms.Form) -> HttpResponse:
    """Draw the page; `given` holds the form that was sent: form, access, factor or role."""
    wrong = next((one for one in given.values() if one.errors), None)
    context = {
        "held": held, "person": held.user, "supplier": held.supplier, "wrong": wrong,
        "form": given.get("form") or NamesForm(initial=_there(held.user)), "access": given.get("access") or ReasonForm(),
        "factor": given.get("factor") or ReasonForm(auto_id="id_factor_%s"), "has_factor": has_second_factor(held.user),
        "may_sign_in": held.is_active and held.user.is_active, "history": person_history(held.user),
        "role": given.get("role") or RoleForm(initial={"role": held.role}, auto_id="id_role_%s"),
        "seen": request.POST.get("seen") or seen_of(person=held.user), "is_machine": not held.user.email,
    }  # fmt: skip
    return render(request, "suppliers/person.html", context, status=422 if wrong else 200)
