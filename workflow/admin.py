"""Replays in the Django admin: asked for and looked at by support staff who may read policies, through the same service."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from foundation.errors import require
from foundation.models import User
from foundation.verdict import Verdict
from policies.access import can_read_policies
from policies.admin.doors import Door, person_of
from policies.models import PolicyKind, PolicyVersion
from workflow.models import Replay
from workflow.services import start_replay


class ReplayForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A version of the matrix, and how many days of decisions it is tried on."""

    version = forms.ModelChoiceField(PolicyVersion.objects.filter(kind=PolicyKind.APPROVAL).order_by("-number"))
    days = forms.IntegerField(initial=90, help_text="1 to 1,100. An earlier replay of the version is dropped.")


@admin.register(Replay)
class ReplayAdmin(Door):
    """Replays: ask for one, see what it found; what was found stays."""

    exclude: ClassVar[Any] = ()
    list_display = ["policy", "days", "created_by", "created_at", "finished_at", "is_stale"]
    shown = ("policy", "days", "since", "until", "created_by", "created_at", "finished_at", "numbers", "page")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Replay]:
        return super().get_queryset(request).select_related("policy", "created_by", "job")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(can_read_policies(person_of(request)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def require_open(self, person: User, found: Any) -> None:
        require(can_read_policies(person))
        require(Verdict("replay_kept", f"{found} stays as it was found. Ask for another replay."))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        return ("version", "days") if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        return () if obj is None else self.shown

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        kwargs["form"] = ReplayForm if obj is None else forms.ModelForm
        kwargs["fields"] = ["days"] if obj is None else []
        return super().get_form(request, obj, *args, **kwargs)

    @admin.display(description="Found")
    def numbers(self, found: Replay) -> str:
        """Say how many documents would have gone another way."""
        if found.finished_at is None:
            return "Not finished yet."
        return f"{found.result['different']:,} of {found.result['documents']:,} documents would have gone another way."

    @admin.display(description="All of it")
    def page(self, found: Replay) -> str:
        """Lead to the page with every document."""
        return format_html("<a href='{}'>Open the replay</a>", reverse("policy_replay", args=[found.policy.number]))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:  # noqa: ARG002 - Django's
        """Ask for the replay; a worker does it."""
        data = form.cleaned_data
        replay = start_replay(
            version_id=data["version"].pk, days=data["days"], actor=person_of(request), at=timezone.now()  # noqa: TID251 - the porch reads the clock
        )  # fmt: skip
        obj.pk, obj.policy = replay.pk, replay.policy
        assert replay.job is not None  # noqa: S101 - just asked for
        where = reverse("job", args=[replay.job.pk])
        messages.success(request, format_html("A worker is at it: <a href='{}'>see how far it is</a>.", where))

    def save_related(self, request: Any, form: Any, formsets: Any, change: Any) -> None:
        """Write nothing more: the service wrote all of it."""
