"""A policy is published by a second person on the approval machine (AP-9, SD-1, AP-7)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from foundation.errors import DomainError
from foundation.models import AuditEvent, Delivery, Notice
from foundation.relay import drain
from policies.models import PolicyVersion
from policies.services import publish_by_law
from tests.factories import NOW, Company, company
from tests.policies.factories import MANAGER, add_rule, draft
from tests.workflow.factories import asked, at_once, chain
from workflow.models import ApprovalRequest
from workflow.services import approve_publication, ask_publication, reject_publication

pytestmark = pytest.mark.django_db


def ask(made: Company, version: PolicyVersion) -> ApprovalRequest:
    version.refresh_from_db()
    return ask_publication(version_id=version.pk, expected_version=version.version, actor=made.polly, at=NOW)


def agree(made: Company, version: PolicyVersion, by: str = "petra", seen: str | None = None) -> PolicyVersion:
    return approve_publication(
        pk=version.pk, expected_version=None, seen_hash=seen, actor=made.people[by], reason="", at=NOW
    )


def test_whoever_is_asked_agrees_and_the_draft_is_in_force() -> None:
    made = company()
    version = draft(made)
    ask(made, version)
    assert chain() == [("open", ["petra"])]

    done = agree(made, version)

    assert (done.state, done.published_by, done.effective_from, asked().state) == (
        "published", made.petra, NOW, "approved",
    )  # fmt: skip
    assert AuditEvent.objects.filter(action="publish_policy", object_id=version.pk).count() == 1
    call_command("redecide")


def test_who_wrote_in_the_draft_does_not_decide_it() -> None:
    made = company()
    version = draft(made)
    ask(made, version)

    with pytest.raises(DomainError) as refusal:
        agree(made, version, by="polly")  # SD-1

    version.refresh_from_db()
    assert (refusal.value.code, version.state) == ("own_request", "draft")


def test_a_draft_that_changed_since_it_was_opened_is_refused_and_waits_for_nobody() -> None:
    made = company()
    version = draft(made)
    seen = ask(made, version).content_hash
    add_rule(made, version, "More", MANAGER)

    with pytest.raises(DomainError) as refusal:
        agree(made, version, seen=seen)  # AP-7
    assert refusal.value.code == "changed_since_opened"

    drain()
    version.refresh_from_db()
    assert (version.state, asked().state) == ("draft", "withdrawn")


def test_the_page_of_the_draft_is_the_same_act_and_closes_what_waits() -> None:
    made = company()
    version = draft(made)
    ask(made, version)

    done = publish_by_law(version_id=version.pk, expected_version=version.version, actor=made.petra, at=NOW)

    assert (done.state, asked().state, ApprovalRequest.objects.count()) == ("published", "approved", 1)


def test_nobody_asked_and_the_page_asks_and_decides_at_once() -> None:
    made = company()
    version = draft(made)
    starts = NOW + timedelta(days=3)

    done = publish_by_law(
        version_id=version.pk, expected_version=version.version, actor=made.petra, at=NOW, effective_from=starts
    )

    assert (done.state, done.effective_from, asked().requester, asked().state) == (
        "published", starts, made.polly, "approved",
    )  # fmt: skip


def test_sent_back_it_stays_a_draft_and_may_be_asked_again() -> None:
    made = company()
    version = draft(made)
    ask(made, version)

    reject_publication(
        pk=version.pk, expected_version=None, seen_hash=None, actor=made.petra, reason="Name the sites", at=NOW
    )

    version.refresh_from_db()
    assert (version.state, asked().state) == ("draft", "rejected")
    assert ask(made, version).state == "open"


@pytest.mark.django_db(transaction=True)
def test_two_people_pressing_at_once_publish_it_once() -> None:
    made = company()
    version = draft(made)
    ask(made, version)

    results = at_once([lambda: agree(made, version).state, lambda: agree(made, version).state])

    assert sorted(map(str, results)) in (["already_decided", "published"], ["policy_published", "published"])
    assert AuditEvent.objects.filter(action="publish_policy", object_id=version.pk).count() == 1


@pytest.mark.parametrize(
    ("act", "told", "verb"),
    [
        (reject_publication, "Petra sent Approval matrix v2 back", "Change it"),
        (approve_publication, "Petra agreed to Approval matrix v2", "Open it"),
    ],
)
def test_who_asked_gets_a_notice_and_a_letter_about_what_became_of_it(act: Any, told: str, verb: str) -> None:
    made = company()
    version = draft(made)
    ask(made, version)
    drain()

    act(pk=version.pk, expected_version=None, seen_hash=None, actor=made.petra, reason="The gap first", at=NOW)
    drain()

    found = Notice.objects.filter(person=made.polly, kind="outcome").values_list("sentence", "path")
    assert list(found) == [(f"{told}: The gap first", reverse("policy_changes", args=["approvals", 2]))]
    letters = [json.loads(bytes(body)) for body in Delivery.objects.values_list("body", flat=True)]
    mine = [one for one in letters if one["to"] == made.polly.email]
    assert [(one["subject"], verb in one["text"], "The gap first" in one["text"]) for one in mine] == [
        (told, True, True)
    ]


def test_publication_that_was_taken_back_tells_nobody_of_an_outcome() -> None:
    made = company()
    version = draft(made)
    ask(made, version)
    add_rule(made, version, "More", MANAGER)
    drain()

    assert asked().state == "withdrawn"
    assert not Notice.objects.filter(person=made.polly, kind="outcome").exists()
