"""The frame's own pages in a real browser: both themes, phone and desktop; settings take effect at the first paint."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import User
from tests.factories import Company, company

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]
SignIn = Callable[[Any, Any], None]


@pytest.fixture
def made(transactional_db: None) -> Company:
    return company()


@pytest.mark.parametrize("width", [320, 390, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_frame_pages_have_no_fault_of_access(
    page: Any, live_server: Any, made: Company, sign_in: SignIn, axe: Callable[[Any], Any],
    fits: Callable[[Any], bool], scheme: str, width: int,
) -> None:  # fmt: skip
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    open_to_all = [reverse("account_login"), reverse("account_reset_password"), "/demo/", reverse("styleguide")]
    own = ["/me/", "/help/", "/search/?q=tape", *map(reverse, ("mfa_index", "account_change_password",
                                                              "usersessions_list", "account_logout"))]  # fmt: skip

    faults = {}
    for path in open_to_all + own:
        if path == own[0]:
            sign_in(page, made.rita)
        page.goto(live_server.url + path)
        faults[path] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]

    assert {path: found for path, found in faults.items() if found} == {}


def test_password_signs_in_and_out(page: Any, live_server: Any, made: Company) -> None:
    made.rita.set_password("a sentence is easiest to keep")
    made.rita.save(update_fields=["password"])

    page.goto(live_server.url + "/requisitions/")
    page.get_by_label("User name or e-mail").fill("rita")
    page.get_by_role("textbox", name="Password").fill("a sentence is easiest to keep")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Requisitions").wait_for()
    page.locator("details.menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()

    assert page.url.startswith(live_server.url + reverse("account_login"))


def test_chosen_colours_hold_against_the_device(page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    sign_in(page, made.rita)
    page.emulate_media(color_scheme="light")
    page.goto(live_server.url + "/me/")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")

    page.get_by_label("Colours").select_option("dark")
    page.get_by_role("button", name="Save settings").click()
    page.get_by_text("Your settings are saved.").wait_for()

    assert User.objects.get(pk=made.rita.pk).theme == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_skip_link_is_the_first_stop_and_the_focus_ring_is_seen(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    sign_in(page, made.rita)
    page.goto(live_server.url + "/help/")

    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    page.keyboard.press("Enter")

    assert (first, ring) == ("Skip to content", "3px")
    assert page.evaluate("document.activeElement.id") == "main"
