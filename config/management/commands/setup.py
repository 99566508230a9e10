"""Everything before the first start, and nothing started: what `make setup` runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.management import preparation


class Command(BaseCommand):
    help = "Make the database and its tables; in demo settings, the demo company too. Starts nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        preparation.add_options(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        preparation.prepare(self.stdout, reset=options["reset"], snapshot=options["snapshot"], large=options["large"])
        self.stdout.write("Ready. Start it with: python manage.py demo")
