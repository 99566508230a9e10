from decimal import Decimal

import pytest

from policies.decisions.budgets import Effect, Room, refusal


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
