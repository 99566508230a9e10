"""Reading the reviewed table of permissions, and writing down what an address really answers."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.who import NAMES

TABLE = Path(__file__).with_name("permissions.toml")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
IN, REFUSED, HIDDEN, LOGIN, CLOSED = "in", "403", "404", "login", "405"
_CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken[^}]+|nonce="[^"]*"')
_NOT_DOCUMENTS = (
    "foundation_audit%", "django_session", "usersessions%", "foundation_heartbeat", "account_%", "oauth2_%",
)  # fmt: skip


def routes() -> dict[str, URLPattern]:
    """Return every address of the product as it is written in urls.py files, in order."""
    return dict(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern


def table() -> tuple[dict[str, list[str]], dict[str, dict[str, Any]]]:
    """Return the groups and the rows of the reviewed table."""
    read = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return read["groups"], read["routes"]


def expand(cell: str, groups: dict[str, list[str]]) -> dict[str, str]:
    """Return name -> answer of a cell such as `in: viewers; 404: policy_admin`.

    Who only reads for the supplier gets what its administrator gets, unless the cell names them.
    """
    found: dict[str, str] = {}
    named = ""
    for part in cell.split(";"):
        answer, _, names = part.partition(":")
        for name in names.split():
            for one in groups.get(name, [name]):
                found[one] = answer.strip()
        if "supplier_reader" in names.split():
            named = answer.strip()
    if named or "supplier" in found:
        found["supplier_reader"] = named or found["supplier"]
    return found


def fold(answers: dict[str, str], groups: dict[str, list[str]]) -> str:
    """Write a cell: the largest groups that fit, then names."""
    parts = []
    for answer in (IN, REFUSED, HIDDEN, LOGIN, CLOSED):
        left = {name for name, given in answers.items() if given == answer}
        words = []
        for group, names in sorted(groups.items(), key=lambda item: -len(item[1])):
            if set(names) <= left and len(names) > 1:
                words.append(group)
                left -= set(names)
        words += [name for name in NAMES if name in left]
        if words:
            parts.append(f"{answer}: {' '.join(words)}")
    return "; ".join(parts)


def answer_of(response: Any) -> str:
    """Return one word for what a response says about permission."""
    status = response.status_code
    assert status < 500, f"{response.request['REQUEST_METHOD']} {response.request['PATH_INFO']} answered {status}"
    if status == 401 or (status == 302 and "/login/" in response["Location"]):
        return LOGIN
    return {403: REFUSED, 404: HIDDEN, 405: CLOSED}.get(status, IN)


def masked(response: Any, names: list[Any]) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers of interest and body without what differs between any two requests."""
    headers = {k: v for k, v in response.headers.items() if k not in {"X-Request-ID", "Content-Security-Policy"}}
    body = _CSRF.sub(b"", b"" if response.streaming else response.content)
    body = body.replace(str(response.get("X-Request-ID", "-")).encode(), b"?")  # before the names: it may hold one
    for name in names:
        word = str(name)
        body = body.replace(word.encode(), b"?")
        headers = {k: v.replace(word, "?") for k, v in headers.items()}
    return response.status_code, headers, body


def documents() -> str:
    """Return a fingerprint of every row that is a document of the trade or a permission."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
            f" and {' and '.join('table_name not like %s' for _ in _NOT_DOCUMENTS)} order by 1",
            list(_NOT_DOCUMENTS),
        )
        one = "select '{0}' as t, md5(coalesce(string_agg(r::text, '|' order by r::text), '')) as h from \"{0}\" r"
        cursor.execute(" union all ".join(one.format(name) for (name,) in cursor.fetchall()) + " order by 1")
        return str(cursor.fetchall())


def written(but: Iterable[str] = ()) -> int:
    """Return how many rows this transaction has written so far, thrown away ones included; some tables do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_xact_user_tables"
            " where relname <> all(%s)",
            [list(but)],
        )
        return int(cursor.fetchone()[0])
