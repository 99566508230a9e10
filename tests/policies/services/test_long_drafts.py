"""A draft of more than 300 rows is analysed by a worker, kept by what it said, and never published unanalysed (AP-9)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.errors import ConflictError, InvalidError
from foundation.jobs import run
from foundation.models import Job
from policies.models import ApprovalRule, PolicyAnalysis, PolicyVersion
from policies.selectors import analysis_of
from policies.services import analyse_draft, delete_rule, publish_version
from tests.factories import NOW, Company, company
from tests.policies.factories import LONG, long_draft

pytestmark = pytest.mark.django_db


def page(made: Company, name: str = "policy") -> str:
    client = Client()
    client.force_login(made.polly)
    return str(client.get(reverse(name, args=["approvals", 2])).content.decode())


def publish(made: Company, version: PolicyVersion) -> Any:
    return publish_version(version_id=version.pk, expected_version=version.version, actor=made.petra, at=NOW)


def analyse(made: Company, version: PolicyVersion) -> None:
    analyse_draft(version_id=version.pk, actor=made.polly, at=NOW)
    run(Job.objects.latest("pk").pk)


def test_long_draft_is_analysed_by_a_worker_and_then_published() -> None:
    made = company()
    version = long_draft(made)

    with pytest.raises(InvalidError) as refused:
        publish(made, version)
    unlooked = page(made)
    analyse_draft(version_id=version.pk, actor=made.polly, at=NOW)
    with pytest.raises(ConflictError) as twice:
        analyse_draft(version_id=version.pk, actor=made.polly, at=NOW)
    waits = page(made)
    run(Job.objects.get().pk)
    found = page(made, "policy_publish")
    done = publish(made, version)

    assert (refused.value.code, twice.value.code) == ("not_analysed", "analysis_running")
    assert "Not analysed as it is now" in unlooked
    assert "Being analysed" in waits
    assert "Proved for every document there can be" in found
    assert done.state == "published"


def test_what_was_found_is_of_exactly_what_the_draft_says() -> None:
    made = company()
    version = long_draft(made, rows=LONG + 1, gap=True)

    analyse(made, version)
    found = analysis_of(version, at=NOW)
    delete_rule(
        version_id=version.pk, expected_version=version.version, actor=made.polly, at=NOW,
        rule_id=version.approval_rules.earliest("position").pk,
    )  # fmt: skip
    version.refresh_from_db()

    sentences = [finding.sentence for finding in found.findings if finding.blocks]
    assert sentences == ["Any site, above 3,020.00: nobody decides."]
    assert analysis_of(version, at=NOW).is_done is False
    with pytest.raises(InvalidError) as refused:
        publish(made, version)
    assert refused.value.code == "not_analysed"


def test_analysis_of_yesterday_lets_nothing_be_published() -> None:
    made = company()
    version = long_draft(made)
    analyse(made, version)
    PolicyAnalysis.objects.update(analysed_at=NOW - timedelta(days=1, seconds=1))

    with pytest.raises(InvalidError) as refused:
        publish(made, version)

    assert refused.value.code == "analysed_long_ago"


def test_draft_that_changes_under_the_worker_ends_the_work_with_the_reason() -> None:
    made = company()
    version = long_draft(made, rows=LONG + 1)
    analyse_draft(version_id=version.pk, actor=made.polly, at=NOW)
    ApprovalRule.objects.filter(policy=version, position=1).update(name="Other")

    run(Job.objects.get().pk)

    job = Job.objects.get()
    assert (job.state, job.error) == (
        "failed", "Approval matrix v2 was changed while it was analysed. Analyse it again.",
    )  # fmt: skip
    assert "Not analysed as it is now" in page(made)


def test_rows_of_a_long_matrix_are_shown_a_stretch_at_a_time() -> None:
    made = company()
    long_draft(made)
    client = Client()
    client.force_login(made.polly)

    first, second = (
        client.get(reverse("policy", args=["approvals", 2]), {"from": start}).content.decode() for start in (1, 201)
    )

    assert ("Band 200<" in first, "Band 201<" in first) == (True, False)
    assert ("Band 200<" in second, "Band 301<" in second) == (False, True)
    assert "201 to 301" in first
