"""Fill an empty database with Northgate Supply, the demo company."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.demo.company import A_DAY, A_LARGE_DAY, found_company, is_founded
from config.management.preparation import rare_collections
from foundation.models import Organisation


class Command(BaseCommand):
    help = "Fill an empty database with the demo company; does nothing when there is one already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--large", action="store_true", help="100,000 order lines, to try its speed")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo company is for demo settings only.")
        if is_founded():
            return
        if Organisation.objects.exists():
            raise CommandError("This demo company was not finished, or is of an earlier version. Start with --reset.")
        with rare_collections():
            a_day = A_LARGE_DAY if options["large"] else A_DAY
            found_company(timezone.now(), self.stdout, a_day=a_day)  # noqa: TID251 - a command is a porch: it reads the clock
