"""“I am not the right person”: what a letter's second link leads to; only the button does anything (UX 10)."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from foundation.web.door import now, staff, tried
from workflow import access
from workflow.models import ApprovalRequest
from workflow.selectors import with_chain
from workflow.services import say_wrong_person


class WrongPersonForm(forms.Form):
    """Who should look at it instead, and why."""

    way = forms.ChoiceField(
        choices=[
            ("rules", "Ask whom the rules name when nobody else decides: the fallback owner"),
            ("team", "Tell the policy team that the rule asks the wrong person"),
        ],
        initial="rules", label="What should happen", widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(max_length=300, label="Why it is not yours", help_text="They read it.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def wrong_person(request: HttpRequest, request_id: int) -> HttpResponse:
    """Offer the ways out to whoever is asked; what no longer waits for them says who decided."""
    actor = staff(request)
    asked = get_object_or_404(ApprovalRequest.objects.select_related("site", "policy", "requester"), pk=request_id)
    if not access.can_see_request(actor, asked):
        raise Http404
    step = access.waiting_for(actor).filter(request=asked).order_by("position").first()
    if step is None:
        return redirect("inbox_task", request_id)
    form = WrongPersonForm(request.POST or None)
    if request.method == "POST":
        names = tried(
            form,
            lambda: say_wrong_person(
                request_id=asked.pk, way=form.cleaned_data["way"], reason=form.cleaned_data["reason"], actor=actor, at=now()
            ),
        )  # fmt: skip
        if names is not None:
            said = (
                f"{' and '.join(names)} can decide it too now." if names else "The policy team has it as an exception."
            )
            messages.success(request, f"{said} Until somebody decides, it stays with you as well.")
            return redirect("inbox_task", request_id)
    context = {"form": form, "asked": asked, "step": step, "approval": with_chain(asked)}
    return render(request, "workflow/wrong_person.html", context, status=422 if form.errors else 200)
