from decimal import Decimal

import pytest

from invoicing.decisions.totals import Part, Stated, check_charges, check_totals, compute


def stated(total: str, tax: str | None = None, rounding: str = "0") -> Stated:
    return Stated(None, Decimal(tax) if tax else None, Decimal(rounding), Decimal(total))


@pytest.mark.parametrize(
    ("_case", "parts", "currency", "expected"),
    [
        ("MQ-2 lines are rounded, then added", "1.004@20 1.004@20", "GBP", "2.00 0.40 2.40"),
        ("TM-5 tax once per rate", "0.33@20 0.33@20 0.33@20", "GBP", "0.99 0.20 1.19"),
        ("TM-5 two rates", "100@20 50@5", "GBP", "150 22.50 172.50"),
        ("TM-5 an allowance lowers net and tax", "100@20 -10@20", "GBP", "90 18.00 108.00"),
        ("MQ-2 no decimals in yen", "100.5@10", "JPY", "101 10 111"),
        ("MQ-2 three decimals in dinar", "1.0005@5", "KWD", "1.001 0.050 1.051"),
        ("MQ-2 half goes up", "0.125@0", "GBP", "0.13 0 0.13"),
    ],
)
def test_compute(_case: str, parts: str, currency: str, expected: str) -> None:
    read = [Part(Decimal(a), Decimal(r)) for a, r in (part.split("@") for part in parts.split())]

    totals = compute(read, stated("0"), currency)

    assert (totals.net, totals.tax, totals.total) == tuple(Decimal(value) for value in expected.split())


def test_unknown_rate_leaves_the_stated_tax() -> None:
    totals = compute([Part(Decimal(100), None)], stated("121", tax="21"), "GBP")

    assert (totals.tax, totals.total, totals.tax_known) == (Decimal(21), Decimal(121), False)


@pytest.mark.parametrize(
    ("_case", "what", "limit", "codes", "small"),
    [
        ("exact", stated("120", "20"), "0.05", [], "0"),
        ("TM-6 at the limit", stated("120.05", "20"), "0.05", [], "0.05"),
        ("TM-6 below us, at the limit", stated("119.95", "20"), "0.05", [], "-0.05"),
        ("TM-5 above the limit", stated("120.06", "20"), "0.05", ["total_differs"], "0.06"),
        ("TM-5 stated rounding counts", stated("121.00", "20", "1.00"), "0.05", [], "0"),
        ("TM-5 tax alone", stated("121", "21"), "0.05", ["tax_differs"], "1"),
        ("TM-5 tax and total", stated("125", "21"), "0.05", ["tax_differs", "total_differs"], "5"),
        ("GR-3 unlimited", stated("900", "20"), None, [], "780"),
    ],
)
def test_check_totals(_case: str, what: Stated, limit: str | None, codes: list[str], small: str) -> None:
    ours = compute([Part(Decimal(100), Decimal(20))], what, "GBP")

    result = check_totals(ours, what, currency="GBP", limit=Decimal(limit) if limit else None)

    assert [f.code.value for f in result.findings] == codes
    assert result.small_difference == Decimal(small)


def test_total_finding_says_the_difference_in_money() -> None:
    what = stated("125", "20")
    ours = compute([Part(Decimal(100), Decimal(20))], what, "GBP")

    (finding,) = check_totals(ours, what, currency="GBP", limit=Decimal(0)).findings

    assert (finding.sentence, finding.amount) == (
        "The total is stated as £125.00 and comes to £120.00: £5.00 too much.", Decimal(5),
    )  # fmt: skip


def test_charge_is_held_and_an_allowance_is_not() -> None:
    """TM-5 not on the order."""
    charges = [("Fuel surcharge", Decimal("3.50")), ("Freight", Decimal(12)), ("Discount", Decimal(-20))]

    (finding,) = check_charges(charges, "GBP")

    assert (finding.sentence, finding.amount) == (
        "Freight £12.00, Fuel surcharge £3.50: not on the order.", Decimal("15.50"),
    )  # fmt: skip
    assert check_charges([("Discount", Decimal(-20))], "GBP") == ()
