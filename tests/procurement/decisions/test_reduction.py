"""AP-4: an approver may take away, never add."""

from decimal import Decimal

import pytest

from foundation.errors import InvalidError
from procurement.decisions.reduction import AskedLine, cuts_of

ASKED = (
    AskedLine(10, "Stretch wrap", "case", Decimal(10)),
    AskedLine(20, "Tape", "case", Decimal("2.5000")),
    AskedLine(30, "Labels", "case", Decimal(0)),  # struck by the stage before
)


def wanted(row: str) -> dict[int, Decimal]:
    return {int(line): Decimal(quantity) for line, quantity in (part.split("=") for part in row.split())}


@pytest.mark.parametrize(
    ("_case", "row", "cuts"),
    [
        ("as asked",            "10=10 20=2.5 30=0", []),
        ("nothing is named",    "",                  []),
        ("AP-4 cut",            "10=6",              ["line 10, Stretch wrap: 6 instead of 10 case"]),
        ("AP-4 cut in decimals", "20=2.25",          ["line 20, Tape: 2.25 instead of 2.5 case"]),
        ("AP-4 struck",         "20=0",              ["line 20, Tape: struck, it was 2.5 case"]),
        ("both, in line order", "20=0 10=1",
         ["line 10, Stretch wrap: 1 instead of 10 case", "line 20, Tape: struck, it was 2.5 case"]),
    ],
)  # fmt: skip
def test_cuts_of(_case: str, row: str, cuts: list[str]) -> None:
    assert [cut.words for cut in cuts_of(ASKED, wanted(row))] == cuts


@pytest.mark.parametrize(
    ("_case", "row", "code", "field"),
    [
        ("AP-7 more is a change",       "10=10.0001",   "increase_is_a_change", "line-10"),
        ("AP-7 a struck line stays so", "30=1",         "increase_is_a_change", "line-30"),
        ("less than nothing",           "10=-1",        "quantity_negative",    "line-10"),
        ("no number",                   "10=NaN",       "quantity_negative",    "line-10"),
        ("endless",                     "10=Infinity",  "quantity_negative",    "line-10"),
        ("too fine",                    "10=1.00001",   "quantity_too_precise", "line-10"),
        ("no such line",                "99=1",         "line_unknown",         "line-99"),
        ("everything struck is a no",   "10=0 20=0",    "nothing_left",         "lines"),
    ],
)  # fmt: skip
def test_refused(_case: str, row: str, code: str, field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        cuts_of(ASKED, wanted(row))

    assert (refusal.value.code, refusal.value.details["field"]) == (code, field)
