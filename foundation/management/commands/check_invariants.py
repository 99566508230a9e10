from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation import registries
from foundation.selectors.breaches import Breach, breaches

SHOWN = 20  # documents named per law; the rest is counted


class Command(BaseCommand):
    """Ask every row whether the laws of the house are true of it (DESIGN "What must always be true")."""

    help = "Check what must always be true; name every document of which it is not, and exit 1"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="*", help="only these laws")
        parser.add_argument("--list", action="store_true", help="print the laws and check nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        laws = registries.invariants.all()
        if options["list"]:
            for invariant in laws:
                self.stdout.write(f"{invariant.code}: {invariant.law}")
            return
        unknown = set(options["code"]) - {invariant.code for invariant in laws}
        if unknown:
            raise CommandError(f"There is no law {min(unknown)}; --list prints them.")
        found = breaches(options["code"])
        for law, of_law in groupby(found, key=lambda breach: breach.law):
            self._tell(law, list(of_law))
        if found:
            raise CommandError(f"{len(found)} breaches of {len({b.code for b in found})} laws.")
        self.stdout.write(f"All of {len(options['code']) or len(laws)} laws are true.")

    def _tell(self, law: str, found: list[Breach]) -> None:
        self.stderr.write(f"{law}:")
        for breach in found[:SHOWN]:
            self.stderr.write(f"  {breach}")
        if len(found) > SHOWN:
            self.stderr.write(f"  and {len(found) - SHOWN} more")
