"""A change of an order in a real browser, from the buyer's boxes to the version its supplier sees; no fault of access."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from foundation.relay import drain
from procurement.decisions.changes import WantedLine
from procurement.models import OrderChange, OrderVersion
from procurement.services import change_order
from tests.factories import NOW, an_issued_order, company

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock")]
HEIGHTS = {390: 844, 1366: 900}


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_a_change_have_no_fault_of_access(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], fits: Callable[[Any], bool],
    axe: Callable[[Any], Any], clean_console: list[str], scheme: str, width: int,
) -> None:  # fmt: skip
    made = company()
    order, other = an_issued_order(made, ("SW-500", "50"), ("TAPE-48", "2")), an_issued_order(made, ("SW-500", "5"))
    change = change_order(
        order_id=order.pk, expected_version=None, lines=[WantedLine(10, Decimal(60), Decimal(49))], reason="Demand rose",
        actor=made.boris, at=NOW,
    )  # fmt: skip
    sign_in(page, made.boris)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    paths = [
        reverse("order_change", args=[change.number]), reverse("order", args=[order.number]),
        reverse("change_order", args=[other.number]),
    ]  # fmt: skip

    faults = {}
    for path in paths:
        page.goto(live_server.url + path)
        faults[path] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]

    assert {path: found for path, found in faults.items() if found} == {}


def test_buyer_raises_an_order_its_manager_agrees_and_the_supplier_sees_the_new_version(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], clean_console: list[str]
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    sign_in(page, made.boris)
    page.goto(live_server.url + reverse("order", args=[order.number]))
    page.get_by_role("link", name="Change the order").click()
    page.get_by_label("Quantity").fill("60")
    page.get_by_label("Why").fill("Demand rose")
    page.get_by_role("button", name="Change the order").click()
    page.get_by_text("waits for approval. The supplier sees nothing of it until then.").wait_for()
    drain()
    change = OrderChange.objects.get()

    sign_in(page, made.acme_person)
    page.goto(live_server.url + reverse("portal_order", args=[order.number]))
    before = page.locator("main").inner_text()

    sign_in(page, made.mona)
    page.goto(live_server.url + reverse("order_change", args=[change.number]))
    page.get_by_role("link", name="Open and decide").click()
    shown = page.locator("main").inner_text()
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_text(f"{change.number} approved").first.wait_for()
    drain()

    sign_in(page, made.acme_person)
    page.goto(live_server.url + reverse("portal_order", args=[order.number]))
    after = page.locator("main").inner_text()
    assert ("50" in before, "60" in before) == (True, False)
    assert "Costs more" in shown
    assert "60" in after
    assert OrderVersion.objects.filter(order=order).count() == 2
