"""A policy goes to a second person in a real browser: asked for, read in the inbox, agreed to, in force (AP-9)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from foundation.models import Notice
from foundation.relay import drain
from policies.models import PolicyVersion
from policies.selectors import forget
from policies.services import create_draft, save_switches
from tests.factories import NOW, company
from workflow.models import ApprovalRequest

pytestmark = [pytest.mark.django_db(transaction=True)]


def test_publication_is_asked_for_and_a_second_person_puts_it_in_force_by_pressing(
    page: Any, live_server: Any, sign_in: Callable[[Any, Any], None], clean_console: list[str]
) -> None:
    made = company(every_matter=True)
    version = create_draft(kind="sourcing", actor=made.polly, at=NOW, note="Two days of grace")
    save_switches(
        version_id=version.pk, expected_version=version.version, settings={"ack_late_days": 2}, actor=made.polly, at=NOW
    )
    sign_in(page, made.polly)
    page.goto(live_server.url + reverse("policy_publish", args=["ordering", 2]))
    page.get_by_role("button", name="Ask for publication").click()
    page.get_by_text("waits for Petra").first.wait_for()
    drain()
    asked = ApprovalRequest.objects.get(subject_type="policy")

    sign_in(page, made.petra)
    page.goto(live_server.url + reverse("inbox_task", args=[asked.pk]))
    shown = page.locator("main").inner_text()
    page.get_by_role("button", name="Approve").first.click()
    page.get_by_text("approved").first.wait_for()
    drain()
    forget()

    version = PolicyVersion.objects.get(pk=version.pk)
    assert "Confirmed date may be later by" in shown
    assert (version.state, version.published_by, asked.decision["rule_name"]) == ("published", made.petra, "Policies")
    told = Notice.objects.filter(person=made.polly, kind="outcome").values_list("sentence", flat=True)
    assert list(told) == ["Petra agreed to Ordering and sourcing v2"]
