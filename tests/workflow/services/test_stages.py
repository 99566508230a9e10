"""Stages of many people, stages together, one agreement for two stages (AP-2, AP-3, AP-4)."""

from typing import Any

import pytest

from foundation.errors import DomainError
from foundation.models import Category, Role, User
from foundation.services import grant_role
from policies.services import StageInput
from procurement.models import Requisition
from procurement.services import return_requisition
from tests.factories import NOW, Company, company, submitted
from tests.policies.factories import MANAGER, add_rule, clear, draft, one_rule, publish
from tests.workflow.factories import MIDDLE, SMALL, another_manager, approve, asked, chain, managers_with_limits, reject
from workflow.access import waiting_for
from workflow.models import ApprovalDecision, ExceptionCase

pytestmark = pytest.mark.django_db
FINANCE = {"who": "enterprise_role", "role": "finance_director"}


def managers(made: Company, *names: str) -> list[User]:
    return [made.mona, *(another_manager(made, name) for name in names)]


def say(requisition: Requisition, people: list[User], words: str) -> str:
    """Let people say y or n in their order; return the state after the last."""
    state = ""
    for person, word in zip(people, words, strict=False):
        state = str((approve if word == "y" else reject)(requisition, person).state)
    return state


@pytest.mark.parametrize(
    ("_case", "stage", "words", "state"),
    [
        ("AP-2 majority of four",        {"completion": "majority"},                 "yyy",  "approved"),
        ("AP-2 two of four wait",        {"completion": "majority"},                 "yyn",  "submitted"),
        ("AP-2 a tie rejects at last",   {"completion": "majority"},                 "yynn", "rejected"),
        ("AP-2 half by percentage",      {"completion": "percent", "percent": 50},   "yny",  "approved"),
        ("AP-2 out of reach",            {"completion": "percent", "percent": 75},   "nn",   "rejected"),
        ("AP-2 one no of all",           {"completion": "all"},                      "yn",   "rejected"),
    ],
)  # fmt: skip
def test_quorum(_case: str, stage: dict[str, Any], words: str, state: str) -> None:
    made = company()
    people = managers(made, "mark", "mina", "milo")
    one_rule(made, StageInput("site_role", "site_manager", **stage))

    assert say(submitted(made, SMALL), people, words) == state


def test_no_that_is_outvoted_is_stored_and_told() -> None:
    made = company()
    people = managers(made, "mark", "mina")
    one_rule(made, StageInput("site_role", "site_manager", completion="majority"))
    requisition = submitted(made, SMALL)

    states = [reject(requisition, people[0]).state, approve(requisition, people[1]).state]
    done = approve(requisition, people[2])

    assert (states, done.state) == (["submitted", "submitted"], "approved")
    assert list(ApprovalDecision.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "rejected", "approved", "approved",
    ]  # fmt: skip


def test_sending_back_ends_it_whatever_the_quorum() -> None:
    made = company()
    people = managers(made, "mark", "mina")
    one_rule(made, StageInput("site_role", "site_manager", completion="majority"))
    requisition = submitted(made, SMALL)

    back = return_requisition(
        pk=requisition.pk, expected_version=None, seen_hash=None, actor=people[0], reason="Why Acme?", at=NOW
    )

    assert (back.state, asked().state) == ("draft", "rejected")


def test_stages_together_are_open_together_and_the_next_waits_for_both() -> None:
    made = company()
    one_rule(made, MANAGER, StageInput("region_role", "region_manager", with_previous=True), StageInput(**FINANCE))
    requisition = submitted(made, SMALL)
    assert [state for state, _ in chain()] == ["open", "open", "waiting"]

    approve(requisition, made.regina)
    between = chain()
    approve(requisition, made.mona)

    assert [state for state, _ in between] == ["open", "approved", "waiting"]
    assert [state for state, _ in chain()] == ["approved", "approved", "open"]
    assert approve(requisition, made.frank).state == "approved"


def test_additional_row_opens_together_with_the_base_row() -> None:
    made = company()
    version = clear(made, draft(made))
    add_rule(made, version, "Everything", MANAGER)
    add_rule(made, version, "Finance sees it too", StageInput(**FINANCE, with_previous=True), is_additional=True)
    publish(made, version)

    submitted(made, SMALL)

    assert chain() == [("open", ["mona"]), ("open", ["frank"])]


