"""SU-3 in a real browser: a pair is proposed, merged, its old number leads on, and the merge is undone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from suppliers.models import DuplicateProposal, Supplier
from suppliers.services import find_duplicates
from tests.factories import NOW, Company, an_issued_order, company

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]


def twins() -> Company:
    made = company()
    an_issued_order(made, ("SW-500", "4"))
    Supplier.objects.filter(pk__in=[made.acme.pk, made.bolt.pk]).update(
        tax_id="GB123456789", address="12 Mill Lane, Leeds"
    )
    return made


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (390, "dark")])
def test_pages_are_open_to_everybody_on_desk_and_phone(
    page: Any, live_server: Any, sign_in: Callable[..., None], axe: Any, fits: Any, width: int, scheme: str
) -> None:
    made = twins()
    find_duplicates(actor=made.people["sue"], at=NOW)
    sign_in(page, made.people["sue"])
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)

    for path in (
        reverse("supplier_duplicates"), reverse("supplier_quality"), reverse("supplier_duplicate", args=[DuplicateProposal.objects.get().pk]),
    ):  # fmt: skip
        page.goto(live_server.url + path)

        assert (path, axe(page), fits(page)) == (path, [], True)


def test_pair_is_proposed_merged_led_on_and_undone(page: Any, live_server: Any, sign_in: Callable[..., None]) -> None:
    made = twins()
    order = made.acme.orders.get()
    sign_in(page, made.people["sue"])
    page.goto(live_server.url + reverse("suppliers"))

    page.get_by_role("link", name="Duplicates").click()
    page.get_by_role("button", name="Compare all again").click()
    page.get_by_text("The same tax number: 123456789").wait_for()
    page.locator("a[data-row]").click()
    page.get_by_text(f"Keep {made.bolt} (BOLT)").click()
    page.locator("#reason-second").fill("One tax number, one address")
    page.get_by_role("button", name="Merge into BOLT").click()
    page.get_by_text("It can be undone here.").wait_for()
    page.goto(live_server.url + reverse("supplier", args=["ACME"]))
    led_to = page.url
    page.get_by_text(order.number).first.wait_for()
    page.locator("details", has_text="Undo the merge").locator("summary").click()
    page.get_by_label("Why they are two after all").fill("A VAT group")
    page.get_by_role("button", name="Undo the merge").click()
    page.get_by_text("stands for itself again.").wait_for()

    assert led_to == live_server.url + reverse("supplier", args=["BOLT"])
    assert Supplier.objects.get(code="ACME").state == "active"
