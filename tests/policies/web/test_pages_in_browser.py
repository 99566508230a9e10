"""The matrix in a real browser: draft a row, test a case, publish as a second person; no fault of access."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from policies.models import PolicyVersion
from tests.factories import NOW, company
from tests.policies.factories import draft

pytestmark = [pytest.mark.django_db(transaction=True)]
HEIGHTS = {390: 844, 1366: 900}


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_policy_pages_have_no_fault_of_access(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], fits: Callable[[Any], bool],
    axe: Callable[[Any], Any], clean_console: list[str], scheme: str, width: int,
) -> None:  # fmt: skip
    made = company()
    drafts = {kind: draft(made, kind) for kind in ("approval", "tolerance", "duty", "routing", "sourcing")}
    rule = drafts["approval"].approval_rules.earliest("position")
    sign_in(page, made.polly)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    paths = [
        "/settings/", "/settings/approvals/", "/settings/approvals/2/?amount=7200&site=LDS",
        "/settings/approvals/2/?amount=-1&site=LDS", "/settings/approvals/2/grid/", "/settings/approvals/2/history/",
        "/settings/approvals/2/changes/", "/settings/approvals/2/publish/", "/settings/tolerances/2/",
        "/settings/tolerances/2/row/new/", "/settings/duties/2/", "/settings/routing/2/", "/settings/ordering/2/",
        "/settings/ordering/2/switches/", reverse("rule", args=[2, rule.pk]),
    ]  # fmt: skip

    faults = {}
    for path in paths:
        page.goto(live_server.url + path)
        faults[path] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]

    assert {path: found for path, found in faults.items() if found} == {}


def test_row_is_drafted_tried_and_published_by_a_second_person(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], clean_console: list[str]
) -> None:
    made = company()
    sign_in(page, made.polly)

    page.goto(live_server.url + "/settings/approvals/")
    page.get_by_role("button", name="New draft").click()
    page.get_by_role("link", name="Add a row").click()
    page.get_by_label("Name").fill("Services in the North")
    page.get_by_text("Additional row", exact=True).click()
    page.get_by_label("Who, stage 1").select_option("region_role")
    page.get_by_label("Role, stage 1").select_option("region_manager")
    page.get_by_text("Spend kinds", exact=True).first.click()
    page.get_by_label("Service", exact=True).check()
    page.get_by_role("button", name="Save row").click()
    page.get_by_role("textbox", name="Amount").fill("900")
    page.get_by_role("combobox", name="Site").select_option("LDS")
    page.get_by_text("More about the document").click()
    page.get_by_role("combobox", name="Spend kind").select_option("service")
    page.get_by_role("button", name="Test").click()
    page.get_by_text("Row 1 decides").wait_for()
    lit = page.locator("tr.hit th").all_inner_texts()
    page.get_by_role("link", name="Publish", exact=True).click()
    reason = page.get_by_text("You wrote in this draft").inner_text()
    sign_in(page, made.petra)
    page.reload()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Approval matrix v2 is published and in force.").wait_for()

    names = ["Catalogue items up to 1,000, nothing unusual", "Services in the North"]
    assert [text.startswith(name) for text, name in zip(lit, names, strict=True)] == [True, True]
    assert reason == "You wrote in this draft, so another policy administrator publishes it."
    version = PolicyVersion.objects.get(kind="approval", number=2)
    assert (version.state, version.published_by, version.created_by) == ("published", made.petra, made.polly)
    assert version.created_at > NOW
