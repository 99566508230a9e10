"""Files that are brought in as policies: read cell by cell, kept as they were read, and what is to be mended as a table."""

from collections.abc import Mapping
from typing import Any

from foundation.errors import NotFoundError
from foundation.intake import strict_json, xlsx
from policies.decisions.exchange import MOST_ROWS, Fault, Numbered, Taken, from_json
from policies.decisions.exchange_tables import MOST_COLUMNS, from_tables
from policies.models import PolicyImport
from policies.selectors.analysis import MOST_AT_ONCE
from policies.selectors.content import Ground

MOST_BYTES = 5 * 1024 * 1024
BYTES_AT_ONCE: Mapping[str, int] = {"json": 400_000, "xlsx": 60_000}  # about 600 and 1,500 rows
HEADS = ("Where", "Column", "Written", "What to do")


def import_of(kind: str, import_id: int) -> PolicyImport:
    """Return a file that was brought in for a policy, with its job, its draft and the version it was compared with.

    :raises NotFoundError: there is none, or it was for another policy.
    """
    found = (
        PolicyImport.objects.select_related("base", "draft", "job", "asked_by")
        .defer("content", "taken")
        .filter(kind=kind, pk=import_id)
        .first()
    )
    if found is None:
        raise NotFoundError("not_found", "There is no such file. Files that became no draft are kept for seven days.")
    return found


def read_file(form: str, content: bytes, kind: str, ground: Ground) -> Taken:
    """Return what was read of a file, every cell judged.

    :raises InvalidError: it is no file of this form, or cannot be read at all.
    """
    if form == "json":
        return from_json(strict_json.loads(content, most=MOST_BYTES), kind, ground.known)
    sheets = xlsx.read(content, most_rows=MOST_ROWS + 1, most_columns=MOST_COLUMNS)
    return from_tables(xlsx.as_mapping(sheets), kind, ground.known)


def is_large(form: str, content: bytes) -> bool:
    """Say whether a file is left to a worker without a look into it."""
    return len(content) > BYTES_AT_ONCE[form]


def is_many(rows: int) -> bool:
    """Say whether so many rows are judged, and made a draft, by a worker."""
    return rows > MOST_AT_ONCE


def taken_to_json(taken: Taken) -> dict[str, Any]:
    """Return what was read of a file as plain JSON, to be judged later."""
    return {
        "settings": dict(taken.settings),
        "rows": [[row.where, dict(row.values)] for row in taken.rows],
        "faults": faults_to_json(taken.faults),
    }


def taken_from_json(kind: str, kept: Mapping[str, Any]) -> Taken:
    """Return what was read of a file from what was kept of it."""
    rows = tuple(Numbered(where, values) for where, values in kept["rows"])
    return Taken(kind, kept["settings"], rows, tuple(Fault(*fault) for fault in kept["faults"]))


def faults_to_json(faults: tuple[Fault, ...]) -> list[list[str]]:
    """Return faults as plain JSON: where, column, what was written, cure."""
    return [[fault.where, fault.column, fault.value, fault.cure] for fault in faults]


def faults_workbook(brought: PolicyImport) -> bytes:
    """Return everything that is to be mended in a file as a workbook, a line a fault."""
    rows: list[Any] = [HEADS, *brought.faults]
    left = brought.fault_count - len(brought.faults)
    if left > 0:
        rows.append(["File", "", "", f"And {left:,} more. Mend these first."])
    return xlsx.write([("To mend", [18, 30, 40, 90], rows)])
