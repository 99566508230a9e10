"""Junk in every parameter and field of every page and every address for machines, by a person who may use it.

Never a 5xx, never a text that only the database refused, never a page that shows markup it was sent. The names of the
fields are those each page really reads (`junk.asking`), so a new page is covered by being there. Each field gets a few
kinds of junk in turn and every kind goes into all fields at once; `JUNK=all` sends every kind into every field alone.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote
from zlib import crc32

import pytest
from django.core.cache import caches
from drf_spectacular.generators import SchemaGenerator

from tests.architecture import junk
from tests.architecture.doors import GROUPS, ROUTES, ROWS, Door, converters, door_of
from tests.architecture.junk import TEXTS, TOKENS, Answer, sent
from tests.architecture.matrix import IN, expand
from tests.architecture.objects import Houses
from tests.architecture.who import Who

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("houses")]
EVERYTHING = os.environ.get("JUNK") == "all"
A_FEW = 3  # kinds of junk for each field alone; one where there are many fields
MANY = 25
HIDDEN = re.compile(r"version|hash|key|once|seen|next|action|.*_FORMS|.*\[\]")  # the page itself wrote these
# Forms that stand on no page of ours.
FORMS = {
    "api/oauth/token/": {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b", "scope": "read"}
}


def _who(door: Door, method: str, houses: Houses) -> Who | None:
    """Return the first person the table lets in, a member of staff where one may."""
    names = [name for name, answer in expand(door.row.get(method, ""), GROUPS).items() if answer == IN]
    ours = [name for name in names if name not in {"anonymous", "superuser", "auditor", "executive", "other_supplier"}]
    return houses.people[(ours or names)[0]] if names else None


def _some(kinds: Iterable[str], route: str, place: int = 0, few: int = A_FEW) -> list[str]:
    """Return a few kinds of junk, in turn from place to place, so that every kind is used somewhere."""
    names = list(kinds)
    start = crc32(route.encode()) + place * few
    return names if EVERYTHING else [names[(start + step) % len(names)] for step in range(few)]


def _faults(told: Answer, where: str) -> list[str]:
    return [f"{where}: {fault}" for fault in told.breaks()]


def _addresses(door: Door) -> Iterator[tuple[str, str]]:
    """Yield the address with junk in place of each name it holds."""
    for place, converter in enumerate(converters(door.route) if "(?P" not in door.route else []):
        for kind in _some(TEXTS, door.route, place):
            text = TEXTS[kind][:4_000].replace("+", " ")
            if text and (text.isdigit() or not converter.startswith("int:")):
                path = door.path("own").partition("?")[0]
                own = str({**door.kind.own, **door.row.get("with", {})}[converter.split(":")[-1]])
                yield (
                    f"{kind} as {converter}",
                    re.sub(rf"(?<=[/.]){re.escape(own)}(?=[/.]|$)", lambda _, text=text: unquote(text), path),
                )  # type: ignore[misc]  # mypy knows no default of a lambda


# One value for a whole column does not fit its rows: it is refused as a whole, so no field is named.
COLUMN_WISE = ("settings/approvals/<int:number>/grid/check/",)
# Every press but Save only judges: the answer is the grid with each fault in its cell (tests/policies/web/test_grid.py).
ONLY_JUDGES = ("settings/approvals/<int:number>/grid/",)
READ = [
    route
    for route in ROUTES
    if "GET" in ROWS.get(route, {}) and not route.startswith(("admin/", "api/schema", "api/docs"))
]
CHANGED = [route for route in ROUTES if "POST" in ROWS.get(route, {}) and not route.startswith(("admin/", "api/v1/"))]


@pytest.mark.parametrize("route", READ)
def test_page_stands_junk_in_its_address(route: str, houses: Houses) -> None:
    door = door_of(route, houses)
    who = _who(door, "GET", houses)
    assert who
    path, _, query = door.path("own").partition("?")
    given = dict(part.split("=") for part in query.split("&") if part)
    with junk.asking() as names:
        faults = _faults(sent(who, "GET", door.path("own")), "as it is")
    if route.startswith("api/"):
        names |= {"cursor", "page_size", "no_such"}
    done: set[str] = set()
    while names - done:
        name = min(names - done)
        for kind in _some(TEXTS, route, len(done)):
            with junk.asking() as more:
                told = sent(who, "GET", f"{path}?{junk.encoded(given, **{name: TEXTS[kind]})}")
            faults += _faults(told, f"{name} {kind}")
            names |= {new for new in more if len(new) < 60}
        faults += _faults(sent(who, "GET", f"{path}?{name}=a&{name}=b&{name}[]=c"), f"{name} twice")
        done.add(name)
    for where, address in _addresses(door):
        told = sent(who, "GET", address)
        faults += _faults(told, where)
        if told.status < 300:
            faults.append(f"{where}: there is such a document")

    assert faults == []


@pytest.mark.parametrize("route", CHANGED)
def test_page_stands_junk_in_its_form(route: str, houses: Houses) -> None:
    caches["default"].clear()  # how often somebody tried is counted there
    door = door_of(route, houses)
    who = _who(door, "POST", houses)
    assert who
    path = door.path("own")
    form = _form(door, who)
    with junk.asking() as names:
        told = sent(who, "POST", path, junk.encoded(form).encode())
    faults, was_fine = _faults(told, "as it is"), told.status < 400
    names |= set(form)
    done: set[str] = set()
    while shapes := {re.sub(r"\d+", "0", name): name for name in sorted(names, reverse=True)}.keys() - done:
        shape = min(shapes)
        name = next(n for n in sorted(names) if re.sub(r"\d+", "0", n) == shape)
        for kind in _some(TEXTS, route, len(done), A_FEW if len(names) < MANY else 1):
            with junk.asking() as more:
                told = sent(who, "POST", path, junk.encoded(form, **{name: TEXTS[kind]}).encode())
            faults += _faults(told, f"{name} {kind}")
            if was_fine and told.status == 422 and route not in COLUMN_WISE and not _names(told.body, name):
                faults.append(f"{name} {kind}: refused, and the page does not say which field")
            if kind in junk.REFUSED_EVERYWHERE and told.status < 400 and route not in ONLY_JUDGES:
                faults.append(f"{name} {kind}: taken")
            names |= {new for new in more if len(new) < 60}
        done.add(shape)
    typed = [name for name in names if not HIDDEN.fullmatch(name)]
    for kind in _some(TEXTS, route, few=len(TEXTS) if len(names) < MANY else len(TEXTS) // 3):
        told = sent(who, "POST", path, junk.encoded(form, **dict.fromkeys(typed, TEXTS[kind])).encode())
        faults += _faults(told, f"all {kind}")
    for kind in _some(junk.BODIES, route):
        content_type, body = junk.BODIES[kind]
        faults += _faults(sent(who, "POST", path, body, content_type), f"body {kind}")

    assert faults == []


def _form(door: Door, who: Who) -> dict[str, Any]:
    """Return the form as the page shows it, with what the kind of document adds."""
    shown: dict[str, Any] = {}
    if "GET" in door.row:
        shown = dict(junk.Forms(sent(who, "GET", door.path("own")).body).sent_to(door.path("own")))
    form = {**door.kind.form, **FORMS.get(door.route, {}), **shown}
    form.pop("csrfmiddlewaretoken", None)
    return form


def _names(page: str, name: str) -> bool:
    """Say whether a refusal leads to the field: marked, linked from the summary, or named in the sentence."""
    marked = re.search(rf'<[^>]*name="{re.escape(name)}"[^>]*>', page)
    mark = marked[0] if marked else ""
    ident = re.search(r'\bid="([^"]+)"', mark)
    return (
        'aria-invalid="true"' in mark
        or (ident is not None and f'href="#{ident[1]}"' in page)
        or f"&#x27;{name}&#x27;" in page
        or 'type="checkbox"' in mark  # any text ticks a box, so the refusal is about something else
        or name.replace("_", " ").capitalize() in page
    )


@pytest.fixture(scope="module")
def schema(houses: Houses) -> dict[str, Any]:
    """Return the description of the machines' door, which names every member of every body."""
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


