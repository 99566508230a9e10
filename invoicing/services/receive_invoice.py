from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db import IntegrityError, transaction

from foundation import audit, outbox
from foundation.documents import content_hash, drawn, with_number
from foundation.duties import chain_of, holds_duties
from foundation.errors import ConflictError, InvalidError, require
from foundation.journal import use_case
from foundation.models import LegalEntity, Site, User
from foundation.money import round_amount, round_unit_price
from foundation.retry import constraint_of
from invoicing import access
from invoicing.decisions.commands import InvoiceCommand, LineCommand
from invoicing.decisions.totals import Part, Stated, Totals, compute
from invoicing.events import InvoiceReceived
from invoicing.models import Invoice, InvoiceCharge, InvoiceLine
from invoicing.selectors.orders import chains_of_orders, sent_orders
from invoicing.services.duty_checks import ENTER
from invoicing.validators import check_command
from procurement.models import PurchaseOrder
from suppliers.access import judge_role, role_of
from suppliers.decisions.company_roles import Act
from suppliers.models import Supplier
from workflow.services import DoneOn, record_duty, require_duty


@use_case
def receive_invoice(*, command: InvoiceCommand, actor: User, at: datetime) -> Invoice:
    """Store a bill as the supplier wrote it, with our own totals beside the stated ones; the match follows by event.

    The same source and external id have one effect: a repeat returns the stored invoice. Many at once make one.

    :raises InvalidError: a field cannot be used, the supplier is unknown, or nobody can tell which company owes it.
    :raises ConflictError: the same id came with other content, or we already have this number of this supplier.
    :raises NotPermittedError: staff without the duty, or who ordered or received what is billed (SD-1).
    """
    check_command(command)
    found = with_number(Supplier.objects.filter(pk=command.supplier_id))
    is_theirs = actor.kind == User.Kind.SUPPLIER
    supplier = (found.annotate(company_role=role_of(actor, "pk")) if is_theirs else found).first()
    if supplier is None:
        raise InvalidError(
            "supplier_unknown", "There is no such supplier.", field="supplier", value=command.supplier_id
        )
    orders = list(
        sent_orders(supplier.pk, command.order_numbers()).select_related("ship_to__legal_entity", "legal_entity")
    )
    site = orders[0].ship_to if orders else None
    require(
        judge_role(getattr(supplier, "company_role", None), Act.BILL) if is_theirs else access.can_enter(actor, site)
    )
    chains = chains_of_orders(order.pk for order in orders) if orders and holds_duties(actor) else []
    judged = require_duty(duty=ENTER, person=actor, chains=chains, at=at)
    invoice = _build(command, supplier=supplier, orders=orders, site=site, actor=actor, at=at)
    existing = _insert(invoice, command)
    if existing is not None:
        return existing
    _add_lines(invoice, command)
    on = DoneOn("invoice", invoice.pk, invoice.number, site, invoice.stated_total, invoice.currency)
    record_duty(judged=judged, on=on, at=at, own_chain=chain_of("invoice", invoice.pk))
    audit.record(
        invoice,
        "receive",
        actor=actor,
        at=at,
        supplier=supplier.code,
        supplier_number=invoice.supplier_number,
        total=str(invoice.stated_total),
        currency=invoice.currency,
        source=invoice.source,
        original_sha256=invoice.original_sha256,
    )
    outbox.publish(_event(invoice, orders, actor, at))
    return invoice


def _build(
    command: InvoiceCommand,
    *,
    supplier: Supplier,
    orders: Sequence[PurchaseOrder],
    site: Site | None,
    actor: User,
    at: datetime,
) -> Invoice:
    totals = _totals(command)
    terms = orders[0].payment_terms_days if orders else supplier.payment_terms_days
    return Invoice(
        number=drawn(supplier, "INV", site.code if site else ""),
        content_hash=content_hash(command.content()),
        created_at=at,
        created_by=actor,
        changed_at=at,
        changed_by=actor,
        supplier=supplier,
        legal_entity=_legal_entity(command, orders),
        site=site,
        kind=command.kind,
        supplier_number=command.supplier_number,
        invoice_date=command.invoice_date,
        due_date=command.due_date or command.invoice_date + timedelta(days=terms),
        currency=command.currency,
        order_reference=command.order_reference,
        credited_invoice_number=command.credited_invoice_number,
        bank_account=command.bank_account.replace(" ", "").upper(),
        remit_to=command.remit_to.strip().upper(),
        stated_net=command.stated_net,
        stated_tax=command.stated_tax,
        stated_total=command.stated_total,
        stated_rounding=command.stated_rounding,
        net_amount=totals.net,
        tax_amount=totals.tax,
        total_amount=totals.total,
        source=command.source,
        external_id=command.external_id,
        original=command.original,
        original_type=command.original_type,
        original_sha256=sha256(command.original).hexdigest() if command.original is not None else "",
        received_at=at,
        touched=actor.kind == User.Kind.STAFF,
    )


