"""Units of measure and what converts into what for every item (MQ-3)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from foundation import access, audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import UnitOfMeasure, User
from foundation.quantity import plain
from foundation.selectors.usage import used_by, uses_of
from foundation.services.keeping import in_turn, record_change, require_seen
from foundation.validators import new_code, one_line

_DECIMALS = 10


@dataclass(frozen=True, slots=True)
class UnitDetails:
    """What is written of a unit besides its code, which stays.

    Units of one dimension convert by their multiples: gram 1, kilogram 1000. No dimension means a pack: what it holds
    is written at each item.
    """

    name: str
    symbol: str
    dimension: str = ""
    multiple: Decimal = Decimal(1)


def seen_of_unit(*, unit: UnitOfMeasure) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(_facts(unit))


@use_case
def create_unit(*, code: str, details: UnitDetails, actor: User, at: datetime) -> UnitOfMeasure:
    """Add a unit by its code of UN/ECE Recommendation 20 or 21, as partners write it.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises InvalidError: the code is taken, or a value cannot be used.
    """
    require(access.can_keep_ground(actor))
    in_turn()
    unit = UnitOfMeasure(code=new_code(code, longest=8))
    if UnitOfMeasure.objects.filter(code=unit.code).exists():
        raise InvalidError("code_taken", f"There is a unit {unit.code} already.", field="code", value=unit.code)
    _write(unit, details)
    unit.save(force_insert=True)
    audit.record(unit, "create_unit", actor=actor, at=at, after=_facts(unit))
    return unit


@use_case
def change_unit(*, code: str, seen: str, details: UnitDetails, actor: User, at: datetime) -> UnitOfMeasure:
    """Change how a unit is written; what it converts into only while nothing counts in it.

    :raises NotPermittedError: the actor does not keep the ground.
    :raises NotFoundError: there is no such unit.
    :raises StaleError: somebody changed the unit since the page was opened.
    :raises InvalidError: a value cannot be used, or the factor would change under those who count in it (MQ-3).
    """
    require(access.can_keep_ground(actor))
    # Locked with its key: who writes a line in this unit now is waited for, and counts as a use.
    unit = UnitOfMeasure.objects.select_for_update().filter(code=code).first()
    if unit is None:
        raise NotFoundError("not_found", "There is no such unit.")
    before = _facts(unit)
    require_seen(unit, before, seen)
    _write(unit, details)
    after = _facts(unit)
    factor = ("dimension", "multiple")
    kinds = uses_of(unit) if any(after[name] != before[name] for name in factor) else []
    if kinds:
        field = next(name for name in factor if after[name] != before[name])
        raise InvalidError("unit_in_use", f"The factor stays: {used_by(kinds)} count in {unit.name}.", field=field)
    if record_change(unit, "change_unit", before, after, actor=actor, at=at):
        unit.save(update_fields=["name", "symbol", "dimension", "multiple"])
    return unit


def _write(unit: UnitOfMeasure, details: UnitDetails) -> None:
    unit.name = one_line(details.name, longest=40, field="name", what="what it is called")
    unit.symbol = one_line(details.symbol, longest=12, field="symbol", what="what stands after a number")
    unit.dimension = details.dimension.strip().lower()
    if len(unit.dimension) > 12:  # noqa: PLR2004 - the column's width
        raise InvalidError("dimension_unfit", "Use at most 12 letters, such as mass.", field="dimension")
    multiple = details.multiple
    if not multiple.is_finite() or not 0 < multiple < 10**14 or multiple != round(multiple, _DECIMALS):
        raise InvalidError(
            "multiple_unfit", f"Write a number above 0 with at most {_DECIMALS} decimals.", field="multiple",
            value=str(multiple),
        )  # fmt: skip
    if not unit.dimension and multiple != 1:
        raise InvalidError(
            "multiple_without_dimension", "Say what it measures, or leave the factor at 1: packs differ by item.",
            field="dimension",
        )  # fmt: skip
    unit.multiple = multiple


def _facts(unit: UnitOfMeasure) -> dict[str, Any]:
    return {
        "name": unit.name, "symbol": unit.symbol, "dimension": unit.dimension, "multiple": plain(unit.multiple),
    }  # fmt: skip
