"""A person at a browser without script: opens pages, fills forms in, presses buttons. Only what a page offers works."""

import re
import time
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class StrayError(AssertionError):
    """The page does not offer what the person looks for, or answered otherwise than expected."""


@dataclass(frozen=True, slots=True)
class Button:
    """What a press adds to its form; an action of its own takes the form elsewhere."""

    text: str
    name: str = ""
    value: str = ""
    action: str = ""


@dataclass
class Form:
    """One form of a page as a browser without script would send it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list["Button"] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    options: dict[str, dict[str, str]] = field(default_factory=dict)  # select name -> text -> value


class _Reader(HTMLParser):
    """Collects forms, links and the visible text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self._select: tuple[Form, str, bool] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.by_id.setdefault(a["id"], Form("", "")) if "id" in a else Form("", "")
            self._form.action, self._form.method = a.get("action", ""), a.get("method", "get").lower()
            self.forms.append(self._form)
        elif tag == "input":
            self._input(a)
        elif tag in ("button", "textarea", "a", "option"):
            self._open.append((tag, a, []))
        elif tag == "select":
            self._begin_select(a)
        elif tag in ("script", "style"):
            self._silent += 1

    def _owner(self, a: dict[str, str]) -> Form | None:
        if "form" in a:  # which may come later in the page
            return self.by_id.setdefault(a["form"], Form("", ""))
        return self._form

    def _input(self, a: dict[str, str]) -> None:
        form, name, kind = self._owner(a), a.get("name", ""), a.get("type", "text")
        if form is None or not name or "disabled" in a:
            return
        if kind == "submit":
            form.buttons.append(Button(a.get("value", ""), name, a.get("value", ""), a.get("formaction", "")))
            return
        form.names.add(name)
        if kind not in ("checkbox", "radio") or "checked" in a:
            form.fields.append((name, a.get("value", "on" if kind == "checkbox" else "")))

    def _begin_select(self, a: dict[str, str]) -> None:
        form, name = self._owner(a), a.get("name", "")
        if form is not None and name:
            form.names.add(name)
            form.options.setdefault(name, {})
            self._select = (form, name, False)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in ("script", "style"):
            self._silent -= 1
        elif tag == "select":
            self._end_select()
        elif self._open and self._open[-1][0] == tag:
            self._close(*self._open.pop())

    def _close(self, tag: str, a: dict[str, str], parts: list[str]) -> None:
        text = " ".join("".join(parts).split())
        if tag == "a":
            self.links.append((text, a.get("href", "")))
        elif tag == "option":
            self._option(a, text)
        elif (form := self._owner(a)) is not None:
            if tag == "button" and a.get("type", "submit") == "submit":
                label = text or a.get("aria-label", "")
                form.buttons.append(Button(label, a.get("name", ""), a.get("value", ""), a.get("formaction", "")))
            elif tag == "textarea" and a.get("name"):
                form.names.add(a["name"])
                form.fields.append((a["name"], "".join(parts).removeprefix("\n")))

    def _option(self, a: dict[str, str], text: str) -> None:
        if self._select is None:
            return
        form, name, _ = self._select
        value = a.get("value", text)
        form.options[name][text] = value
        if "selected" in a:
            form.fields.append((name, value))
            self._select = (form, name, True)

    def _end_select(self) -> None:
        if self._select is not None:
            form, name, chosen = self._select
            if not chosen and form.options[name]:
                form.fields.append((name, next(iter(form.options[name].values()))))
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        for _tag, _a, parts in self._open:
            parts.append(data)
        if data.strip():
            self.text.append(" ".join(data.split()))


class Page:
    """An answer, read."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.url = str(answer.url)
        reader = _Reader()
        reader.feed(answer.text)
        self.forms, self.links = reader.forms, reader.links
        self.text = " ".join(reader.text)

    def find(self, pattern: str) -> str:
        """Return the first match of a pattern in the visible text (its group, when it has one)."""
        found = re.search(pattern, self.text)
        if not found:
            raise StrayError(f"{self.url} does not say {pattern!r}; it says: {self.text[:1500]}")
        return found[found.re.groups and 1]

    def form_with(self, button: str) -> tuple[Form, Button]:
        """Return the first form that has a button with this text, and the button."""
        for form in self.forms:
            for offered in form.buttons:
                if re.fullmatch(button, offered.text):
                    return form, offered
        offers = [b.text for form in self.forms for b in form.buttons]
        raise StrayError(f"{self.url} has no button {button!r}; it has {offers} and says: {self.text[:800]}")


class Person:
    """Somebody signed in, with cookies of their own."""

    def __init__(self, base: str, name: str = "") -> None:
        self.name = name
        self._client = httpx.Client(base_url=base, follow_redirects=True, timeout=30)
        self.page: Page

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open a page and expect its status."""
        return self._see(self._client.get(path), status)

    def follow(self, link: str) -> Page:
        """Follow the first link whose text matches."""
        for text, href in self.page.links:
            if re.fullmatch(link, text):
                return self.open(urljoin(self.page.url, href))
        raise StrayError(f"{self.page.url} has no link {link!r}; it has {[text for text, _ in self.page.links]}")

    def press(self, button: str, *, status: int = 200, **values: str) -> Page:
        """Fill the form of a button in and press it. `__` in a name stands for `-`; the form must have each field."""
        form, pressed = self.page.form_with(button)
        return self._send(form, pressed, values, status)

    def _send(self, form: Form, pressed: Button, values: dict[str, str], status: int) -> Page:
        wanted = {key.replace("__", "-"): value for key, value in values.items()}
        unknown = wanted.keys() - form.names
        if unknown:
            raise StrayError(f"{self.page.url} has no field {sorted(unknown)}; it has {sorted(form.names)}")
        body = [(key, value) for key, value in form.fields if key not in wanted] + list(wanted.items())
        body += [(pressed.name, pressed.value)] if pressed.name else []
        target = urljoin(self.page.url, pressed.action or form.action)
        data: dict[str, list[str]] = {}
        for key, value in body:
            data.setdefault(key, []).append(value)
        if form.method == "get":
            return self._see(self._client.get(target, params=data), status)
        return self._see(self._client.post(target, data=data, headers={"Referer": self.page.url}), status)

    def _see(self, answer: httpx.Response, status: int) -> Page:
        self.page = Page(answer)
        if answer.status_code != status:
            raise StrayError(
                f"{self.name} at {answer.request.method} {answer.url}: {answer.status_code} instead of {status}:"
                f" {self.page.text[:1500]}"
            )
        return self.page

    def waits_for(self, path: str, pattern: str, *, seconds: float = 60) -> str:
        """Reload a page until it says something; returns what it says.

        :raises StrayError: it did not in time.
        """
        end = time.monotonic() + seconds
        while True:
            page = self.open(path)
            if re.search(pattern, page.text) or time.monotonic() > end:
                return page.find(pattern)
            time.sleep(0.3)

    def close(self) -> None:
        """Leave."""
        self._client.close()
