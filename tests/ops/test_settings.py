"""Every setting read from the environment is explained in .env.example, and nothing else is."""

import importlib
import re
import sys
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the settings of production, read apart from those the tests run with."""
    monkeypatch.setenv("SECRET_KEY", "x" * 50)
    monkeypatch.delitem(sys.modules, "config.settings.prod", raising=False)
    read = importlib.import_module("config.settings.prod")
    monkeypatch.delitem(sys.modules, "config.settings.prod")
    return read


def test_cookies_of_production_belong_to_this_host_over_tls_alone(production: Any) -> None:
    for kind in ("SESSION", "CSRF"):
        given = {
            name: getattr(production, f"{kind}_COOKIE_{name}", None)
            for name in ("NAME", "SECURE", "HTTPONLY", "SAMESITE")
        }
        assert given == {
            "NAME": production.__dict__[f"{kind}_COOKIE_NAME"],
            "SECURE": True,
            "HTTPONLY": True,
            "SAMESITE": "Lax",
        }
        assert given["NAME"].startswith("__Host-"), "a browser takes such a cookie only from this host, over TLS"


def test_production_asks_every_superuser_for_a_second_factor(production: Any) -> None:
    assert production.SECOND_FACTOR_SUPERUSERS is True


def test_production_speaks_tls_alone_and_shows_no_one_its_insides(production: Any) -> None:
    assert (production.SECURE_SSL_REDIRECT, production.SECURE_HSTS_SECONDS) == (True, 365 * 24 * 3600)
    assert (production.DEBUG, production.DEMO, production.DEMO_GUIDE, production.ALLOWED_HOSTS) == (
        False,
        False,
        "",
        [],
    )
