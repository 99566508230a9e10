"""Versions of policies in the Django admin: through the same services as the pages."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join

from foundation.errors import InvalidError
from policies import services
from policies.admin.doors import Door, person_of
from policies.admin.forms import AnyForm, VersionForm
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import analysis_of, differences_between, file_of, in_force_or_none

MOST_LINES = 200


@admin.register(PolicyVersion)
class PolicyVersionAdmin(Door):
    """Versions: start a draft, change its switches, publish it as a second person, discard it."""

    form = VersionForm
    exclude: ClassVar[Any] = ()
    list_display = ["__str__", "kind", "number", "state", "created_by", "published_by", "effective_from"]
    list_filter = ["kind", "state"]
    fields = ("kind", "note", "settings", "act", "effective_from", "seen")
    shown = (
        "number", "state", "created_by", "created_at", "published_by", "published_at", "effective_until", "analysed_at",
        "analysed_blocking", "differs", "found",
    )  # fmt: skip

    @admin.display(description="Differs from what is in force")
    def differs(self, version: PolicyVersion) -> str:
        """Say in words how a version differs from the one in force."""
        base = in_force_or_none(version.kind, timezone.now())  # noqa: TID251 - the porch reads the clock
        if base is None or base.pk == version.pk:
            return "It is in force." if base else "Nothing is in force yet."
        lines = differences_between(base, version)
        return format_html_join("", "<p>{}</p>", ((line,) for line in lines[:MOST_LINES])) or "Nothing differs."

    @admin.display(description="What the analyser finds")
    def found(self, version: PolicyVersion) -> str:
        """Say what stands in the way of publishing a matrix, and what is worth a look."""
        if version.kind != PolicyKind.APPROVAL:
            return "Only a matrix is analysed."
        analysis = analysis_of(version, at=timezone.now())  # noqa: TID251 - the porch reads the clock
        if not analysis.is_done:
            return "With more than 300 rows it is analysed by a worker. Choose “Analyse one draft” in the list."
        lines = (("Stops publication: " if one.blocks else "Look: ", one.sentence) for one in analysis.findings)
        return format_html_join("", "<p><strong>{}</strong>{}</p>", lines) or "Nothing in the way of publication."

    actions = ("export_workbook", "export_json", "analyse", "roll_forward", "withdraw")

    @admin.action(description="Export one version as a spreadsheet", permissions=["view"])
    def export_workbook(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> HttpResponse | None:
        """Send a version as a workbook."""
        return self._export(request, chosen, "xlsx")

    @admin.action(description="Export one version as JSON", permissions=["view"])
    def export_json(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> HttpResponse | None:
        """Send a version as JSON."""
        return self._export(request, chosen, "json")

    @admin.action(description="Analyse one draft", permissions=["add"])
    def analyse(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> HttpResponse | None:
        """Analyse a draft as it is now."""
        return self._act(request, chosen, lambda one, **who: services.analyse_draft(version_id=one.pk, **who))

    @admin.action(description="Roll forward to one older version, as a draft", permissions=["add"])
    def roll_forward(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> HttpResponse | None:
        """Make a draft equal to an older version."""
        return self._act(request, chosen, lambda one, **who: services.roll_forward(version_id=one.pk, **who))

    @admin.action(description="Withdraw one version before it starts", permissions=["add"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> HttpResponse | None:
        """Take back a version that waits for its day."""
        return self._act(
            request, chosen,
            lambda one, **who: services.withdraw_version(version_id=one.pk, expected_version=one.version, **who),
        )  # fmt: skip

    def _export(self, request: HttpRequest, chosen: QuerySet[PolicyVersion], form: str) -> HttpResponse | None:
        one = self._one(request, chosen)
        if one is None:
            return None
        file = file_of(one, form, one.kind)
        return HttpResponse(file.content, content_type=file.content_type, headers=file.headers())

    def _act(
        self, request: HttpRequest, chosen: QuerySet[PolicyVersion], service: Callable[..., PolicyVersion]
    ) -> HttpResponse | None:
        """Call a service for the one version that was chosen and open what came of it."""
        one = self._one(request, chosen)
        if one is None:
            return None
        try:
            done = service(one, actor=person_of(request), at=timezone.now())  # noqa: TID251 - the porch reads the clock
        except InvalidError as error:
            messages.error(request, error.message)
            return None
        messages.success(request, f"{done}: {done.get_state_display().lower()}.")
        return HttpResponseRedirect(reverse("admin:policies_policyversion_change", args=[done.pk]))

    def _one(self, request: HttpRequest, chosen: QuerySet[PolicyVersion]) -> PolicyVersion | None:
        found = list(chosen[:2])
        if len(found) == 1:
            return found[0]
        messages.error(request, "Choose one version at a time.")
        return None

    def version_of(self, obj: Any) -> PolicyVersion:
        version: PolicyVersion = obj
        return version

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False  # versions are discarded, never deleted

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("kind", "note")
        if self.has_change_permission(request, obj):
            return ("kind", "note", *self.shown, "settings", "act", "effective_from", "seen")
        return ("kind", "note", *self.shown, "settings", "effective_from")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        return () if obj is None else ("kind", "note", *self.shown)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        kwargs["form"] = self.form if obj and self.has_change_permission(request, obj) else forms.ModelForm
        return super().get_form(request, obj, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: AnyForm, change: Any) -> None:
        """Start a draft, or do the one act that was chosen."""
        data, person, at = form.cleaned_data, person_of(request), timezone.now()  # noqa: TID251 - the porch reads the clock
        if not change:
            obj.pk = services.create_draft(kind=data["kind"], actor=person, at=at, note=data["note"]).pk
            return
        known = {"version_id": obj.pk, "expected_version": data["seen"], "actor": person, "at": at}
        if data["act"] == "publish":
            services.publish_by_law(**known, effective_from=data["effective_from"])
        elif data["act"] == "discard":
            services.discard_draft(**known)
        elif form.has_new_switches():
            services.save_switches(**known, settings=data["settings"])

    def save_related(self, request: Any, form: Any, formsets: Any, change: Any) -> None:
        """Write nothing more: the service wrote all of it."""
