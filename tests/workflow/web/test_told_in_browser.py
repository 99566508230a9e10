"""The bell, the notices, the choices and the list of all tasks in a real browser: both themes, phone and desktop."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import Notice
from foundation.relay import drain
from procurement.models import Requisition
from tests.factories import Company, submitted
from tests.workflow.factories import MIDDLE
from workflow.models import ApprovalRequest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock", "clean_console")]
SignIn = Callable[[Any, Any], None]


@pytest.mark.parametrize("width", [320, 390, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_notices_and_tasks_have_no_fault_of_access(
    page: Any, live_server: Any, made: Company, sign_in: SignIn, axe: Callable[[Any], Any],
    fits: Callable[[Any], bool], scheme: str, width: int,
) -> None:  # fmt: skip
    for _one in range(3):
        submitted(made, MIDDLE)
    flagged = ApprovalRequest.objects.earliest("pk")
    ApprovalRequest.objects.filter(pk=flagged.pk).update(facts={**flagged.facts, "flags": ["off_contract"]})
    drain()
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, made.mona)

    faults = {}
    for name in ("notices", "notice_choices", "tasks", "inbox"):
        page.goto(live_server.url + reverse(name))
        faults[name] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]

    assert {path: found for path, found in faults.items() if found} == {}


def test_two_are_approved_with_three_presses_and_the_bell_empties(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    for _one in range(2):
        submitted(made, MIDDLE)
    drain()
    sign_in(page, made.mona)
    page.goto(live_server.url + reverse("tasks"))
    assert page.locator("#bell").get_attribute("aria-label") == "Notices, 2 unread"

    page.get_by_label("Pick all 2 shown").click()
    page.get_by_text("2 of 2 picked").wait_for()
    page.get_by_role("button", name="Approve picked").click()
    page.get_by_role("heading", name="All 2 done").wait_for()

    assert set(Requisition.objects.values_list("state", flat=True)) == {"approved"}
    drain()
    page.goto(live_server.url + reverse("tasks"))
    assert page.locator("#bell").get_attribute("aria-label") == "Notices"
    assert not Notice.objects.filter(person=made.mona, read_at=None).exists()
