from datetime import date
from decimal import Decimal

import pytest

from invoicing.decisions.judgement import InvoiceFacts, judge
from tests.invoicing.study import POLICY, TODAY, billed, invoice, order, order_line, policy


def codes(facts: InvoiceFacts) -> list[str]:
    return [finding.code.value for finding in judge(facts).findings]


@pytest.mark.parametrize(
    ("_case", "row", "expected"),
    [
        #                                   received taken invoiced order-price invoice-price
        ("all as ordered",                  "100     0     100      4.00        4.00", []),
        ("TM-2 the limit is allowed",       "100     0     100      4.00        4.08", []),
        ("TM-2 a cent above",               "100     0     100      4.00        4.09", ["price_above_tolerance"]),
        ("TM-2 the tighter limit rules",    "100     0     100      90.00       90.51", ["price_above_tolerance"]),
        ("TM-2 cheaper is unlimited here",  "100     0     100      4.00        1.00", []),
        ("TM-2 free of charge on the order","100     0     100      0.00        0.01", ["price_above_tolerance"]),
        ("TM-3 billed twice",               "100     100   1        4.00        4.00", ["invoiced_over_received"]),
        ("TM-3 more than ordered",          "100     0     101      4.00        4.00", ["invoiced_over_received"]),
        ("TM-3 the second part",            "100     60    40       4.00        4.00", []),
        ("TM-8 billed before arrival",      "60      0     100      4.00        4.00", ["not_received"]),
        ("TM-8 nothing came yet",           "0       0     100      4.00        4.00", ["not_received"]),
        ("TM-2 and TM-3 at once",           "100     50    100      4.00        5.00",
         ["invoiced_over_received", "price_above_tolerance"]),
    ],
)  # fmt: skip
def test_three_way_match(_case: str, row: str, expected: list[str]) -> None:
    received, taken, invoiced, order_price, invoice_price = row.split()
    ours = order_line(
        delivered=Decimal(received), accepted=Decimal(received), taken=Decimal(taken), unit_price=Decimal(order_price)
    )

    found = codes(invoice((billed(quantity=invoiced, price=invoice_price),), (order(ours),)))

    assert found == expected


@pytest.mark.parametrize(
    ("_case", "limits", "price", "expected"),
    [
        ("TM-2 down has its own limit", {"price_down_percent": Decimal(5)}, "3.80", []),
        ("TM-2 below it", {"price_down_percent": Decimal(5)}, "3.79", ["price_below_tolerance"]),
        ("TM-2 unlimited upwards", {"price_up_percent": None, "price_up_absolute": None}, "9.00", []),
        ("GR-3 zero means zero", {"price_up_percent": Decimal(0)}, "4.000001", ["price_above_tolerance"]),
        ("TM-2 absolute alone", {"price_up_percent": None}, "4.50", []),
        ("TM-2 absolute alone, above", {"price_up_percent": None}, "4.51", ["price_above_tolerance"]),
    ],
)
def test_price_limits(_case: str, limits: dict[str, Decimal | None], price: str, expected: list[str]) -> None:
    ours = order_line(limits=policy(**limits))

    assert codes(invoice((billed(price=price),), (order(ours),))) == expected


@pytest.mark.parametrize(
    ("_case", "limits", "billed_quantity", "expected"),
    [
        ("TM-3 percent, at the limit", {"quantity_percent": Decimal(2), "quantity_absolute": None}, "102", []),
        ("TM-3 percent, above", {"quantity_percent": Decimal(2), "quantity_absolute": None}, "102.0001",
         ["invoiced_over_received"]),
        ("TM-3 absolute rules when tighter", {"quantity_percent": Decimal(50), "quantity_absolute": Decimal(1)}, "102",
         ["invoiced_over_received"]),
        ("TM-3 value of the error", {"quantity_percent": Decimal(50), "quantity_absolute": None}, "113",
         ["invoiced_over_received"]),
        ("TM-3 value of the error, at the limit", {"quantity_percent": Decimal(50), "quantity_absolute": None},
         "112.5", []),
        ("TM-3 all unlimited", {"quantity_percent": None, "quantity_absolute": None, "quantity_value": None}, "900", []),
    ],
)  # fmt: skip
def test_quantity_limits(
    _case: str, limits: dict[str, Decimal | None], billed_quantity: str, expected: list[str]
) -> None:
    ours = order_line(limits=policy(**limits))

    assert codes(invoice((billed(quantity=billed_quantity),), (order(ours),))) == expected


