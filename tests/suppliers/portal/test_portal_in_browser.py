"""A supplier's person on the phone: six digits, then the portal; every page of it open to everybody."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from foundation.models import Delivery
from tests.factories import an_issued_order, company
from tests.suppliers.factories import a_message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]


def test_first_sign_in_on_a_phone_leads_to_the_order_of_the_link(
    page: Any, live_server: Any, axe: Any, fits: Any
) -> None:
    cache.clear()
    made = company()
    order = an_issued_order(made, ("SW-500", "5"))
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(live_server.url + reverse("portal_answer", args=[order.number]))
    assert (axe(page), fits(page)) == ([], True)
    page.get_by_label("Your e-mail address").fill(made.acme_person.email)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("heading", name="Type the six digits").wait_for()
    assert (axe(page), fits(page)) == ([], True)
    letter = json.loads(bytes(Delivery.objects.get(subject_type="person", subject_id=made.acme_person.pk).body))
    page.get_by_label("Code").fill(letter["text"].split("Your code: ")[1][:6])
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("button", name="Accept all 1 line").wait_for()
    assert page.url.endswith(reverse("portal_answer", args=[order.number]))
    assert any(cookie["name"] == "sessionid" and cookie["expires"] > 0 for cookie in page.context.cookies())


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1366, "dark", ""), (390, "light", ""), (390, "dark", "de"), (320, "light", "de")]
)
def test_portal_pages_are_open_to_everybody_and_fit_in_both_languages(
    page: Any,
    live_server: Any,
    sign_in: Callable[..., None],
    axe: Any,
    fits: Any,
    width: int,
    scheme: str,
    language: str,
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "5"))
    a_message(order, made.boris, "Gate 5, please")
    made.acme_person.language = language
    made.acme_person.save(update_fields=["language"])
    sign_in(page, made.acme_person)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=scheme)

    for path in (
        reverse("portal_account"), reverse("portal_prices"), reverse("portal_scorecard"),
        reverse("portal_score_lines", args=["not-rejected", "all"]), reverse("portal_home"), reverse("portal_people"),
        reverse("portal_invite"), reverse("portal_colleague", args=[made.acme_person.pk]), reverse("portal_contracts"),
        reverse("portal_contract", args=["CON-1"]), reverse("portal_order", args=[order.number]),
        reverse("portal_order_messages", args=[order.number]), reverse("portal_answer", args=[order.number]),
        reverse("portal_invoices"), reverse("help"),
    ):  # fmt: skip
        page.goto(live_server.url + path)

        assert (path, axe(page), fits(page)) == (path, [], True)
