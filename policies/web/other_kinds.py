"""Tolerances, duties, exception routing and ordering in words."""

from typing import Any

from policies.decisions.tolerances import PRECEDENCE
from policies.decisions.vocabulary import DUTIES, SWITCHES, words
from policies.models import PolicyVersion
from policies.selectors import ROLE_NAMES, limit_words, switch_words
from policies.web.shared import StaffRequest

STRENGTHS = {
    "hard": ("Never the same person on one chain", "Refused at once, whoever asks."),
    "role": ("Never both roles at one site", "Refused when the second role is granted."),
    "compensated": ("Allowed with a second signature", "Somebody else countersigns in time."),
}


def tolerances(_request: StaffRequest, policy: PolicyVersion) -> dict[str, Any]:
    """Return the levels, the narrowest first, each with the limits it writes."""
    levels = sorted(policy.tolerances.all(), key=lambda row: (PRECEDENCE.index(row.scope), row.scope_code))
    return {"levels": [(level, limit_words(level)) for level in levels]}


def duties(_request: StaffRequest, policy: PolicyVersion) -> dict[str, Any]:
    """Return the pairs by strength, in words."""
    pairs = [
        (pair, words(pair.first, DUTIES, ROLE_NAMES), words(pair.second, DUTIES, ROLE_NAMES))
        for pair in policy.duty_pairs.order_by("pk")
    ]
    groups = [(*text, [row for row in pairs if row[0].strength == strength]) for strength, text in STRENGTHS.items()]
    return {"groups": groups}


def routing(_request: StaffRequest, policy: PolicyVersion) -> dict[str, Any]:
    """Return the kinds of exception with their owners."""
    return {"routes": [(r, words(r.owner_role, ROLE_NAMES)) for r in policy.exception_routes.order_by("name")]}


def ordering(_request: StaffRequest, policy: PolicyVersion) -> dict[str, Any]:
    """Return the switches with their values in words."""
    return {"switches": switches_of(policy)}


def switches_of(policy: PolicyVersion) -> list[tuple[str, str, str]]:
    """Return (name, value, what it means) of each switch of a version, in the order people read them."""
    return [
        (label, _value(code, policy.settings[code]), hint)
        for code, (label, hint) in SWITCHES.items()
        if code in policy.settings
    ]


def _value(code: str, value: object) -> str:
    if code.endswith("_percent"):
        return f"{value} %"
    return f"{value} day{'' if str(value) == '1' else 's'}" if code.endswith("_days") else switch_words(value)
