"""Managers, owners and category managers are facts of a decision: later changes of who is who change nothing (AP-11)."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from foundation.models import Category, CostCentre, User
from policies.services import StageInput
from tests.factories import Company, company, submitted
from tests.policies.factories import one_rule
from tests.workflow.factories import MIDDLE, asked, chain, managers_with_limits
from workflow.models import ApprovalRequest
from workflow.selectors import redecided

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    made = company()
    managers_with_limits(made)
    made.frank.approval_limit = Decimal("50000.00")
    made.frank.save()
    CostCentre.objects.update(owner=made.frank)
    Category.objects.filter(code="PACK").update(manager=made.mona)
    return made


def named(stored: object, made: Company) -> object:
    """Return stored people by name."""
    names = {person.pk: name for name, person in made.people.items()}
    if isinstance(stored, dict):
        return {key: named(value, made) for key, value in stored.items()}
    if isinstance(stored, list):
        return [named(one, made) for one in stored]
    return names.get(stored, stored) if isinstance(stored, int) else stored


def test_who_stood_where_is_stored_whether_asked_or_not(made: Company) -> None:
    submitted(made, MIDDLE)

    request = ApprovalRequest.objects.get()
    people = named(request.people, made)
    assert isinstance(people, dict)
    assert people["climb"] == [["mona", "1000.0000"], ["regina", "2400.0000"], ["frank", "50000.0000"]]
    assert people["owners"] == ["frank"]
    assert "meant" not in request.decision


@pytest.mark.parametrize(
    ("_case", "who", "meant"),
    [
        ("every manager up to the limit", "climb", [[["mona"], ["regina"]]]),
        ("the first whose limit covers it", "climb_one", [[["regina"]]]),
        ("owner of the cost centre", "cost_centre_owner", [[["frank"]]]),
        ("manager of the category", "category_manager", [[["mona"]]]),
    ],
)  # fmt: skip
def test_decision_holds_after_everybody_moved(
    made: Company, _case: str, who: str, meant: list[list[list[str]]]
) -> None:
    Category.objects.update(manager=made.mona)
    one_rule(made, StageInput(who))
    submitted(made, MIDDLE)
    before = chain()

    User.objects.update(manager=None)
    CostCentre.objects.update(owner=made.regina)
    Category.objects.update(manager=made.regina)

    assert named(asked().decision["meant"], made) == meant
    assert [one.different for one in redecided()] == [()]
    assert chain() == before
    said = StringIO()
    call_command("policy", "explain", asked().subject_number, stdout=said)
    assert "Managers above the requester then: Mona (up to 1,000.00), Regina (up to 2,400.00), Frank" in said.getvalue()
    assert "Cost-centre owners then: Frank." in said.getvalue()


def test_people_that_were_changed_afterwards_are_found(made: Company) -> None:
    one_rule(made, StageInput("cost_centre_owner"))
    submitted(made, MIDDLE)
    request = asked()
    ApprovalRequest.objects.filter(pk=request.pk).update(people={**request.people, "owners": [made.regina.pk]})

    assert [one.different for one in redecided()] == [("people",)]


def test_who_cannot_sign_in_is_nobody(made: Company) -> None:
    User.objects.filter(pk=made.regina.pk).update(is_active=False)
    CostCentre.objects.update(owner=made.regina)

    submitted(made, MIDDLE)

    people = named(asked().people, made)
    assert isinstance(people, dict)
    assert [pair[0] for pair in people["climb"]] == ["mona", "frank"]
    assert people["owners"] == []
