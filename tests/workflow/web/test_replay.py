"""The replay of a matrix over HTTP: asked for beside its rows, followed on its own page, read and exported (AP-10)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from foundation import jobs
from foundation.models import Job, Role
from foundation.services import fail_job, grant_role
from policies.models import PolicyVersion
from tests.factories import NOW, Company, submitted
from tests.policies.factories import MANAGER, add_rule, clear, draft
from tests.procurement.web.pages import signed_in
from tests.workflow.factories import MIDDLE, SMALL
from workflow.models import ApprovalRequest, Replay

pytestmark = pytest.mark.usefixtures("the_clock")


def loose(made: Company) -> PolicyVersion:
    version = add_rule(made, clear(made, draft(made)), "Small", amount_to=3000, is_touchless=True)
    return add_rule(made, version, "Rest", MANAGER, amount_from=3000)


def shown(client: Client, name: str, *keys: object, query: str = "") -> str:
    answer = client.get(reverse(name, args=keys) + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def replayed(made: Company, version: PolicyVersion) -> Client:
    """Let Polly replay a version; documents of this very instant are before it."""
    ApprovalRequest.objects.update(opened_at=NOW - timedelta(hours=1))
    client = signed_in(made.polly)
    answer = client.post(reverse("policy_replay", args=[version.number]), {"days": "90"})
    job = Job.objects.latest("pk")
    assert answer["Location"] == reverse("job", args=[job.pk])
    jobs.run(job.pk)
    return client


def test_replay_is_asked_for_beside_the_rows_and_its_numbers_come_there(made: Company) -> None:
    submitted(made, MIDDLE)
    submitted(made, SMALL)
    version = loose(made)
    before = shown(signed_in(made.polly), "policy", "approvals", version.number)

    client = replayed(made, version)

    assert "Route every document of a period again by this version" in before
    panel = shown(client, "policy", "approvals", version.number)
    for words in ("1 (50 %)", "1 → 2", "£2,400.00", "Replay again"):
        assert words in panel


def test_result_names_people_kinds_and_documents(made: Company) -> None:
    middle = submitted(made, MIDDLE)
    client = replayed(made, loose(made))

    page = shown(client, "policy_replay", Replay.objects.get().policy.number)

    for words in ("Mona", "Row 1: Small, touchless", "Now touchless", middle.number,
                  reverse("inbox_task", args=[ApprovalRequest.objects.get().pk])):  # fmt: skip
        assert words in page


def test_document_is_linked_only_for_who_may_open_it(made: Company) -> None:
    submitted(made, MIDDLE)
    version = loose(made)
    replayed(made, version)
    made.people["arno"] = made.wanda  # a receiver of Leeds who audits Hull alone
    grant_role(user=made.arno, role=Role.AUDITOR, site=made.hull, actor=None, at=NOW)
    made.arno.role_assignments.filter(role=Role.RECEIVER).delete()
    with connection.cursor() as cursor:
        cursor.execute("delete from foundation_siteuserpermission where content_object_id = %s", [made.leeds.pk])

    page = shown(signed_in(made.arno), "policy_replay", version.number)

    asked = ApprovalRequest.objects.get()
    assert asked.subject_number in page
    assert reverse("inbox_task", args=[asked.pk]) not in page
    assert reverse("requisition", args=[asked.subject_number]) not in page


@pytest.mark.parametrize(
    ("_case", "query", "is_there"),
    [
        ("all", "", True),
        ("now touchless", "?turns=touchless", True),
        ("no longer touchless", "?turns=asked", False),
        ("of this kind", "?kind=0", True),
        ("of no kind", "?kind=7", False),
        ("its number", "?q={number}", True),
        ("another number", "?q=NOTHING", False),
        ("nonsense", "?turns=%20x&kind=x&before=x", True),
    ],
)
def test_documents_are_filtered_on_the_page_and_in_the_export(
    made: Company, _case: str, query: str, is_there: object
) -> None:
    number = submitted(made, MIDDLE).number
    version = loose(made)
    client = replayed(made, version)
    query = query.format(number=number)

    page = shown(client, "policy_replay", version.number, query=query)
    table = client.get(reverse("policy_replay_csv", args=[version.number]) + query).getvalue().decode()

    assert (f"<td>{number}" in page or f">{number}</a>" in page) is is_there
    assert ("No such document" in page) is not is_there
    assert (f"{number},LDS,2400.0000,GBP" in table) is is_there


def test_changed_draft_says_its_replay_is_old(made: Company) -> None:
    version = loose(made)
    client = replayed(made, version)

    add_rule(made, version, "More", MANAGER, amount_from=9000)

    assert "This version was changed after the replay" in shown(client, "policy", "approvals", version.number)
    assert "what you see is how it was then" in shown(client, "policy_replay", version.number)


@pytest.mark.parametrize("days", ["", "0", "-1", "1101", "9999999", "many"])
def test_impossible_period_is_refused_on_the_page(made: Company, days: str) -> None:
    answer = signed_in(made.polly).post(reverse("policy_replay", args=[draft(made).number]), {"days": days})

    assert answer.status_code == 422
    assert not Job.objects.exists()


def test_job_page_follows_stops_and_goes_on(made: Company) -> None:
    submitted(made, MIDDLE)
    ApprovalRequest.objects.update(opened_at=NOW - timedelta(hours=1))
    client = signed_in(made.polly)
    client.post(reverse("policy_replay", args=[loose(made).number]), {"days": "30"})
    job = Job.objects.get()

    assert "Waits for a worker" in shown(client, "job", job.pk)
    client.post(reverse("job_cancel", args=[job.pk]))
    assert "Go on where it stopped" in shown(client, "job", job.pk)
    client.post(reverse("job_retry", args=[job.pk]))
    jobs.run(job.pk)

    page = shown(client, "job", job.pk)
    assert "1 of 1" in page
    assert "Show the result" in page
    assert 'hx-trigger="every' not in page


def test_failed_job_says_why(made: Company) -> None:
    client = signed_in(made.polly)
    client.post(reverse("policy_replay", args=[loose(made).number]), {"days": "30"})
    fail_job(job_id=Job.objects.get().pk, error="The worker stopped 3 times.", at=NOW)

    assert "The worker stopped 3 times." in shown(client, "job", Job.objects.get().pk)


def test_progress_alone_is_sent_to_a_page_that_asks_again(made: Company) -> None:
    client = signed_in(made.polly)
    client.post(reverse("policy_replay", args=[loose(made).number]), {"days": "30"})

    answer = client.get(reverse("job", args=[Job.objects.get().pk]), headers={"HX-Request": "true"})

    assert answer.content.decode().strip().startswith("<section")
    assert 'hx-trigger="every 1s"' in answer.content.decode()
