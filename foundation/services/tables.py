"""What a table that is brought in does, or would do: shared by every kind of row."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row: line, column, what was written, and the cure."""

    line: int
    column: str
    value: str
    message: str


@dataclass(slots=True)
class Import:
    """What a table does, or would do: rows that are new, changed, and as they were; and every fault."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