def _bodies() -> list[tuple[str, str]]:
    return [
        (method, route)
        for route, row in ROWS.items()
        for method in ("POST", "PUT")
        if route.startswith("api/v1/")
        and (method in row or (method == "POST" and row["closed"].split()[2:3] == ["POST"]))
    ]


@pytest.mark.parametrize(("method", "route"), _bodies(), ids=lambda word: word)
def test_machine_door_stands_junk_in_its_body(method: str, route: str, houses: Houses, schema: dict[str, Any]) -> None:
    door = door_of(route, houses)
    who = _who(door, method, houses) or houses.people["client_write"]
    path = door.path("own")
    described = schema["paths"]["/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)].get(method.lower(), {})
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    known = {"order": houses.kinds["order"].own["number"], "supplier": "ACME", **KNOWN}
    body = _example(content.get("schema", {}), schema["components"]["schemas"], known)
    plain = sent(who, method, path, json.dumps(body).encode(), "application/json")
    faults = _faults(plain, "as it is")
    for place, member in enumerate(_members(body)):
        for kind in _some(TOKENS, route, place):
            told = sent(who, method, path, _with(body, member, TOKENS[kind]), "application/json")
            faults += _faults(told, f"{member} {kind}")
            if told.status == 422 and told.body != plain.body and not _names_member(told.body, member):
                faults.append(f"{member} {kind}: the refusal does not name the member: {told.body[:200]}")
            if kind in TAKEN_NOWHERE and told.status < 400:
                faults.append(f"{member} {kind}: taken")
    for kind, (content_type, raw) in junk.BODIES.items():
        told = sent(who, method, path, raw, content_type)
        faults += _faults(told, f"body {kind}")
        if told.status >= 400 and not told.kind.startswith("application/problem+json"):
            faults.append(f"body {kind}: {told.status} is no problem+json but {told.kind}")

    assert faults == []


# What a member of this name holds when it is right.
KNOWN = {
    "site": "LDS", "cost_centre": "LDS-6410", "item": "SW-500", "unit": "XCS", "currency": "GBP", "need_by": "2026-03-24",
    "quantity": "1", "line_no": 10, "order_line": 10, "invoice_date": "2026-03-10", "legal_entity": "NG",
}  # fmt: skip
TAKEN_NOWHERE = ("nul", "half a pair", "long", "huge", "nan", "plus infinity", "deep list")


def _example(described: dict[str, Any], components: dict[str, Any], known: dict[str, Any], name: str = "") -> Any:
    """Return a body with every member the description names."""
    if "$ref" in described:
        described = components[described["$ref"].rsplit("/", 1)[1]]
    for one in described.get("allOf", []) + described.get("oneOf", [])[:1]:
        return _example(one, components, known, name)
    if "properties" in described:
        inner = described["properties"].items()
        return {key: _example(value, components, known, key) for key, value in inner if not value.get("readOnly")}
    if described.get("type") == "array":
        return [_example(described["items"], components, known, name)]
    if name in known:
        return str(known[name]) if described.get("type") == "string" else known[name]
    if "enum" in described:
        return described["enum"][0]
    by_type = {"boolean": False, "integer": 10, "object": {}}
    by_format = {"date": "2026-03-10", "date-time": "2026-03-10T09:00:00Z", "decimal": "1", "byte": "YQ=="}
    return by_type.get(described.get("type", ""), by_format.get(described.get("format", ""), "1"))


def _members(body: Any, before: str = "") -> Iterator[str]:
    """Yield the path of every member, such as `lines[0].quantity`, and of every object and list."""
    if before:
        yield before
    if isinstance(body, dict):
        for key, value in body.items():
            yield from _members(value, f"{before}.{key}" if before else key)
    elif isinstance(body, list):
        for number, value in enumerate(body):
            yield from _members(value, f"{before}[{number}]")


def _with(body: Any, member: str, token: str) -> bytes:
    """Return the body as it is sent, with something else in place of a member."""
    copy = json.loads(json.dumps(body))
    keys = [int(number) if number else key for key, number in re.findall(r"(\w+)|\[(\d+)\]", member)]
    holder = copy
    for key in keys[:-1]:
        holder = holder[key]
    holder[keys[-1]] = "\N{SNOWMAN}"
    return json.dumps(copy, ensure_ascii=False).replace('"\N{SNOWMAN}"', token, 1).encode()


def _names_member(answer: str, member: str) -> bool:
    named = [error.get("field", "") for error in json.loads(answer).get("errors", [])]
    inner = re.split(r"[.\[]", member)[-1].rstrip("]")
    return any(field.startswith(member) or re.split(r"[.\[]", field)[-1] == inner for field in named)
