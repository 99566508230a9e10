"""GR-1 to GR-3: what arrives is booked once, within tolerance, and what does not fit is recorded and never lost."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from foundation import audit
from foundation.errors import ConflictError, DomainError, InvalidError, NotPermittedError
from procurement.models import GoodsReceipt, GoodsReceiptLine, PurchaseOrder, PurchaseOrderLine
from procurement.services import (
    Booked,
    FoundLine,
    ReceiptLine,
    book_delivery,
    cancel_order,
    close_order,
    post_goods_receipt,
    report_found_goods,
    reverse_goods_receipt,
)
from tests.factories import NOW, Company, an_issued_order, company
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db


def line(quantity: str, unit: str = "", condition: str = "good", number: int = 10) -> ReceiptLine:
    return ReceiptLine(number, Decimal(quantity), unit, condition)


def post(made: Company, order: PurchaseOrder, *lines: ReceiptLine, key: str = "d-1", **fields: Any) -> GoodsReceipt:
    return post_goods_receipt(
        order_number=order.number, source="wms", external_id=key, received_at=NOW, lines=lines,
        **{"actor": made.wanda, "at": NOW, **fields},
    )  # fmt: skip


def book(made: Company, number: str, *lines: ReceiptLine, key: str = "d-1", **fields: Any) -> Booked:
    return book_delivery(
        order_number=number, source="wms", external_id=key, received_at=NOW, lines=lines,
        **{"site": made.leeds, "actor": made.wanda, "at": NOW, **fields},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "lines", "counters", "status", "commitment"),
    [
        # 10 cases of 6 ordered at 48.00; counters: delivered accepted rejected, in rolls
        ("all of it",             [line("10")],                             "60 60 0", "full",    "0"),
        ("a part",                [line("4")],                              "24 24 0", "partial", "288"),
        ("counted in singles",    [line("24", "EA")],                       "24 24 0", "partial", "288"),
        ("some of it damaged",    [line("8"), line("2", "", "damaged")],    "60 48 12", "partial", "96"),
        ("the wrong thing",       [line("10", "", "wrong")],                "60 0 60", "none",    "480"),
        ("5 % over: the limit",   [line("63", "EA")],                       "63 63 0", "over",    "0"),
    ],
)  # fmt: skip
def test_receipt_moves_counters_and_commitment(
    _case: str, lines: list[ReceiptLine], counters: str, status: str, commitment: str
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    post(made, order, *lines)

    order.refresh_from_db()
    stored = order.lines.get()
    assert [stored.delivered, stored.accepted, stored.rejected] == [Decimal(x) for x in counters.split()]
    assert (order.receipt_status, order.open_amount) == (status, Decimal(commitment))
    assert audit.first_fault() is None


@pytest.mark.parametrize(
    ("_case", "lines", "code"),
    [
        ("above tolerance", [line("64", "EA")], "over_receipt"),
        ("above it in two lines", [line("10"), line("4", "EA")], "over_receipt"),
        ("nothing", [], "nothing_received"),
        ("zero", [line("0")], "quantity_not_positive"),
        ("less than nothing", [line("-1")], "quantity_not_positive"),
        ("no number at all", [line("NaN")], "quantity_not_positive"),
        ("no such line", [line("1", number=99)], "line_unknown"),
        ("no such unit", [line("1", "FURLONG")], "unit_unknown"),
        ("no way from kilograms to rolls", [line("1", "KGM")], "unit_not_convertible"),
        ("no such condition", [line("1", "", "splendid")], "condition_unknown"),
    ],
)
def test_what_cannot_be_booked_is_refused_and_changes_nothing(_case: str, lines: list[ReceiptLine], code: str) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    with pytest.raises(InvalidError) as refusal:
        post(made, order, *lines)

    assert refusal.value.code == code
    assert (order.lines.get().delivered, GoodsReceipt.objects.count()) == (0, 0)


def test_same_delivery_told_twice_is_booked_once_and_another_content_under_its_name_is_refused() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    first = post(made, order, line("4"))
    assert post(made, order, line("4.00")) == first
    with pytest.raises(ConflictError) as refusal:
        post(made, order, line("5"))

    assert refusal.value.code == "receipt_conflict"
    assert order.lines.get().accepted == 24


@pytest.mark.parametrize(
    ("who", "code"), [("walt", "order_unknown"), ("rita", "not_your_duty"), ("boris", "not_your_duty")]
)
def test_only_a_receiver_of_the_site_may_book(who: str, code: str) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    with pytest.raises(DomainError) as refusal:
        post(made, order, line("1"), actor=made.people[who])

    assert (refusal.value.code, GoodsReceipt.objects.count()) == (code, 0)


def test_reversal_takes_back_exactly_what_the_receipt_brought_and_only_once() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    kept = post(made, order, line("4"), key="d-1")
    wrong = post(made, order, line("6"), key="d-2")

    reverse_goods_receipt(
        receipt_id=wrong.pk, expected_version=wrong.version, actor=made.wanda, reason="Counted twice", at=NOW
    )

    wrong.refresh_from_db()
    order.refresh_from_db()
    assert (order.lines.get().accepted, order.receipt_status, order.open_amount) == (24, "partial", Decimal(288))
    assert (wrong.state, kept.state, wrong.reversal_reason) == ("reversed", "posted", "Counted twice")
    with pytest.raises(ConflictError):
        reverse_goods_receipt(
            receipt_id=wrong.pk, expected_version=wrong.version, actor=made.wanda, reason="Again", at=NOW
        )


def ended(made: Company, how: str) -> PurchaseOrder:
    order = an_issued_order(made, ("SW-500", "10"))
    end = {"cancelled": cancel_order, "closed": close_order}.get(how)
    if end:
        end(order_id=order.pk, expected_version=order.version, actor=made.boris, reason="Not needed", at=NOW)
    return order


@pytest.mark.parametrize(
    ("_case", "how", "lines", "cause"),
    [
        ("a cancelled order", "cancelled", [line("10")], "order_not_issued"),
        ("a closed order", "closed", [line("10")], "order_not_issued"),
        ("far too much", "", [line("100")], "over_receipt"),
        ("a line the order lacks", "", [line("1", number=99)], "line_unknown"),
        ("a unit nobody knows", "", [line("1", "FURLONG")], "unit_unknown"),
    ],
)
def test_goods_that_do_not_fit_are_recorded_as_found(
    _case: str, how: str, lines: list[ReceiptLine], cause: str
) -> None:
    made = company()
    order = ended(made, how)

    booked = book(made, order.number, *lines)
    again = book(made, order.number, *lines)

    case = ExceptionCase.objects.get()
    assert (booked.receipt, booked.case, again.case) == (None, case, case)
    assert (case.category, case.cause, case.owner_role, case.subject_number) == (
        "receipt",
        cause,
        "buyer",
        order.number,
    )
    assert case.evidence["lines"] == [
        {
            "what": f"of {order.number} line {x.line_no}",
            "quantity": str(x.quantity),
            "unit": x.unit_code,
            "condition": "good",
        }
        for x in lines
    ]
    assert (order.lines.get().delivered, GoodsReceipt.objects.count()) == (0, 0)


def test_goods_for_another_site_are_recorded_without_a_word_about_its_order() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    booked = book(made, order.number, line("10"), site=made.hull, actor=made.walt)

    case = ExceptionCase.objects.get()
    assert (booked.case, case.cause, case.site) == (case, "other_site", made.hull)
    assert (case.subject_type, case.supplier_name, case.amount) == ("site", "", None)


def test_goods_with_an_order_nobody_knows_and_with_none_at_all() -> None:
    made = company()

    book(made, "PO-XXX-1", line("10"), key="d-1")
    report_found_goods(
        site=made.leeds, order_number="", source="web", external_id="d-2", received_at=NOW, actor=made.wanda, at=NOW,
        lines=[FoundLine("Blue drums, no label", Decimal(3), "EA")],
    )  # fmt: skip

    assert list(ExceptionCase.objects.order_by("pk").values_list("cause", "sentence")) == [
        (
            "order_unknown",
            "Goods at Leeds without a place: 10 of PO-XXX-1 line 10. Nobody at this site knows that order.",
        ),
        ("no_order", "Goods at Leeds without a place: 3 EA Blue drums, no label. No order was named."),
    ]


def test_once_the_order_fits_the_goods_are_booked_and_the_case_closes_itself() -> None:
    """EX-2."""
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    book(made, order.number, line("65", "EA"))
    order.lines.update(over_receipt_percent=10)

    booked = book(made, order.number, line("65", "EA"))

    case = ExceptionCase.objects.get()
    assert booked.receipt is not None
    assert (case.state, case.outcome) == ("cured", f"Booked as {booked.receipt.number}.")


def test_who_may_not_receive_may_not_report_goods_either() -> None:
    made = company()

    with pytest.raises(NotPermittedError):
        book(made, "PO-XXX-1", line("10"), actor=made.rita)

    assert not ExceptionCase.objects.exists()


@pytest.mark.parametrize(
    ("_case", "model", "change"),
    [
        ("more judged than arrived on the line",    PurchaseOrderLine, {"rejected": 1}),
        ("more returned than accepted",             PurchaseOrderLine, {"returned": 61}),
        ("more accepted than ordered and the 5 %",  PurchaseOrderLine, {"delivered": 64, "accepted": 64}),
        ("more judged than arrived on the receipt", GoodsReceiptLine,  {"rejected": 1}),
    ],
)  # fmt: skip
def test_database_refuses_receipts_that_do_not_add_up(_case: str, model: Any, change: dict[str, int]) -> None:
    """GR-2, by plain SQL, past every service."""
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    post(made, order, line("10"))

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**change)
