"""PO-0: one computed set of quantities, in base units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.decisions.quantities import Counters, is_settled, overall, progress, quantities


@pytest.mark.parametrize(
    ("_case", "row", "expected"),
    [
        #                          ordered accepted rejected returned cancelled short invoiced   open over to-invoice
        ("nothing came",           "100    0        0        0        0         0     0",       "100  0    0    none    none"),
        ("a part came",            "100    60       0        0        0         0     0",       "40   0    60   partial none"),
        ("all came",               "100    100      0        0        0         0     100",     "0    0    0    full    full"),
        ("too much came",          "100    104      0        0        0         0     100",     "0    4    4    over    full"),
        ("damaged goods are open", "100    60       40       0        0         0     60",      "40   0    0    partial partial"),
        ("returned opens again",   "100    100      0        10       0         0     100",     "10   0    0    partial full"),
        ("the rest closed short",  "100    60       0        0        0         40    60",      "0    0    0    full    full"),
        ("all cancelled",          "100    0        0        0        100       0     0",       "0    0    0    full    full"),
        ("billed before arrival",  "100    0        0        0        0         0     20",      "100  0    0    none    partial"),
    ],
)  # fmt: skip
def test_quantities_of_a_line(_case: str, row: str, expected: str) -> None:
    ordered, accepted, rejected, returned, cancelled, short, invoiced = map(Decimal, row.split())

    found = quantities(
        Counters(
            ordered, delivered=accepted + rejected, accepted=accepted, rejected=rejected, returned=returned,
            cancelled=cancelled, closed_short=short, invoiced=invoiced,
        )
    )  # fmt: skip

    assert [str(found.open), str(found.over), str(found.to_invoice), found.receipt, found.invoicing] == expected.split()


amounts = st.decimals(0, 10**6, places=4)


@given(amounts, amounts, amounts, st.floats(0, 1))
def test_ordered_and_over_equal_open_fulfilled_cancelled_and_short(
    ordered: Decimal, accepted: Decimal, returned: Decimal, share: float
) -> None:
    cancelled = (ordered * Decimal(str(share)) / 2).quantize(Decimal("0.0001"))
    line = Counters(
        ordered, delivered=accepted, accepted=accepted, returned=min(returned, accepted), cancelled=cancelled,
        closed_short=cancelled,
    )  # fmt: skip

    q = quantities(line)

    assert q.ordered + q.over == q.open + q.fulfilled + q.cancelled + q.closed_short


@pytest.mark.parametrize(
    ("done", "wanted", "word"),
    [("0", "10", "none"), ("1", "10", "partial"), ("10", "10", "full"), ("11", "10", "over"), ("0", "0", "full")],
)
def test_progress_of_a_line(done: str, wanted: str, word: str) -> None:
    assert progress(Decimal(done), Decimal(wanted)) == word


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        ("none none", "none"),
        ("none full", "partial"),
        ("full full", "full"),
        ("full over", "over"),
        ("partial none", "partial"),
        ("", "none"),
    ],
)
def test_status_of_an_order_from_its_lines(lines: str, word: str) -> None:
    assert overall(lines.split()) == word


@pytest.mark.parametrize(
    ("_case", "lines", "settled"),
    [
        #                              delivered/accepted/rejected/invoiced of 100 ordered
        ("PO-1 all came, all billed",  ["100/100/0/100"],                  True),
        ("PO-1 one line is to come",   ["100/100/0/100", "99/99/0/99"],    False),
        ("PO-1 one is not billed",     ["100/100/0/100", "100/100/0/99"],  False),
        ("PO-1 some is to be checked", ["110/100/0/100"],                  False),
        ("PO-1 the rest was rejected", ["110/100/10/100"],                 True),
        ("PO-1 billed beyond, and let pass", ["100/100/0/105"],            True),
    ],
)  # fmt: skip
def test_is_settled(_case: str, lines: list[str], settled: bool) -> None:
    found = [
        quantities(Counters(Decimal(100), delivered=d, accepted=a, rejected=r, invoiced=i))
        for d, a, r, i in (map(Decimal, line.split("/")) for line in lines)
    ]

    assert is_settled(found) is settled