def _totals(command: InvoiceCommand) -> Totals:
    parts = [Part(line.net_amount, line.tax_percent) for line in command.lines]
    parts += [Part(charge.amount, charge.tax_percent) for charge in command.charges]
    stated = Stated(command.stated_net, command.stated_tax, command.stated_rounding, command.stated_total)
    return compute(parts, stated, command.currency)


def _legal_entity(command: InvoiceCommand, orders: Sequence[PurchaseOrder]) -> LegalEntity:
    if orders:
        return orders[0].legal_entity
    found = LegalEntity.objects.all()
    if command.legal_entity_id is not None:
        found = found.filter(pk=command.legal_entity_id)
    choices = list(found.order_by("pk")[:2])
    if len(choices) != 1:
        raise InvalidError(
            "buyer_unknown",
            "The bill names no order of ours and no company of ours; say which order it is for.",
            field="order_reference",
            value=command.order_reference,
        )
    return choices[0]


def _insert(invoice: Invoice, command: InvoiceCommand) -> Invoice | None:
    """Insert, or return what the same sender's same id already made. The unique keys decide, so a race makes one."""
    try:
        with transaction.atomic():
            invoice.save(force_insert=True)
    except IntegrityError as error:
        if constraint_of(error) not in {"invoice_source_once", "invoice_no_exact_duplicate"}:
            raise
        return _already(invoice, command)
    return None


def _already(invoice: Invoice, command: InvoiceCommand) -> Invoice:
    ours = Invoice.objects.filter(supplier_id=invoice.supplier_id)
    same_id = ours.filter(source=command.source, external_id=command.external_id).first()
    if same_id is not None and same_id.content_hash == invoice.content_hash:
        return same_id
    if same_id is not None:
        raise ConflictError(
            "same_id_other_content",
            f"{command.external_id} was already sent with other content; it made {same_id.number}.",
            number=same_id.number,
            field="external_id",
            value=command.external_id,
        )
    raise ConflictError(
        "duplicate_invoice",
        f"We already have number {command.supplier_number} of this supplier, however it is spelled.",
        field="supplier_number",
        value=command.supplier_number,
        cure="Send a credit note and a new number to correct a bill.",
    )


def _add_lines(invoice: Invoice, command: InvoiceCommand) -> None:
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            supplier_id=invoice.supplier_id,
            line_no=line.line_no or str(position),
            position=position,
            order_number=line.order_number,
            order_line_no=line.order_line_no,
            item_code=line.item_code,
            supplier_part=line.supplier_part,
            gtin=line.gtin,
            description=line.description[:300],
            quantity=line.quantity,
            unit_code=line.unit_code,
            unit_price=_unit_price(line),
            net_amount=round_amount(line.net_amount, invoice.currency),
            tax_percent=line.tax_percent,
            tax_code=line.tax_code,
        )
        for position, line in enumerate(command.lines, start=1)
    )
    if command.charges:
        InvoiceCharge.objects.bulk_create(
            InvoiceCharge(
                invoice=invoice,
                supplier_id=invoice.supplier_id,
                code=charge.code,
                description=charge.description[:200],
                amount=round_amount(charge.amount, invoice.currency),
                tax_percent=charge.tax_percent,
                tax_code=charge.tax_code,
            )
            for charge in command.charges
        )


def _unit_price(line: LineCommand) -> Decimal:
    """TM-2: net line amount / quantity."""
    if line.quantity:
        return round_unit_price(line.net_amount / line.quantity)
    return round_unit_price(line.unit_price or Decimal(0))


def _event(invoice: Invoice, orders: Sequence[PurchaseOrder], actor: User, at: datetime) -> InvoiceReceived:
    return InvoiceReceived(
        subject_id=invoice.pk,
        subject_number=invoice.number,
        at=at,
        version=invoice.version,
        site_id=invoice.site_id,
        supplier_id=invoice.supplier_id,
        actor_id=actor.pk,
        is_human=actor.kind != User.Kind.SYSTEM,
        related=tuple(("order", order.pk, order.number) for order in orders),
        total_amount=invoice.stated_total,
        currency=invoice.currency,
        document_kind=invoice.kind,
        supplier_number=invoice.supplier_number,
        source=invoice.source,
    )
