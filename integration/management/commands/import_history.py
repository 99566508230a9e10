"""Take past orders and receipts over from a table: `import_history scms deliveries.csv.gz --dry-run`."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from foundation.errors import DomainError
from foundation.intake.csv import MAX_BYTES
from foundation.selectors import system_user
from integration.history.mapping import load
from integration.services.import_history import Judged, import_history, judge_history, rejects_of

SHOWN = 20  # refused rows named on screen; all of them are in the reject file
BAR = 30


class Command(BaseCommand):
    help = (
        "Take past orders and receipts over from a table, by the mapping file of its source (docs/import_history.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="name of a mapping file in integration/history, such as scms")
        parser.add_argument("file", type=Path, help="CSV, plain or packed with gzip")
        parser.add_argument("--dry-run", action="store_true", help="judge every row, change nothing")
        parser.add_argument("--rejects", type=Path, help="where refused rows are written (default: the data directory)")

    def handle(self, *_args: Any, source: str, file: Path, **options: Any) -> None:
        started = time.monotonic()
        try:
            mapping = load(source)
            judged = judge_history(raw=_read(file), mapping=mapping)
        except DomainError as error:
            raise CommandError(f"{error.message} [{error.code}]") from error
        self._tell(judged)
        self._write_rejects(judged, options["rejects"] or Path(settings.DATA_DIR) / f"{source}-rejects.csv")
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was changed.")
            return
        done = import_history(
            judged=judged, mapping=mapping, actor=system_user("history"),
            at=timezone.now(), progress=self._show,  # noqa: TID251 - a command reads the clock
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("analyze")  # thousands of new rows: the planner must know before the next page asks
        self.stdout.write(f"{done} orders with their receipts taken over in {time.monotonic() - started:.1f} s.")

    def _tell(self, judged: Judged) -> None:
        self.stdout.write(
            f"{len(judged.table.rows)} rows: {judged.accepted} accepted in {len(judged.new)} new orders,"
            f" {judged.known} taken over before, {len(judged.refused)} refused."
        )
        for reason, count in judged.reasons():
            self.stdout.write(f"  refused {count:>7}  {reason}")
        for note, count in judged.notes.most_common():
            self.stdout.write(f"  noted   {count:>7}  {note}")
        shown: set[str] = set()
        for refusal in judged.refused:
            if refusal.reason not in shown and len(shown) < SHOWN:
                shown.add(refusal.reason)
                value = f' "{refusal.value}"' if refusal.value else ""
                self.stdout.write(
                    f"  line {refusal.row}, {refusal.field}{value}: {refusal.sentence} [{refusal.reason}]"
                )

    def _write_rejects(self, judged: Judged, path: Path) -> None:
        if not judged.refused:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rejects_of(judged))
        self.stdout.write(f"Refused rows with their reasons: {path}")

    def _show(self, done: int, total: int) -> None:
        full = done * BAR // total
        last = done == total
        bar = f"[{'#' * full}{'.' * (BAR - full)}] {done} of {total} orders"
        self.stdout.write(bar, ending="\r" if self.stdout.isatty() and not last else "\n")
        self.stdout.flush()


def _read(file: Path) -> bytes:
    """Return the file's bytes, one more than is allowed at most."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
