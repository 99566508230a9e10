"""The approver's flows by hand, counted in keys and presses (UX 5 and 6.2)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from procurement.models import Requisition
from tests.factories import Company, submitted
from tests.workflow.factories import MIDDLE, approve
from workflow.models import ApprovalRequest, Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock", "clean_console")]
SignIn = Callable[[Any, Any], None]


def states() -> list[str]:
    return [str(state) for state in Requisition.objects.order_by("pk").values_list("state", flat=True)]


def opened(page: Any, live_server: Any, made: Company, sign_in: SignIn, count: int = 2) -> list[ApprovalRequest]:
    """Let Mona open her inbox with some tasks in it."""
    for _one in range(count):
        submitted(made, MIDDLE)
    sign_in(page, made.mona)
    page.goto(live_server.url + reverse("inbox"))
    return list(ApprovalRequest.objects.order_by("pk"))


def test_one_key_approves_and_the_next_task_opens(page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    first, second = opened(page, live_server, made, sign_in)

    page.keyboard.press("a")
    page.get_by_text(f"{first.subject_number} approved. Next: {second.subject_number}.").wait_for()

    assert states() == ["approved", "submitted"]
    assert page.url.endswith(reverse("inbox_task", args=[second.pk]))
    assert page.evaluate("document.activeElement.id") == "task-head"
    assert page.locator("#menu .badge").first.inner_text() == "1"
    assert page.locator("[role=status]").count() == 1


def test_rejecting_takes_three_presses_and_a_reason(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    first, _second = opened(page, live_server, made, sign_in)

    page.locator("summary", has_text="Reject").click()
    page.get_by_label("Not needed").click()
    page.get_by_role("button", name=f"Reject {first.subject_number}").click()
    page.get_by_text(f"{first.subject_number} rejected.").wait_for()

    assert states() == ["rejected", "submitted"]
    assert Requisition.objects.earliest("pk").state_reason == "Not needed"


def test_verbs_open_with_their_letters_and_close_with_escape(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    first = opened(page, live_server, made, sign_in)[0]

    page.keyboard.press("r")
    page.locator("#reject-1:focus").wait_for()
    page.keyboard.press("Escape")
    closed = page.evaluate("document.activeElement.tagName")
    page.keyboard.press("q")
    page.locator("#ask:focus").wait_for()

    assert closed == "SUMMARY"
    assert states() == ["submitted", "submitted"]
    assert first.state == "open"


def test_question_is_asked_with_the_keyboard(page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    opened(page, live_server, made, sign_in, count=1)

    page.keyboard.press("q")
    page.locator("#ask:focus").wait_for()
    page.keyboard.type("For which line?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".thread li", has_text="For which line?").wait_for()

    assert Message.objects.get().kind == "question"


def test_letters_move_open_and_can_be_switched_off(page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    first, second = opened(page, live_server, made, sign_in)

    page.keyboard.press("j")
    page.locator("#task-head", has_text=second.subject_number).wait_for()
    page.keyboard.press("k")
    page.locator("#task-head", has_text=first.subject_number).wait_for()
    made.mona.shortcuts = False
    made.mona.save(update_fields=["shortcuts"])
    page.goto(live_server.url + reverse("inbox"))
    page.keyboard.press("a")
    page.keyboard.press("j")

    assert page.locator("#task-head", has_text=first.subject_number).count() == 1
    assert states() == ["submitted", "submitted"]


def test_decision_that_comes_too_late_shows_what_was_decided(
    page: Any, live_server: Any, made: Company, sign_in: SignIn
) -> None:
    opened(page, live_server, made, sign_in, count=1)
    approve(Requisition.objects.get(), made.mona)

    page.keyboard.press("a")
    page.get_by_role("heading", name="does not wait for you").wait_for()

    assert page.get_by_text("Mona approved").count() == 1
    assert states() == ["approved"]


def test_phone_has_a_list_and_a_task_page(
    page: Any, live_server: Any, made: Company, sign_in: SignIn, fits: Callable[[Any], bool]
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    first = opened(page, live_server, made, sign_in)[0]

    listed = (page.locator(".tasks").is_visible(), page.locator(".task").is_visible())
    page.locator(f"#task-{first.pk}").click()
    page.get_by_role("link", name="All 2").wait_for()
    task = (page.locator(".tasks").is_visible(), page.locator(".task").is_visible())
    page.get_by_role("button", name="Approve").click()
    page.get_by_text(f"{first.subject_number} approved.").wait_for()

    assert (listed, task) == ((True, False), (False, True))
    assert fits(page)
    assert states() == ["approved", "submitted"]


@pytest.mark.parametrize("width", [320, 390, 768, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_inbox_has_no_fault_of_access_and_no_sideways_scroll(
    page: Any, live_server: Any, made: Company, sign_in: SignIn, axe: Callable[[Any], Any],
    fits: Callable[[Any], bool], scheme: str, width: int,
) -> None:  # fmt: skip
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    first = opened(page, live_server, made, sign_in)[0]
    sent = submitted(made, ("SW-500", "30"))
    approve(sent, made.mona)
    decided = ApprovalRequest.objects.filter(state="approved").first()
    paths = ["/", "/inbox/", f"/inbox/{first.pk}/", f"/inbox/{decided.pk if decided else 0}/"]

    faults = {}
    for path in paths:
        page.goto(live_server.url + path)
        faults[path] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]
        faults[path] += [] if page.locator("h1").count() == 1 else ["not one h1"]
    page.goto(live_server.url + f"/inbox/{first.pk}/")
    page.locator("summary", has_text="Reject").click()
    faults["reject"] = axe(page)

    assert {path: found for path, found in faults.items() if found} == {}
