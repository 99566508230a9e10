"""Approving less (AP-4), combined orders (RQ-5) and opening a closed order again (PO-3) in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from procurement.models import PurchaseOrder, Requisition
from procurement.services import close_order, place_orders
from tests.factories import NOW, Company, an_issued_order, approved, submitted
from tests.policies.factories import with_switches
from tests.procurement.web.pages import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock")]
PHONE, DESK = (390, 844), (1366, 900)


def in_the_making(made: Company) -> None:
    with_switches("sourcing", combine_until="15:00")
    for quantity in "34":
        place_orders(requisition_id=approved(made, ("SW-500", quantity)).pk, at=NOW)


def closed(made: Company) -> PurchaseOrder:
    order = an_issued_order(made, ("TAPE-48", "4"))
    return close_order(
        order_id=order.pk, expected_version=order.version, actor=made.boris, reason="They stop making it", at=NOW
    )


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_approver_takes_away_without_javascript(browser: Any, live_server: Any, made: Company, size: Any) -> None:
    requisition = submitted(made, ("SW-500", "100"), ("TAPE-48", "100"))
    context = browser.new_context(java_script_enabled=False, viewport={"width": size[0], "height": size[1]})
    cookie = signed_in(made.mona).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + reverse("inbox"))
    if size == PHONE:
        page.get_by_role("link", name=requisition.number).first.click()

    page.get_by_role("link", name="Approve less").click()
    page.get_by_label("Approve of line 10").fill("60")
    page.get_by_label("Strike line 20").check()
    page.get_by_role("button", name="Approve these quantities").click()
    refused = page.locator("#error-summary").inner_text()
    page.get_by_label("Why less").fill("Tape is in stock")
    page.get_by_role("button", name="Approve these quantities").click()

    assert "Say why you approve less." in refused
    assert page.get_by_text(f"{requisition.number} approved as you changed it.").is_visible()
    lines = Requisition.objects.get(pk=requisition.pk).lines.order_by("line_no")
    assert [line.quantity for line in lines] == [60, 0]
    context.close()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_of_access_and_no_sideways_scroll(
    page: Any, live_server: Any, made: Company, sign_in: Callable[..., None], axe: Callable[[Any], Any],
    fits: Callable[[Any], bool], clean_console: list[str], scheme: str, size: Any,
) -> None:  # fmt: skip
    order = closed(made)
    in_the_making(made)
    requisition = submitted(made, ("SW-500", "100"), ("TAPE-48", "100"))
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    faults = {}
    for who, path in (
        (made.mona, reverse("approve_less", args=[requisition.number])),
        (made.boris, reverse("queue")),
        (made.boris, reverse("order", args=[order.number])),
    ):
        sign_in(page, who)
        page.goto(live_server.url + path)
        faults[path] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]
        faults[path] += [] if page.locator("h1").count() == 1 else ["not one h1"]

    assert {path: found for path, found in faults.items() if found} == {}


def test_buyer_places_the_combined_order_and_opens_a_closed_one(
    page: Any, live_server: Any, made: Company, sign_in: Callable[..., None], clean_console: list[str]
) -> None:
    order = closed(made)
    in_the_making(made)
    sign_in(page, made.boris)

    page.goto(live_server.url + reverse("queue"))
    page.get_by_role("button", name="Place now the order to Acme Packaging for Leeds").click()
    page.get_by_text("to Acme Packaging is placed.").wait_for()
    page.goto(live_server.url + reverse("order", args=[order.number]))
    page.locator("summary", has_text="Open it again").click()
    page.locator("#reason-reopen").fill("They made some more")
    page.get_by_role("button", name="Open it again").click()
    page.get_by_text(f"{order.number} is open again.").wait_for()

    order.refresh_from_db()
    assert (order.state, PurchaseOrder.objects.latest("pk").lines.get().quantity) == ("issued", 7)
