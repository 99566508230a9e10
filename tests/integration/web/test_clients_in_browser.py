"""Letting a machine in with a real browser, and reading the API's description: no script error, no breach of policy."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import company

pytestmark = pytest.mark.django_db(transaction=True)
Axe = Callable[[Any], list[tuple[str, str, list[Any]]]]


def test_description_is_read_under_the_strict_policy(page: Any, live_server: Any, clean_console: list[str]) -> None:
    page.goto(live_server.url + reverse("api_docs"))

    expect(page.locator(".opblock").filter(has_text="Post goods that arrived").first).to_be_visible(timeout=20_000)
    page.locator(".opblock").filter(has_text="/api/v1/receipts/").filter(has_text="POST").first.click()
    expect(page.locator(".opblock-body").first).to_contain_text("WMS-55012")


@pytest.mark.parametrize(("width", "theme"), [(390, "dark"), (1366, "light")])
def test_machine_is_let_in_and_shut_out(
    page: Any, live_server: Any, sign_in: Any, axe: Axe, clean_console: list[str], width: int, theme: str
) -> None:
    made = company()
    sign_in(page, made.igor)
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme=theme)

    page.goto(live_server.url + reverse("api_client_new"))
    assert axe(page) == []
    page.get_by_label("Name", exact=True).fill("Acme ERP")
    page.get_by_label("A supplier: it sees").check()
    page.get_by_label("Supplier code").fill("ACME")
    page.get_by_role("button", name="Let it in").click()
    assert len(page.get_by_label("Client secret").input_value()) > 40
    assert axe(page) == []
    page.get_by_role("link", name="I have kept it").click()
    assert axe(page) == []
    page.get_by_label("Why").fill("Moved to another system")
    page.get_by_role("button", name="Shut Acme ERP out").click()

    expect(page.get_by_role("status")).to_contain_text("Acme ERP is shut out")
    page.goto(live_server.url + reverse("api_clients"))
    expect(page.get_by_role("main")).to_contain_text("Shut out")
    assert axe(page) == []
