"""Suppliers from the command line: `suppliers import MAPPING FILE`, `dedupe --evaluate FILE` (docs/duplicates.md), `sanctions import FILE`."""

import gzip
import json
import tomllib
import zlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import DomainError, InvalidError
from foundation.intake import csv
from foundation.models import User
from suppliers.decisions.duplicate_evaluation import PAIR_COLUMNS, SITE_COLUMNS, evaluate_pairs, evaluate_sites
from suppliers.services import SupplierRow, find_duplicates, import_sanctions, import_suppliers

_GZIP = b"\x1f\x8b"
SHOWN = 20
COLUMNS = ("name", "code", "country", "currency", "tax_id", "address")


class Command(BaseCommand):
    help = "Bring a supplier master in, find duplicates, or say how well they are found on a file whose truth is known."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        dedupe = verbs.add_parser("dedupe", help="find duplicates, or say how well they are found")
        dedupe.add_argument("--evaluate", type=Path, metavar="CSV", help="CSV, plain or packed with gzip")
        dedupe.add_argument("--json", action="store_true", help="for machines")
        dedupe.add_argument("--by", help="user name of the supplier manager who finds them")
        bring = verbs.add_parser("import", help="add the suppliers of a table, by a mapping file")
        bring.add_argument("mapping", type=Path, help="TOML: columns, and what is the same in every row")
        bring.add_argument("file", type=Path, help="CSV, plain or packed with gzip")
        bring.add_argument("--by", required=True, help="user name of the supplier manager who brings them in")
        bring.add_argument("--dry-run", action="store_true", help="judge every row, change nothing")

        lists = verbs.add_parser("sanctions", help="bring a sanctions list in and compare every supplier with it")
        deeds = lists.add_subparsers(dest="deed", required=True)
        listed = deeds.add_parser("import", help="replace a list by the names of a file")
        listed.add_argument(
            "file",
            type=Path,
            help="CSV, plain or packed with gzip: reference, name, aliases (apart by |), country, programme",
        )
        listed.add_argument("--name", required=True, help="what the list is called, such as 'UK sanctions list'")
        listed.add_argument("--by", required=True, help="user name of the supplier manager who brings it in")
        listed.add_argument("--dry-run", action="store_true", help="judge every row, change nothing")
        listed.add_argument(
            "--shrinks", action="store_true", help="the list is meant to have less than half of its names"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except (DomainError, OSError, tomllib.TOMLDecodeError) as error:
            raise CommandError(str(error)) from error

    def _dedupe(self, options: dict[str, Any]) -> None:
        if options["evaluate"] is None:
            found = find_duplicates(actor=_person(options["by"]), at=timezone.now())  # noqa: TID251 - a command reads the clock
            self.stdout.write(f"Pairs to decide: {found}.")
            return
        told = _evaluated(options["evaluate"])
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
            return
        for name, value in told.items():
            self.stdout.write(f"{name:>28}  {value}")

    def _import(self, options: dict[str, Any]) -> None:
        mapping = tomllib.loads(options["mapping"].read_text(encoding="utf-8"))
        rows = _rows(mapping, csv.read(_plain(options["file"]), encoding=str(mapping.get("encoding", ""))))
        done = import_suppliers(
            rows=rows, source=options["file"].name, dry_run=options["dry_run"], actor=_person(options["by"]),
            at=timezone.now(),  # noqa: TID251 - a command reads the clock
        )  # fmt: skip
        self.stdout.write(
            f"{len(rows)} rows: {len(done.new)} new suppliers, {len(done.same)} there before, {len(done.faults)} rows refused."
            + (f" {len(done.changed)} say something else than the record." if done.changed else "")
        )
        for fault in done.faults[:SHOWN]:
            self.stdout.write(f"  line {fault.line}, {fault.column}: {fault.message}")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")

    def _sanctions(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        done = import_sanctions(
            name=options["name"], file_name=path.name, content=_plain(path), dry_run=options["dry_run"],
            shrinks=options["shrinks"], actor=_person(options["by"]),
            at=timezone.now(),  # noqa: TID251 - a command reads the clock
        )  # fmt: skip
        for fault in done.rows.faults[:SHOWN]:
            self.stdout.write(f"  line {fault.line}, {fault.column}: {fault.message}")
        if done.rows.faults:
            raise CommandError(f"{len(done.rows.faults)} rows cannot be read, so the list stays as it was.")
        self.stdout.write(f"{len(done.rows.new)} names. Suppliers to look at: {', '.join(done.suppliers) or 'none'}.")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")


def _person(username: str | None) -> User:
    person = User.objects.filter(username=username or "", kind=User.Kind.STAFF, is_active=True).first()
    if person is None:
        raise InvalidError(
            "person_unknown", "Say with --by which supplier manager does it.", field="by", value=username
        )
    return person


def _rows(mapping: dict[str, Any], table: csv.Table) -> list[SupplierRow]:
    """Read the rows by the mapping: a column may go by several names, and `same` holds what every row shares."""
    columns, same = mapping.get("columns", {}), mapping.get("same", {})
    unknown = (columns.keys() | same.keys()) - set(COLUMNS)
    if unknown:
        raise InvalidError(
            "mapping_unfit", f"The mapping names {', '.join(sorted(unknown))}. Use {', '.join(COLUMNS)}."
        )
    found = {what: next((name for name in _names(columns[what]) if name in table.head), "") for what in columns}
    missing = [what for what in ("name", "country", "currency") if not found.get(what) and what not in same]
    if missing:
        raise InvalidError(
            "column_missing", f"The table has no column for {', '.join(missing)}. Name it in the mapping."
        )
    skipped = set(mapping.get("skip", []))
    return [
        SupplierRow(row.number, **same, **{what: row.cells.get(name, "") for what, name in found.items() if name})
        for row in table.rows
        if row.cells.get(found["name"], "").strip() not in skipped
    ]


def _names(said: str | list[str]) -> list[str]:
    return [said] if isinstance(said, str) else said


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
