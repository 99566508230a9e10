"""Cells copied from a spreadsheet, as rows of the grid: by the heads above them, as an exported sheet has them, or in place.

Rows of an exported workbook may be pasted with their heads or without them: every column finds its own, whatever the
columns on screen.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.decisions.exchange_columns import COLUMNS as SHEET_COLUMNS
from policies.decisions.grid_columns import COLUMNS, Column

POSITION, ADDITIONAL = "position", "is_additional"
SHEET: Sequence[str] = [column.name for column in SHEET_COLUMNS["approval"]]
# How a column may be called over what was copied, small letters only: as in the grid, or as in an exported workbook.
HEADS: Mapping[str, str] = {
    **{column.head.casefold(): column.name for column in SHEET_COLUMNS["approval"]},
    **{column.head.casefold(): column.name for column in COLUMNS},
}
_SAID: Mapping[str, bool] = {"": False, "no": False, "false": False, "yes": True, "true": True, "x": True}
_PLACE = re.compile(r"[0-9]{1,4}")
_FEW = 2  # heads that make a row of cells a row of heads
_SHOWN = 60  # letters of a cell in a sentence


@dataclass(frozen=True, slots=True)
class Pasted:
    """Rows as texts by column, in order, base rows before additional ones; and what did not fit anywhere."""

    rows: tuple[tuple[bool, Mapping[str, str]], ...]
    faults: tuple[str, ...]


def laid_out(text: str, shown: Sequence[Column]) -> Pasted:
    """Return what was copied as rows of the grid; `shown` are the columns on screen, for cells without heads."""
    table = split_table(text)
    names, table = _names(table, shown)
    faults = [fault for number, cells in enumerate(table, start=1) for fault in _faults(number, cells, names)]
    rows = [dict(zip(names, map(str.strip, cells), strict=False)) for cells in table]
    ordered = sorted(rows, key=lambda row: (_SAID.get(row.get(ADDITIONAL, "").casefold(), False), _place(row)))
    return Pasted(
        tuple(
            (
                _SAID.get(row.pop(ADDITIONAL, "").casefold(), False),
                {n: t for n, t in row.items() if n and n != POSITION},
            )
            for row in ordered
        ),
        tuple(faults),
    )


def _names(table: list[list[str]], shown: Sequence[Column]) -> tuple[list[str], list[list[str]]]:
    """Return the column of each cell, nothing for one that has none, and the rows below the heads."""
    if table:
        heads = [cell.strip().casefold() for cell in table[0]]
        known = [HEADS.get(head, "") for head in heads]
        if sum(map(bool, known)) >= max(_FEW, (sum(map(bool, heads)) + 1) // 2):
            return [
                name or f"?{cell.strip()}" if cell.strip() else "" for name, cell in zip(known, table[0], strict=True)
            ], table[1:]
        if all(_is_of_sheet(cells) for cells in table):
            return list(SHEET), table
    return [column.name for column in shown], table


def _is_of_sheet(cells: Sequence[str]) -> bool:
    """Say whether a row has the cells of an exported sheet: its number, whether it adds to any row, and the others."""
    return (
        len(cells) == len(SHEET) and bool(_PLACE.fullmatch(cells[0].strip())) and cells[1].strip().casefold() in _SAID
    )


def _place(row: Mapping[str, str]) -> int:
    place = row.get(POSITION, "")
    return int(place) if _PLACE.fullmatch(place) else 0


def _faults(number: int, cells: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    for place, cell in enumerate(cells, start=1):
        written = cell.strip()
        where = f"Pasted row {number}, column {place}: “{written[:_SHOWN]}”"
        name = names[place - 1] if place <= len(names) else None
        if not written:
            continue
        if name is None:
            yield f"{where} stands beyond the last column of the grid, {_head(names)}. Take the column out and paste again."
        elif not name:
            yield f"{where} stands in a column without a head. Give it one, or take the column out and paste again."
        elif name.startswith("?"):
            yield (
                f"{where} stands under “{name[1:][:_SHOWN]}”, which is no column of the grid. Take the column out and "
                f"paste again."
            )
        elif name == ADDITIONAL and written.casefold() not in _SAID:
            yield f"{where} does not say whether the row adds to any row. Write yes, or nothing."


def _head(names: Sequence[str]) -> str:
    heads = {column.name: column.head for column in SHEET_COLUMNS["approval"]}
    heads |= {column.name: column.head for column in COLUMNS}
    return next(heads[name] for name in reversed(names) if name in heads)


def split_table(text: str) -> list[list[str]]:
    """Split text copied from a spreadsheet: tabs between cells, quotes round a cell that holds a tab, line or quote."""
    rows: list[list[str]] = [[]]
    cell, at, quoted = "", 0, False
    while at < len(text):
        char = text[at]
        if quoted and char == '"' and text[at + 1 : at + 2] == '"':
            cell, at = cell + '"', at + 1
        elif char == '"' and (quoted or not cell):
            quoted = not quoted
        elif not quoted and char in "\t\n":
            rows[-1].append(cell)
            cell = ""
            if char == "\n":
                rows.append([])
        elif quoted or char != "\r":
            cell += char
        at += 1
    rows[-1].append(cell)
    return [row for row in rows if any(cell.strip() for cell in row)]
