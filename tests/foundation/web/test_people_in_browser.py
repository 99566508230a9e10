"""The pages of user administrators in a real browser: found by everybody, on desk and phone, by day and by night."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import User
from tests.factories import company

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]
SIZES = [(1366, "light"), (1366, "dark"), (390, "light"), (390, "dark")]


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_pages_are_open_to_everybody_on_desk_and_phone(
    page: Any, live_server: Any, sign_in: Callable[..., None], axe: Any, fits: Any, width: int, scheme: str
) -> None:
    made = company()
    sign_in(page, made.ursula)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)

    for path in (
        reverse("people"), reverse("person_new"), reverse("person", args=[made.rita.pk]),
        reverse("person", args=[made.ursula.pk]), reverse("sites"), reverse("site_new"), reverse("site", args=["LDS"]),
        reverse("master"), reverse("items"), reverse("item_new"), reverse("item", args=["SW-500"]), reverse("items_import"),
        reverse("item_edit", args=["SW-500"]), reverse("item_pack", args=["SW-500"]),
        *(reverse(name) for name in (
            "categories", "category_new", "units", "unit_new", "cost_centres", "cost_centre_new", "rates", "rate_new", "rates_import",
            "calendars", "calendar_new", "regions", "region_new", "entities", "entity_new",
        )),
        reverse("category", args=["PACK"]), reverse("unit", args=["KGM"]), reverse("cost_centre", args=["LDS-6410"]),
        reverse("calendar", args=["UK"]), reverse("region", args=["NORTH"]), reverse("entity", args=["NG"]),
    ):  # fmt: skip
        page.goto(live_server.url + path)

        assert (path, axe(page), fits(page)) == (path, [], True)


def test_person_is_invited_and_gets_a_duty(page: Any, live_server: Any, sign_in: Callable[..., None]) -> None:
    made = company()
    sign_in(page, made.ursula)
    page.goto(live_server.url + reverse("people"))

    page.get_by_role("link", name="Invite a person").click()
    for label, text in (
        ("First name", "Nora"),
        ("Last name", "Blake"),
        ("User name", "n.blake"),
        ("E-mail", "n@b.example"),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Invite").click()
    page.get_by_label("Duty", exact=True).select_option("buyer")
    page.get_by_label("Where", exact=True).select_option("site:LDS")
    page.get_by_role("button", name="Give this duty").click()
    page.get_by_text("Nora Blake Buyer at Leeds.").wait_for()
    nora = User.objects.get(username="n.blake")
    assert [(d.role, str(d.site)) for d in nora.role_assignments.all()] == [("buyer", "Leeds")]
