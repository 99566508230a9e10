"""Bank accounts from a file: each row becomes a proposal like any other, and nothing else (SU-2)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from foundation.errors import DomainError
from foundation.intake import csv
from foundation.models import User
from suppliers.models import Supplier
from suppliers.services import ProposedAccount, propose_bank_change

COLUMNS = ("supplier", "holder", "country", "account", "bic", "reason")


class Command(BaseCommand):
    help = f"Propose bank accounts from a CSV file with the columns {', '.join(COLUMNS)}. Exit 1: a row was refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, help="user name of the supplier manager who proposes")

    def handle(self, *_args: Any, file: Path, by: str, **_options: Any) -> None:
        actor = User.objects.filter(username=by, kind=User.Kind.STAFF, is_active=True).first()
        if actor is None:
            raise CommandError(f"Nobody of ours is called {by}.")
        table = csv.read(file.read_bytes())
        missing = [name for name in COLUMNS if name not in table.head]
        if missing:
            raise CommandError(f"The file has no column {', '.join(missing)}.")
        refused = sum(not self._propose(row, actor) for row in table.rows)
        if refused:
            raise CommandError(f"{refused} of {len(table.rows)} rows were refused.")

    def _propose(self, row: csv.Row, actor: User) -> bool:
        """Propose one row's account; says whether it was taken."""
        cells = row.cells
        code = cells["supplier"].strip()
        supplier = Supplier.objects.filter(code=code).values_list("pk", flat=True).first()
        words: dict[str, Any] = {name: cells[name] for name in COLUMNS[1:]}
        try:
            change = propose_bank_change(
                supplier_id=supplier or 0, proposed=ProposedAccount(**words), source="import", actor=actor,
                at=timezone.now(),  # noqa: TID251 - the porch reads the clock
            )  # fmt: skip
        except DomainError as error:
            self.stderr.write(f"row {row.number}: {error.message}")
            return False
        self.stdout.write(f"row {row.number}: {change.number} for {code}")
        return True
