"""Requests for quotation as a visitor finds them: a draft, one open and sealed, one to award, one in a contract (SO-4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from config.demo.trade.cast import Cast
from foundation.journal import use_case
from foundation.models import User
from suppliers.decisions.quotation_terms import Asked, AskedLine, closing_instant
from suppliers.models import CatalogueItem, CatalogueState, QuotationRequest
from suppliers.services import (
    Choice,
    ContractPlan,
    PriceSaid,
    QuotationSaid,
    answer_quotation_question,
    ask_about_quotation,
    award_quotation_request,
    close_due_quotations,
    open_quotation_request,
    put_award_in_contract,
    send_quotation,
    write_quotation_request,
)

TERMS = "Delivered to the dock on pallets, 08:00 to 16:00 on working days. Prices net, without VAT. Payment in 30 days."
SPEAKS = {"HARROW": "demo.supplier1", "DELTA": "demo.supplier2", "COLPA02": "demo.supplier3"}


@dataclass(frozen=True, slots=True)
class _Table:
    """Who buys, what is asked, and what it costs by the catalogue."""

    cast: Cast
    buyer: User
    offers: list[CatalogueItem]

    def written(
        self, title: str, items: Mapping[int, str], *, opens: timedelta, closes: timedelta, asks: tuple[str, ...]
    ) -> QuotationRequest:
        """Write a request so long ago that closes so much later, at five in the afternoon."""
        at = self.cast.now - opens
        day = (self.cast.now + closes).replace(hour=17, minute=0, second=0, microsecond=0, tzinfo=None)
        lines = tuple(
            AskedLine(
                0, self.offers[place].item.code, "", Decimal(quantity), self.offers[place].unit.code, "LDS",
                (self.cast.now + timedelta(days=40)).date(),
            )
            for place, quantity in items.items()
        )  # fmt: skip
        site = self.cast.sites["LDS"]
        asked = Asked(title, TERMS, closing_instant(day, site.time_zone), lines)
        return write_quotation_request(site_id=site.pk, asked=asked, suppliers=asks, actor=self.buyer, at=at)

    def opened(self, *args: Any, **kwargs: Any) -> QuotationRequest:
        """Write and open."""
        draft = self.written(*args, **kwargs)
        at = self.cast.now - kwargs["opens"] + timedelta(minutes=5)
        return open_quotation_request(request_id=draft.pk, expected_version=draft.version, actor=self.buyer, at=at)

    def said(
        self, request: QuotationRequest, code: str, factors: Mapping[int, str], at: datetime, **other: str
    ) -> None:
        """Let a supplier answer the lines with so many times the catalogue's price, in its own currency."""
        supplier = self.cast.suppliers[code]
        rate = Decimal("1.17") if supplier.currency == "EUR" else Decimal(1)
        by_code = {offer.item.code: offer for offer in self.offers}
        prices = []
        for place, line in enumerate(request.lines.select_related("item").order_by("line_no")):
            if place in factors and line.item is not None:
                offer = by_code[line.item.code]
                price = (offer.unit_price * Decimal(factors[place]) * rate).quantize(Decimal("0.01"))
                prices.append(PriceSaid(line.line_no, 0, offer.unit.code, price, 4 + 3 * place))
        if other:
            offer = self.offers[0]
            cheap = (offer.unit_price * Decimal("0.85")).quantize(Decimal("0.01"))
            prices.append(PriceSaid(10, 1, offer.unit.code, cheap, 6, description=other["instead"]))
        send_quotation(
            number=request.number, supplier_id=supplier.pk, actor=self.cast.people[SPEAKS[code]], at=at,
            said=QuotationSaid(tuple(prices), (self.cast.now + timedelta(days=90)).date()),
        )  # fmt: skip


@use_case
def ask_for_quotations(cast: Cast) -> None:
    """Ask four times for packaging at Leeds."""
    offers = CatalogueItem.objects.filter(supplier=cast.suppliers["HARROW"], state=CatalogueState.ACTIVE)
    table = _Table(
        cast, cast.people["demo.buyer"], list(offers.select_related("item", "unit").order_by("item__code", "pk")[:6])
    )
    day = timedelta(days=1)
    _converted(table, day)
    _to_award(table, day)
    _open(table, day)
    table.written(
        "Packaging for the peak season", {3: "600", 4: "240"}, opens=day / 4, closes=9 * day, asks=("HARROW",)
    )


def _converted(table: _Table, day: timedelta) -> None:
    cast, elena = table.cast, table.cast.people["demo.supplier.manager"]
    request = table.opened(
        "Packaging, first half-year", {0: "400", 1: "150"}, opens=30 * day, closes=-20 * day, asks=("HARROW", "DELTA")
    )
    table.said(request, "HARROW", {0: "0.94", 1: "0.97"}, cast.now - 25 * day)
    table.said(request, "DELTA", {0: "0.99", 1: "0.98"}, cast.now - 24 * day)
    close_due_quotations(at=cast.now - 19 * day)
    request.refresh_from_db()
    choices = [Choice(line_no, "HARROW") for line_no in (10, 20)]
    request = award_quotation_request(
        request_id=request.pk, expected_version=request.version, choices=choices, actor=elena, at=cast.now - 18 * day
    )
    first = cast.now.date()
    plan = ContractPlan(request.title, first, first + timedelta(days=182))
    put_award_in_contract(
        request_id=request.pk, expected_version=request.version, supplier_id=cast.suppliers["HARROW"].pk, plan=plan,
        actor=elena, at=cast.now - day / 8,
    )  # fmt: skip


def _to_award(table: _Table, day: timedelta) -> None:
    cast = table.cast
    asks = ("HARROW", "DELTA", "COLPA02")
    request = table.opened(
        "Packaging, second half-year", {0: "500", 1: "200", 2: "300"}, opens=9 * day, closes=-day, asks=asks
    )
    table.said(request, "HARROW", {0: "0.96", 1: "1.00", 2: "0.95"}, cast.now - 5 * day)
    table.said(
        request,
        "DELTA",
        {0: "0.93", 1: "1.03", 2: "0.99"},
        cast.now - 4 * day,
        instead="Thinner film, 17 instead of 20 micron",
    )
    table.said(request, "COLPA02", {1: "0.92", 2: "1.01"}, cast.now - 3 * day)
    close_due_quotations(at=cast.now - day / 2)


def _open(table: _Table, day: timedelta) -> None:
    cast = table.cast
    asks = ("HARROW", "DELTA", "COLPA02")
    request = table.opened(
        "Dock supplies for the north", {3: "120", 4: "80", 5: "60"}, opens=3 * day, closes=4 * day, asks=asks
    )
    question = ask_about_quotation(
        number=request.number, supplier_id=cast.suppliers["DELTA"].pk, question="May we deliver in two parts?",
        actor=cast.people["demo.supplier2"], at=cast.now - 2 * day,
    )  # fmt: skip
    answer_quotation_question(
        question_id=question.pk, answer="Yes, half by the day asked and half two weeks later.", actor=table.buyer,
        at=cast.now - 1.5 * day,
    )  # fmt: skip
    table.said(request, "DELTA", {0: "0.97", 1: "0.99", 2: "1.02"}, cast.now - day)
    table.said(request, "COLPA02", {0: "1.01", 1: "0.95", 2: "0.98"}, cast.now - day / 2)
