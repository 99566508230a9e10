"""The stages of a row in a file. A new column of a stage is one line here.

A cell says them in the words of the grid (`stage_notation`), one stage a line. Files of before say each stage as
`Role at the ship-to site: Site manager; One of them; 8 h`, which is still read.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from policies.decisions.exchange_known import Known
from policies.decisions.exchange_values import OneOf, Value, Whole
from policies.decisions.stage_notation import lines_of, read_stage, require_few, write_stage
from policies.decisions.unfit import Unfit, read_each


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in JSON and in the table, how a spreadsheet heads it, and what it holds."""

    name: str
    head: str
    value: Value
    width: int = 12


@dataclass(frozen=True, slots=True)
class Phrase(Value):
    """Yes or no; a cell says the phrase or leaves it out."""

    phrase: str

    def from_json(self, given: Any, known: Known) -> bool:  # noqa: ARG002 - the signature of every value
        """Return what came as JSON once it is fit."""
        if not isinstance(given, bool):
            raise Unfit("Write true or false.")
        return given

    def from_cell(self, text: str, known: Known) -> bool:  # noqa: ARG002 - the signature of every value
        """Return what a person wrote in a cell."""
        return text.strip().casefold() == self.phrase

    def to_cell(self, plain: Any, known: Known) -> str:  # noqa: ARG002 - the signature of every value
        """Return a plain value as a cell."""
        return self.phrase if plain else ""


STAGE_COLUMNS = (
    Column("who", "Who", OneOf("who")),
    Column("role", "Role", OneOf("roles", needed=False)),
    Column("person", "Person", OneOf("people", needed=False)),
    Column("completion", "Agree", OneOf("completions")),
    Column("percent", "Percentage", Whole(1, 100, "%", needed=False)),
    Column("due_hours", "Hours", Whole(1, 999, "h")),
    Column("with_previous", "Together", Phrase("together with the stage before")),
    Column("may_repeat", "Repeat", Phrase("also by who agreed before")),
)
BY_ROLE = frozenset({"site_role", "region_role", "enterprise_role"})
BY_PERSON, BY_PERCENT = "person", "percent"
_NAMED = ("role", "person")  # stand behind a colon: who is asked
_PARTS = tuple(column for column in STAGE_COLUMNS if column.name not in {"who", *_NAMED})
_COLUMNS = {column.name: column for column in STAGE_COLUMNS}
_HOURS = re.compile(r"[0-9]{1,9}(?: ?h)?")


class Stages(Value):
    """The stages of a row: a list of objects in JSON, one line each in a cell."""

    def from_json(self, given: Any, known: Known) -> list[dict[str, Any]]:
        """Return what came as JSON once it is fit."""
        if not isinstance(given, list) or not all(isinstance(stage, dict) for stage in given):
            raise Unfit("Write a list of stages, each an object; an empty list asks nobody.")
        require_few(len(given))
        return read_each(enumerate(given, start=1), lambda one: self._stage(*one, known))

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
        lines = list(_stage_lines(text))
        require_few(len(lines))
        roles, people = known.names("roles"), known.names("people")
        return read_each(
            enumerate(lines, start=1),
            lambda one: self._line_before(*one, known) if _is_of_before(one[1]) else read_stage(*one, roles, people),
        )

    def _line_before(self, number: int, line: str, known: Known) -> dict[str, Any]:
        asked, *parts = [part.strip() for part in line.split(";")]
        who, _, named = (part.strip() for part in asked.partition(":"))
        stage = {"who": self._part(number, _COLUMNS["who"], _COLUMNS["who"].value.from_cell, who, known)}
        filled = {
            "role": named if stage["who"] in BY_ROLE else "",
            "person": named if stage["who"] == BY_PERSON else "",
        }
        if named and not any(filled.values()):
            raise Unfit(f"Stage {number}: “{who}” needs no name. Take away what stands behind the colon.", named)
        for name in _NAMED:
            stage[name] = self._part(number, _COLUMNS[name], _COLUMNS[name].value.from_cell, filled[name], known)
        said = {_meant(part).name: part for part in parts}
        if len(said) != len(parts) or not {"completion", "due_hours"} <= set(said):
            raise Unfit(
                f"Stage {number}: write it like “Role at the ship-to site: Site manager; One of them; 8 h”.", line
            )
        for column in _PARTS:
            stage[column.name] = self._part(number, column, column.value.from_cell, said.get(column.name, ""), known)
        return _checked(number, stage)

    def _part(self, number: int, column: Column, read: Any, given: Any, known: Known) -> Any:
        try:
            return read(given, known)
        except Unfit as unfit:
            part = given if unfit.part is None else unfit.part
            raise Unfit(f"Stage {number}, {column.head.lower()}: {unfit.cure}", str(part)) from unfit

    def to_cell(self, plain: Any, known: Known) -> str | int | Decimal:
        """Return a plain value as a cell."""
        roles, people = known.names("roles"), known.names("people")
        return "\n".join(write_stage(stage, roles, people) for stage in plain)


def _is_of_before(line: str) -> bool:
    """Say whether a line is of the files of before: its hours are a part of their own."""
    return any(_HOURS.fullmatch(part.strip()) for part in line.split(";")[1:])


def _stage_lines(text: str) -> Iterator[str]:
    """Yield each stage of a cell as its line, whichever of the two ways it is written in."""
    for line in text.split("\n"):
        if _is_of_before(line):
            yield line.strip()
        else:
            yield from lines_of(line)


def _checked(number: int, stage: dict[str, Any]) -> dict[str, Any]:
    """Refuse a stage that names nobody, or somebody it does not need (AP-2)."""
    if (stage["who"] in BY_ROLE) != bool(stage["role"]):
        raise Unfit(f"Stage {number}: name a role for a stage by role, and none for another.", stage["role"])
    if (stage["who"] == BY_PERSON) != bool(stage["person"]):
        raise Unfit(f"Stage {number}: name the person for a named person, and nobody for another.", stage["person"])
    if (stage["completion"] == BY_PERCENT) != (stage["percent"] is not None):
        raise Unfit(
            f"Stage {number}: write 1 to 100 % for a percentage of them, and nothing for another.", stage["completion"]
        )
    return stage


def _meant(part: str) -> Column:
    """Return the column that a part of a line is about: by its phrase, its unit, or else how many must agree."""
    for column in _PARTS:
        value = column.value
        if isinstance(value, Phrase) and part.casefold() == value.phrase:
            return column
        if isinstance(value, Whole) and part.endswith(value.unit) and part.removesuffix(value.unit).strip().isdigit():
            return column
    return _COLUMNS["due_hours" if part.isdigit() else "completion"]
