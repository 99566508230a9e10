"""The machines' door to requisitions: write a draft, submit it, take it back, cancel it. For clients of our own."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.machine.door import (
    KEY,
    KEY_NEEDED,
    VERSION,
    Answer,
    Door,
    found,
    named,
    now,
    read,
    shown,
    told,
    version_of,
)
from foundation.machine.fields import StrictSerializer
from foundation.machine.pagination import KeysetPagination
from foundation.models import CostCentre, Site, User
from procurement import access, services
from procurement.api.requisition_serializers import (
    OptionalReasonInput,
    ReasonInput,
    RequisitionDetail,
    RequisitionFilters,
    RequisitionHead,
    RequisitionInput,
    RequisitionOutput,
    head_of,
    lines_of,
)
from procurement.models import Requisition

DRAFT = OpenApiExample(
    "Ten cases of an item, priced by its contract", request_only=True,
    value={
        "site": "LDS", "cost_centre": "LDS-6410", "need_by": "2026-12-11", "title": "Stretch wrap for December",
        "lines": [{"item": "SW-500", "quantity": "10", "unit": "XCS"}],
    },
)  # fmt: skip


def _visible(user: User) -> QuerySet[Requisition]:
    return access.visible_requisitions(user).select_related("ship_to", "requester", "cost_centre")


def _whole(user: User, number: str) -> dict[str, Any]:
    rows = _visible(user).prefetch_related(
        "lines__item", "lines__category", "lines__unit", "lines__supplier", "lines__contract",
        "lines__order_sources__order_line__order",
    )  # fmt: skip
    return shown(RequisitionDetail(found(rows, "requisition", number=number)))


def _cost_centre(site: Site, code: str) -> CostCentre:
    rows = CostCentre.objects.filter(site=site, is_active=True)
    return named(rows, "cost_centre", code, "cost centre", f"Look up the cost centres in /api/v1/sites/{site.code}/.")


class RequisitionList(Door):
    """Requisitions: start one, list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[RequisitionFilters], responses=RequisitionOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the requisitions of the caller's sites, newest first, by position."""
        return self.page(request, RequisitionFilters, _visible, RequisitionOutput)

    @extend_schema(
        request=RequisitionInput, responses={201: RequisitionDetail}, parameters=[KEY_NEEDED], examples=[DRAFT]
    )
    def post(self, request: Request) -> Response:
        """Start a draft; the caller is its requester. Submit it when it is complete."""
        data = read(RequisitionInput, request)

        def act(user: User) -> Answer:
            sites = access.visible_sites(user)
            site = named(sites, "site", data["site"], "site", "Look up your sites in /api/v1/sites/.")
            made = services.create_requisition(
                site=site, cost_centre=_cost_centre(site, data["cost_centre"]), actor=user, at=now(),
                lines=lines_of(data), **head_of(data),
            )  # fmt: skip
            return 201, _whole(user, made.number)

        return self.once(request, act)


class RequisitionItem(Door):
    """One requisition."""

    @extend_schema(responses=RequisitionDetail)
    def get(self, request: Request, number: str) -> Response:
        """Return one requisition with its lines, their sources and their orders."""
        with self.as_caller(request) as user:
            return told(_whole(user, number))

    @extend_schema(request=RequisitionHead, responses=RequisitionDetail, parameters=[VERSION, KEY])
    def put(self, request: Request, number: str) -> Response:
        """Replace head and lines of a draft."""
        version, data = version_of(request), read(RequisitionHead, request)

        def act(user: User) -> Answer:
            draft = found(_visible(user), "requisition", number=number)
            services.save_requisition(
                requisition_id=draft.pk, expected_version=version, actor=user, at=now(),
                cost_centre=_cost_centre(draft.ship_to, data["cost_centre"]), lines=lines_of(data), **head_of(data),
            )  # fmt: skip
            return 200, _whole(user, number)

        return self.once(request, act, needed=False)


class RequisitionStep(Door):
    """A step of one requisition; each has an address of its own."""

    def step(
        self, request: Request, number: str, service: Callable[..., Requisition], asks: type[StrictSerializer]
    ) -> Response:
        """Move the requisition from the version the caller has read."""
        version, data = version_of(request), read(asks, request)

        def act(user: User) -> Answer:
            one = found(_visible(user), "requisition", number=number)
            service(requisition_id=one.pk, expected_version=version, actor=user, at=now(), **data)
            return 200, _whole(user, number)

        return self.once(request, act, needed=False)


class RequisitionSubmit(RequisitionStep):
    """Submitting."""

    @extend_schema(request=None, responses=RequisitionDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Ask for approval; it is approved at once when the policy asks nobody, and then ordered within seconds."""
        return self.step(request, number, services.submit_requisition, StrictSerializer)


class RequisitionWithdraw(RequisitionStep):
    """Taking back."""

    @extend_schema(request=OptionalReasonInput, responses=RequisitionDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Take a submitted requisition back into draft; its approvals end."""
        return self.step(request, number, services.withdraw_requisition, OptionalReasonInput)


class RequisitionCancel(RequisitionStep):
    """Cancelling."""

    @extend_schema(request=ReasonInput, responses=RequisitionDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """End a requisition that is no longer needed, before any of it is ordered."""
        return self.step(request, number, services.cancel_requisition, ReasonInput)
