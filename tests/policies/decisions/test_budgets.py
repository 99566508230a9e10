from decimal import Decimal

import pytest

from policies.decisions.budgets import Effect, Room, bar_of, refusal


def room(row: str, label: str = "Packaging 2026") -> Room:
    amount, used, asked = map(Decimal, row.split())
    return Room(1, label, amount, used, asked, "GBP")


@pytest.mark.parametrize(
    ("_case", "rows", "mode", "expected"),
    [
        #                                      amount used asked              state, flagged, extra, refused
        ("RQ-6 no budget, whatever the mode",  [],                 "refuse",        ("", False, False, False)),
        ("RQ-6 room enough",                   ["1000 400 500"],   "refuse",        ("within", False, False, False)),
        ("RQ-6 the limit is within",           ["1000 400 600"],   "refuse",        ("within", False, False, False)),
        ("RQ-6 a penny more is over",          ["1000 400 600.01"], "refuse",       ("over", True, False, True)),
        ("RQ-6 inform shows it only",          ["1000 400 601"],   "inform",        ("over", False, False, False)),
        ("RQ-6 warn flags it",                 ["1000 400 601"],   "warn",          ("over", True, False, False)),
        ("RQ-6 approve-extra asks one more",   ["1000 400 601"],   "approve_extra", ("over", True, True, False)),
        ("RQ-6 one of two budgets is enough",  ["100 0 50", "100 90 11"], "warn",   ("over", True, False, False)),
        ("RQ-6 overdrawn already, more",       ["100 120 1"],      "warn",          ("over", True, False, False)),
        ("RQ-6 overdrawn already, free goods", ["100 120 0"],      "refuse",        ("within", False, False, False)),
        ("RQ-6 a budget of nothing",           ["0 0 1"],          "warn",          ("over", True, False, False)),
    ],
)  # fmt: skip
def test_what_a_budget_means(_case: str, rows: list[str], mode: str, expected: tuple[str, bool, bool, bool]) -> None:
    effect = Effect(tuple(room(row) for row in rows), mode)

    assert (effect.state, effect.is_flagged, effect.asks_extra, effect.refuses) == expected


def test_a_refusal_names_budget_room_amount_and_cure() -> None:
    effect = Effect((room("100 0 5", "Office 2026"), room("1000 1400 25.5")), "refuse")

    assert refusal(effect.exceeded) == (
        "Budget Packaging 2026 has 0.00 GBP left and this asks for 25.50 GBP. Ask for less or later, charge another"
        " cost centre, or ask the finance director for a larger budget."
    )


@pytest.mark.parametrize(
    ("_case", "row", "parts", "limit", "left"),
    [
        #                      budget spent ordered committed asked
        ("room for it",       "1000   100   200     300       150", "spent 0+10 obligated 10+20 committed 30+30 asked 60+15 left 75+25", "100", "250"),
        ("just fits",         "1000   0     0       600       400", "spent 0+0 obligated 0+0 committed 0+60 asked 60+40 left 100+0", "100", "0"),
        ("over by a quarter", "1000   500   0       500       250", "spent 0+40 obligated 40+0 committed 40+40 asked 80+20 left 100+0", "80", "-250"),
        ("a credit note",     "1000   -50   0       500       0", "spent 0+0 obligated 0+0 committed 0+50 asked 50+0 left 50+55", "100", "550"),
        ("nothing at all",    "0      0     0       0         0", "spent 0+0 obligated 0+0 committed 0+0 asked 0+0 left 0+0", "0", "0"),
    ],
)  # fmt: skip
def test_bar_is_as_long_as_the_budget_or_what_is_taken_of_it(
    _case: str, row: str, parts: str, limit: str, left: str
) -> None:
    amount, spent, obligated, committed, asked = map(Decimal, row.split())

    bar = bar_of(amount, spent=spent, obligated=obligated, committed=committed, asked=asked)

    drawn = " ".join(f"{p.kind} {p.start.normalize():f}+{p.width.normalize():f}" for p in bar.parts)
    assert (drawn, bar.limit, bar.left) == (parts, Decimal(limit), Decimal(left))
