"""Following a document: its list of followers, beginning and ending, and adding others."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from foundation import registries
from foundation.models import User
from foundation.web.door import now, staff, tried
from foundation.web.typed import whole
from workflow.models import Follower
from workflow.selectors.followers import followers_of, may_be_added
from workflow.services import follow, unfollow


class FollowersForm(forms.Form):
    """Who is told too."""

    people = forms.ModelMultipleChoiceField(User.objects.none(), label="Who is told too", required=False)

    def __init__(self, choices: QuerySet[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = self.fields["people"]
        assert isinstance(people, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above; for the type checker
        people.queryset = choices


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def followers(request: HttpRequest, subject_type: str, subject_id: int) -> HttpResponse:
    """List who follows a document the person may see; begin, end, or add others."""
    actor = staff(request)
    subject = registries.subjects.get(subject_type)
    if subject is None or not subject.visible(actor, subject_id):
        raise Http404
    verb = request.POST.get("verb", "")
    if verb == "unfollow":
        person = whole(request.POST.get("person")) or actor.pk
        unfollow(subject_type=subject_type, subject_id=subject_id, person_id=person, actor=actor, at=now())
        messages.success(request, "You are told no more." if person == actor.pk else "Taken off.")
        return redirect(subject.url(subject_id))
    if verb == "follow":
        follow(subject_type=subject_type, subject_id=subject_id, people=[actor.pk], actor=actor, at=now())
        messages.success(request, "You are told what becomes of it.")
        return redirect(subject.url(subject_id))
    rows = followers_of(subject_type, subject_id)
    form = FollowersForm(may_be_added(row.person_id for row in rows), request.POST or None)
    if request.method == "POST":
        added = tried(
            form,
            lambda: follow(
                subject_type=subject_type, subject_id=subject_id, actor=actor, at=now(),
                people=[one.pk for one in form.cleaned_data["people"]],
            ),
        )  # fmt: skip
        if added is not None:
            messages.success(request, f"{', '.join(map(str, added)) or 'Nobody new'} will be told.")
            return redirect(subject.url(subject_id))
    title = subject.title(subject_id)
    context = {
        "rows": rows, "form": form, "title": title,
        "back": subject.page(title) if subject.page else subject.url(subject_id),
        "subject_type": subject_type, "subject_id": subject_id,
    }  # fmt: skip
    return render(request, "workflow/followers.html", context, status=422 if form.errors else 200)


def panel_of(subject_type: str) -> Any:
    """Return the panel that shows who follows a kind of document."""

    def followers_panel(request: HttpRequest, pk: int | None) -> str:
        user = request.user
        if not isinstance(user, User) or user.kind != User.Kind.STAFF or pk is None:
            return ""
        rows: list[Follower] = followers_of(subject_type, pk)
        context = {
            "rows": rows, "subject_type": subject_type, "subject_id": pk,
            "follows": any(row.person_id == user.pk for row in rows),
        }  # fmt: skip
        return render_to_string("workflow/followers_panel.html", context, request=request)

    return followers_panel
