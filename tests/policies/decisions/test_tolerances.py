from decimal import Decimal

import pytest

from foundation.errors import InvalidError
from policies.decisions.tolerances import LIMITS, Place, ToleranceRow, ToleranceTable

ENTERPRISE = {name: Decimal(2) for name in LIMITS}


def table(*rows: tuple[str, str, dict[str, str]], enterprise: dict[str, Decimal] = ENTERPRISE) -> ToleranceTable:
    """Read rows of level, code and limits; the word unlimited is written as such."""
    levels = [ToleranceRow("enterprise", "", enterprise, mode="three_way")]
    for scope, code, written in rows:
        limits = {
            name: Decimal(text) for name, text in written.items() if text not in {"unlimited", ""} and name != "mode"
        }
        endless = frozenset(name for name, text in written.items() if text == "unlimited")
        levels.append(ToleranceRow(scope, code, limits, endless, written.get("mode", "")))
    return ToleranceTable("tolerance/3", tuple(levels))


PLACE = Place(item="SW-500", supplier="ACME", category_path=("PACK", "WRAP"), site="LDS")


@pytest.mark.parametrize(
    ("_case", "rows", "expected", "source"),
    [
        ("GR-3 blank inherits",           [],                                                     "2",  "enterprise"),
        ("TM-1 site before enterprise",   [("site", "LDS", {"price_up_percent": "3"})],           "3",  "site LDS"),
        ("TM-1 another site's is not ours", [("site", "HUL", {"price_up_percent": "3"})],         "2",  "enterprise"),
        ("TM-1 category before site",     [("site", "LDS", {"price_up_percent": "3"}),
                                           ("category", "PACK", {"price_up_percent": "4"})],      "4",  "category PACK"),
        ("TM-1 deepest category first",   [("category", "PACK", {"price_up_percent": "4"}),
                                           ("category", "WRAP", {"price_up_percent": "5"})],      "5",  "category WRAP"),
        ("TM-1 supplier before category", [("category", "WRAP", {"price_up_percent": "5"}),
                                           ("supplier", "ACME", {"price_up_percent": "6"})],      "6",  "supplier ACME"),
        ("TM-1 item before all",          [("supplier", "ACME", {"price_up_percent": "6"}),
                                           ("item", "SW-500", {"price_up_percent": "7"})],        "7",  "item SW-500"),
        ("GR-3 zero is zero",             [("item", "SW-500", {"price_up_percent": "0"})],        "0",  "item SW-500"),
        ("GR-3 unlimited is written",     [("item", "SW-500", {"price_up_percent": "unlimited"})], None, "item SW-500"),
        ("GR-3 a row blank in this limit inherits it", [("item", "SW-500", {"total_absolute": "9"})], "2", "enterprise"),
    ],
)  # fmt: skip
def test_limit_comes_from_the_first_level_that_writes_it(
    _case: str, rows: list[tuple[str, str, dict[str, str]]], expected: str | None, source: str
) -> None:
    policy = table(*rows).policy_for(PLACE)

    assert (policy.price_up_percent, policy.sources["price_up_percent"]) == (
        None if expected is None else Decimal(expected), source,
    )  # fmt: skip


def test_mode_is_inherited_like_a_limit() -> None:
    rows = table(("site", "LDS", {"price_up_percent": "1"}), ("category", "PACK", {"mode": "four_way"}))

    assert (rows.policy_for(PLACE).mode, rows.policy_for(Place(site="LDS")).mode) == ("four_way", "three_way")


def test_limit_blank_at_every_level_is_refused() -> None:
    most = {name: value for name, value in ENTERPRISE.items() if name != "quantity_value"}

    with pytest.raises(InvalidError) as refusal:  # TM-3
        table(("site", "LDS", {"price_up_percent": "1"}), enterprise=most).policy_for(PLACE)

    assert (refusal.value.code, refusal.value.details["field"]) == ("tolerance_blank", "quantity_value")
