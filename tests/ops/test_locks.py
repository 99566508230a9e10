"""The locks say what the requirements ask for."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


def _pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PINNED.findall((ROOT / lock).read_text())}


def _asked(requirements: str) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / requirements).read_text().splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_lock_satisfies_every_requirement(name: str) -> None:
    pins = _pins(f"{name}.txt")

    unmet = [str(r) for r in _asked(f"{name}.in") if pins.get(canonicalize_name(r.name), "none") not in r.specifier]

    assert unmet == []


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_lock_has_a_hash_for_every_package(name: str) -> None:
    blocks = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / f"{name}.txt").read_text())

    unhashed = [block.splitlines()[0] for block in blocks if PINNED.match(block) and "--hash=sha256:" not in block]

    assert unhashed == []


def test_both_locks_agree_on_shared_packages() -> None:
    product, development = _pins("requirements.txt"), _pins("requirements-dev.txt")

    different = {name for name in product.keys() & development.keys() if product[name] != development[name]}

    assert different == set()
