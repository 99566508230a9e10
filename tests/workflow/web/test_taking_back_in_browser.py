"""The undo of an approver by hand: pressed in time with one key, and without script (UX 3)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from procurement.models import Requisition
from tests.factories import NOW, Company, submitted
from tests.workflow.factories import MIDDLE
from workflow.models import ApprovalRequest
from workflow.services import take_held_decisions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock", "clean_console")]
SignIn = Callable[[Any, Any], None]


@pytest.fixture(autouse=True)
def ten_seconds(settings: Any) -> None:
    settings.DECISION_UNDO_SECONDS = 10


def state() -> str:
    return str(Requisition.objects.values_list("state", flat=True).get())


def later(seconds: int) -> int:
    return take_held_decisions(at=NOW + timedelta(seconds=seconds))


def test_one_key_approves_one_key_takes_it_back(page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    submitted(made, MIDDLE)
    number = ApprovalRequest.objects.get().subject_number
    sign_in(page, made.mona)
    # The pages read the small company's clock; the browser counts on it too.
    page.clock.install(time=NOW)
    page.goto(live_server.url + reverse("inbox"))

    page.keyboard.press("a")
    page.get_by_text(f"{number} is approved by you").wait_for()
    page.get_by_text("s left").wait_for()
    page.keyboard.press("z")
    page.get_by_text(f"Taken back. {number} waits for you again.").wait_for()

    assert (later(60), state()) == (0, "submitted")
    page.keyboard.press("a")
    page.get_by_text(f"{number} is approved by you").wait_for()
    page.clock.run_for(11_000)
    page.locator("#held").wait_for(state="detached")
    assert (later(11), state()) == (1, "approved")


@pytest.fixture
def plain_page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_script(plain_page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    page = plain_page
    submitted(made, MIDDLE)
    number = ApprovalRequest.objects.get().subject_number
    sign_in(page, made.mona)
    page.goto(live_server.url + reverse("inbox"))

    page.get_by_role("button", name="Approve").click()
    page.get_by_text("It takes effect after 10 seconds").wait_for()
    page.get_by_role("button", name=f"Undo {number}").click()
    page.get_by_text(f"Taken back. {number} waits for you again.").wait_for()

    assert (later(60), state()) == (0, "submitted")
