"""The machines' door to invoices. A supplier's client runs in the role that sees its own supplier only."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import require
from foundation.machine.door import KEY, Answer, found, named, now, read, shown, told
from foundation.machine.pagination import KeysetPagination
from foundation.models import LegalEntity, User
from invoicing import access, services
from invoicing.api.serializers import InvoiceDetail, InvoiceFilters, InvoiceInput, InvoiceOutput, command_of
from invoicing.models import Invoice
from invoicing.selectors.orders import sent_orders
from invoicing.selectors.pages import open_holds_of
from invoicing.selectors.supplier_words import told_supplier
from suppliers.api.door import PartnerDoor

BILL = OpenApiExample(
    "Ten cases at 48.00 with 20 % tax", request_only=True,
    value={
        "external_id": "ACME-2026-0417", "supplier": "ACME", "supplier_number": "0417", "invoice_date": "2026-12-11",
        "currency": "GBP", "order": "PO-LDS-100042", "net_amount": "480.00", "tax_amount": "96.00",
        "total_amount": "576.00",
        "lines": [
            {
                "line_no": "1", "order_line": "10", "quantity": "10", "unit": "XCS", "net_amount": "480.00",
                "tax_percent": "20",
            }
        ],
    },
)  # fmt: skip


class InvoiceDoor(PartnerDoor):
    """What both addresses share: what the caller may see, and how one invoice is told."""

    def visible(self, user: User) -> QuerySet[Invoice]:
        """Return the invoices the caller may see."""
        rows = access.supplier_invoices(self.own) if self.own else access.visible_invoices(user)
        return rows.select_related("supplier", "site")

    def detail(self, invoice: Invoice) -> dict[str, object]:
        """Return one invoice with its open holds; a supplier reads no sentence about somebody else's bill."""
        holds = open_holds_of(invoice)
        for hold in holds:
            hold.sentence = told_supplier(hold) if self.own else hold.sentence
        invoice.open_holds = holds  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
        return shown(InvoiceDetail(invoice))


class InvoiceList(InvoiceDoor):
    """Invoices: send one, list them."""

    pagination_class = KeysetPagination

    @extend_schema(parameters=[InvoiceFilters], responses=InvoiceOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the invoices the caller may see, newest first, by position."""
        return self.page(request, InvoiceFilters, self.visible, InvoiceOutput)

    @extend_schema(request=InvoiceInput, responses={201: InvoiceDetail}, parameters=[KEY], examples=[BILL])
    def post(self, request: Request) -> Response:
        """Send a bill or a credit note. The same id of the same supplier has one effect."""
        data = read(InvoiceInput, request)

        def act(user: User) -> Answer:
            supplier, at = self.supplier_named(data["supplier"]), now()
            command = command_of(
                data, source="api", external_id=data["external_id"] or request.headers["Idempotency-Key"],
                supplier_id=supplier.pk, entity_id=_entity(data["legal_entity"]),
            )  # fmt: skip
            if self.own is None:
                order = sent_orders(supplier.pk, command.order_numbers()).select_related("ship_to").first()
                require(access.can_send(user, order.ship_to if order else None))
            invoice = services.receive_invoice(command=command, actor=user, at=at)
            stored = self.visible(user).get(pk=invoice.pk) if self.own else Invoice.objects.get(pk=invoice.pk)
            return (201 if invoice.received_at == at else 200), self.detail(stored)

        return self.once(request, act, given=data["external_id"])


class InvoiceItem(InvoiceDoor):
    """One invoice."""

    @extend_schema(responses=InvoiceDetail)
    def get(self, request: Request, number: str) -> Response:
        """Return one invoice with its state and what keeps it."""
        with self.as_caller(request) as user:
            return told(self.detail(found(self.visible(user), "invoice", number=number)))


def _entity(code: str) -> int | None:
    if not code:
        return None
    rows = LegalEntity.objects.all()
    return named(rows, "legal_entity", code, "company of ours", "Leave it out when the bill names an order of ours.").pk
