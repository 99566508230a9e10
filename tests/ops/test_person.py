"""The smoke run's person sends what a browser without script would send, and nothing a page does not offer."""

import httpx
import pytest

from tools.person import Page, Person, StrayError

HTML = """
<nav><form action="/out/" method="post"><button>Sign out</button></form></nav>
<input form="later" name="early" value="1">
<form id="later" action="save/" method="post">
  <input type="hidden" name="version" value="3"> <input name="note" value="old"> <input type="checkbox" name="urgent">
  <input type="radio" name="way" value="air"> <input type="radio" name="way" value="sea" checked>
  <select name="unit"><option value="EA">Each</option><option value="CS" selected>Case</option></select>
  <select name="site"><option value="7">Leeds</option></select>
  <textarea name="text">
two
lines</textarea>
  <button name="do" value="save">Save <b>draft</b></button> <button name="do" value="send" formaction="send/">Send</button>
  <button type="button">Only script</button>
</form>
<button form="later" name="do" value="drop">Drop</button>
<a href="/next/">Next page</a> <script>hidden()</script> Total 12.50 GBP
"""


def _person(sent: list[httpx.Request]) -> Person:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, text=HTML)

    person = Person("http://shop.test")
    person._client = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://shop.test")
    person.open("/a/b/")
    return person


def test_press_sends_the_form_as_a_browser_would() -> None:
    sent: list[httpx.Request] = []

    _person(sent).press("Save draft", note="new")

    assert (sent[-1].method, sent[-1].url.path) == ("POST", "/a/b/save/")
    assert sorted(httpx.QueryParams(sent[-1].content.decode()).multi_items()) == [
        ("do", "save"),
        ("early", "1"),
        ("note", "new"),
        ("site", "7"),
        ("text", "two\nlines"),
        ("unit", "CS"),
        ("version", "3"),
        ("way", "sea"),
    ]


def test_press_goes_where_the_button_says() -> None:
    sent: list[httpx.Request] = []

    _person(sent).press("Send")

    assert sent[-1].url.path == "/a/b/send/"


def test_press_finds_a_button_that_stands_outside_its_form() -> None:
    sent: list[httpx.Request] = []

    _person(sent).press("Drop")

    assert ("do", "drop") in httpx.QueryParams(sent[-1].content.decode()).multi_items()


@pytest.mark.parametrize(
    ("button", "values", "says"),
    [
        ("Delete", {}, "no button 'Delete'"),
        ("Only script", {}, "no button 'Only script'"),
        ("Send", {"price": "1"}, r"no field \['price'\]"),
    ],
)
def test_press_refuses_what_the_page_does_not_offer(button: str, values: dict[str, str], says: str) -> None:
    sent: list[httpx.Request] = []
    person = _person(sent)

    with pytest.raises(StrayError, match=says):
        person.press(button, **values)

    assert len(sent) == 1


def test_page_says_its_visible_text_only() -> None:
    page = Page(httpx.Response(200, text=HTML, request=httpx.Request("GET", "http://shop.test/")))

    assert page.find(r"Total ([\d.]+) GBP") == "12.50"
    with pytest.raises(StrayError):
        page.find("hidden")
