"""AP-10: a replay is asked for in the Django admin through the same service, with the same refusals."""

from typing import Any

import pytest
from django.urls import reverse

from foundation import jobs
from foundation.models import AuditEvent, Job
from tests.factories import company
from tests.policies.admin.test_doors import support
from tests.policies.factories import draft
from workflow.models import Replay

pytestmark = pytest.mark.django_db
ADD = "admin:workflow_replay_add"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_replay_is_asked_for_and_its_result_shown() -> None:
    made = company()
    version = draft(made)
    client = support(made)

    told = client.post(reverse(ADD), {"version": version.pk, "days": "90"}, follow=True)
    replay = Replay.objects.get()
    address = reverse("admin:workflow_replay_change", args=[replay.pk])
    waits = client.get(address)
    jobs.run(Job.objects.get().pk)
    done = client.get(address)

    assert ("see how far it is" in text(told), replay.days, replay.created_by) == (True, 90, made.polly)
    assert "Not finished yet." in text(waits)
    assert "0 of 0 documents would have gone another way." in text(done)
    assert AuditEvent.objects.get(action="replay_version").actor == made.polly


@pytest.mark.parametrize(
    ("_case", "days", "words"),
    [("no day", "0", "A replay cannot look back 0 days."), ("longer than kept", "1101", "Choose 1 to 1,100 days."),
     ("no number", "x", "Enter a whole number.")],
)  # fmt: skip
def test_period_that_is_none_is_refused_with_the_cure(_case: str, days: str, words: str) -> None:
    made = company()
    version = draft(made)

    answer = support(made).post(reverse(ADD), {"version": version.pk, "days": days}, follow=True)

    assert (words in text(answer), Replay.objects.exists()) == (True, False)


def test_second_replay_of_a_version_waits_for_the_first() -> None:
    made = company()
    version = draft(made)
    client = support(made)
    client.post(reverse(ADD), {"version": version.pk, "days": "90"})

    answer = client.post(reverse(ADD), {"version": version.pk, "days": "30"})

    assert (answer.status_code, Replay.objects.get().days) == (409, 90)


def test_who_may_not_read_policies_replays_nothing_and_nobody_changes_a_result() -> None:
    made = company()
    version = draft(made)
    support(made).post(reverse(ADD), {"version": version.pk, "days": "90"})
    replay = Replay.objects.get()
    polly, boris = support(made), support(made, "boris")

    answers = [
        boris.post(reverse(ADD), {"version": version.pk, "days": "30"}),
        boris.get(reverse("admin:workflow_replay_changelist")),
        polly.post(reverse("admin:workflow_replay_change", args=[replay.pk]), {"days": "30"}),
        polly.post(reverse("admin:workflow_replay_delete", args=[replay.pk]), {"post": "yes"}),
    ]

    replay.refresh_from_db()
    assert ([answer.status_code for answer in answers], replay.days) == ([403] * 4, 90)
