"""SO-4 the comparison and what an award must say, as tables a buyer can read."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from foundation.errors import InvalidError
from suppliers.decisions.quotation import Answer, AskedFor, Price, compare, must_explain
from suppliers.decisions.quotation_terms import closing_instant

LINES = [AskedFor(10, Decimal(100)), AskedFor(20, Decimal(3))]
TODAY = date(2026, 3, 17)


def answers(text: str) -> list[Answer]:
    """Read `ACME GBP 1: 10=45.00 20=8` as supplier, currency, rate and price of each line; `20a` is an alternative."""
    found = []
    for place, row in enumerate(text.split(";")):
        head, _, cells = row.partition(":")
        supplier, currency, rate = head.split()
        prices = []
        for number, cell in enumerate(cells.split()):
            line, _, price = cell.partition("=")
            option = int(line.endswith("a"))
            unit_price, _, factor = price.partition("/")
            prices.append(
                Price(place * 10 + number, int(line.rstrip("a")), option, Decimal(unit_price), Decimal(factor or 1))
            )
        known = None if rate == "?" else Decimal(rate)
        found.append(Answer(supplier, currency, known, date(2026, 12, 31), tuple(prices)))
    return found


@pytest.mark.parametrize(
    ("_case", "said", "best", "totals", "best_total"),
    [
        ("the lowest of each line", "ACME GBP 1: 10=45 20=8; BOLT GBP 1: 10=47 20=7", {10: "ACME", 20: "BOLT"}, ["4524.00", "4721.00"], "4521.00"),
        ("equals share it", "ACME GBP 1: 10=45; BOLT GBP 1: 10=45", {10: "ACME BOLT"}, ["4500.00", "4500.00"], None),
        ("MQ-1 another currency at its rate", "ACME GBP 1: 10=45; BOLT EUR 0.85: 10=52", {10: "BOLT"}, ["4500.00", "4420.00"], None),
        ("without a rate nothing is the lowest", "ACME GBP 1: 10=45; BOLT EUR ?: 10=1", {10: "ACME"}, ["4500.00", None], None),
        ("an alternative competes with nothing", "ACME GBP 1: 10=45; BOLT GBP 1: 10a=1", {10: "ACME"}, ["4500.00", "0.00"], None),
        ("MQ-3 priced per pallet of 40", "ACME GBP 1: 10=45; BOLT GBP 1: 10=1600/40", {10: "BOLT"}, ["4500.00", "4000.00"], None),
        ("MQ-2 each line rounded once", "ACME GBP 1: 20=0.335", {20: "ACME"}, ["1.01"], None),
        ("nobody", "ACME GBP 1:", {}, ["0.00"], None),
    ],
)  # fmt: skip
def test_compare(_case: str, said: str, best: dict[int, str], totals: list[str | None], best_total: str | None) -> None:
    found = compare(LINES, answers(said), "GBP")

    marked: dict[int, str] = {}
    for (line, supplier, _), cell in found.cells.items():
        if cell.is_best:
            marked[line] = f"{marked.get(line, '')} {supplier}".strip()
    assert marked == best
    assert [c.base_total for c in found.columns] == [None if t is None else Decimal(t) for t in totals]
    assert found.best_total == (None if best_total is None else Decimal(best_total))


@pytest.mark.parametrize(
    ("_case", "said", "missing", "best"),
    [
        ("both answer all", "ACME GBP 1: 10=45 20=8; BOLT GBP 1: 10=47 20=7", [(), ()], ["ACME"]),
        ("who misses a line is not the lowest of all", "ACME GBP 1: 10=45; BOLT GBP 1: 10=47 20=7", [(20,), ()], ["BOLT"]),
        ("nobody answers all", "ACME GBP 1: 10=45; BOLT GBP 1: 20=7", [(20,), (10,)], []),
    ],
)  # fmt: skip
def test_whole_answers(_case: str, said: str, missing: list[tuple[int, ...]], best: list[str]) -> None:
    found = compare(LINES, answers(said), "GBP")

    assert [column.missing for column in found.columns] == missing
    assert [column.supplier for column in found.columns if column.is_best] == best


@pytest.mark.parametrize(
    ("_case", "line", "supplier", "option", "minimum", "until", "codes"),
    [
        ("the lowest says enough", 10, "ACME", 0, None, "2026-12-31", ()),
        ("a dearer one", 10, "BOLT", 0, None, "2026-12-31", ("dearer",)),
        ("an alternative", 20, "BOLT", 1, None, "2026-12-31", ("alternative",)),
        ("the least quantity itself is allowed", 10, "ACME", 0, "100", "2026-12-31", ()),
        ("below the least quantity", 10, "ACME", 0, "101", "2026-12-31", ("below_minimum",)),
        ("it holds on its last day", 10, "ACME", 0, None, "2026-03-17", ()),
        ("it held until yesterday", 10, "ACME", 0, None, "2026-03-16", ("no_longer_valid",)),
    ],
)  # fmt: skip
def test_must_explain(
    _case: str, line: int, supplier: str, option: int, minimum: str | None, until: str, codes: tuple[str, ...]
) -> None:
    said = answers("ACME GBP 1: 10=45 20=8; BOLT GBP 1: 10=47 20a=7")
    cell = compare(LINES, said, "GBP").cells[line, supplier, option]
    least = None if minimum is None else Decimal(minimum)
    old = cell.price
    price = Price(old.key, old.line_no, old.option, old.unit_price, old.factor, None, least)
    held = Answer(supplier, "GBP", Decimal(1), date.fromisoformat(until), (price,))
    shown = type(cell)(cell.supplier, price, cell.per_unit, cell.amount, cell.base_amount, cell.is_best)

    assert must_explain(shown, held, next(x for x in LINES if x.line_no == line), TODAY) == codes


@pytest.mark.parametrize(
    ("_case", "written", "zone", "instant"),
    [
        ("MQ-4 winter in London", "2026-03-17T17:00", "Europe/London", "2026-03-17T17:00:00+00:00"),
        ("MQ-4 summer in London", "2026-06-17T17:00", "Europe/London", "2026-06-17T16:00:00+00:00"),
        ("MQ-4 Rotterdam is ahead", "2026-03-17T17:00", "Europe/Amsterdam", "2026-03-17T16:00:00+00:00"),
        ("MQ-4 a time the clocks jump over", "2026-03-29T01:30", "Europe/London", "closes_at_unfit"),
        ("MQ-4 a time that comes twice", "2026-10-25T01:30", "Europe/London", "closes_at_unfit"),
    ],
)
def test_closing_instant(_case: str, written: str, zone: str, instant: str) -> None:
    try:
        found = str(
            closing_instant(datetime.fromisoformat(written), zone)
            .astimezone(tz=datetime.fromisoformat("2026-01-01T00:00+00:00").tzinfo)
            .isoformat()
        )
    except InvalidError as error:
        found = error.code

    assert found == instant
