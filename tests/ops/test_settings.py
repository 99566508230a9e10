"""Every setting read from the environment is explained in .env.example, and nothing else is."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "config",
    "foundation",
    "policies",
    "workflow",
    "suppliers",
    "procurement",
    "invoicing",
    "integration",
    "intelligence",
)
READ = re.compile(r"(?:env\.\w+\(|environ(?:\.get)?[\[(]|environ\.setdefault\()\"([A-Z][A-Z_]+)\"")


def test_example_explains_every_setting_that_is_read() -> None:
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    read = {name for path in sources for name in READ.findall(path.read_text())}

    lines = (ROOT / ".env.example").read_text().splitlines()
    explained = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    assert explained == read
