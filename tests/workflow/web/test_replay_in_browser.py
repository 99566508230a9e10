"""A policy administrator replays a draft by hand: asked for, followed, read, narrowed; on a phone and at a desk (AP-10)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from foundation import jobs
from foundation.models import Job
from policies.models import PolicyVersion
from tests.factories import NOW, Company, submitted
from tests.policies.factories import MANAGER, add_rule, clear, draft
from tests.workflow.factories import LARGE, MIDDLE, SMALL
from workflow.models import ApprovalRequest
from workflow.services import start_replay

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock", "clean_console")]
SignIn = Callable[[Any, Any], None]


def loose(made: Company) -> PolicyVersion:
    """Draft a matrix that lets up to 3,000 pass, after three documents were routed."""
    for basket in (SMALL, MIDDLE, LARGE):
        submitted(made, basket)
    ApprovalRequest.objects.update(opened_at=NOW - timedelta(hours=1))
    version = add_rule(made, clear(made, draft(made)), "Small", amount_to=3000, is_touchless=True)
    return add_rule(made, version, "Rest", MANAGER, amount_from=3000)


def test_replay_is_asked_for_followed_and_read(page: Any, live_server: Any, made: Company, sign_in: SignIn) -> None:
    version = loose(made)
    sign_in(page, made.polly)
    page.goto(live_server.url + reverse("policy", args=["approvals", version.number]))

    page.get_by_label("Period").select_option("365")
    page.get_by_role("button", name="Replay").click()
    page.get_by_text("Waits for a worker").wait_for()
    jobs.run(Job.objects.get().pk)  # what the worker does; the page asks again by itself
    page.get_by_role("link", name="Show the result").click()
    page.get_by_label("Show", exact=True).select_option("touchless")
    page.wait_for_url("**turns=touchless**")

    middle = ApprovalRequest.objects.order_by("pk")[1]
    assert page.locator("#documents tbody th").all_inner_texts()[0].startswith(middle.subject_number)
    assert page.locator("#documents tbody tr").count() == 1
    page.get_by_role("link", name=middle.subject_number).click()
    page.get_by_text("Why these people").wait_for()


@pytest.mark.parametrize("width", [390, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_of_access_and_no_sideways_scroll(
    page: Any, live_server: Any, made: Company, sign_in: SignIn, axe: Callable[[Any], Any],
    fits: Callable[[Any], bool], scheme: str, width: int,
) -> None:  # fmt: skip
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    version = loose(made)
    job_id = start_replay(version_id=version.pk, days=90, actor=made.polly, at=NOW).job_id or 0
    sign_in(page, made.polly)
    paths = [
        reverse("job", args=[job_id]), reverse("policy", args=["approvals", version.number]),
        reverse("policy_replay", args=[version.number]),
    ]  # fmt: skip

    faults = {}
    for state in ("waiting", "done"):
        for path in paths:
            page.goto(live_server.url + path)
            faults[state, path] = [*axe(page), *([] if fits(page) else ["scrolls sideways"])]
        jobs.run(job_id)

    assert {place: found for place, found in faults.items() if found} == {}
