"""What every test stands on: the real database engine, no way out of the machine, a real browser where asked for."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.db.models.signals import post_migrate

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright's sync API runs a loop; the ORM would refuse

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"
CHROMIUM = os.environ.get("CHROMIUM_PATH") or next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
AXE = ROOT / "tests" / "vendor" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    driven = [item for item in items if {"page", "browser"} & set(getattr(item, "fixturenames", ()))]
    for item in driven:
        item.add_marker(pytest.mark.browser)
    if not CHROMIUM:
        _without_browser([item for item in driven if _is_wanted(config, item)])
    if not SAMPLES.is_dir():
        _without_samples([item for item in items if item.get_closest_marker("samples")])


def _is_wanted(config: pytest.Config, item: pytest.Item) -> bool:
    return config.option.markexpr != "not browser"


def _without_browser(items: list[pytest.Item]) -> None:
    if items and os.environ.get("SKIP_BROWSER") != "1":  # a check that could not run is a failed check
        raise pytest.UsageError("no Chromium found: run tools/ensure_chromium.py, or choose SKIP_BROWSER=1")
    for item in items:
        item.add_marker(pytest.mark.skip(reason="SKIP_BROWSER=1"))


def _without_samples(items: list[pytest.Item]) -> None:
    if items and os.environ.get("CROSSDOCK_SAMPLES") == "1":
        raise pytest.UsageError(f"CROSSDOCK_SAMPLES=1, but there are no samples in {SAMPLES}")
    for item in items:
        item.add_marker(pytest.mark.skip(reason="the public samples are not beside the project"))


def _lay_audit_head(using: str, **_kwargs: Any) -> None:
    """Put the first link back that the flush after a transactional test took away with everything else."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('foundation_audithead') is not null")
        if cursor.fetchone()[0]:
            cursor.execute(
                "insert into foundation_audithead (chain, seq, hash) values (1, 0, sha256('crossdock'::bytea))"
                " on conflict (chain) do nothing"
            )


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        # The flush between tests truncates; the trigger's own test enables it again.
        cursor.execute("alter table foundation_auditevent disable trigger audit_no_truncate")
    post_migrate.connect(_lay_audit_head, dispatch_uid="tests.audit_head")


@pytest.fixture(autouse=True)
def no_memory() -> None:
    """Forget what the process remembers of rows that never change: each test has its own."""
    from foundation import selectors as ground  # noqa: PLC0415 - settings are ready only now
    from policies import selectors as policies  # noqa: PLC0415 - same

    ground.forget()
    policies.forget()


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that leave the machine; a test that needs the network is wrong."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        _require_local(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        _require_local(self, address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)


def _require_local(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise RuntimeError(f"a test tried to reach {address}")


@pytest.fixture
def samples() -> Path:
    """Return the folder of public sample documents."""
    return SAMPLES


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    arguments = [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--force-color-profile=srgb",
        "--font-render-hinting=none",
    ]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "Europe/London",
        "reduced_motion": "reduce",
        "viewport": {"width": 1280, "height": 800},
    }


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[tuple[str, str, list[Any]]]]:
    """Return a function that lists a page's accessibility faults: impact, rule, places."""
    script = AXE.read_text(encoding="utf-8")

    def run(page: Any) -> list[tuple[str, str, list[Any]]]:
        page.evaluate(script)  # works under script-src 'self'
        found = page.evaluate("o => axe.run(document, o)", {"runOnly": {"type": "tag", "values": AXE_TAGS}})
        return [(v["impact"], v["id"], [node["target"] for node in v["nodes"]]) for v in found["violations"]]

    return run


@pytest.fixture
def clean_console(page: Any) -> Iterator[list[str]]:
    """Fail on script errors and on every breach of the content security policy."""
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield faults
    assert faults == []


@pytest.fixture
def sign_in(live_server: Any, client: Any) -> Callable[[Any, Any], None]:
    """Return a function that signs a person into a browser page without the form."""

    def run(page: Any, user: Any) -> None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        page.context.add_cookies(
            [{"name": django_settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": live_server.url}]
        )

    return run


@pytest.fixture
def fits() -> Callable[[Any], bool]:
    """Return a function that tells whether a page has no sideways scroll."""
    return lambda page: bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture
def the_tenth_of_march() -> Iterator[None]:
    """Let doors that read the clock read the instant of the factories' company."""
    with time_machine.travel(datetime(2026, 3, 10, 9, 0, tzinfo=UTC), tick=True):
        yield
