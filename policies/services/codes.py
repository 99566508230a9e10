"""Codes that rows name must exist, so that a slip of the pen is no row that never decides."""

from collections.abc import Collection, Mapping
from typing import Any

from foundation.errors import InvalidError
from foundation.models import Category, Item, Region, Role, Site
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    SPEND_KINDS,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
)

_KNOWN: Mapping[str, Collection[str]] = {
    "document_types": DOCUMENT_TYPES, "spend_kinds": SPEND_KINDS, "supplier_states": SUPPLIER_STATES,
    "requester_roles": Role.values, "sourcing_authorities": AUTHORITIES, "supplier_risks": SUPPLIER_RISKS,
    "contract_coverages": CONTRACT_COVERAGES, "budget_states": BUDGET_STATES, "change_deltas": DELTAS,
}  # fmt: skip
_STORED: Mapping[str, Any] = {"sites": Site, "regions": Region, "categories": Category}
_LEVELS: Mapping[str, Any] = {"site": Site, "category": Category, "item": Item}


def check_codes(axes: Mapping[str, Any]) -> None:
    """Refuse a code that nothing has.

    :raises InvalidError: names the axis and the code.
    """
    for axis, codes in axes.items():
        if codes and axis in _KNOWN:
            _refuse(axis, set(codes) - set(_KNOWN[axis]))
        elif codes and axis in _STORED:
            there = _STORED[axis].objects.filter(code__in=codes).values_list("code", flat=True)
            _refuse(axis, set(codes) - set(there))


def _refuse(axis: str, unknown: set[str]) -> None:
    if unknown:
        code = min(unknown)
        raise InvalidError(
            "code_unknown", f"{axis.replace('_', ' ').capitalize()}: there is no “{code}”.", field=axis, value=code
        )


def check_level(scope: str, code: str) -> None:
    """Refuse a tolerance level of an item, category or site that does not exist.

    Suppliers are kept by a room above; a level for an unknown one has no effect.

    :raises InvalidError: names the code.
    """
    model = _LEVELS.get(scope)
    if model is not None and not model.objects.filter(code=code).exists():
        raise InvalidError("code_unknown", f"There is no {scope} “{code}”.", field="scope_code", value=code)
