"""Files brought in as policies, in the Django admin: judged, made a draft or looked at, through the same services."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from foundation.errors import InvalidError, require
from foundation.intake import xlsx
from foundation.models import User
from foundation.verdict import Verdict
from foundation.web.attachment import attachment
from policies import access, services
from policies.admin.doors import Door, person_of
from policies.models import PolicyImport
from policies.selectors.imports import MOST_BYTES, faults_workbook

SHOWN = 200  # faults and changes on the page


class FileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A file, and the policy it is for."""

    file = forms.FileField(
        help_text="A workbook or JSON, as an export writes it. More than 300 rows are left to a worker."
    )


@admin.register(PolicyImport)
class PolicyImportAdmin(Door):
    """Files: bring one in, see what was found in it, make the draft. A file stays as it came."""

    exclude: ClassVar[Any] = ()
    list_display = ["name", "kind", "rows", "fault_count", "asked_by", "asked_at", "judged_at", "draft"]
    list_filter = ["kind"]
    shown = (
        "kind", "name", "note", "sha256", "asked_by", "asked_at", "job", "rows", "judged_at", "base", "fault_count", "result",
        "draft",
    )  # fmt: skip
    actions = ("make_draft", "export_faults")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyImport]:
        found = super().get_queryset(request).select_related("asked_by", "draft", "base", "job")
        return found.defer("content", "taken")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and bool(access.can_draft(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def require_open(self, person: User, found: Any) -> None:
        require(access.can_draft(person))
        require(Verdict("file_kept", f"{found} stays as it came. Bring in another file."))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        return ("kind", "file", "note") if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 - Django's signature
        return () if obj is None else self.shown

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        kwargs["form"] = FileForm if obj is None else forms.ModelForm
        kwargs["fields"] = ["kind", "file", "note"] if obj is None else []
        return super().get_form(request, obj, *args, **kwargs)

    @admin.display(description="Found")
    def result(self, brought: PolicyImport) -> str:
        """Say what is to be mended, or what the file would change."""
        if brought.judged_at is None:
            return "Not checked yet."
        if brought.fault_count:
            lines = ((", ".join(filter(None, fault[:2])), fault[2], fault[3]) for fault in brought.faults[:SHOWN])
            return format_html_join("", "<p><strong>{}</strong> “{}” {}</p>", lines)
        return format_html_join("", "<p>{}</p>", ((line,) for line in brought.lines[:SHOWN])) or "Nothing differs."

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:  # noqa: ARG002 - Django's
        """Bring the file in; a file that cannot be read at all is refused with the reason."""
        data, file = form.cleaned_data, form.cleaned_data["file"]
        brought = services.bring_in_file(
            kind=data["kind"], name=file.name, content=file.read(MOST_BYTES + 1), note=data["note"],
            actor=person_of(request), at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )  # fmt: skip
        obj.pk, obj.name = brought.pk, brought.name
        if brought.job is not None:
            self._tell_of_worker(request, brought)

    def save_related(self, request: Any, form: Any, formsets: Any, change: Any) -> None:
        """Write nothing more: the service wrote all of it."""

    @admin.action(description="Make the draft of one file", permissions=["add"])
    def make_draft(self, request: HttpRequest, chosen: QuerySet[PolicyImport]) -> HttpResponse | None:
        """Make the draft of a file nothing of which is unfit."""
        one = self._one(request, chosen)
        if one is None:
            return None
        try:
            done = services.make_draft_of_file(import_id=one.pk, actor=person_of(request), at=timezone.now())  # noqa: TID251 - the porch reads the clock
        except InvalidError as error:
            messages.error(request, error.message)
            return None
        if done.draft is None:
            self._tell_of_worker(request, done)
            return None
        messages.success(request, f"{done.draft}: {done.draft.get_state_display().lower()}.")
        return HttpResponseRedirect(reverse("admin:policies_policyversion_change", args=[done.draft.pk]))

    @admin.action(description="Export what is to be mended in one file", permissions=["add"])
    def export_faults(self, request: HttpRequest, chosen: QuerySet[PolicyImport]) -> HttpResponse | None:
        """Send every fault of a file as a workbook."""
        one = self._one(request, chosen)
        return attachment(faults_workbook(one), f"{one} to mend.xlsx", xlsx.CONTENT_TYPE) if one else None

    def _one(self, request: HttpRequest, chosen: QuerySet[PolicyImport]) -> PolicyImport | None:
        found = list(chosen[:2])
        if len(found) == 1:
            return found[0]
        messages.error(request, "Choose one file at a time.")
        return None

    def _tell_of_worker(self, request: HttpRequest, brought: PolicyImport) -> None:
        assert brought.job is not None  # noqa: S101 - the caller asked
        where = reverse("job", args=[brought.job.pk])
        messages.success(
            request, format_html("A worker is at {}: <a href='{}'>see how far it is</a>.", brought.name, where)
        )
