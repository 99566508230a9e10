"""The columns of each kind of policy in a file. A new axis of the matrix, or a new limit, is one line here.

A test compares them with the columns of the tables, so that none is forgotten.
"""

from collections.abc import Mapping
from typing import Any

from policies.decisions.exchange_known import Known
from policies.decisions.exchange_stages import STAGE_COLUMNS, Column, Stages
from policies.decisions.exchange_values import Codes, Number, OneOf, Text, Value, Whole, YesNo
from policies.decisions.unfit import Unfit
from policies.decisions.vocabulary import LIMITS, SWITCHES

__all__ = ["COLUMNS", "STAGE_COLUMNS", "Column", "switch_from_text", "switch_label", "switch_to_text"]
_AMOUNT = Number(18, 4)
_DIGITS = {"%": (7, 3)}
_LIMIT_SIZE = {"price_up_absolute": (18, 6), "price_down_absolute": (18, 6)}


def _limit(name: str) -> Column:
    label, unit = LIMITS[name]
    digits, places = _LIMIT_SIZE.get(name) or _DIGITS.get(unit) or (18, 4)
    return Column(name, f"{label} ({unit})", Number(digits, places, unit, may_be_unlimited=True))


# By kind of policy; a kind that has switches only has no column.
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "approval": (
        Column("position", "Row", Whole(1, 5000), 6),
        Column("is_additional", "Adds to any row", YesNo(), 8),
        Column("name", "Name", Text(120), 40),
        Column("amount_from", "Above", _AMOUNT),
        Column("amount_to", "Up to and including", _AMOUNT),
        Column("is_touchless", "Touchless", YesNo(), 10),
        Column("stages", "Who approves, one stage a line", Stages(), 60),
        Column("document_types", "Documents", Codes("document_types")),
        Column("sites", "Sites", Codes("sites")),
        Column("regions", "Regions", Codes("regions")),
        Column("categories", "Categories", Codes("categories")),
        Column("spend_kinds", "Spend kinds", Codes("spend_kinds")),
        Column("urgent", "Urgent", YesNo(either=True), 8),
        Column("any_flags", "With any of these flags", Codes("flags"), 24),
        Column("without_flags", "With none of these flags", Codes("flags"), 24),
        Column("supplier_states", "Supplier is", Codes("supplier_states")),
        Column("requester_roles", "Raised by a", Codes("roles")),
        Column("sourcing_authorities", "Source of any line", Codes("authorities")),
        Column("supplier_risks", "Supplier risk", Codes("supplier_risks")),
        Column("contract_coverages", "Contract", Codes("contract_coverages")),
        Column("budget_states", "Budget", Codes("budget_states")),
        Column("change_deltas", "Changed since it was approved", Codes("change_deltas")),
    ),
    "tolerance": (
        Column("scope", "Level", OneOf("scopes")),
        Column("scope_code", "Code", Text(40, needed=False)),
        Column("mode", "Match", OneOf("modes", needed=False)),
        *(_limit(name) for name in LIMITS),
    ),
    "duty": (
        Column("first", "One", OneOf("duties"), 30),
        Column("second", "Other", OneOf("duties"), 30),
        Column("strength", "Kept apart", OneOf("strengths"), 44),
        Column("countersign_days", "Days to countersign", Whole(1, 90, needed=False)),
    ),
    "routing": (
        Column("category", "Code", Text(40, pattern=r"[A-Za-z0-9_-]+", hint="Use letters, digits and underscores, such as invoice_price."), 24),
        Column("name", "Name", Text(120), 36),
        Column("owner_role", "Owner", OneOf("roles"), 28),
        Column("due_hours", "Cured within (business hours)", Whole(1, 999), 14),
    ),
    "sourcing": (),
}  # fmt: skip


_FLAGS = Codes("flags")
# What a switch holds, by its name; the others are yes or no, or what the end of their name says.
SWITCH_VALUES: Mapping[str, Value] = {
    "block_submission": _FLAGS, "block_approval": _FLAGS, "ladder": Codes("rungs", keeps_order=True),
    "fallback_role": OneOf("roles"), "budget_mode": OneOf("budget_modes"),
}  # fmt: skip
_BY_END: tuple[tuple[str, Value], ...] = (
    ("_days", Whole(0, 365)), ("_percent", Text(12, needed=False)), ("_until", Text(5, needed=False)),
    ("_limit", Text(12, needed=False)),
)  # fmt: skip
_NONE = "none"


def _value_of(name: str) -> Value:
    return SWITCH_VALUES.get(name) or next((value for end, value in _BY_END if name.endswith(end)), YesNo())


def switch_from_text(name: str, text: str, known: Known) -> Any:
    """Return a switch as it is stored from what a person wrote in a cell; its value is judged elsewhere.

    :raises Unfit: it cannot be read.
    """
    value, said = _value_of(name), text.strip()
    if isinstance(value, YesNo) and not said:
        raise Unfit("Write yes or no.")
    return value.from_cell("" if isinstance(value, Codes) and said.lower() == _NONE else said, known)


def switch_to_text(name: str, plain: Any, known: Known) -> str:
    """Return a switch as a cell."""
    value = _value_of(name)
    if isinstance(value, YesNo):
        return "yes" if plain else "no"
    return str(value.to_cell(plain, known)) or (_NONE if isinstance(value, Codes) else "")


def switch_label(name: str) -> str:
    """Return how people call a switch."""
    return SWITCHES.get(name, (name, ""))[0]
