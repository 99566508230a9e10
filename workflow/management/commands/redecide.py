from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflow.selectors import redecided


class Command(BaseCommand):
    help = "Make every approval decision again from its stored facts and policy version; fail on any difference."

    def handle(self, *_args: Any, **_options: Any) -> None:
        count = failed = 0
        for result in redecided():
            count += 1
            if result.different:
                failed += 1
                self.stderr.write(f"{result.number} by {result.version}: {', '.join(result.different)} differ")
        if failed:
            raise CommandError(f"{failed} of {count} decisions come out otherwise.")
        self.stdout.write(f"{count} decisions come out the same.")
