"""Every address x method x person x own, foreign and missing, against the reviewed table in permissions.toml.

An address without a row fails and the message holds the row to add; read it before you add it: it is what the product
does, not what it should do. Foreign looks exactly like missing. A refused POST changes no row.
"""

from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, reverse

from tests.architecture import matrix
from tests.architecture.doors import GROUPS, ROUTES, ROWS, Door, converters, door_of
from tests.architecture.matrix import CLOSED, IN, METHODS, answer_of, expand, fold, masked
from tests.architecture.objects import Houses
from tests.architecture.who import NAMES, Who, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("houses")]
PROBES = ("anonymous", "policy_admin", "buyer", "superuser", "supplier", "client_write", "supplier_client")


def _observe(door: Door, houses: Houses, method: str) -> dict[str, str]:
    """Return what each name gets.

    Methods besides GET and POST are closed by the page itself, whoever asks, so seven probes are enough to see it; when
    any of them gets through, everybody asks. HEAD is compared with GET by the probes. The pages of libraries know no
    roles of ours, only who is signed in and who is a superuser: there the probes speak for all.
    """
    path, form = door.path("own"), door.kind.form
    ours = not door.route.startswith(("admin/", "accounts/"))
    asked = NAMES if method in {"GET", "POST"} and ours else PROBES
    found: dict[str, str] = {}
    for name in asked:
        found[name] = answer_of(_thrown_away(houses.people[name], method, path, form, houses))
        if name == "anonymous" and found[name] == CLOSED:
            return dict.fromkeys(NAMES, CLOSED)
    if asked is PROBES and ours and method != "HEAD" and IN in found.values():
        rest = [name for name in NAMES if name not in found]
        found |= {n: answer_of(_thrown_away(houses.people[n], method, path, form, houses)) for n in rest}
    return found


def _thrown_away(who: Who, method: str, path: str, form: dict[str, Any], houses: Houses) -> Any:
    """Send a request and take back what it did; a refused one must have done nothing."""
    cookies = who.client.cookies
    with transaction.atomic():
        before = matrix.written()
        who.client.cookies = SimpleCookie(cookies.output(header="", sep=";"))  # signing out signs out of this copy
        response = send(who, method, path, form)
        who.client.cookies = cookies
        if method == "POST" and answer_of(response) != IN and matrix.written() != before:
            changed = matrix.documents()
        else:
            changed = houses.untouched
        transaction.set_rollback(True)
    assert changed == houses.untouched, f"{who.name} was refused at {path}, and yet a row changed"
    if method == "GET" and who.name not in {"anonymous", "other_supplier"} and response.status_code == 200:
        seen = [number for number in houses.secrets if not response.streaming and number.encode() in response.content]
        assert seen == [], f"{who.name} sees {seen} of another site or supplier at {path}"
    return response


def _suggestion(door: Door, houses: Houses) -> str:
    """Write the row the table would need for what the product does now."""
    lines, closed = [f'[routes."{door.route}"]'.replace("\\", "\\\\")], []
    if "object" in door.row:
        lines.append(f'object = "{door.row["object"]}"')
    if "with" in door.row:
        inside = ", ".join(f"{k} = {v!r}".replace("'", '"') for k, v in door.row["with"].items())
        lines.append(f"with = {{ {inside} }}")
    if "query" in door.row:
        lines.append(f'query = "{door.row["query"]}"')
    read: dict[str, str] = {}
    for method in METHODS:
        found = _observe(door, houses, method)
        if method == "GET":
            read = found
        if IN not in found.values():
            closed.append(method)
        elif method != "HEAD" or any(read[name] != got for name, got in found.items()):
            lines.append(f'{method} = "{fold(found, GROUPS)}"')
    return "\n".join([*lines, f'closed = "{" ".join(closed)}"'])


def test_groups_of_the_table_name_people_that_exist() -> None:
    assert {name for names in GROUPS.values() for name in names} == set(NAMES)


def test_table_has_no_row_for_an_address_that_is_gone() -> None:
    gone = set(ROWS) - set(ROUTES)

    assert gone == set(), f"take these rows out of {matrix.TABLE.name}"


@pytest.mark.parametrize("route", ROUTES)
def test_address_lets_in_whom_the_table_says(route: str, houses: Houses) -> None:
    door = door_of(route, houses)
    assert route in ROWS, (
        f"“{route}” has no row in tests/architecture/permissions.toml."
        f" If it names a document add its object (one of: {', '.join(sorted(houses.kinds))}) and run again."
        f" What it does now, for you to review and add:\n\n{_suggestion(door, houses)}\n"
        if not converters(route) and "(?P" not in route
        else f"“{route}” has no row in tests/architecture/permissions.toml. Add\n\n"
        f'[routes."{route}"]\nobject = "..."  # one of: {", ".join(sorted(houses.kinds))}\n'
        "with = { }  # what the object does not name, such as verb\n\nand run again for the rest of it."
    )
    differences = []
    for method in METHODS:
        found = _observe(door, houses, method)
        differences += _differences(door, method, found)

    assert differences == [], (
        "\n".join(differences) + f"\nWhat it does now, for you to review:\n\n{_suggestion(door, houses)}\n"
    )


def _differences(door: Door, method: str, found: dict[str, str]) -> list[str]:
    row = door.row
    if method in row.get("closed", "").split():
        return [f"{method}: {name} gets in, the table says nobody does" for name, got in found.items() if got == IN]
    cell = row.get(method, row.get("GET", "") if method == "HEAD" else "")
    said = expand(cell, GROUPS)
    lost = [f"{method}: the table says nothing about {name}" for name in found if name not in said]
    return lost or [
        f"{method}: {name} gets {got}, the table says {said[name]}" for name, got in found.items() if got != said[name]
    ]


@pytest.mark.parametrize("route", [route for route, row in ROWS.items() if "object" in row])
def test_foreign_looks_exactly_like_missing(route: str, houses: Houses) -> None:
    door = door_of(route, houses)
    faults = []
    for method in ("GET", "POST"):
        if method in door.row.get("closed", "").split():
            continue
        for name in NAMES:
            who = houses.people[name]
            missing = _thrown_away(who, method, door.path("missing"), door.kind.form, houses)
            if answer_of(missing) == IN:
                faults.append(f"{method}: {name} gets in although there is no such document: {missing.status_code}")
            side = "own" if name == "other_supplier" else "foreign"
            if door.kind.foreign is None:
                continue
            foreign = _thrown_away(who, method, door.path(side), door.kind.form, houses)
            if masked(foreign, door.names()) != masked(missing, door.names()):
                faults.append(
                    f"{method}: {name} can tell foreign ({foreign.status_code}) from missing ({missing.status_code})"
                )

    assert faults == []


def test_every_name_of_an_address_resolves() -> None:
    plain = [
        (route, p)
        for route, p in ROUTES.items()
        if "<" not in route and "(?P" not in route and not route.startswith("admin/")
    ]

    assert [reverse(pattern.name) for _, pattern in plain if isinstance(pattern, URLPattern)] == [
        f"/{r}" for r, _ in plain
    ]
