"""Approvers added by people, beside the policy's own (AP-6)."""

from datetime import timedelta
from typing import Any

import pytest

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent, Notice
from foundation.relay import drain
from procurement.models import Requisition
from procurement.services import approve_requisition
from tests.factories import NOW, Company, company, submitted
from tests.workflow.factories import LARGE, MIDDLE, approve, asked, chain
from workflow.access import waiting_for
from workflow.models import ApprovalStep
from workflow.services import add_approver

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


def add(made: Company, who: str, place: str = "after", by: str = "mona", **changes: Any) -> ApprovalStep:
    given = {"reason": "Knows the racking", "content_hash": asked().content_hash, **changes}
    return add_approver(
        request_id=asked().pk, person_id=made.people[who].pk, place=place, actor=made.people[by], at=SOON, **given
    )


def approve_later(requisition: Requisition, made: Company, who: str, minutes: int) -> str:
    at = NOW + timedelta(minutes=minutes)
    done = approve_requisition(
        pk=requisition.pk, expected_version=None, seen_hash=None, actor=made.people[who], reason="", at=at
    )
    return str(done.state)


def test_added_after_the_open_stage_decides_between_it_and_the_next() -> None:
    made = company()
    requisition = submitted(made, LARGE)

    add(made, "wanda")

    assert chain() == [("open", ["mona"]), ("waiting", ["wanda"]), ("waiting", ["regina"])]
    assert [approve_later(requisition, made, who, n) for n, who in enumerate(("mona", "wanda", "regina"), 2)] == [
        "submitted", "submitted", "approved",
    ]  # fmt: skip


def test_added_before_the_open_stage_decides_first_while_it_waits() -> None:
    made = company()
    requisition = submitted(made, LARGE)

    add(made, "wanda", "before")

    assert chain() == [("open", ["wanda"]), ("waiting", ["mona"]), ("waiting", ["regina"])]
    assert list(waiting_for(made.mona)) == []
    drain()
    told = Notice.objects.filter(subject_type="step", read_at=None).values_list("person__username", flat=True)
    assert list(told) == ["wanda"]  # Mona is told again when it is her turn
    with pytest.raises(DomainError):
        approve(requisition, made.mona)
    approve_later(requisition, made, "wanda", 2)
    assert chain() == [("approved", ["wanda"]), ("open", ["mona"]), ("waiting", ["regina"])]


def test_addition_is_recorded_with_who_and_why() -> None:
    made = company()
    submitted(made, MIDDLE)

    step = add(made, "wanda", by="rita")

    row = AuditEvent.objects.get(action="add_approver")
    assert (step.added_by, step.label, step.rule) == (made.rita, "added by Rita", "Knows the racking")
    assert (row.actor, row.data["person"], row.data["reason"]) == (made.rita, "wanda", "Knows the racking")
    assert DomainEvent.objects.filter(kind="workflow.step.added").count() == 1


@pytest.mark.parametrize(
    ("_case", "who", "by", "changes", "code"),
    [
        ("AP-4 the requester",        "rita",   "mona",  {},                        "approver_barred"),
        ("asked already",             "regina", "mona",  {},                        "approver_asked"),
        ("AP-6 not in the chain",     "wanda",  "wanda", {},                        "not_in_chain"),
        ("without a reason",          "wanda",  "mona",  {"reason": " "},           "reason_missing"),
        ("in no place",               "wanda",  "mona",  {"place": "instead"},      "place_unknown"),
        ("AP-7 changed meanwhile",    "wanda",  "mona",  {"content_hash": "0" * 64}, "changed_since_opened"),
    ],
)  # fmt: skip
def test_addition_is_refused_and_nothing_changes(
    _case: str, who: str, by: str, changes: dict[str, Any], code: str
) -> None:
    made = company()
    submitted(made, LARGE)
    before = chain()

    with pytest.raises(DomainError) as refusal:
        add(made, who, by=by, **changes)

    assert (refusal.value.code, chain()) == (code, before)


def test_who_decided_is_not_added_and_a_closed_request_takes_nobody() -> None:
    made = company()
    requisition = submitted(made, LARGE)
    approve(requisition, made.mona)

    with pytest.raises(DomainError) as decided:
        add(made, "mona", by="regina")
    approve(requisition, made.regina)
    with pytest.raises(DomainError) as closed:
        add(made, "wanda", by="rita")

    assert (decided.value.code, closed.value.code) == ("approver_decided", "changed_since_opened")
