"""Invoices as the pages read them: a fixed number of statements, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast, JSONObject

from invoicing.decisions.facts import HoldCode
from invoicing.models import Hold, HoldState, Invoice, InvoiceCharge, InvoiceLine, InvoiceMatch, InvoiceState
from workflow.models import Message

PRICE = {HoldCode.PRICE_ABOVE, HoldCode.PRICE_BELOW, HoldCode.CURRENCY}
QUANTITY = {HoldCode.OVER_RECEIVED, HoldCode.OVERDUE, HoldCode.WAITING, HoldCode.ORDER_CLOSED, HoldCode.OVER_CREDITED}
TABS = (
    ("", "All"),
    (InvoiceState.WAITING, "Waiting for goods"),
    (InvoiceState.HELD, "On hold"),
    (InvoiceState.CLEARED, "Cleared"),
    (InvoiceState.RELEASED, "Released"),
    (InvoiceState.POSTED, "In the ERP"),
    (InvoiceState.PAID, "Paid"),
    (InvoiceState.VOID, "Void"),
)
CAUSES = (
    (HoldCode.PRICE_ABOVE, "Price above order"),
    (HoldCode.PRICE_BELOW, "Price below order"),
    (HoldCode.OVER_RECEIVED, "Billed more than received"),
    (HoldCode.OVERDUE, "Goods overdue"),
    (HoldCode.OVER_CREDITED, "Credited more than billed"),
    (HoldCode.CHARGE, "Charge not on the order"),
    (HoldCode.TAX, "Tax differs"),
    (HoldCode.TOTAL, "Total differs"),
    (HoldCode.DUPLICATE, "Looks like a duplicate"),
    (HoldCode.NO_ORDER, "No order"),
    (HoldCode.UNMATCHED, "Line fits no order line"),
    (HoldCode.ORDER_CLOSED, "Order closed"),
    (HoldCode.CURRENCY, "Currency differs"),
    (HoldCode.UNIT, "Unit cannot be converted"),
    (HoldCode.SUPPLIER_BLOCKED, "Supplier may not be paid"),
    (HoldCode.BANK_CHANGE, "Bank account is being changed"),
    (HoldCode.REMIT_TO, "Asks to be paid elsewhere"),
    (HoldCode.WAITING, "Waiting for goods"),
)
NAME_OF = {code.value: name for code, name in CAUSES}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty means any. `text` is a number of ours, the supplier's or an order's."""

    state: str = ""
    site: str = ""
    supplier: str = ""
    cause: str = ""
    text: str = ""


def filtered(invoices: QuerySet[Invoice], filters: Filters) -> QuerySet[Invoice]:
    """Narrow a visible set of invoices; unknown values find nothing rather than everything."""
    if filters.state:
        invoices = invoices.filter(state=filters.state)
    if filters.site:
        invoices = invoices.filter(site__code=filters.site)
    if filters.supplier:
        invoices = invoices.filter(Q(supplier__code=filters.supplier) | Q(supplier__name__istartswith=filters.supplier))
    if filters.cause:
        open_here = Hold.objects.filter(state=HoldState.OPEN, code=filters.cause)
        invoices = invoices.filter(pk__in=open_here.values("invoice_id"))
    if filters.text:
        invoices = invoices.filter(_named(filters.text.strip()))
    return invoices


def _named(text: str) -> Q:
    lines = InvoiceLine.objects.filter(order_number=text.upper()).values("invoice_id")
    return (
        Q(number__startswith=text.upper())
        | Q(supplier_number__iexact=text)
        | Q(order_reference=text.upper())
        | Q(pk__in=lines)
    )


