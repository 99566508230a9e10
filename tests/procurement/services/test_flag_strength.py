"""RQ-3: policy says of each flag whether it warns, stops submission or stops the final approval."""

from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import DomainError
from procurement.models import Requisition
from procurement.services import approve_requisition, submit_requisition
from tests.factories import NOW, Company, a_requisition, company
from tests.policies.factories import with_switches
from workflow.models import ApprovalDecision

pytestmark = pytest.mark.django_db


def policy(**switches: Any) -> None:
    with_switches("sourcing", **switches)


def go_through(made: Company, draft: Requisition) -> None:
    submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW)
    approve_requisition(pk=draft.pk, expected_version=None, seen_hash=None, actor=made.mona, reason="", at=NOW)


@pytest.mark.parametrize(
    ("_case", "switches", "state", "code"),
    [
        ("a flag that only warns", {}, "approved", ""),
        ("stops submission", {"block_submission": ["urgent"]}, "draft", "flag_blocks_submission"),
        ("stops the final approval", {"block_approval": ["urgent"]}, "submitted", "flag_blocks_approval"),
        ("another flag is stopped", {"block_submission": ["possible_split"]}, "approved", ""),
    ],
)
def test_strength_of_a_flag(_case: str, switches: dict[str, Any], state: str, code: str) -> None:
    made = company()
    policy(**switches)
    draft = a_requisition(made, ("SW-500", "50"), is_urgent=True, urgent_reason="Line stands still")

    refused = ""
    try:
        go_through(made, draft)
    except DomainError as refusal:
        refused = refusal.code

    draft.refresh_from_db()
    assert (draft.state, refused) == (state, code)


def test_stopped_final_approval_leaves_no_decision_behind() -> None:
    made = company()
    policy(block_approval=["urgent"])
    draft = a_requisition(made, ("SW-500", "50"), is_urgent=True, urgent_reason="Line stands still")
    submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW)

    with pytest.raises(DomainError):
        approve_requisition(pk=draft.pk, expected_version=None, seen_hash=None, actor=made.mona, reason="", at=NOW)

    draft.refresh_from_db()
    assert (draft.state, ApprovalDecision.objects.count()) == ("submitted", 0)


def test_nothing_passes_untouched_that_policy_stops() -> None:
    """AP-8: a touchless row does not overrule a stop."""
    made = company()
    policy(block_approval=["no_source"])
    draft = a_requisition(made, ("LBL-46", "1"))
    draft.lines.update(supplier=None)
    draft.lines.update(unit_price=Decimal("30.00"))

    with pytest.raises(DomainError) as refusal:
        submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW)

    draft.refresh_from_db()
    assert (refusal.value.code, draft.state) == ("flag_blocks_approval", "draft")
