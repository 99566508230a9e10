"""Answers side by side as the page and the workbook show them, with the forms that award them (SO-4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from foundation.web.door import staff
from suppliers import access
from suppliers.decisions.quotation import ALTERNATIVE, AS_ASKED, Cell, Column
from suppliers.models import QuotationAward, QuotationLine, QuotationPrice, QuotationRequest, QuotationState, Supplier
from suppliers.selectors.contracts import contracts_to_amend
from suppliers.selectors.quotations import Opened, comparison_of
from suppliers.web.quotation_forms import ContractForm

YEAR = timedelta(days=364)


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer to a line as the table shows it."""

    cell: Cell
    row: QuotationPrice
    currency: str
    supplier: str

    @property
    def value(self) -> str:
        """What the form sends when it is chosen."""
        return f"{self.cell.price.option}:{self.supplier}"


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with what each supplier says to it, in the order of the columns; `chosen` is marked in the form."""

    line: QuotationLine
    answers: Sequence[Sequence[Shown]]
    chosen: str
    reason: str

    @property
    def name(self) -> str:
        """The name of its choice in the form."""
        return f"award-{self.line.line_no}"

    @property
    def why(self) -> str:
        """The name of its reason in the form."""
        return f"reason-{self.line.line_no}"


@dataclass(frozen=True, slots=True)
class Head:
    """A column's supplier with its whole answer."""

    supplier: Supplier
    column: Column
    currency: str
    valid_until: Any
    note: str


def award_context(request: HttpRequest, rfq: QuotationRequest) -> dict[str, Any]:
    """Return what the page shows of the answers; nothing of a sealed request."""
    opened = comparison_of(rfq)
    if opened is None:
        return {"opened": None}
    awards = {a.line_id: a for a in _awards(rfq)}
    user = staff(request)
    may_award = rfq.state == QuotationState.CLOSED and bool(access.can_write_quotation(user, rfq.site))
    return {
        "opened": opened, "heads": heads_of(opened), "rows": _rows(request, opened, awards), "awards": awards,
        "may_award": may_award, "best_total": opened.comparison.best_total, "base": opened.base,
        "foreign": [(code, rate, day) for code, (rate, day) in sorted(opened.rates.items()) if code != opened.base],
        "unknown": sorted({a.currency for a in opened.answers.values()} - opened.rates.keys()),
        "winners": _winners(request, rfq, list(awards.values())),
    }  # fmt: skip


def _awards(rfq: QuotationRequest) -> Iterable[QuotationAward]:
    rows = rfq.awards.select_related("supplier", "contract", "line", "price", "unit")
    return rows.order_by("supplier__name", "line__line_no")


def heads_of(opened: Opened) -> list[Head]:
    """Return the columns: each supplier with its whole answer."""
    return [
        Head(
            opened.suppliers[column.supplier], column, opened.answers[column.supplier].currency,
            opened.answers[column.supplier].valid_until, opened.notes[column.supplier],
        )
        for column in opened.comparison.columns
    ]  # fmt: skip


def _rows(request: HttpRequest, opened: Opened, awards: dict[int, QuotationAward]) -> list[LineRow]:
    cells, found = opened.comparison.cells, []
    for line in opened.lines:
        answers = [
            [
                Shown(cell, opened.rows[cell.price.key], opened.answers[column.supplier].currency, column.supplier)
                for option in (AS_ASKED, ALTERNATIVE)
                if (cell := cells.get((line.line_no, column.supplier, option))) is not None
            ]
            for column in opened.comparison.columns
        ]
        best, award = opened.comparison.best(line.line_no), awards.get(line.pk)
        chosen = f"{award.price.option}:{award.supplier.code}" if award else f"0:{best.supplier}" if best else ""
        if request.method == "POST":
            chosen = request.POST.get(f"award-{line.line_no}", chosen)
        found.append(LineRow(line, answers, chosen, request.POST.get(f"reason-{line.line_no}", "")))
    return found


def _winners(request: HttpRequest, rfq: QuotationRequest, awards: Sequence[QuotationAward]) -> list[dict[str, Any]]:
    """Return each supplier that won with its lines, its amount, and the form that writes its contract."""
    found: dict[int, list[QuotationAward]] = {}
    for award in awards:
        found.setdefault(award.supplier_id, []).append(award)
    may = rfq.state == QuotationState.AWARDED and bool(access.can_propose_contract(staff(request)))
    winners = []
    for won in found.values():
        waiting = any(not award.is_converted and not award.line.requisition for award in won)
        form = contract_form(rfq, won[0].supplier, won[0].currency) if may and waiting else None
        winners.append(
            {
                "supplier": won[0].supplier, "awards": won, "form": form, "currency": won[0].currency,
                "amount": sum(award.amount for award in won),
            }
        )  # fmt: skip
    return winners


def contract_form(rfq: QuotationRequest, supplier: Supplier, currency: str, data: Any = None) -> ContractForm:
    """Return the form of a winner's contract, filled in for a year from today."""
    today = timezone.localdate()
    initial = {"title": rfq.title, "valid_from": today, "valid_to": today + YEAR}
    contracts = contracts_to_amend(supplier.pk, currency)
    return ContractForm(contracts, data, initial=initial, auto_id=f"id_{supplier.code}_%s")
