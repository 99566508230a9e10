"""Requests for quotation as our people read them (SO-4).

Answers are read through `opened_quotations` alone: it gives nothing of a request that is not closed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from foundation.models import ExchangeRate
from foundation.selectors import base_currency, unit_tables
from suppliers.decisions.quotation import Answer, AskedFor, Comparison, Price, compare
from suppliers.models import (
    AnswerState,
    Quotation,
    QuotationInvitation,
    QuotationLine,
    QuotationPrice,
    QuotationRequest,
    QuotationState,
    Supplier,
)


def quotation_list(rows: QuerySet[QuotationRequest], *, text: str = "", state: str = "") -> QuerySet[QuotationRequest]:
    """Return requests for a list, with how many were asked and how many of them answered or declined; never what."""
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(title__icontains=text))
    counts = Q(
        invitations__quotations__state=AnswerState.SENT,
        invitations__quotations__revision__gte=F("lines_revision"),
    )
    return rows.select_related("site", "created_by").annotate(
        asked=Count("invitations", distinct=True),
        answered=Count("invitations__quotations", filter=counts, distinct=True),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How an invited supplier stands; `quotation` is empty while the request is sealed.

    `code` is answered, outdated (to lines that changed since), declined or missing.
    """

    supplier: Supplier
    code: str
    sent_at: datetime | None = None
    reason: str = ""
    quotation: Quotation | None = None
    can_sign_in: bool = True


def standings(request: QuotationRequest) -> Sequence[Standing]:
    """Return who was asked and who answered; of a sealed request without what was answered. Three statements."""
    sent = Quotation.objects.filter(state=AnswerState.SENT)
    shown = sent.defer("note", "valid_until") if request.is_sealed else sent
    invitations = (
        request.invitations.select_related("supplier")
        .annotate(signing=Count("supplier__people", filter=Q(supplier__people__is_active=True)))
        .prefetch_related(Prefetch("quotations", shown, to_attr="sent"))
        .order_by("supplier__name", "pk")
    )
    return [
        _standing(request, one.supplier, next(iter(one.sent), None), can_sign_in=bool(one.signing))
        for one in invitations
    ]


def _standing(
    request: QuotationRequest, supplier: Supplier, quotation: Quotation | None, *, can_sign_in: bool
) -> Standing:
    if quotation is None:
        return Standing(supplier, "missing", can_sign_in=can_sign_in)
    if quotation.is_decline:
        return Standing(supplier, "declined", quotation.sent_at, quotation.reason, can_sign_in=can_sign_in)
    code = "answered" if quotation.revision >= request.lines_revision else "outdated"
    opened = None if request.is_sealed else quotation
    return Standing(supplier, code, quotation.sent_at, quotation=opened, can_sign_in=can_sign_in)


def unanswered(request: QuotationRequest) -> Sequence[Supplier]:
    """Return the invited suppliers who neither answered what is asked now nor declined."""
    said = Quotation.objects.filter(invitation__request=request, state=AnswerState.SENT)
    counts = said.filter(Q(is_decline=True) | Q(revision__gte=request.lines_revision))
    rows = Supplier.objects.filter(quotation_invitations__request=request).exclude(pk__in=counts.values("supplier"))
    return list(rows.order_by("code"))


def opened_quotations(request: QuotationRequest) -> QuerySet[Quotation]:
    """Return the answers that count; nothing while the request is sealed."""
    if request.is_sealed:
        return Quotation.objects.none()
    return Quotation.objects.filter(
        invitation__request=request, state=AnswerState.SENT, is_decline=False, revision__gte=request.lines_revision
    )


@dataclass(frozen=True, slots=True)
class Opened:
    """A request with its answers side by side, in the base currency at the rates of `day`."""

    lines: Sequence[QuotationLine]
    answers: Mapping[str, Answer]  # by supplier code
    rows: Mapping[int, QuotationPrice]
    suppliers: Mapping[str, Supplier]
    notes: Mapping[str, str]  # what each supplier adds in words
    comparison: Comparison
    base: str
    day: date
    rates: Mapping[str, tuple[Decimal, date]]


def comparison_of(request: QuotationRequest) -> Opened | None:
    """Return all answers side by side, at the rates of the day it closed; nothing while the request is sealed.

    A constant number of statements.
    """
    if request.closed_at is None:
        return None
    day, base = request.closed_at.date(), base_currency()
    lines = list(request.lines.select_related("item", "unit", "ship_to").order_by("line_no"))
    said = list(
        opened_quotations(request)
        .select_related("supplier")
        .prefetch_related(Prefetch("prices", QuotationPrice.objects.select_related("unit")))
        .order_by("supplier__name", "pk")
    )
    rates = rates_on({quotation.currency for quotation in said}, day, base)
    by_line = {line.line_no: line for line in lines}
    tables = unit_tables([line.item_id for line in lines if line.item_id])
    answers, rows = {}, {}
    for quotation in said:
        prices = []
        for row in quotation.prices.all():
            line = by_line.get(row.line_no)
            if line is None or row.unit_price is None:
                continue
            factor = Decimal(1)
            if row.unit_id != line.unit_id and line.item_id:
                table = tables[line.item_id]
                factor = table.factor(row.unit.code) / table.factor(line.unit.code)
            least = None if row.minimum_quantity is None else row.minimum_quantity * factor
            rows[row.pk] = row
            prices.append(Price(row.pk, row.line_no, row.option, row.unit_price, factor, row.lead_time_days, least))
        rate = rates.get(quotation.currency)
        answers[quotation.supplier.code] = Answer(
            quotation.supplier.code, quotation.currency, rate[0] if rate else None, quotation.valid_until, tuple(prices)
        )
    asked = [AskedFor(line.line_no, line.quantity) for line in lines]
    found = compare(asked, list(answers.values()), base)
    suppliers = {quotation.supplier.code: quotation.supplier for quotation in said}
    notes = {quotation.supplier.code: quotation.note for quotation in said}
    return Opened(lines, answers, rows, suppliers, notes, found, base, day, rates)


def rates_on(currencies: set[str], day: date, base: str) -> dict[str, tuple[Decimal, date]]:
    """Return the rate in force on a day and its own day for each currency that has one; one statement."""
    found = {base: (Decimal(1), day)} if base in currencies else {}
    wanted = currencies - {base}
    if wanted:
        rows = ExchangeRate.objects.filter(currency__in=wanted, base_currency=base, date__lte=day)
        newest = rows.order_by("currency", "-date", "-pk").distinct("currency")
        found |= {row.currency: (row.rate, row.date) for row in newest}
    return found


def asked_for(requisitions: Collection[str]) -> dict[tuple[str, int], str]:
    """Return the number of the newest request that asks for a line, by requisition and line; one statement."""
    rows = QuotationLine.objects.filter(requisition__in=set(requisitions)).exclude(
        request__state=QuotationState.CANCELLED
    )
    found = rows.order_by("pk").values_list("requisition", "requisition_line", "request__number")
    return {(requisition, line or 0): number for requisition, line, number in found}


def invitations_waiting(supplier_id: int, at: datetime) -> QuerySet[QuotationInvitation]:
    """Return what a supplier is asked and has not answered in its newest words, the soonest closing first."""
    said = Quotation.objects.filter(invitation=OuterRef("pk"), state=AnswerState.SENT)
    counts = said.filter(Q(is_decline=True) | Q(revision__gte=OuterRef("lines_revision")))
    rows = QuotationInvitation.objects.filter(
        ~Exists(counts), supplier=supplier_id, stage=QuotationState.OPEN, closes_at__gt=at
    )
    return rows.order_by("closes_at", "pk")
