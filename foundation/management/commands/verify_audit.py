from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation import audit
from foundation.models import AuditEvent


class Command(BaseCommand):
    """Recompute the audit chain (AU-1)."""

    help = "Verify the audit chain and name its first broken link"

    def handle(self, *_args: Any, **_options: Any) -> None:
        fault = audit.first_fault()
        if fault:
            raise CommandError(f"The audit chain is broken at row {fault[0]}: {fault[1]}.")
        self.stdout.write(f"The audit chain is whole: {AuditEvent.objects.count()} rows.")
