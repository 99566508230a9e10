"""Suppliers from the command line: `suppliers dedupe --evaluate pairs.csv.gz --json` (docs/duplicates.md)."""

import gzip
import json
import zlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.errors import DomainError, InvalidError
from foundation.intake import csv
from suppliers.decisions.duplicate_evaluation import PAIR_COLUMNS, SITE_COLUMNS, evaluate_pairs, evaluate_sites

_GZIP = b"\x1f\x8b"


class Command(BaseCommand):
    help = "Say how well the proposals of duplicate suppliers do on a file whose truth is known."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        dedupe = verbs.add_parser("dedupe", help="find duplicates, or say how well they are found")
        dedupe.add_argument(
            "--evaluate", type=Path, metavar="CSV", required=True, help="CSV, plain or packed with gzip"
        )
        dedupe.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            told = _evaluated(options["evaluate"])
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
            return
        for name, value in told.items():
            self.stdout.write(f"{name:>28}  {value}")


def _evaluated(path: Path) -> dict[str, object]:
    table = csv.read(_plain(path))
    rows = [row.cells for row in table.rows if not row.fault]
    if set(PAIR_COLUMNS) <= set(table.head):
        return evaluate_pairs(rows)
    if set(SITE_COLUMNS) <= set(table.head):
        return evaluate_sites(rows)
    raise InvalidError(
        "column_missing",
        f"The table needs the columns {', '.join(PAIR_COLUMNS)}, or {', '.join(SITE_COLUMNS)}.",
        field="evaluate",
    )


def _plain(path: Path) -> bytes:
    """Return the file's bytes, opened up to the limit of a plain table and no further."""
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
    try:
        with gzip.open(path) if is_packed else path.open("rb") as file:
            return file.read(csv.MAX_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidError(
            "gzip_broken", f"{path} looks packed with gzip and cannot be opened. Fetch it again."
        ) from error
