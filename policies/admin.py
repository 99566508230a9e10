from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from foundation.models import User
from policies import access
from policies.models import ApprovalRule, DutyPair, ExceptionRoute, MatchTolerance, PolicyVersion


class DraftOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows may be changed while their version is a draft, by a policy administrator; the log keeps who."""

    list_filter = ["policy"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and bool(access.can_read_policies(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - rows are added on the policy pages
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - same
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - same
        return False


@admin.register(PolicyVersion)
class PolicyVersionAdmin(DraftOnly):
    list_display = ["__str__", "kind", "number", "state", "created_by", "published_by", "effective_from"]
    list_filter = ["kind", "state"]


for model in (ApprovalRule, MatchTolerance, DutyPair, ExceptionRoute):
    admin.site.register(model, DraftOnly)