def test_who_sits_in_both_decides_once_and_the_other_goes_to_somebody_else() -> None:
    made = company()
    grant_role(user=made.mona, role=Role.REGION_MANAGER, region=made.leeds.region, actor=None, at=NOW)
    one_rule(made, MANAGER, StageInput("region_role", "region_manager", with_previous=True))
    requisition = submitted(made, SMALL)

    approve(requisition, made.mona)

    assert chain() == [("approved", ["mona"]), ("open", ["regina"])]  # AP-4
    assert list(waiting_for(made.mona)) == []
    with pytest.raises(DomainError) as refusal:
        approve(requisition, made.mona)
    assert refusal.value.code == "already_decided"


@pytest.mark.parametrize(("together", "state"), [(False, "approved"), (True, "approved")])
def test_one_agreement_satisfies_a_later_stage_when_the_policy_says_so(together: bool, state: str) -> None:
    made = company()
    grant_role(user=made.mona, role=Role.REGION_MANAGER, region=made.leeds.region, actor=None, at=NOW)
    again = StageInput("region_role", "region_manager", may_repeat=True, with_previous=together)
    one_rule(made, MANAGER, again)
    requisition = submitted(made, SMALL)

    done = approve(requisition, made.mona)  # AP-4

    assert (done.state, [found for found, _ in chain()]) == (state, ["approved", "approved"])
    second = ApprovalDecision.objects.order_by("pk").last()
    assert second is not None
    assert (second.actor, second.reason) == (
        made.mona, "Agreed at an earlier stage, which the policy lets count here."
    )  # fmt: skip


def test_one_agreement_is_one_voice_of_all_that_a_later_stage_needs() -> None:
    made = company()
    grant_role(user=made.mona, role=Role.REGION_MANAGER, region=made.leeds.region, actor=None, at=NOW)
    one_rule(made, MANAGER, StageInput("region_role", "region_manager", completion="all", may_repeat=True))
    requisition = submitted(made, SMALL)

    approve(requisition, made.mona)
    halfway = chain()

    assert halfway == [("approved", ["mona"]), ("open", ["mona", "regina"])]
    assert approve(requisition, made.regina).state == "approved"


def test_only_the_first_manager_whose_limit_covers_it_is_asked() -> None:
    made = company()
    managers_with_limits(made)
    one_rule(made, StageInput("climb_one"))

    submitted(made, MIDDLE)

    assert chain() == [("open", ["regina"])]  # AP-3


def test_no_limit_that_covers_it_goes_to_the_fallback_owner() -> None:
    made = company()
    made.rita.manager = made.hugo.manager = made.mona
    made.rita.save()
    made.hugo.save()
    one_rule(made, StageInput("climb_one"))

    submitted(made, MIDDLE)

    assert (chain(), ExceptionCase.objects.count()) == ([("open", ["frank"])], 1)


@pytest.mark.parametrize(("_case", "of"), [("its own", "PACK"), ("that of the branch above", "ABOVE")])
def test_manager_of_the_category_is_asked(_case: str, of: str) -> None:
    made = company()
    pack = Category.objects.get(code="PACK")
    above = Category.objects.create(code="ABOVE", name="Above", path="ABOVE/")
    pack.parent, pack.path = above, "ABOVE/PACK/"
    pack.save()
    Category.objects.exclude(code="PACK").update(manager=made.sue)
    Category.objects.filter(code=of).update(manager=made.boris)  # the nearest branch that has one
    one_rule(made, StageInput("category_manager"))

    submitted(made, SMALL)

    assert chain() == [("open", ["boris"])]  # AP-2


@pytest.mark.parametrize(
    ("_case", "stage", "code"),
    [
        ("percent missing",     StageInput("site_role", "site_manager", completion="percent"),              "stage_percent"),
        ("percent of nothing",  StageInput("site_role", "site_manager", percent=50),                        "stage_percent"),
        ("more than all",       StageInput("site_role", "site_manager", completion="percent", percent=101), "stage_percent"),
        ("no such completion",  StageInput("site_role", "site_manager", completion="most"),                 "stage_completion"),
    ],
)  # fmt: skip
def test_stage_is_refused_with_its_number(_case: str, stage: StageInput, code: str) -> None:
    made = company()

    with pytest.raises(DomainError) as refusal:
        one_rule(made, stage)

    assert (refusal.value.code, refusal.value.message[:8]) == (code, "Stage 1:")
