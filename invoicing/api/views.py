"""The machines' door to invoices. A supplier's client runs in the role that sees its own supplier only."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from foundation.errors import InvalidError, NotFoundError, require
from foundation.machine.pagination import KeysetPagination
from foundation.models import LegalEntity, User
from foundation.portal_role import as_supplier
from invoicing import access, services
from invoicing.api.serializers import InvoiceDetail, InvoiceFilters, InvoiceInput, InvoiceOutput, command_of
from invoicing.models import Invoice
from invoicing.selectors.orders import sent_orders
from invoicing.selectors.pages import open_holds_of, told_supplier
from suppliers.models import Supplier, SupplierUser

KEY = OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description="Stands in for external_id")


class InvoiceDoor(APIView):
    """What both addresses share: who asks, and what they may see."""

    own: Supplier | None = None

    @contextmanager
    def as_caller(self, request: Request) -> Iterator[User]:
        """Enter the caller's world: staff and systems as themselves, a supplier's client in the supplier's role."""
        user = request.user
        assert isinstance(user, User)  # noqa: S101 - the permission class has refused anonymous callers
        if user.kind != User.Kind.SUPPLIER:
            yield user
            return
        membership = (
            SupplierUser.objects.filter(user=user).select_related("supplier").order_by("supplier__name").first()
        )
        if membership is None:
            raise NotFoundError("not_found", "There is nothing here.")
        self.own = membership.supplier
        with as_supplier(self.own.pk):
            yield user

    def visible(self, user: User) -> QuerySet[Invoice]:
        """Return the invoices the caller may see."""
        found = access.supplier_invoices(self.own) if self.own else access.visible_invoices(user)
        return found.select_related("supplier", "site")

    def detail(self, invoice: Invoice) -> dict[str, object]:
        """Return one invoice with its open holds; a supplier reads no sentence about somebody else's bill."""
        holds = open_holds_of(invoice)
        for hold in holds:
            hold.sentence = told_supplier(hold) if self.own else hold.sentence
        invoice.open_holds = holds  # type: ignore[attr-defined]
        return dict(InvoiceDetail(invoice).data)


class InvoiceList(InvoiceDoor):
    """Invoices: send one, list them."""

    @extend_schema(parameters=[InvoiceFilters], responses=InvoiceOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the invoices the caller may see, newest first, by position."""
        filters = InvoiceFilters(data=request.query_params.dict())
        filters.is_valid(raise_exception=True)
        names = {"state": "state", "supplier": "supplier__code", "site": "site__code", "order": "order_reference"}
        wanted = {names[name]: value for name, value in filters.validated_data.items() if name in names}
        with self.as_caller(request) as user:
            pages = KeysetPagination()
            rows = pages.paginate_queryset(self.visible(user).filter(**wanted), request, view=self)
            return pages.get_paginated_response(InvoiceOutput(rows, many=True).data)

    @extend_schema(request=InvoiceInput, responses={201: InvoiceDetail, 200: InvoiceDetail}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """Send a bill. The same id of the same supplier has one effect: a repeat is answered 200 with the first."""
        given = InvoiceInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        external_id = data["external_id"] or request.headers.get("Idempotency-Key", "")[:120]
        if not external_id:
            raise InvalidError(
                "external_id_missing", "Give the bill an external_id, or send an Idempotency-Key.", field="external_id"
            )
        at = timezone.now()  # noqa: TID251 - the porch reads the clock
        with self.as_caller(request) as user:
            supplier = self._supplier(data["supplier"])
            entity = _entity(data["legal_entity"])
            command = command_of(data, source="api", external_id=external_id, supplier_id=supplier.pk, entity_id=entity)
            if self.own is None:
                order = sent_orders(supplier.pk, command.order_numbers()).select_related("ship_to").first()
                require(access.can_send(user, order.ship_to if order else None))
            invoice = services.receive_invoice(command=command, actor=user, at=at)
            stored = self.visible(user).get(pk=invoice.pk) if self.own else Invoice.objects.get(pk=invoice.pk)
            return Response(self.detail(stored), status=201 if invoice.received_at == at else 200)

    def _supplier(self, code: str) -> Supplier:
        """Return whose bill it is; a supplier's client sends its own only."""
        if self.own is not None and code in {"", self.own.code}:
            return self.own
        found = None if self.own else Supplier.objects.filter(code=code).first()
        if found is None:
            raise InvalidError("supplier_unknown", "There is no such supplier.", field="supplier", value=code)
        return found


class InvoiceItem(InvoiceDoor):
    """One invoice."""

    @extend_schema(responses=InvoiceDetail)
    def get(self, request: Request, number: str) -> Response:
        """Return one invoice with its state and what keeps it."""
        with self.as_caller(request) as user:
            invoice = self.visible(user).filter(number=number).first()
            if invoice is None:
                raise NotFoundError("not_found", "There is no such invoice.")
            return Response(self.detail(invoice))


def _entity(code: str) -> int | None:
    if not code:
        return None
    found = LegalEntity.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise InvalidError(
            "legal_entity_unknown", "There is no such company of ours.", field="legal_entity", value=code
        )
    return found
