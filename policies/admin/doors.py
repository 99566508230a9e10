"""Policies in the Django admin: the plain door of support staff who are policy administrators.

Every change goes through the same services as the pages, so that duties, states, audit and refusals are the same. Rows
of published versions are shown and never changed; superusers without the role see nothing here.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from foundation.errors import InvalidError, require
from foundation.models import User
from policies import access, services
from policies.admin.forms import (
    DutyPairForm,
    ExceptionRouteForm,
    RuleForm,
    ToleranceForm,
)
from policies.models import (
    ApprovalRule,
    ApprovalStage,
    DutyPair,
    ExceptionRoute,
    MatchTolerance,
    PolicyVersion,
)


def person_of(request: HttpRequest) -> User:
    """Return who is signed in."""
    assert isinstance(request.user, User)  # noqa: S101 - the admin lets only signed-in people in
    return request.user


class Door(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Who may look and change; how a refusal is shown; what a save calls."""

    actions: Any = None
    exclude: ClassVar[Any] = ("policy",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and bool(access.can_read_policies(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(access.can_draft(person_of(request)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        person = person_of(request)
        return bool(access.can_draft(person) if obj is None else access.can_edit(person, self.version_of(obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and self.has_change_permission(request, obj)

    def version_of(self, obj: Any) -> PolicyVersion:
        """Return the version a row belongs to."""
        version: PolicyVersion = obj.policy
        return version

    def require_open(self, person: User, found: Any) -> None:
        """Refuse a change of what may not be changed by this person.

        :raises NotPermittedError: says why not.
        """
        require(access.can_edit(person, self.version_of(found)))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a refusal of a service on the page it came from; who may not is answered by the door of the house."""
        if request.method == "POST" and object_id:
            found = self.get_object(request, object_id)
            if found is not None:
                self.require_open(person_of(request), found)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except InvalidError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Take a row out through its service; what must stay is refused with the reason."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except InvalidError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())


class RowDoor(Door):
    """A row of a draft: which service saves it and which takes it out."""

    save_service: Callable[..., Any]
    delete_service: Callable[..., None]
    key: str

    list_filter = ["policy__state", "policy"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("policy")

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        kwargs["form"] = self.form if self.has_change_permission(request, obj) else forms.ModelForm
        return super().get_form(request, obj, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:  # noqa: ARG002 - Django's
        """Call the service; the row it wrote stands in for the form's."""
        saved = type(self).save_service(
            **form.seen_draft(), actor=person_of(request), at=timezone.now(), **form.as_input(),  # noqa: TID251 - the porch reads the clock
        )  # fmt: skip
        obj.pk = saved.pk

    def save_related(self, request: Any, form: Any, formsets: Any, change: Any) -> None:
        """Write nothing more: the service wrote all of it."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Call the service."""
        type(self).delete_service(
            version_id=obj.policy_id, expected_version=obj.policy.version, actor=person_of(request),
            at=timezone.now(), **{self.key: obj.pk},  # noqa: TID251 - the porch reads the clock
        )  # fmt: skip


class StageInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The stages of a row; saved together with it."""

    model = ApprovalStage
    extra = 1
    fields = ("who", "role", "person", "completion", "percent", "due_hours", "with_previous", "may_repeat")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return bool(access.can_read_policies(person_of(request)))

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        person = person_of(request)
        return bool(access.can_edit(person, obj.policy) if obj and obj.policy_id else access.can_draft(person))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(RowDoor):
    """Rows of the approval matrix with their stages."""

    form = RuleForm
    inlines = [StageInline]
    exclude: ClassVar[Any] = ("policy", "position")
    list_display = ["policy", "position", "name", "is_additional", "amount_from", "amount_to", "is_touchless"]
    list_display_links = ["name"]
    delete_service = services.delete_rule
    key = "rule_id"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Wait for the stages, which are saved together with the row."""

    def save_related(self, request: Any, form: Any, formsets: Any, change: Any) -> None:
        """Call the service with the row and its stages."""
        stages = [stage for formset in formsets for stage in _stages(formset)]
        saved = services.save_rule(
            **form.seen_draft(), actor=person_of(request), at=timezone.now(), rule_id=form.instance.pk if change else None,  # noqa: TID251 - the porch reads the clock
            stages=stages, **form.as_input(),
        )  # fmt: skip
        form.instance.pk = saved.pk
        for formset in formsets:
            formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []


def _stages(formset: BaseModelFormSet[ApprovalStage, Any]) -> list[services.StageInput]:
    rows = [row.cleaned_data for row in formset.forms if row.cleaned_data and not row.cleaned_data.get("DELETE")]
    return [
        services.StageInput(
            row["who"],
            row["role"],
            row["person"].pk if row["person"] else None,
            row["completion"],
            row["due_hours"],
            row["percent"],
            row["with_previous"],
            row["may_repeat"],
        )
        for row in rows
    ]


@admin.register(MatchTolerance)
class MatchToleranceAdmin(RowDoor):
    """Levels of the match tolerances."""

    form = ToleranceForm
    list_display = ["policy", "scope", "scope_code", "price_up_percent", "price_up_absolute", "quantity_percent"]
    list_display_links = ["scope"]
    save_service = services.save_tolerance
    delete_service = services.delete_tolerance
    key = "tolerance_id"


@admin.register(DutyPair)
class DutyPairAdmin(RowDoor):
    """Pairs of duties."""

    form = DutyPairForm
    list_display = ["policy", "first", "second", "strength", "countersign_days"]
    list_display_links = ["first"]
    save_service = services.save_duty_pair
    delete_service = services.delete_duty_pair
    key = "pair_id"


@admin.register(ExceptionRoute)
class ExceptionRouteAdmin(RowDoor):
    """Owners of exceptions."""

    form = ExceptionRouteForm
    list_display = ["policy", "category", "name", "owner_role", "due_hours"]
    list_display_links = ["category"]
    save_service = services.save_route
    delete_service = services.delete_route
    key = "route_id"
