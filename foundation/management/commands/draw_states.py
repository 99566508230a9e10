from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation.states import diagrams


class Command(BaseCommand):
    """Write docs/states/, or compare it with the models."""

    help = "Draw the state machines into docs/states/ (--check: only compare)"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when a diagram differs from its model")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs" / "states"
        wanted = dict(diagrams())
        found = {path.name: path.read_text() for path in folder.glob("*.md")}
        if options["check"]:
            stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
            if stale:
                raise CommandError(f"These diagrams differ from the models: {', '.join(stale)}. Run draw_states.")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name in found.keys() - wanted.keys():
            (folder / name).unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text)
        self.stdout.write(f"{len(wanted)} diagrams")
