"""What nobody types and somebody sends: texts, numbers, days and bodies that must be refused and never break anything.

`asking` collects the names a page reads from its address or its form, so that no list of fields has to be kept.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from unittest.mock import patch
from urllib.parse import quote_plus

from django.db import connection, transaction
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from tests.architecture.who import Who

SNIPPET = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
FORM = "application/x-www-form-urlencoded"
HEADERS = {"If-Match": '"1"', "Idempotency-Key": "junk"}
LONG = 100_000  # characters
# As it stands in an address or a form: percent-encoded where a browser would not send it.
TEXTS = {
    "nul": "a%00b",
    "half a pair": "%ED%A0%80",
    "not utf-8": "%FF%FE",
    "not hex": "%zz",
    "long": "x" * LONG,
    "long number": "9" * 40,
    "negative": "-1",
    "exponent": "1e400",
    "tiny": "1e-400",
    "not a number": "NaN",
    "infinity": "Infinity",
    "day zero": "0000-00-00",
    "last day": "9999-12-31",
    "no such day": "2026-02-30",
    "rtl": quote_plus("\u202eabc\u200f\u2066"),
    "html": quote_plus(SNIPPET),
    "sql": quote_plus("' OR 1=1; DROP TABLE foundation_user; --"),
    "template": quote_plus("{{ 7|add:7 }}{% csrf_token %}%s%n"),
    "other digits": quote_plus("١٢٣"),
    "superscript": quote_plus("²"),
    "broken uuid": "00000000-0000-0000-0000-00000000000g",
    "path": quote_plus("../../etc/passwd"),
    "nothing": "",
    "blank": "+%09",
}  # fmt: skip
REFUSED_EVERYWHERE = ("nul", "long")  # no field of ours may hold it
# As it stands in a JSON document.
TOKENS = {
    **{name: json.dumps(text) for name, text in {
        "nul": "a\0b", "half a pair": "\ud800", "long": "x" * LONG, "long number": "9" * 40, "negative": "-1",
        "exponent": "1e400", "not a number": "NaN", "infinity": "Infinity", "day zero": "0000-00-00",
        "last day": "9999-12-31", "no such day": "2026-02-30", "rtl": "\u202eabc\u200f", "html": SNIPPET,
        "sql": "' OR 1=1; --", "other digits": "١٢٣", "nothing": "", "blank": " \t",
    }.items()},
    "number": "7", "minus": "-1", "huge": "1e400", "digits": "9" * 40, "nan": "NaN", "plus infinity": "Infinity",
    "true": "true", "null": "null", "list": "[]", "listed": '["a"]', "object": "{}", "deep list": "[[[[[1]]]]]",
}  # fmt: skip
BODIES = {
    "no json": ("application/json", b"{"),
    "not utf-8": ("application/json", b'{"a": "\xff"}'),
    "nan": ("application/json", b'{"a": NaN}'),
    "deep": ("application/json", b"[" * 5_000 + b"]" * 5_000),
    "list": ("application/json", b"[1]"),
    "text": ("application/json", b'"a"'),
    "null": ("application/json", b"null"),
    "nothing": ("application/json", b""),
    "twice": ("application/json", b'{"a": 1, "a": 2}'),
    "broken parts": ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a'),
    "no boundary": ("multipart/form-data", b"a=b"),
    "xml": ("application/xml", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"),
    "plain": ("text/plain; charset=utf-16", b"\xff\xfea"),
    "unknown charset": ("application/x-www-form-urlencoded; charset=no-such", b"a=b"),
    "many fields": ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(6_000))),
}  # fmt: skip


@contextmanager
def asking() -> Iterator[set[str]]:
    """Collect the names a page looks up in its address and its form."""
    names: set[str] = set()
    getitem, getlist, contains = MultiValueDict.__getitem__, MultiValueDict.getlist, dict.__contains__

    def note(self: Any, key: Any) -> None:
        if isinstance(self, QueryDict):
            names.add(str(key))

    def one(self: Any, key: Any) -> Any:
        note(self, key)
        return getitem(self, key)

    def several(self: Any, key: Any, default: Any = None) -> Any:
        note(self, key)
        return getlist(self, key, default)

    def has(self: Any, key: Any) -> bool:
        note(self, key)
        return contains(self, key)

    with (
        patch.object(MultiValueDict, "__getitem__", one),
        patch.object(MultiValueDict, "getlist", several),
        patch.object(MultiValueDict, "__contains__", has),
    ):
        yield names
    names.discard("csrfmiddlewaretoken")


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect what the database or its driver refused: input that comes so far has passed every door of ours."""
    refused: list[str] = []

    def run(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except Exception as error:
            refused.append(f"{type(error).__name__}: {str(error).splitlines()[0]} in {sql[:120]}")
            raise

    with connection.execute_wrapper(run):
        yield refused


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and its fields as they would be sent now."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, dict[str, str]]] = []
        self._select = self._area = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        name, fields = given.get("name", ""), self.found[-1][2] if self.found else {}
        if tag == "form":
            self.found.append((given.get("method", "get").lower(), given.get("action", ""), {}))
        elif tag == "input" and name and given.get("type") not in {"submit", "button"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                fields[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
            fields.setdefault(name, "")
        elif tag == "option" and self._select and ("selected" in given or not fields.get(self._select)):
            fields[self._select] = given.get("value", "")
        elif tag == "textarea":
            self._area = name
            fields[name] = ""
        elif tag == "button" and name and given.get("type", "submit") == "submit":
            fields.setdefault(name, given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area and self.found:
            self.found[-1][2][self._area] = data.strip()

    def sent_to(self, path: str) -> dict[str, str]:
        """Return the fields of the largest form that is posted to an address."""
        here = [
            f for method, action, f in self.found if method == "post" and action in {"", path, path.partition("?")[0]}
        ]
        return max(here, key=len, default={})


def encoded(fields: dict[str, Any], **raw: str) -> str:
    """Return a form as it is sent; `raw` stands as it is, a list of fields gives a name twice."""
    parts = [f"{quote_plus(name)}={quote_plus(str(value))}" for name, value in fields.items() if name not in raw]
    return "&".join([*parts, *(f"{quote_plus(name)}={value}" for name, value in raw.items())])


@dataclass(slots=True)
class Answer:
    """What a door said, and what the database or its driver would not take."""

    status: int
    body: str
    refused: list[str]
    kind: str
    location: str

    def breaks(self) -> list[str]:
        """Return what is never right, whatever was sent."""
        found = [f"the database refused: {text}" for text in self.refused]
        if self.status >= 500:
            found.append(f"answered {self.status}")
        if SNIPPET in self.body and self.kind.startswith("text/html"):
            found.append("shows what was sent as a part of the page")
        return found


def sent(who: Who, method: str, path: str, body: bytes = b"", kind: str = FORM) -> Answer:
    """Send a request, take back what it did, and say how it was answered. What is judged at commit is judged too."""
    address, _, query = path.partition("?")
    cookies, who.client.raise_request_exception = who.client.cookies, False
    with transaction.atomic(), listening() as refused:
        who.client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
        response: Any = who.client.generic(
            method, address, body, content_type=kind, QUERY_STRING=query, headers=HEADERS if "/api/" in path else None
        )
        content = b"".join(response.streaming_content) if response.streaming else response.content
        who.client.cookies = cookies
        if response.status_code < 400:
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")
        transaction.set_rollback(True)
    return Answer(
        response.status_code, content.decode("utf-8", "replace"), refused, response.get("Content-Type", ""),
        response.get("Location", "") or response.get("HX-Redirect", ""),
    )  # fmt: skip
