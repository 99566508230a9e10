"""What a browser is told with every page and what a page never does: headers, reading without writing, forms, redirects.

The walk is over the addresses of the permission matrix, as one of each kind of person the table lets in.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from tests.architecture import junk, matrix
from tests.architecture.doors import GROUPS, ROWS, door_of
from tests.architecture.matrix import IN, expand
from tests.architecture.objects import Houses
from tests.architecture.who import Who

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("houses")]
READ = [route for route, row in ROWS.items() if "GET" in row]
PAGES = [route for route in READ if not route.startswith("api/v1/")]
# A mail program posts without having seen a page of ours; its signed token is the form's (RFC 8058).
SIGNED = ("letter/<str:token>/stop/",)
POSTED = [
    route for route, row in ROWS.items() if "POST" in row and not route.startswith("api/") and route not in SIGNED
]
ASKED = (
    "anonymous",
    "requester",
    "buyer",
    "policy_admin",
    "user_admin",
    "integration_engineer",
    "superuser",
    "supplier",
)
# What reading may write and is no document: the session's own row, that a signed-in browser was here, and the copy of a
# person's address that the page of addresses makes when it is first opened.
KEPT = {"django_session", "usersessions_usersession", "account_emailaddress"}
MACHINE_WORDS = re.compile(
    rb"(?:&lt;|<)(?:QuerySet |\w+: [^>]{1,80}(?:>|&gt;)\]|\w+ object| ?bound method)| object at 0x|Decimal\(|datetime\."
)
PASSWORD = "a sentence is easiest to keep"
EVIL = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "///evil.example", "https:evil.example",
        "javascript:alert(1)", "\thttps://evil.example/")  # fmt: skip


def _askers(route: str, method: str, houses: Houses) -> list[Who]:
    """Return one of each kind of person who gets in."""
    cell = expand(ROWS[route].get(method, ""), GROUPS)
    let_in = [name for name, answer in cell.items() if answer == IN]
    kinds = [name for name in ASKED if name in let_in] or let_in[:1]
    return [houses.people[name] for name in kinds]


def _faults(response: Any, who: Who) -> list[str]:
    """Return which promise a page's headers break."""
    head = response.headers
    policy = {
        part.split()[0]: part.split()[1:] for part in head.get("Content-Security-Policy", "").split(";") if part.strip()
    }
    checks = {
        "no sniffing": head.get("X-Content-Type-Options") == "nosniff",
        "not in a frame": head.get("X-Frame-Options") == "DENY",
        "not in a frame, by policy": policy.get("frame-ancestors") == ["'none'"] or "sandbox" in policy,
        "referrer kept inside": head.get("Referrer-Policy") == "same-origin",
        "opener kept apart": head.get("Cross-Origin-Opener-Policy") == "same-origin",
        "a request id": bool(head.get("X-Request-ID")),
        "nothing from elsewhere": policy.get("default-src") in (["'self'"], ["'none'"]),
        "no unsafe script or style": not any(word.startswith("'unsafe") for words in policy.values() for word in words),
        "no plug-ins, no base": "sandbox" in policy or policy.get("object-src") == policy.get("base-uri") == ["'none'"],
        "forms go here": "sandbox" in policy or policy.get("form-action") == ["'self'"],
    }
    if who.user is not None and not response.request["PATH_INFO"].startswith("/api/"):
        checks["kept in no cache"] = "no-store" in head.get("Cache-Control", "") or "no-cache" in head.get(
            "Cache-Control", ""
        )
    if not response.streaming:
        checks["no machine's words for people"] = not MACHINE_WORDS.search(response.content)
    if not response.streaming and b"<script" in response.content:
        nonces = set(re.findall(rb'nonce="([^"]+)"', response.content))
        allowed = {word[7:-1].encode() for word in policy.get("script-src", []) if word.startswith("'nonce-")}
        checks["scripts carry the page's nonce"] = nonces <= allowed
        bare = re.findall(rb"<script(?![^>]*(?:\bsrc=|\bnonce=|application/json))[^>]*>", response.content)
        checks["no script without nonce"] = bare == []
        checks["no handler or style in the markup"] = not re.search(
            rb"<[a-z][^>]*\s(?:on[a-z]+|style)=[\"']", response.content
        )
    return [f"{who.name}: {name}" for name, holds in checks.items() if not holds]


@pytest.mark.parametrize("route", READ)
def test_reading_tells_the_browser_what_it_may_do_and_writes_nothing(route: str, houses: Houses) -> None:
    door = door_of(route, houses)
    faults = []
    for who in _askers(route, "GET", houses):
        for method in ("get", "head") if "HEAD" not in ROWS[route]["closed"].split() else ("get",):
            before = matrix.written(KEPT)
            response = getattr(who.client, method)(door.path("own"))
            if response.streaming:
                b"".join(response.streaming_content)
            if matrix.written(KEPT) != before:
                faults.append(f"{who.name}: {method} wrote a row")
            if method == "get" and route in PAGES:
                faults += _faults(response, who)

    assert faults == []


@pytest.mark.parametrize("route", POSTED)
def test_form_without_its_token_is_refused(route: str, houses: Houses) -> None:
    door = door_of(route, houses)
    faults = []
    for who in _askers(route, "POST", houses)[:1]:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = who.client.cookies
        before = matrix.written()
        response = strict.post(door.path("own"), door.kind.form)
        if response.status_code != 403 or "too old" not in response.content.decode():
            faults.append(f"{who.name}: {response.status_code}")
        if matrix.written() != before:
            faults.append(f"{who.name}: a row was written")

    assert faults == []


@pytest.mark.parametrize("target", EVIL)
def test_sign_in_and_out_lead_to_no_other_host(target: str, houses: Houses) -> None:
    caches["default"].clear()  # how often somebody tried is counted there
    person = houses.made.rita
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    client = Client()

    steps = {
        "asked": client.get(reverse("account_login"), {"next": target}),
        "admin": client.get(reverse("admin:login"), {"next": target}),
        "in": client.post(reverse("account_login"), {"login": "rita", "password": PASSWORD, "next": target}),
        "in already": client.get(reverse("account_login"), {"next": target}),
        "again": client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": target}),
        "out": client.post(reverse("account_logout"), {"next": target}),
    }

    assert {name: steps[name].status_code for name in ("in", "again", "out")} == dict.fromkeys(
        ("in", "again", "out"), 302
    )
    landed = {name: urlsplit(answer.get("Location", "")) for name, answer in steps.items()}
    assert {name: url for name, url in landed.items() if url.netloc not in {"", "testserver"} or url.scheme} == {}


@pytest.mark.parametrize("route", POSTED)
def test_form_leads_to_no_other_host(route: str, houses: Houses) -> None:
    door = door_of(route, houses)
    who = _askers(route, "POST", houses)[0]
    landed = {}
    for target in EVIL[:3]:
        form = junk.encoded({**door.kind.form, "next": target, "return_to": target})
        landed[target] = urlsplit(junk.sent(who, "POST", door.path("own"), form.encode()).location).netloc

    assert {target: host for target, host in landed.items() if host not in {"", "testserver"}} == {}
