"""The pages of a supplier's people in a real browser: on desk and phone, by day and by night."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from suppliers.models import SupplierUser
from tests.factories import company

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (1366, "dark"), (390, "light"), (390, "dark")])
def test_pages_are_open_to_everybody_on_desk_and_phone(
    page: Any, live_server: Any, sign_in: Callable[..., None], axe: Any, fits: Any, width: int, scheme: str
) -> None:
    made = company()
    SupplierUser.objects.create(supplier=made.acme, user=made.bolt_person, is_active=False)
    sign_in(page, made.sue)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)

    for path in (
        reverse("supplier", args=["ACME"]), reverse("supplier_person_new", args=["ACME"]),
        reverse("supplier_person", args=["ACME", made.acme_person.pk]),
        reverse("supplier_person", args=["ACME", made.bolt_person.pk]),
    ):  # fmt: skip
        page.goto(live_server.url + path)

        assert (path, axe(page), fits(page)) == (path, [], True)


def test_person_is_invited_and_shut_out(page: Any, live_server: Any, sign_in: Callable[..., None]) -> None:
    made = company()
    sign_in(page, made.sue)
    page.goto(live_server.url + reverse("supplier", args=["ACME"]))

    page.get_by_role("link", name="Invite").click()
    for label, text in (
        ("First name", "Kim"),
        ("Last name", "Ash"),
        ("User name", "k.ash"),
        ("E-mail", "kim@acme.example"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Invite").click()
    page.get_by_text("Shut out", exact=True).click()
    page.get_by_role("textbox", name="Reason").fill("Left Acme")
    page.get_by_role("button", name="Shut Kim Ash out").click()
    page.get_by_text("Kim Ash is shut out; every session has ended.").wait_for()
    assert not SupplierUser.objects.get(user__username="k.ash").is_active
