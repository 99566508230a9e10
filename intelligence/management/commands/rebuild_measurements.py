"""Fold the whole event log into measurements again, or show that doing so would change nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils import timezone

from intelligence.services import read_events, rebuild_measurements

_FACTS = (
    "metric, subject_type, subject_id, document_type, document_id, document_number, site_id, supplier_id, actor_id,"
    " started_at, ended_at, due_at, stopped_at, is_automatic, is_exception, first_time, counted_on, elapsed_hours,"
    " business_hours"
)


class Command(BaseCommand):
    help = "Rebuild the measures of the process from the event log. --check changes nothing and fails on a difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare what stands with a rebuild, then undo it")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = timezone.now()  # noqa: TID251 - a command reads the clock
        if not options["check"]:
            count = rebuild_measurements(at=at)
            self.stdout.write(f"{count} measurements from the event log.")
            return
        with transaction.atomic():
            while read_events(at=at):
                pass
            differing = self._differences(at)
            transaction.set_rollback(True)
        if differing:
            raise CommandError(f"{differing} measurements differ from what the event log says. Run without --check.")
        self.stdout.write("The measurements are what the event log says.")

    def _differences(self, at: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                f"create temporary table standing on commit drop as select {_FACTS} from intelligence_measurement"  # noqa: S608 - constants of this module, no input
            )
            rebuild_measurements(at=at)
            cursor.execute(
                f"select count(*) from ((table standing except select {_FACTS} from intelligence_measurement)"  # noqa: S608 - constants of this module, no input
                f" union all (select {_FACTS} from intelligence_measurement except table standing)) d"
            )
            return int(cursor.fetchone()[0])
