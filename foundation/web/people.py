"""People and their duties, for user administrators."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation import access
from foundation.errors import InvalidError
from foundation.models import Role, User
from foundation.selectors import has_second_factor, people_of_ours, person_history
from foundation.services import (
    change_person,
    grant_duty,
    invite_person,
    reset_second_factor,
    revoke_duty,
    seen_of,
    send_link,
    set_active,
)
from foundation.web.door import admitted, now, put_error, staff
from foundation.web.keyset import paginate
from foundation.web.people_forms import DetailsForm, DutyForm, InviteForm, initial_details
from foundation.web.typed import words

DONE = {
    "deactivate": "is shut out; every session has ended", "reactivate": "may sign in again",
    "factor": "has no second factor any more; every session has ended",
}  # fmt: skip
ON_ITS_WAY = "A link to set a password is on its way to {}."
TABS = (("", "Active"), ("out", "Shut out"), ("all", "All"))


@require_safe
@login_required
def people(request: HttpRequest) -> HttpResponse:
    """List people of ours, with their duties."""
    admitted(request, access.can_administer_people(staff(request)))
    text, role, state = (request.GET.get(name, "").strip()[:60] for name in ("q", "role", "state"))
    role = role if role in Role.values else ""
    wanted = {"": True, "out": False}.get(state)
    context = {
        "page": paginate(request, people_of_ours(text=text, role=role, is_active=wanted)),
        "tabs": TABS, "state": state, "text": text, "role": role, "roles": Role.choices,
    }  # fmt: skip
    return render(request, "people/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def person_new(request: HttpRequest) -> HttpResponse:
    """Invite somebody: the account is made, and a link to set a password is mailed."""
    admitted(request, access.can_administer_people(staff(request)))
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = invite_person(
                username=form.cleaned_data["username"], details=form.details(), actor=staff(request), at=now()
            )
        except InvalidError as error:
            put_error(form, error)
        else:
            messages.success(request, ON_ITS_WAY.format(person.email))
            return redirect("person", person.pk)
    return render(request, "people/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@login_required
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show a person with duties, details and history."""
    return _page(request, _person(request, person_id))


@require_POST
@login_required
def person_save(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change name, address, limit, manager."""
    found = _person(request, person_id)
    form = DetailsForm(request.POST, person=found)
    if form.is_valid():
        try:
            change_person(
                person_id=found.pk, seen=request.POST.get("seen", ""), details=form.details(), actor=staff(request),
                at=now(),
            )  # fmt: skip
        except InvalidError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{form.cleaned_data['first_name']} is changed.")
            return redirect("person", found.pk)
    return _page(request, found, details=form)


@require_POST
@login_required
def person_grant(request: HttpRequest, person_id: int) -> HttpResponse:
    """Give a person a duty; a refusal comes back beside its form."""
    found = _person(request, person_id)
    form = DutyForm(request.POST)
    if form.is_valid():
        try:
            held = grant_duty(
                person_id=found.pk, role=form.cleaned_data["role"], actor=staff(request), at=now(), **form.where()
            )
        except InvalidError as error:
            put_error(form, error)
        else:
            messages.success(request, f"{held}.")
            return redirect("person", found.pk)
    return _page(request, found, duty=form)


@require_POST
@login_required
def person_revoke(request: HttpRequest, person_id: int, assignment_id: int) -> HttpResponse:
    """Take a duty away."""
    found = _person(request, person_id)
    revoke_duty(person_id=found.pk, assignment_id=assignment_id, actor=staff(request), at=now())
    messages.success(request, "The duty is taken away.")
    return redirect("person", found.pk)


@require_POST
@login_required
def person_do(request: HttpRequest, person_id: int, verb: str) -> HttpResponse:
    """Shut a person out, let them in again, take a lost second factor away, or send the link once more."""
    found = _person(request, person_id)
    if verb == "link":
        told = send_link(person_id=found.pk, actor=staff(request), at=now())
        messages.success(request, ON_ITS_WAY.format(told.email))
        return redirect("person", found.pk)
    if verb not in DONE:
        raise Http404
    known: dict[str, Any] = {"reason": words(request), "actor": staff(request), "at": now()}
    try:
        if verb == "factor":
            reset_second_factor(person_id=found.pk, **known)
        else:
            set_active(person_id=found.pk, is_active=verb == "reactivate", **known)
    except InvalidError as error:
        return _page(request, found, failed=error.message, failed_verb=verb)
    messages.success(request, f"{found} {DONE[verb]}.")
    return redirect("person", found.pk)


def _person(request: HttpRequest, person_id: int) -> User:
    admitted(request, access.can_administer_people(staff(request)))
    return get_object_or_404(people_of_ours().select_related("manager"), pk=person_id)


def _page(
    request: HttpRequest,
    person: User,
    *,
    details: forms.Form | None = None,
    duty: forms.Form | None = None,
    failed: str = "",
    failed_verb: str = "",
) -> HttpResponse:
    verdict = access.can_change_person(staff(request), person)
    wrong: Any = details or duty
    context = {
        "person": person,
        "duties": person.role_assignments.all(),
        "details": details or DetailsForm(person=person, initial=initial_details(person)),
        "duty": duty or DutyForm(),
        "wrong": wrong,
        "failed": failed,
        "failed_verb": failed_verb,
        "has_factor": has_second_factor(person),
        "seen": request.POST.get("seen") or seen_of(person=person),
        "verdict": verdict,
        "has_password": person.has_usable_password(),
        "history": person_history(person),
    }
    return render(request, "people/person.html", context, status=422 if wrong or failed else 200)
