"""The portal in the reader's language: their own choice, else the browser's; complete, and with their way of writing numbers."""

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from babel.messages.mofile import write_mo
from django.urls import reverse
from django.utils import translation

from foundation.templatetags.ui import day, money, number, price
from suppliers.portal.account import ClockForm
from tests.factories import an_issued_order, company
from tests.foundation.web.test_people import browser
from tools import catalogue

YOU = reverse("portal_account")
GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-DE,de;q=0.9,en;q=0.5"}
_TAG = re.compile(r"\{%-?\s*(\w+)(.*?)%\}", re.DOTALL)
_SAID = re.compile(r"\{% (blocktranslate|comment)\b.*?\{% end\1 %\}", re.DOTALL)
_SHOWN = re.compile(
    r"""\b(?:aria-label|data-label|placeholder|title|data-busy|label|hint|caption)=(["'])(.*?)\1""", re.DOTALL
)
_WORD = re.compile(r"[A-Za-z]{2,}")
# Tags whose own texts stand on the page; every text of theirs is marked with _().
_TALKING = {"empty", "search_field", "view_tabs"}


def bare_words(source: str) -> Iterator[str]:
    """Yield what a template says without gettext: text between tags, attributes people hear, texts of our own tags."""
    text = _SAID.sub("", source)
    for name, rest in _TAG.findall(text):
        if name in _TALKING:
            yield from (one for one in re.findall(r'(?<![_(=])\s"([^"]*)"', rest) if _WORD.search(one))
        if name in {"table", "field"}:
            yield from (one for _, one in re.findall(r'\b(caption|label|hint)="([^"]+)"', rest))
    flat = re.sub(
        r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
        "",
        re.sub(r"\{% block (?:main_class|title_prefix) %\}\w*", "", text),
        flags=re.DOTALL,
    )
    yield from (said for _, said in _SHOWN.findall(flat) if _WORD.search(said))
    yield from (one.strip() for one in re.sub(r"<[^>]*>|&\w+;", "\n", flat).split("\n") if _WORD.search(one))


@pytest.mark.parametrize("path", catalogue.templates(), ids=lambda path: str(path.relative_to(catalogue.ROOT)))
def test_no_template_of_the_portal_says_a_word_without_gettext(path: Path) -> None:
    assert list(bare_words(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello there</p>", '<a aria-label="Back">{{ x }}</a>', '{% empty "No rows" %}', '{% table caption="Rows" %}',
        '{% field form.name label="Name" %}', "{% if x %}Yes{% endif %}",
    ],
)  # fmt: skip
def test_words_without_gettext_are_found(source: str) -> None:
    assert list(bare_words(source))


def test_everything_the_portal_says_is_there_in_german_and_nothing_else() -> None:
    kept = catalogue.read()

    assert catalogue.untranslated(kept) == []
    assert {m.id if isinstance(m.id, str) else tuple(m.id) for m in kept if m.id} == catalogue.spoken()


def test_compiled_catalogue_is_that_of_the_words() -> None:
    made = io.BytesIO()
    write_mo(made, catalogue.read())

    assert catalogue.MO.read_bytes() == made.getvalue(), "run python -m tools.catalogue"


def test_translation_names_what_the_text_names() -> None:
    def names(text: Any) -> set[str]:
        return set(re.findall(r"%\(\w+\)s|\{\d\}", text))

    odd = [
        (m.id, m.string)
        for m in catalogue.read()
        if m.id
        for said, text in zip(*((m.id, m.string) if not isinstance(m.id, str) else ([m.id], [m.string])), strict=True)
        if not names(text) <= names(said) | {"%(n)s"} or names(said) - names(text) - {"%(n)s"}
    ]

    assert odd == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en-gb", ["£1,234.50", "£0.012345", "1,250.5", "27 Nov 2026"]),
        ("de",    ["1.234,50\xa0£", "0,012345\xa0£", "1.250,5", "27. Nov. 2026"]),
    ],
)  # fmt: skip
def test_numbers_and_days_are_written_as_the_language_does(language: str, expected: list[str]) -> None:
    with translation.override(language):
        written = [
            money(Decimal("1234.5"), "GBP"), price(Decimal("0.012345"), "GBP"), number(Decimal("1250.500")),
            day(date(2026, 11, 27)),
        ]  # fmt: skip

    assert written == expected


@pytest.mark.django_db
def test_language_of_the_browser_is_spoken_until_the_person_chooses_another() -> None:
    made = company()
    an_issued_order(made, ("SW-500", "5"))
    client, home = browser(made.acme_person), reverse("portal_home")

    asked = client.get(home, **GERMAN)
    client.post(YOU, {"language": "en-gb", "time_zone": "Europe/London", "theme": "system"}, **GERMAN)
    chosen = client.get(home, **GERMAN)
    client.post(YOU, {"language": "de", "time_zone": "Europe/Berlin", "theme": "system"})
    german = client.get(home).content.decode()

    assert ("Eine Bestellung wartet auf Ihre Antwort." in asked.content.decode(), asked["Content-Language"]) == (
        True,
        "de",
    )
    assert "One order waits for your answer." in chosen.content.decode()
    assert ('<html lang="de"' in german, "Zeiten in Europe/Berlin." in german) == (True, True)


@pytest.mark.django_db
def test_errors_and_missing_pages_are_told_in_german_too() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "5"))
    client = browser(made.acme_person)
    answer = reverse("portal_answer", args=[order.number])

    typed = client.post(answer, {"q-10": "ten", "d-10": "x", "p-10": "1", "action": "lines"}, **GERMAN).content.decode()
    last = client.post(reverse("portal_colleague_remove", args=[made.acme_person.pk]), **GERMAN).content.decode()
    missing = client.get("/supplier/orders/NONE/", **GERMAN).content.decode()

    assert "Position 10: „ten“ ist keine Angabe für Menge; schreiben Sie 12 oder 12,5." in typed
    assert "Position 10: „x“ ist kein Tag; wählen Sie einen im Kalender." in typed
    assert "Das ist die einzige Verwaltung." in last
    assert "Hier ist nichts" in missing


@pytest.mark.django_db
def test_german_comma_is_a_decimal_point_in_an_answer() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "5"))
    client, path = browser(made.acme_person), reverse("portal_answer", args=[order.number])
    line = order.lines.get()
    form = {
        "q-10": "4,5",
        "d-10": line.need_by.isoformat(),
        "p-10": f"{line.unit_price:f}",
        "key": "k",
        "action": "lines",
    }

    client.post(path, form, **GERMAN)

    assert order.acknowledgments.get().lines.get().quantity == Decimal("4.5")


@pytest.mark.django_db
def test_our_own_people_read_english_whatever_their_browser_asks_for() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "5"))

    page = browser(made.boris).get(reverse("order", args=[order.number]), **GERMAN).content.decode()

    assert ('<html lang="en-GB"' in page, "Messages with the supplier" in page, "Messages" in page) == (
        True,
        True,
        True,
    )


@pytest.mark.django_db
def test_door_speaks_the_language_of_the_browser_before_anybody_signed_in(client: Any) -> None:
    page = client.get(reverse("account_request_login_code"), **GERMAN).content.decode()

    assert ("Code zusenden" in page, "Send me a code" in page) == (True, False)


def test_language_nobody_speaks_is_refused() -> None:
    form = ClockForm({"language": "xx", "time_zone": "Europe/London", "theme": "system"})

    assert list(form.errors) == ["language"]
