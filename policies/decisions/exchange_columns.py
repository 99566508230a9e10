"""The columns of each kind of policy in a file. A new axis of the matrix, or a new limit, is one line here.

A test compares them with the columns of the tables, so that none is forgotten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.decisions.exchange_known import Known, Unfit
from policies.decisions.exchange_values import Codes, Number, OneOf, Text, Value, Whole, YesNo
from policies.decisions.vocabulary import LIMITS, SWITCHES

MOST_STAGES = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in JSON and in the table, how a spreadsheet heads it, and what it holds."""

    name: str
    head: str
    value: Value
    width: int = 12


STAGE_COLUMNS = (
    Column("who", "Who", OneOf("who")),
    Column("role", "Role", OneOf("roles", needed=False)),
    Column("person", "Person", OneOf("people", needed=False)),
    Column("completion", "Agree", OneOf("completions")),
    Column("due_hours", "Hours", Whole(1, 999, "h")),
)
BY_ROLE = frozenset({"site_role", "region_role", "enterprise_role"})
BY_PERSON = "person"
_NAMED = ("role", "person")  # stand behind a colon: who is asked


class Stages(Value):
    """The stages of a row: a list of objects in JSON, one line each in a cell.

    A line reads `Role at the ship-to site: Site manager; One of them; 8 h`.
    """

    def from_json(self, given: Any, known: Known) -> list[dict[str, Any]]:
        """Return what came as JSON once it is fit."""
        if not isinstance(given, list) or not all(isinstance(stage, dict) for stage in given):
            raise Unfit("Write a list of stages, each an object; an empty list asks nobody.")
        return self._few([self._stage(number, stage, known) for number, stage in enumerate(given, start=1)])

    def _stage(self, number: int, given: Mapping[str, Any], known: Known) -> dict[str, Any]:
        names = [column.name for column in STAGE_COLUMNS]
        for name in given:
            if name not in names:
                raise Unfit(f"Stage {number}: there is no member “{name[:40]}”. Use {', '.join(names)}.", name)
        stage = {}
        for column in STAGE_COLUMNS:
            if column.name not in given:
                raise Unfit(f"Stage {number}: the member {column.name} is missing.")
            stage[column.name] = self._part(number, column, column.value.from_json, given[column.name], known)
        return _checked(number, stage)

    def from_cell(self, text: str, known: Known) -> list[dict[str, Any]]:
        """Return what a person wrote in a cell."""
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return self._few([self._line(number, line, known) for number, line in enumerate(lines, start=1)])

    def _line(self, number: int, line: str, known: Known) -> dict[str, Any]:
        asked, *parts = [part.strip() for part in line.split(";")]
        who, _, named = (part.strip() for part in asked.partition(":"))
        columns = {column.name: column for column in STAGE_COLUMNS}
        rest = [column for column in STAGE_COLUMNS if column.name not in {"who", *_NAMED}]
        if len(parts) != len(rest):
            raise Unfit(
                f"Stage {number}: write it like “Role at the ship-to site: Site manager; One of them; 8 h”.", line
            )
        stage = {"who": self._part(number, columns["who"], columns["who"].value.from_cell, who, known)}
        filled = {
            "role": named if stage["who"] in BY_ROLE else "",
            "person": named if stage["who"] == BY_PERSON else "",
        }
        if named and not any(filled.values()):
            raise Unfit(f"Stage {number}: “{who}” needs no name. Take away what stands behind the colon.", named)
        for name in _NAMED:
            stage[name] = self._part(number, columns[name], columns[name].value.from_cell, filled[name], known)
        for column, part in zip(rest, parts, strict=True):
            stage[column.name] = self._part(number, column, column.value.from_cell, part, known)
        return _checked(number, stage)

    def _part(self, number: int, column: Column, read: Any, given: Any, known: Known) -> Any:
        try:
            return read(given, known)
        except Unfit as unfit:
            part = given if unfit.part is None else unfit.part
            raise Unfit(f"Stage {number}, {column.head.lower()}: {unfit.cure}", str(part)) from unfit

    def _few(self, stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(stages) > MOST_STAGES:
            raise Unfit(f"Use at most {MOST_STAGES} stages; there are {len(stages)}.")
        return stages

    def to_cell(self, plain: Any, known: Known) -> str | int | Decimal:
        """Return a plain value as a cell."""
        return "\n".join(self._words(stage, known) for stage in plain)

    def _words(self, stage: Mapping[str, Any], known: Known) -> str:
        cells = {c.name: str(c.value.to_cell(stage[c.name], known)) for c in STAGE_COLUMNS}
        units = {c.name: c.value.unit for c in STAGE_COLUMNS if isinstance(c.value, Whole)}
        named = next((f": {cells[name]}" for name in _NAMED if cells[name]), "")
        rest = [
            f"{cells[c.name]} {units.get(c.name, '')}".strip() for c in STAGE_COLUMNS if c.name not in {"who", *_NAMED}
        ]
        return "; ".join([f"{cells['who']}{named}", *rest])


def _checked(number: int, stage: dict[str, Any]) -> dict[str, Any]:
    """Refuse a stage that names nobody, or somebody it does not need (AP-2)."""
    if (stage["who"] in BY_ROLE) != bool(stage["role"]):
        raise Unfit(f"Stage {number}: name a role for a stage by role, and none for another.", stage["role"])
    if (stage["who"] == BY_PERSON) != bool(stage["person"]):
        raise Unfit(f"Stage {number}: name the person for a named person, and nobody for another.", stage["person"])
    return stage


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


def switch_from_text(name: str, text: str, known: Known) -> Any:
    """Return a switch as it is stored from what a person wrote in a cell; its value is judged elsewhere.

    :raises Unfit: it cannot be read.
    """
    said = text.strip()
    if name.endswith("_days"):
        return Whole(0, 365).from_cell(said, known)
    if name.startswith("block_"):
        return Codes("flags").from_cell("" if said.lower() == "none" else said, known)
    if name.endswith("_role"):
        return OneOf("roles").from_cell(said, known)
    if name.endswith(("_percent", "_until")):
        return said
    if not said:
        raise Unfit("Write yes or no.")
    return YesNo().from_cell(said, known)


def switch_to_text(value: Any, known: Known) -> str:
    """Return a switch as a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return Codes("flags").to_cell(value, known) or "none"
    return known.label("roles", str(value))


def switch_label(name: str) -> str:
    """Return how people call a switch."""
    return SWITCHES.get(name, (name, ""))[0]
