"""Stages that only tell people: nothing waits for them, and they are told once, with a letter (AP-2)."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from foundation.errors import DomainError
from foundation.models import Delivery, Notice
from foundation.relay import drain
from foundation.selectors.breaches import breaches
from policies.services import StageInput
from tests.factories import company, submitted
from tests.policies.factories import MANAGER, add_rule, clear, draft, one_rule, publish
from tests.workflow.factories import SMALL, approve, asked, chain
from workflow import access
from workflow.services import add_approver

pytestmark = pytest.mark.django_db
TELL_REGION = StageInput("region_role", "region_manager", completion="inform")
TELL_FINANCE = StageInput("enterprise_role", "finance_director", completion="inform")
TELL_RITA = StageInput("site_role", "requester", completion="inform")


@pytest.mark.parametrize(
    ("_case", "stages", "axes", "expected", "state"),
    [
        ("asked and told", (MANAGER, TELL_REGION), {}, [("open", ["mona"]), ("informed", ["regina"])], "submitted"),
        ("the order says nothing", (TELL_REGION, MANAGER), {}, [("open", ["mona"]), ("informed", ["regina"])], "submitted"),
        ("touchless and told", (TELL_REGION,), {"is_touchless": True}, [("informed", ["regina"])], "approved"),
        ("two are told", (MANAGER, TELL_REGION, TELL_FINANCE), {},
         [("open", ["mona"]), ("informed", ["regina"]), ("informed", ["frank"])], "submitted"),
        ("who asks is not told", (MANAGER, TELL_RITA), {}, [("open", ["mona"])], "submitted"),
        ("nobody is told twice", (MANAGER, TELL_REGION, TELL_REGION), {},
         [("open", ["mona"]), ("informed", ["regina"])], "submitted"),
    ],
)  # fmt: skip
def test_told_stage_waits_for_nobody(
    _case: str, stages: tuple[StageInput, ...], axes: dict[str, Any], expected: list[Any], state: str
) -> None:
    made = company()
    one_rule(made, *stages, **axes)

    requisition = submitted(made, SMALL)

    requisition.refresh_from_db()
    assert (chain(), str(requisition.state)) == (expected, state)
    assert list(access.waiting_for(made.regina)) == []


def test_approval_ends_without_who_is_told() -> None:
    made = company()
    one_rule(made, MANAGER, TELL_REGION)

    approve(submitted(made, SMALL), made.mona)
    drain()

    assert (asked().state, [state for state, _ in chain()]) == ("approved", ["approved", "informed"])
    assert breaches() == []


def test_told_by_bell_and_letter_and_may_read_but_not_act() -> None:
    made = company()
    one_rule(made, MANAGER, TELL_REGION)
    requisition = submitted(made, SMALL)
    drain()

    told = Notice.objects.get(person=made.regina)
    assert told.sentence == f"For your information: {requisition.number} Stretch wrap 500 mm, £480.00, Leeds"
    letters = [json.loads(bytes(one.body)) for one in Delivery.objects.filter(connection="letters")]
    assert [one["to"] for one in letters if one["subject"] == told.sentence] == [made.regina.email]
    assert access.can_see_request(made.regina, asked())
    with pytest.raises(DomainError) as decides:
        approve(requisition, made.regina)
    with pytest.raises(DomainError) as adds:
        add_approver(
            request_id=asked().pk, content_hash=asked().content_hash, person_id=made.frank.pk, place="after", reason="x",
            actor=made.regina, at=asked().opened_at,
        )  # fmt: skip
    assert (decides.value.code, adds.value.code) == ("not_asked", "not_in_chain")


def test_explained_and_decided_again() -> None:
    made = company()
    one_rule(made, MANAGER, TELL_REGION)
    requisition = submitted(made, SMALL)
    said = StringIO()

    call_command("policy", "explain", requisition.number, stdout=said)

    assert "(Regina), informed" in said.getvalue()
    assert "Decided again it comes out the same." in said.getvalue()


@pytest.mark.parametrize(
    ("_case", "stages", "axes", "code"),
    [
        ("a base row must ask somebody", (TELL_REGION,), {}, "rule_without_stage"),
        ("an added row may only tell", (TELL_REGION,), {"is_additional": True}, ""),
        ("touchless may tell", (TELL_REGION,), {"is_touchless": True}, ""),
        ("touchless may not ask", (MANAGER, TELL_REGION), {"is_touchless": True}, "touchless_with_stage"),
    ],
)  # fmt: skip
def test_row_that_only_tells(_case: str, stages: tuple[StageInput, ...], axes: dict[str, Any], code: str) -> None:
    made = company()
    version = add_rule(made, clear(made, draft(made)), "Rest", MANAGER)
    refused = ""

    try:
        publish(made, add_rule(made, version, "Told", *stages, amount_to=10, **axes))
    except DomainError as error:
        refused = error.code

    assert refused in ({code} if code else {"", "dead_row"})
