"""The measures in a real browser: both themes, phone and desktop, and from a number down to its document."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from intelligence.services import read_events
from tests.factories import an_issued_order, company
from tests.intelligence import log

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 4, 1, tzinfo=UTC)
DAYS = "from=2026-01-05&to=2026-03-20"


@pytest.mark.parametrize("width", [390, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_of_access(
    page: Any, live_server: Any, axe: Callable[[Any], Any], fits: Callable[[Any], bool], sign_in: Callable[[Any, Any], None],
    clean_console: list[str], scheme: str, width: int,
) -> None:  # fmt: skip
    made = company()
    log.a_busy_log(made)
    read_events(at=AT)
    sign_in(page, made.erin)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})

    faults = {}
    for path in (
        f"/insights/?{DAYS}", f"/insights/invoice-exceptions/?{DAYS}", f"/insights/approval-turnaround/?{DAYS}", "/",
        "/insights/?from=soon",
    ):  # fmt: skip
        page.goto(live_server.url + path)
        for summary in page.locator("details.more > summary").all():
            summary.click()
        assert page.locator("h1").count() == 1
        assert fits(page), path
        page.evaluate("scrollTo(0, 0)")  # a link half under the sticky menu is no small target
        faults[path] = axe(page)
    clean_console[:] = [text for text in clean_console if "422" not in text]  # the wrong day is asked for on purpose

    assert {path: found for path, found in faults.items() if found} == {}


def test_from_the_number_to_the_document(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], clean_console: list[str]
) -> None:
    made = company()
    order = an_issued_order(made)
    read_events(at=AT)
    sign_in(page, made.erin)

    page.goto(live_server.url + "/")
    page.get_by_role("link", name="All measures").click()
    card = page.get_by_role("region", name="Requisition to order")
    card.locator("dd a").first.click()
    page.get_by_role("heading", name="Requisition to order: Orders measured").wait_for()
    page.get_by_role("link", name=order.number).click()

    page.get_by_role("heading", name=order.number).wait_for()


def test_mark_of_the_chart_leads_to_its_days(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], clean_console: list[str]
) -> None:
    made = company()
    log.a_busy_log(made)
    read_events(at=AT)
    sign_in(page, made.erin)

    page.goto(f"{live_server.url}/insights/?{DAYS}&site=LDS")
    page.get_by_role("region", name="Invoice exception rate").locator("svg a").nth(4).click()
    page.get_by_role("heading", name="Invoice exception rate").wait_for()

    assert page.locator("#from").input_value() == "2026-01-29"
    assert page.locator("#to").input_value() == "2026-02-03"
    assert page.locator("#site").input_value() == "LDS"
