"""The machines' door to orders: read them, issue, hold, cancel and close them. A supplier's client reads its own."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.machine.door import KEY, VERSION, Answer, Door, found, now, read, shown, told, version_of
from foundation.machine.fields import StrictSerializer
from foundation.machine.pagination import KeysetPagination
from foundation.models import User
from procurement import access, services
from procurement.api.order_serializers import OrderDetail, OrderFilters, OrderOutput, OurOrderDetail
from procurement.api.requisition_serializers import ReasonInput
from procurement.models import PurchaseOrder
from procurement.selectors.orders import line_views, supplied_lines
from suppliers.api.door import PartnerDoor


def _ours(user: User) -> QuerySet[PurchaseOrder]:
    return access.visible_orders(user).select_related("supplier", "ship_to")


def _whole(order: PurchaseOrder, *, ours: bool) -> dict[str, Any]:
    """Return an order with lines and versions; three statements, whatever it holds."""
    order.line_views = line_views(order) if ours else supplied_lines(order)  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
    order.issued_versions = list(order.versions.order_by("revision"))  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
    return shown(OurOrderDetail(order) if ours else OrderDetail(order))


class OrderDoor(PartnerDoor):
    """Orders."""

    def visible(self, user: User) -> QuerySet[PurchaseOrder]:
        """Return the orders the caller may see; a supplier sees what was issued to it."""
        if self.own:
            return access.orders_of_supplier(self.own.pk).select_related("supplier", "ship_to")
        return _ours(user)


class OrderList(OrderDoor):
    """Orders: list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[OrderFilters], responses=OrderOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the orders the caller may see, newest first, by position."""
        return self.page(request, OrderFilters, self.visible, OrderOutput)


class OrderItem(OrderDoor):
    """One order."""

    @extend_schema(responses=OurOrderDetail)
    def get(self, request: Request, number: str) -> Response:
        """Return one order with its lines, computed quantities and issued versions."""
        with self.as_caller(request) as user:
            order = found(self.visible(user), "order", number=number)
            return told(_whole(order, ours=self.own is None))


class OrderStep(Door):
    """A step of one order by a buyer's client; each has an address of its own."""

    def step(
        self, request: Request, number: str, service: Callable[..., PurchaseOrder], asks: type[StrictSerializer]
    ) -> Response:
        """Move the order from the version the caller has read."""
        version, data = version_of(request), read(asks, request)

        def act(user: User) -> Answer:
            order = found(access.visible_orders(user), "order", number=number)
            service(order_id=order.pk, expected_version=version, actor=user, at=now(), **data)
            return 200, _whole(_ours(user).get(pk=order.pk), ours=True)

        return self.once(request, act, needed=False)


class OrderIssue(OrderStep):
    """Issuing."""

    @extend_schema(request=None, responses=OurOrderDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Send an approved order to its supplier; the version is frozen."""
        return self.step(request, number, services.issue_order, StrictSerializer)


class OrderHold(OrderStep):
    """Holding."""

    @extend_schema(request=ReasonInput, responses=OurOrderDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Stop an order: nothing is issued while it is on hold."""
        return self.step(request, number, services.hold_order, ReasonInput)


class OrderUnhold(OrderStep):
    """Letting go on."""

    @extend_schema(request=ReasonInput, responses=OurOrderDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Let a held order go on."""
        return self.step(request, number, services.unhold_order, ReasonInput)


class OrderCancel(OrderStep):
    """Cancelling."""

    @extend_schema(request=ReasonInput, responses=OurOrderDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Take the whole order back, before anything of it was received or billed."""
        return self.step(request, number, services.cancel_order, ReasonInput)


class OrderClose(OrderStep):
    """Closing."""

    @extend_schema(request=ReasonInput, responses=OurOrderDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """End an issued order; what is still open is closed short."""
        return self.step(request, number, services.close_order, ReasonInput)


class OrderReopen(OrderStep):
    """Opening again."""

    @extend_schema(request=ReasonInput, responses=OurOrderDetail, parameters=[VERSION, KEY])
    def post(self, request: Request, number: str) -> Response:
        """Open a closed order again; what was closed short may come after all."""
        return self.step(request, number, services.reopen_order, ReasonInput)