def list_rows(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Add what a row shows: supplier, site, and why it is here."""
    rows = invoices.select_related("supplier", "site").defer("original")
    return rows.annotate(reasons=ArraySubquery(_why().values("sentence")))


def _why() -> QuerySet[Hold]:
    return Hold.objects.filter(invoice=OuterRef("pk"), state=HoldState.OPEN).order_by("-is_exception", "pk")


def portal_rows(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Add what a supplier's row shows: the causes by name; our sentences may speak of others' bills."""
    return invoices.defer("original").annotate(causes=ArraySubquery(_why().values("code")))


def invoice_page(invoices: QuerySet[Invoice], number: str) -> Invoice | None:
    """Return one invoice of a visible set with its charges as text; the original's bytes are left where they are."""
    charges = (
        InvoiceCharge.objects.filter(invoice=OuterRef("pk"))
        .order_by("pk")
        .values(row=JSONObject(code="code", description="description", amount=Cast("amount", CharField())))
    )
    return (
        invoices.filter(number=number)
        .select_related("supplier", "site", "legal_entity")
        .defer("original")
        .annotate(
            charge_rows=ArraySubquery(charges),
            reasons=ArraySubquery(_why().values("sentence")),
        )
        .first()
    )


def with_thread(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Tell of each invoice whether people of ours wrote about it; a supplier may not read what."""
    return invoices.annotate(
        has_thread=Exists(Message.objects.filter(subject_type="invoice", subject_id=OuterRef("pk")))
    )


def charges_of(invoice: Invoice) -> list[tuple[str, Decimal]]:
    """Return name and amount of each charge of an invoice read by `invoice_page`."""
    rows: list[dict[str, Any]] = getattr(invoice, "charge_rows", [])
    return [(row["description"] or row["code"] or "Charge", Decimal(row["amount"])) for row in rows]


def holds_of(invoice: Invoice) -> list[Hold]:
    """Return the holds of an invoice, open ones first, then newest."""
    holds = Hold.objects.filter(invoice=invoice).select_related("line", "closed_by").order_by("-pk")
    return sorted(holds, key=lambda hold: (hold.state != HoldState.OPEN, not hold.is_exception))


def open_holds_of(invoice: Invoice) -> list[Hold]:
    """Return what keeps an invoice now, without the people of ours who deal with it."""
    holds = Hold.objects.filter(invoice=invoice, state=HoldState.OPEN).select_related("line")
    return list(holds.order_by("-is_exception", "pk"))


@dataclass(frozen=True, slots=True)
class MatchCell:
    """What differs in one cell, in words and money; empty when it agrees."""

    sentence: str = ""
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One billed line beside one order line; quantities in the ordered unit, money in each document's currency."""

    line: InvoiceLine
    order_number: str
    order_line_no: int | None
    explanation: str
    unit: str
    ordered: Decimal | None
    received: Decimal | None
    billed_before: Decimal | None
    billed: Decimal
    order_price: Decimal | None
    order_currency: str
    invoice_price: Decimal
    amount: Decimal
    dispute: Decimal
    order_cell: MatchCell
    received_cell: MatchCell
    price_cell: MatchCell

    @property
    def agrees(self) -> bool:
        """Say whether nothing of the row differs."""
        return not (self.order_cell.sentence or self.received_cell.sentence or self.price_cell.sentence)


def match_rows(invoice: Invoice, holds: Sequence[Hold]) -> Sequence[MatchRow]:
    """Return the side-by-side match: only open findings colour a cell; one statement."""
    shares = (
        InvoiceMatch.objects.filter(line=OuterRef("pk"))
        .order_by("order_line_id")
        .values(
            row=JSONObject(
                order="order_line__order__number",
                currency="order_line__order__currency",
                line_no="order_line__line_no",
                explanation="explanation",
                amount=Cast("amount", CharField()),
                facts="facts",
                unit="order_line__unit__symbol",
            )
        )
    )
    open_holds: dict[int, list[Hold]] = {}
    for hold in holds:
        if hold.state == HoldState.OPEN and hold.line_id:
            open_holds.setdefault(hold.line_id, []).append(hold)
    lines = InvoiceLine.objects.filter(invoice=invoice).annotate(shares=ArraySubquery(shares)).order_by("position")
    return [_row(line, share, open_holds.get(line.pk, [])) for line in lines for share in line.shares or [None]]


def _row(line: InvoiceLine, share: dict[str, Any] | None, holds: Sequence[Hold]) -> MatchRow:
    common: dict[str, Any] = {
        "line": line,
        "dispute": max((hold.amount for hold in holds if hold.is_exception), default=Decimal(0)),
        "price_cell": _cell(holds, PRICE),
        "received_cell": _cell(holds, QUANTITY),
        "order_cell": _cell(holds, set(HoldCode) - PRICE - QUANTITY),
    }
    if share is None:
        return MatchRow(
            **common, order_number=line.order_number, order_line_no=None, explanation="", unit=line.unit_code,
            ordered=None, received=None, billed_before=None, billed=line.quantity, order_price=None,
            order_currency="", invoice_price=line.unit_price, amount=line.net_amount,
        )  # fmt: skip
    facts = share["facts"]
    factor = Decimal(facts["base_factor"])
    return MatchRow(
        **common, order_number=share["order"], order_line_no=share["line_no"], explanation=share["explanation"],
        unit=share["unit"], ordered=Decimal(facts["ordered"]) / factor, received=Decimal(facts["payable"]) / factor,
        billed_before=Decimal(facts["billed_before"]) / factor, billed=Decimal(facts["billed"]) / factor,
        order_price=Decimal(facts["order_price"]), order_currency=share["currency"], invoice_price=Decimal(facts["unit_price"]),
        amount=Decimal(share["amount"]),
    )  # fmt: skip


def _cell(holds: Sequence[Hold], codes: set[HoldCode]) -> MatchCell:
    mine = [hold for hold in holds if HoldCode(hold.code) in codes]
    if not mine:
        return MatchCell()
    return MatchCell(" ".join(hold.sentence for hold in mine), any(hold.is_exception for hold in mine))
