"""The requester's flows by hand, counted in keys and presses (UX 5), and the pages in both themes and four widths."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from procurement.models import Requisition
from tests.factories import Company, a_requisition, submitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock", "clean_console")]
NEW = "/requisitions/new/"
WIDTHS = [320, 390, 768, 1366]
SignIn = Callable[[Any, Any], None]


class Hands:
    """A keyboard that counts what is pressed."""

    def __init__(self, page: Any) -> None:
        self.page, self.presses = page, 0

    def type(self, text: str) -> None:
        self.presses += len(text)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)

    def focus(self) -> str:
        return str(self.page.evaluate("document.activeElement.id"))


def test_five_lines_are_written_with_the_keyboard_alone(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    sign_in(page, made.rita)
    page.goto(live_server.url + NEW)
    hands = Hands(page)
    page.focus("#find-item")

    for number, (word, quantity) in enumerate(
        [("stre", "10"), ("pack", "2"), ("labe", "1"), ("lbl4", "12"), ("tape", "36")]
    ):
        hands.type(word)
        hands.press("Enter")
        page.locator(f"#id_lines-{number}-quantity:focus").wait_for()
        hands.type(quantity)
        hands.press("Enter")
        assert hands.focus() == "find-item"
    page.get_by_text("= 1296 ea").wait_for()
    page.get_by_text("Who will approve").wait_for()
    page.get_by_role("button", name="Save draft").click()
    page.get_by_text("is saved as a draft.").wait_for()

    lines = [(line.item.code, int(line.quantity)) for line in Requisition.objects.get().lines.all() if line.item]
    assert lines == [("SW-500", 10), ("TAPE-48", 2), ("LBL-46", 1), ("LBL-46", 12), ("TAPE-48", 36)]
    assert hands.presses <= 45


def test_total_and_approvers_follow_the_typing(page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    sign_in(page, made.rita)
    page.goto(live_server.url + NEW)
    summary = page.locator("#summary")

    page.fill("#find-item", "SW-500")
    page.locator("[data-add]").click()
    quantity = page.locator("#id_lines-0-quantity")
    quantity.fill("10")
    summary.get_by_text("Nobody needs to.").wait_for()
    quantity.fill("200")
    summary.get_by_text("Regina").wait_for()
    quantity.fill("1,5")
    page.get_by_text("Did you mean 15 or 1.5?").wait_for()

    assert summary.locator(".total").inner_text() == "£0.00"


def test_forty_rows_are_pasted_and_two_of_them_mended_in_three_presses(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    sign_in(page, made.rita)
    page.goto(live_server.url + NEW)
    rows = "\n".join(["TAPE-48\t2"] * 38 + ["NOPE\t1", "SW-500\t1,5"])

    page.evaluate(
        """text => {
            const data = new DataTransfer(); data.setData("text", text);
            document.getElementById("find-item").dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        rows,
    )
    page.get_by_role("button", name="Add the good rows").click()
    page.locator("#id_lines-37-quantity").wait_for()
    left = page.locator("#paste").input_value()
    page.fill("#paste", "LBL-46\t1\nSW-500\t15")
    page.get_by_role("button", name="Check rows").click()
    page.get_by_role("button", name="Add the good rows").click()
    page.locator("#id_lines-39-quantity").wait_for()

    assert left == "NOPE\t1\nSW-500\t1,5"
    assert page.locator("#lines tbody tr").count() == 40


def test_focus_never_falls_off_the_page_when_a_line_goes(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    draft = a_requisition(made, ("SW-500", "1"), ("TAPE-48", "1"))
    sign_in(page, made.rita)
    page.goto(live_server.url + reverse("requisition_edit", args=[draft.number]))

    page.get_by_role("button", name="Remove line 1").click()
    page.locator("#id_lines-0-quantity:focus").wait_for()
    page.get_by_role("button", name="Remove line 1").click()
    page.locator("#lines [data-focus]:focus", has_text="No lines yet").wait_for()

    assert page.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_of_access_and_no_sideways_scroll(
    page: Any, live_server: Any, made: Company, sign_in: SignIn, axe: Callable[[Any], Any],
    fits: Callable[[Any], bool], scheme: str, width: int,
) -> None:  # fmt: skip
    waiting = submitted(made, ("SW-500", "60"), is_urgent=True, urgent_reason="Line stops")
    draft = a_requisition(made, ("SW-500", "99"), ("TAPE-48", "1"))
    sign_in(page, made.rita)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    paths = [
        "/", "/requisitions/", "/requisitions/?q=nothing-like-it", NEW, f"/requisitions/{draft.number}/edit/",
        f"/requisitions/{draft.number}/check/", f"/requisitions/{waiting.number}/", "/catalog/?q=stretch",
    ]  # fmt: skip

    faults = {}
    for path in paths:
        page.goto(live_server.url + path)
        faults[path] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]
        faults[path] += [] if page.locator("h1").count() == 1 else ["not one h1"]

    assert {path: found for path, found in faults.items() if found} == {}


def test_search_results_have_no_fault_of_access(
    page: Any, live_server: Any, made: Company, sign_in: SignIn, axe: Callable[[Any], Any]
) -> None:
    sign_in(page, made.rita)
    page.goto(live_server.url + NEW)

    page.fill("#find-item", "stretch")
    page.locator("[data-add]").wait_for()
    faults = axe(page)
    page.locator("details.paste summary").click()
    page.fill("#paste", "SW-500\t4\nNOPE\t1")
    page.get_by_role("button", name="Check rows").click()
    page.locator("table.pasted").wait_for()
    faults += axe(page)

    assert faults == []
