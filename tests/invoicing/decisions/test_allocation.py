from decimal import Decimal

import pytest

from invoicing.decisions.allocation import allocate
from tests.invoicing.study import billed, order, order_line

ORDERS = {"PO-1": order(order_line(10), order_line(20))}
BLANK = {"order_line_no": "", "order_number": "PO-1"}


@pytest.mark.parametrize(
    ("_case", "line", "shares", "codes"),
    [
        ("explicit reference", {"order_line_no": "20"}, [(20, "order PO-1 line 20 as stated")], []),
        ("explicit reference with zeros", {"order_line_no": "0020"}, [(20, "order PO-1 line 0020 as stated")], []),
        ("our item number", {**BLANK, "item_code": "item-20"}, [(20, "order PO-1, our item item-20")], []),
        ("supplier part", {**BLANK, "supplier_part": "S-10"}, [(10, "order PO-1, supplier part S-10")], []),
        ("GTIN", {**BLANK, "gtin": "5000000000020"}, [(20, "order PO-1, GTIN 5000000000020")], []),
        ("item number before supplier part", {**BLANK, "item_code": "ITEM-10", "supplier_part": "S-20"},
         [(10, "order PO-1, our item ITEM-10")], []),
        ("header order", {"order_number": "", "order_line_no": "10"}, [(10, "order PO-1 line 10 as stated")], []),
        ("a stated line that is not there is not guessed", {"order_line_no": "30", "item_code": "ITEM-10"}, [],
         ["unmatched_line"]),
        ("nothing to go by", BLANK, [], ["unmatched_line"]),
        ("unknown item", {**BLANK, "item_code": "ITEM-99"}, [], ["unmatched_line"]),
        ("unknown order", {"order_number": "PO-9"}, [], ["no_order"]),
        ("no quantity", {"quantity": Decimal(0)}, [], ["unmatched_line"]),
        ("goods taken back", {"quantity": Decimal(-1)}, [], ["unmatched_line"]),
        ("unit without a path", {"unit_code": "CS"}, [], ["unit_not_convertible"]),
    ],
)  # fmt: skip
def test_allocate(_case: str, line: dict[str, object], shares: list[tuple[int, str]], codes: list[str]) -> None:
    result = allocate([billed(**line)], ORDERS, "PO-1", "GBP")

    assert [(s.order_line.id, s.explanation) for s in result.shares] == shares
    assert [f.code.value for f in result.findings] == codes


def test_no_order_at_all_is_no_order() -> None:
    result = allocate([billed(order_number="", order_line_no="10")], {}, "", "GBP")

    assert [(f.code.value, f.sentence) for f in result.findings] == [("no_order", "The line names no order.")]


def test_one_line_pays_for_two_order_lines_of_the_same_item() -> None:
    """TM-7 many to many: the first order line is filled, the rest goes to the second; no cent is lost."""
    same = {"item_code": "GLOVE", "ordered": Decimal(60)}
    orders = {"PO-1": order(order_line(10, **same), order_line(20, **same))}
    line = billed(quantity="90", price="0.333333", net_amount=Decimal("30.00"), **{**BLANK, "item_code": "GLOVE"})

    result = allocate([line], orders, "PO-1", "GBP")

    # 100 came on each line, more than ordered, so that much may be billed there
    assert [(s.order_line.id, s.quantity, s.amount) for s in result.shares] == [(10, Decimal(90), Decimal("30.00"))]
    short = {"PO-1": order(*(order_line(n, **same, delivered=Decimal(60)) for n in (10, 20)))}
    split = allocate([line], short, "PO-1", "GBP")
    assert [(s.order_line.id, s.quantity, s.amount) for s in split.shares] == [
        (10, Decimal("60.0000"), Decimal("20.00")),
        (20, Decimal("30.0000"), Decimal("10.00")),
    ]


def test_two_lines_pay_for_one_order_line() -> None:
    lines = [billed(10, "60"), billed(11, "40", order_line_no="10")]

    result = allocate(lines, ORDERS, "PO-1", "GBP")

    assert [(s.order_line.id, s.quantity, s.before) for s in result.shares] == [
        (10, Decimal("60.0000"), Decimal(0)),
        (10, Decimal("40.0000"), Decimal("60.0000")),
    ]
