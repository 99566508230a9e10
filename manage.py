#!/usr/bin/env python
"""Run a Django command of Crossdock."""

import os
import sys


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - the settings variable comes first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
