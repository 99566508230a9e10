"""Where the public sample documents lie. They are not part of the project; under CROSSDOCK_SAMPLES=1 they must be there."""

import os
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples" / "edi"
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def sample_files(pattern: str) -> list[Path]:
    """Return the sample files of a pattern, sorted; none when they are not here."""
    return sorted(p for p in SAMPLES.glob(pattern) if p.is_file())


def need(path: Path) -> None:
    """Skip without the samples, unless they are required."""
    if not path.exists():
        if os.environ.get("CROSSDOCK_SAMPLES") == "1":
            pytest.fail(f"{path} is required and missing")
        pytest.skip("the public samples are not beside the project")
