"""Taking back a decision on the pages: ten seconds, one press, also for many at once (UX 3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from procurement.models import Requisition
from tests.factories import NOW, Company, submitted
from tests.procurement.web.pages import signed_in
from tests.workflow.factories import MIDDLE
from workflow.models import ApprovalDecision, ApprovalRequest, HeldDecision
from workflow.services import take_held_decisions

pytestmark = pytest.mark.usefixtures("the_clock")


@pytest.fixture(autouse=True)
def ten_seconds(settings: Any) -> None:
    settings.DECISION_UNDO_SECONDS = 10


def requests(made: Company, count: int) -> list[ApprovalRequest]:
    for _one in range(count):
        submitted(made, MIDDLE)
    return list(ApprovalRequest.objects.order_by("pk"))


def states() -> list[str]:
    return [str(state) for state in Requisition.objects.order_by("pk").values_list("state", flat=True)]


def undo(held: HeldDecision) -> str:
    return reverse("undo_decision", args=[held.pk])


def decide(client: Client, asked: ApprovalRequest, verb: str = "approve", **posted: Any) -> Any:
    return client.post(
        reverse("decide", args=[asked.pk, verb]), {"hash": asked.content_hash, **posted}, follow=True
    )  # fmt: skip


def test_decision_leaves_the_list_and_says_how_to_take_it_back(made: Company) -> None:
    first, second = requests(made, 2)
    client = signed_in(made.mona)

    page = decide(client, first, next=second.pk)

    html = " ".join(page.content.decode().split())
    assert f"{first.subject_number} approved. Next: {second.subject_number}." in html
    assert f"{first.subject_number}</a> is approved by you. It takes effect after 10 seconds" in html
    assert [step.request_id for step in page.context["part"].rows] == [second.pk]
    assert states() == ["submitted", "submitted"]


def test_undo_opens_the_task_again(made: Company) -> None:
    (asked,) = requests(made, 1)
    client = signed_in(made.mona)
    decide(client, asked)

    page = client.post(undo(HeldDecision.objects.get()), follow=True)

    assert page.redirect_chain[-1][0] == reverse("inbox_task", args=[asked.pk])
    assert f"Taken back. {asked.subject_number} waits for you again." in page.content.decode()
    assert page.context["step"].request_id == asked.pk
    assert (take_held_decisions(at=NOW + timedelta(minutes=1)), states()) == (0, ["submitted"])


def test_second_press_and_a_later_look_show_the_first_result(made: Company) -> None:
    (asked,) = requests(made, 1)
    client = signed_in(made.mona)
    decide(client, asked)

    page = decide(client, asked, "reject", because="Not needed")

    html = page.content.decode()
    assert f"{asked.subject_number} does not wait for you" in html
    assert "is approved by you" in html
    assert HeldDecision.objects.get().verb == "approve"


def test_many_are_taken_back_together(made: Company) -> None:
    first, second, third = requests(made, 3)
    client = signed_in(made.mona)
    picks = {"pick": [f"approval-{one.pk}" for one in (first, second)]}
    seen = {f"seen-approval-{one.pk}": one.content_hash for one in (first, second)}

    done: Any = client.post(reverse("tasks_do", args=["approve"]), {**picks, **seen})
    html = done.content.decode()
    one, other = HeldDecision.objects.order_by("pk")
    undone = client.post(undo(one), {"undo": "all", "also": [one.pk, other.pk, "x"]}, follow=True)

    assert [outcome.said for outcome in done.context["outcomes"]] == ["approved", "approved"]
    assert [task.key for task, _ in done.context["rows"]] == [third.pk]
    assert "Undo all 2" in html
    assert f"Taken back. {first.subject_number}, {second.subject_number} wait for you again." in undone.content.decode()
    assert (take_held_decisions(at=NOW + timedelta(minutes=1)), states()) == (0, ["submitted"] * 3)


def test_too_late_says_what_became_of_it(made: Company) -> None:
    (asked,) = requests(made, 1)
    client = signed_in(made.mona)
    decide(client, asked)
    take_held_decisions(at=NOW + timedelta(seconds=10))

    page = client.post(undo(HeldDecision.objects.get()), follow=True)

    assert f"{asked.subject_number} is approved already" in page.content.decode()
    assert (states(), ApprovalDecision.objects.count()) == (["approved"], 1)


def test_what_is_refused_is_refused_at_once(made: Company) -> None:
    (asked,) = requests(made, 1)
    client = signed_in(made.mona)

    no_reason = client.post(reverse("decide", args=[asked.pk, "reject"]), {"hash": asked.content_hash})
    stale = client.post(reverse("decide", args=[asked.pk, "approve"]), {"hash": "0" * 64})

    assert (no_reason.status_code, stale.status_code) == (422, 409)
    assert not HeldDecision.objects.exists()


def test_what_is_not_ones_own_is_missing(made: Company) -> None:
    (asked,) = requests(made, 1)
    decide(signed_in(made.mona), asked)
    of_mona = HeldDecision.objects.get()

    assert signed_in(made.mona).post(reverse("undo_decision", args=[99_999_999])).status_code == 404
    assert signed_in(made.regina).post(undo(of_mona)).status_code == 404
    assert signed_in(made.acme_person).post(undo(of_mona)).status_code == 404
    assert signed_in(made.mona).get(undo(of_mona)).status_code == 405
    assert HeldDecision.objects.get().outcome == ""
