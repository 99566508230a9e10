"""Refusals of the master data pages in a real browser: read by everybody, on desk and phone, by day and by night."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import Item
from tests.factories import company
from tests.foundation.web.test_people_in_browser import SIZES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]
HEAD = "code,name,category,base_unit,packs\n"


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_table_is_mended_on_the_page_and_brought_in(
    page: Any, live_server: Any, sign_in: Callable[..., None], axe: Any, fits: Any, clean_console: list[str], width: int,
    scheme: str,
) -> None:  # fmt: skip
    made = company()
    sign_in(page, made.ursula)
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + reverse("items_import"))

    page.get_by_label("Or paste rows").fill(f"{HEAD}NEW-1,Strap,NONE,EA,XCS=24\nSW-500,Wrap,PACK,KGM,\n")
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_role("heading", name="Nothing came in").wait_for()
    refused = (axe(page), fits(page))
    page.get_by_label("Or paste rows").fill(f"{HEAD}NEW-1,Strap,PACK,EA,XCS=24\n")
    page.get_by_role("button", name="Check the rows").click()
    page.get_by_text("1 new, 0 changed, 0 as they are.").wait_for()
    judged = (axe(page), fits(page))
    page.get_by_role("button", name="Bring them in").click()
    page.get_by_text("New items: 1. Changed: 0.").wait_for()

    clean_console[:] = [fault for fault in clean_console if "422" not in fault]  # Chromium names each refusal there
    assert (refused, judged) == (([], True), ([], True))
    assert Item.objects.get(code="NEW-1").units.get().factor == 24


def test_item_is_changed_and_gets_a_pack(page: Any, live_server: Any, sign_in: Callable[..., None]) -> None:
    made = company()
    sign_in(page, made.ursula)
    page.goto(live_server.url + reverse("items"))

    page.get_by_role("link", name="Labels 4x6").click()
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_label("Barcode").fill("4006381333931")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a pack").click()
    page.get_by_label("One", exact=True).select_option("KGM")
    page.get_by_label("Holds", exact=True).fill("2")
    page.get_by_label("Of", exact=True).select_option("XCS")
    page.get_by_role("button", name="Save the pack").click()
    page.get_by_text("The pack is saved.").wait_for()

    item = Item.objects.get(code="LBL-46")
    assert (item.gtin, item.units.get(unit__code="KGM").factor) == ("4006381333931", 24)