@pytest.mark.parametrize(
    ("_case", "mode", "delivered", "accepted", "expected"),
    [
        ("TM-1 two-way asks for no goods", "two_way", "0", "0", []),
        ("TM-1 three-way asks for goods", "three_way", "0", "0", ["not_received"]),
        ("TM-1 three-way pays for what came", "three_way", "100", "60", []),
        ("TM-1 four-way pays for what was accepted", "four_way", "100", "60", ["not_received"]),
        ("TM-1 four-way, all accepted", "four_way", "100", "100", []),
    ],
)
def test_modes(_case: str, mode: str, delivered: str, accepted: str, expected: list[str]) -> None:
    ours = order_line(delivered=Decimal(delivered), accepted=Decimal(accepted), limits=policy(mode=mode))

    assert codes(invoice((billed(),), (order(ours),))) == expected


@pytest.mark.parametrize(
    ("_case", "changes", "expected"),
    [
        ("TM-8 due today still waits", {"expected": TODAY}, ["not_received"]),
        ("TM-8 due yesterday is late", {"expected": date(2026, 3, 9)}, ["goods_overdue"]),
        ("TM-10 closed order", {"is_open": False}, ["order_closed"]),
        ("TM-10 closed, but the goods had come", {"is_open": False, "delivered": Decimal(100)}, []),
        ("TM-8 never to come: cancelled", {"cancelled": Decimal(50)}, ["invoiced_over_received"]),
        ("TM-8 never to come: closed short", {"closed_short": Decimal(50)}, ["invoiced_over_received"]),
        ("GR-1 returned goods are not owed", {"delivered": Decimal(100), "returned": Decimal(1)},
         ["invoiced_over_received"]),
    ],
)  # fmt: skip
def test_goods_that_did_not_come(_case: str, changes: dict[str, object], expected: list[str]) -> None:
    ours = order_line(**{"delivered": Decimal(0), "accepted": Decimal(0), **changes})

    assert codes(invoice((billed(),), (order(ours),))) == expected


def test_price_finding_says_the_difference_in_money() -> None:
    facts = invoice((billed(quantity="400", price="6.95"),), (order(order_line(
        unit_price=Decimal("6.20"), ordered=Decimal(400), delivered=Decimal(400))),))  # fmt: skip

    (finding,) = judge(facts).findings

    assert (finding.sentence, finding.amount, finding.actual, finding.limit) == (
        "Invoice price 6.95 is 12.1 % above the order's 6.20; the limit is 6.324. £300.00 too much.",
        Decimal("300.00"),
        "6.95",
        "6.324",
    )


def test_quantity_finding_says_the_difference_in_money() -> None:
    ours = order_line(delivered=Decimal(80), cancelled=Decimal(20), unit_price=Decimal("4.00"))

    (finding,) = judge(invoice((billed(),), (order(ours),))).findings

    assert (finding.sentence, finding.amount) == (
        "100 ea billed, 80 received; the order line never comes to that much. £80.00 in question.",
        Decimal("80.00"),
    )


def test_waiting_says_when_the_goods_are_due() -> None:
    ours = order_line(delivered=Decimal(0))

    judgement = judge(invoice((billed(),), (order(ours),)))

    assert judgement.expected == date(2026, 3, 20)
    assert [finding.is_exception for finding in judgement.findings] == [False]


def test_price_is_converted_to_the_ordered_unit() -> None:
    """MQ-3 a case of 24 at 96.00 is the ordered 4.00 each."""
    ours = order_line(ordered=Decimal(240), delivered=Decimal(240), factors={"CS": Decimal(24)})
    line = billed(quantity="10", price="96.00", unit_code="CS")

    judgement = judge(invoice((line,), (order(ours),)))

    assert judgement.findings == ()
    assert [(r.share.quantity, r.share.unit_price) for r in judgement.results] == [(Decimal(240), Decimal("4.000000"))]


def test_other_currency_is_held_and_prices_are_not_compared() -> None:
    facts = invoice((billed(price="9.00"),), (order(currency="EUR"),))

    assert codes(facts) == ["currency_differs"]


def test_policy_of_the_document_is_named() -> None:
    assert judge(invoice()).policy_version == POLICY.version
