"""RQ-4 (price drift) and RQ-5 (combining lines into orders)."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from foundation.decisions.worktime import Hours
from procurement.decisions.ordering import Approved, departs_at, drifted, order_lines_of, orders_of


@pytest.mark.parametrize(
    ("_case", "approved", "now", "percent", "expected"),
    [
        ("stands", "4.00", "4.00", "2", False),
        ("fell", "4.00", "3.00", "2", False),
        ("rose to the limit", "4.00", "4.08", "2", False),
        ("rose above it", "4.00", "4.0801", "2", True),
        ("zero tolerance", "4.00", "4.000001", "0", True),
        ("approved without a price", "0", "0.01", "2", True),
    ],
)
def test_drifted(_case: str, approved: str, now: str, percent: str, expected: bool) -> None:
    assert drifted(Decimal(approved), Decimal(now), Decimal(percent)) is expected


def line(row: str) -> Approved:
    pk, requisition, supplier, site, currency, terms, thing = row.split()
    return Approved(int(pk), int(requisition), int(supplier), int(site), currency, int(terms), (thing,))


@pytest.mark.parametrize(
    ("_case", "combine", "rows", "orders"),
    [
        #                                      line requisition supplier site currency terms thing
        ("one supplier, one order",    True,  ["1 1 7 1 GBP 30 wrap", "2 1 7 1 GBP 30 tape"], [[1, 2]]),
        ("two suppliers",              True,  ["1 1 7 1 GBP 30 wrap", "2 1 8 1 GBP 30 tape"], [[1], [2]]),
        ("two sites",                  True,  ["1 1 7 1 GBP 30 wrap", "2 1 7 2 GBP 30 tape"], [[1], [2]]),
        ("two currencies",             True,  ["1 1 7 1 GBP 30 wrap", "2 1 7 1 EUR 30 tape"], [[2], [1]]),
        ("two terms",                  True,  ["1 1 7 1 GBP 30 wrap", "2 1 7 1 GBP 60 tape"], [[1], [2]]),
        ("two requisitions combined",  True,  ["1 1 7 1 GBP 30 wrap", "2 2 7 1 GBP 30 tape"], [[1, 2]]),
        ("policy: each its own order", False, ["1 1 7 1 GBP 30 wrap", "2 2 7 1 GBP 30 tape"], [[1], [2]]),
    ],
)  # fmt: skip
def test_orders_of(_case: str, combine: bool, rows: list[str], orders: list[list[int]]) -> None:
    found = orders_of([line(row) for row in rows], combine=combine)

    assert [[a.line_id for a in order] for order in found] == orders


def test_lines_that_agree_become_one_order_line_in_the_order_they_were_written() -> None:
    rows = [line("1 1 7 1 GBP 30 tape"), line("2 1 7 1 GBP 30 wrap"), line("3 2 7 1 GBP 30 tape")]

    assert [[a.line_id for a in group] for group in order_lines_of(rows)] == [[1, 3], [2]]


LEEDS = Hours("Europe/London", frozenset({1, 2, 3, 4, 5}), time(8), time(17), frozenset({date(2026, 4, 3)}))
TOKYO = Hours("Asia/Tokyo", frozenset({1, 2, 3, 4, 5}), time(8), time(17))


@pytest.mark.parametrize(
    ("_case", "site", "approved", "departs"),
    [
        ("RQ-5 before the hour",          LEEDS, "2026-03-10T09:00", "2026-03-10T15:00"),
        ("RQ-5 the limit is allowed",     LEEDS, "2026-03-10T15:00", "2026-03-10T15:00"),
        ("RQ-5 a second after",           LEEDS, "2026-03-10T15:00:01", "2026-03-11T15:00"),
        ("RQ-5 before Good Friday: over the weekend", LEEDS, "2026-04-02T20:00", "2026-04-06T14:00"),
        ("RQ-5 on a day off",             LEEDS, "2026-04-03T09:00", "2026-04-06T14:00"),
        ("MQ-4 the day is the site's",    TOKYO, "2026-03-09T23:00", "2026-03-10T06:00"),
        ("MQ-4 its hour has passed",      TOKYO, "2026-03-10T06:30", "2026-03-11T06:00"),
    ],
)  # fmt: skip
def test_departs_at(_case: str, site: Hours, approved: str, departs: str) -> None:
    found = departs_at(datetime.fromisoformat(f"{approved}+00:00"), time(15), site)

    assert found == datetime.fromisoformat(f"{departs}+00:00")
