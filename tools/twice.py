"""Found the demo company twice, in processes and databases of their own, and show that both are alike to the byte.

    .venv/bin/python -m tools.twice

What is recorded about the recording itself is left aside; `config.demo.digest` says what that is.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)  # a Monday before the peak


def main() -> None:
    """Compare; exit 1 and name the tables that differ."""
    if "--print" in sys.argv:
        print(json.dumps(_found()))
        return
    first, second = (_in_a_process(seed) for seed in ("1", "2"))
    unlike = sorted(table for table in first if first[table] != second.get(table))
    print(f"{len(first)} tables, " + (f"unlike: {', '.join(unlike)}" if unlike else "all alike"))
    sys.exit(bool(unlike))


def _in_a_process(hash_seed: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory(prefix="crossdock-twice-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the database runs under another account when we are root
        ours = {"PYTHONHASHSEED": hash_seed, "CROSSDOCK_DATA": folder, "DJANGO_SETTINGS_MODULE": "config.settings.dev"}
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [sys.executable, "-m", "tools.twice", "--print"]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, env=inherited | ours)
        found: dict[str, str] = json.loads(said.stdout)
        return found


def _found() -> dict[str, str]:
    import django  # noqa: PLC0415 - only the child is a Django process

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - apps are ready only now

    from config.demo.company import found_company  # noqa: PLC0415 - same
    from config.demo.digest import fingerprints  # noqa: PLC0415 - same

    call_command("migrate", interactive=False, verbosity=0)
    found_company(NOW, io.StringIO())
    return fingerprints()


if __name__ == "__main__":
    main()
