"""Requests for quotation for tests, through the services: Boris asks Acme and Bolt for wrap and tape at Leeds."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from foundation.models import Site, User
from suppliers.decisions.quotation_terms import Asked, AskedLine
from suppliers.models import Quotation, QuotationRequest, Supplier
from suppliers.services import (
    Choice,
    PriceSaid,
    QuotationSaid,
    add_quotation_paper,
    ask_about_quotation,
    award_quotation_request,
    close_due_quotations,
    open_quotation_request,
    send_quotation,
    write_quotation_request,
)
from tests.factories import LATER, NOW, Company

CLOSES = NOW + timedelta(days=7)
FAR = NOW + timedelta(days=360)
CLOSED = CLOSES + timedelta(minutes=1)
HOLDS = date(2026, 12, 31)
WRAP = AskedLine(0, "SW-500", "", Decimal(100), "XCS", "LDS", LATER)
TAPE = AskedLine(0, "TAPE-48", "", Decimal(20), "XCS", "LDS", LATER)
SEAL = AskedLine(0, "", "Dock seal, made to measure", Decimal(2), "EA", "LDS", LATER)
ASKED = Asked("Wrap and tape", "Delivered, packed on pallets", CLOSES, (WRAP, TAPE))


def written(
    made: Company, *, by: User | None = None, suppliers: tuple[str, ...] = ("ACME", "BOLT"), **changes: Any
) -> QuotationRequest:
    """Write a draft."""
    return write_quotation_request(
        site_id=made.leeds.pk, asked=replace(ASKED, **changes), suppliers=suppliers, actor=by or made.boris, at=NOW
    )


def opened(made: Company, **changes: Any) -> QuotationRequest:
    """Write and open."""
    draft = written(made, **changes)
    return open_quotation_request(
        request_id=draft.pk, expected_version=draft.version, actor=changes.get("by") or made.boris, at=NOW
    )


def said(*prices: tuple[int, str], days: int | None = 5, **more: Any) -> QuotationSaid:
    """Return an answer: pairs of line number and price per case."""
    return QuotationSaid(tuple(PriceSaid(no, 0, "XCS", Decimal(price), days) for no, price in prices), HOLDS, **more)


def sent(
    made: Company,
    request: QuotationRequest,
    supplier: Supplier,
    *prices: tuple[int, str],
    at: datetime = NOW,
    **more: Any,
) -> Quotation:
    """Let a supplier send prices."""
    person = made.acme_person if supplier == made.acme else made.bolt_person
    return send_quotation(
        number=request.number, supplier_id=supplier.pk, said=said(*prices, **more), actor=person, at=at
    )


def closed(made: Company, **changes: Any) -> QuotationRequest:
    """Open, let Acme ask 45.00 and 38.00, Bolt 47.50 and 35.00, and let the clock close it."""
    request = opened(made, **changes)
    sent(made, request, made.acme, (10, "45.00"), (20, "38.00"))
    sent(made, request, made.bolt, (10, "47.50"), (20, "35.00"))
    close_due_quotations(at=CLOSED)
    request.refresh_from_db()
    return request


def awarded(
    made: Company, *, to: tuple[tuple[int, str], ...] = ((10, "ACME"), (20, "BOLT")), **changes: Any
) -> QuotationRequest:
    """Let Boris award each line."""
    request = closed(made, **changes)
    return award_quotation_request(
        request_id=request.pk, expected_version=request.version, choices=[Choice(*pair) for pair in to],
        actor=made.boris, at=CLOSED,
    )  # fmt: skip


def a_full_one(
    made: Company, site: Site, supplier: Supplier, person: User, *, is_closed: bool, by: User | None = None
) -> QuotationRequest:
    """Ask one supplier for wrap for a site, with a file, an open question and an answer; the clock closes it if it should."""
    closes = CLOSES if is_closed else FAR
    wrap = replace(WRAP, site=site.code)
    who = by or made.boris
    draft = write_quotation_request(
        site_id=site.pk, asked=replace(ASKED, lines=(wrap,), closes_at=closes), suppliers=[supplier.code], actor=who,
        at=NOW,
    )  # fmt: skip
    add_quotation_paper(request_id=draft.pk, name="drawing.pdf", content=b"%%PDF-1.4 %d" % draft.pk, actor=who, at=NOW)
    draft.refresh_from_db()
    open_quotation_request(request_id=draft.pk, expected_version=draft.version, actor=who, at=NOW)
    known: dict[str, Any] = {"number": draft.number, "supplier_id": supplier.pk, "actor": person, "at": NOW}
    ask_about_quotation(**known, question="On which core?")
    send_quotation(**known, said=said((10, "45.00")))
    if is_closed:
        close_due_quotations(at=CLOSED)
    draft.refresh_from_db()
    return draft
