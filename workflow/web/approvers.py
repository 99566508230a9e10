"""Adding an approver to an open request (AP-6)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from foundation import registries
from foundation.errors import require
from foundation.models import User
from foundation.web.door import now, staff, tried
from workflow import access
from workflow.models import ApprovalRequest
from workflow.selectors import with_chain
from workflow.services import add_approver


class ApproverForm(forms.Form):
    """Who else decides, when, and why."""

    person = forms.ModelChoiceField(User.objects.none(), label="Who decides too", empty_label="Choose")
    place = forms.ChoiceField(
        choices=[("after", "After the open stage"), ("before", "Before it: the open stage waits for them")],
        initial="after", label="When", widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(max_length=300, label="Why", help_text="Everybody in the chain reads it.")

    def __init__(self, request: ApprovalRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {one.person_id for step in request.steps.all() for one in step.assignees.all()}
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)  # noqa: S101 - declared above; for the type checker
        person.queryset = (
            User.objects.filter(kind=User.Kind.STAFF, is_active=True)
            .exclude(pk__in={*asked, request.requester_id})
            .order_by("first_name", "last_name")
        )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add(request: HttpRequest, request_id: int) -> HttpResponse:
    """Add an approver before or after the open stage."""
    actor = staff(request)
    asked = get_object_or_404(ApprovalRequest.objects.select_related("site", "policy", "requester"), pk=request_id)
    if not access.can_see_request(actor, asked):
        raise Http404
    require(access.can_add_approver(actor, asked))
    form = ApproverForm(with_chain(asked), request.POST or None)
    subject = registries.subjects.get(asked.subject_type)
    back = subject.url(asked.subject_id) if subject else ""
    if request.method == "POST":
        made = tried(
            form,
            lambda: add_approver(
                request_id=asked.pk,
                content_hash=request.POST.get("hash", ""),
                person_id=form.cleaned_data["person"].pk,
                place=form.cleaned_data["place"],
                reason=form.cleaned_data["reason"],
                actor=actor,
                at=now(),
            ),
        )
        if made is not None:
            messages.success(request, f"{form.cleaned_data['person']} decides too.")
            return redirect(back or "inbox")
    context = {"form": form, "asked": asked, "approval": asked, "back": back}
    return render(request, "workflow/add_approver.html", context, status=422 if form.errors else 200)
