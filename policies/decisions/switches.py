"""What the switches of a policy may hold. Source: SEMANTICS RQ-3, RQ-4, RQ-5, AK-2, AP-3 and AP-5; amounts are strings."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from foundation.errors import InvalidError
from policies.decisions.budgets import MODES, WARN
from policies.decisions.vocabulary import FLAGS, RUNGS, SWITCHES

MOST_PERCENT, MOST_DAYS, MOST_AMOUNT = 100, 365, 10**11
# Switches that came after the first installations, by kind of policy, with the value that changes nothing.
LATER: Mapping[str, Mapping[str, Any]] = {
    "approval": {"ladder": []},
    "sourcing": {
        "block_submission": [], "block_approval": [], "combine_until": "", "budget_mode": WARN, "change_percent": "0",
        "price_list_rise_percent": "0", "price_list_fall_percent": "0",
        "award_limit": "10000", "bank_cooling_days": 5, "bank_contact_days": 30,
    },
}  # fmt: skip
HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def check_switches(settings: Mapping[str, Any], roles: Collection[str]) -> None:
    """Refuse a switch with a value that could not be used.

    :raises InvalidError: names the switch, the value and the cure.
    """
    for name, value in settings.items():
        cure = _cure(name, value, roles)
        if cure:
            label = SWITCHES.get(name, (name, ""))[0]
            raise InvalidError(
                "switch_value", f"{label}: “{value}” cannot be used. {cure}", field=name, value=str(value)
            )


def _cure(name: str, value: Any, roles: Collection[str]) -> str:
    if name.endswith(("_percent", "_limit")):
        return _cure_of_number(name, value)
    if name.endswith("_days"):
        whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_DAYS
        return "" if whole else f"Write whole days from 0 to {MOST_DAYS}."
    if name.endswith("_until"):
        return "" if _hour(value) else "Write an hour such as 15:00, or leave it empty."
    if name.startswith("block_") or name == "ladder":
        codes, what = (RUNGS, "rungs") if name == "ladder" else (FLAGS, "flags")
        listed = isinstance(value, list) and all(code in codes for code in value)
        return "" if listed else f"Choose {what} from the list."
    choices: Mapping[str, tuple[Collection[str], str]] = {
        "budget_mode": (MODES, "what follows from the list"), "fallback_role": (roles, "a role"),
    }  # fmt: skip
    if name in choices:
        known, what = choices[name]
        return "" if value in known else f"Choose {what}."
    return "" if isinstance(value, bool) else "Choose yes or no."


def _hour(value: Any) -> bool:
    return value == "" or (isinstance(value, str) and HOUR.fullmatch(value) is not None)


def _cure_of_number(name: str, value: Any) -> str:
    if name.endswith("_limit"):
        return "" if _number(value, MOST_AMOUNT) else "Write an amount from 0 up, such as 10000."
    return "" if _number(value, MOST_PERCENT) else f"Write a percentage from 0 to {MOST_PERCENT}; 2 means 2 %."


def _number(value: Any, most: int) -> bool:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return False
    return number is not None and number.is_finite() and 0 <= number <= most
