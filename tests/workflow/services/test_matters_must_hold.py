"""Matters besides requisitions when things move between opening and pressing: the exact outcome of each (AP-4, AP-5, AP-7)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from foundation.errors import DomainError
from foundation.models import Role
from foundation.services import AbsencePlan, declare_absence, grant_role
from procurement.decisions.changes import WantedLine
from procurement.models import PurchaseOrder
from procurement.services import approve_change, change_order
from suppliers.services import approve_bank_change, record_call_back
from tests.factories import NOW, Company, an_issued_order, company, person
from tests.policies.factories import REGION, add_rule, clear, draft, publish
from tests.suppliers.factories import GOOD, OTHER, proposed
from tests.workflow.factories import asked, at_once, chain
from workflow.models import ExceptionCase
from workflow.services import approve_publication, ask_publication

pytestmark = pytest.mark.django_db
EARLIER, LATER = NOW - timedelta(hours=2), NOW + timedelta(hours=2)


def change(made: Company, at: datetime = NOW) -> int:
    order = PurchaseOrder.objects.first() or an_issued_order(made, ("SW-500", "50"))
    raised = [WantedLine(10, order.lines.get().quantity * 2)]
    return change_order(
        order_id=order.pk, expected_version=None, lines=raised, reason="More", actor=made.boris, at=at
    ).pk


def bank(made: Company, at: datetime = NOW) -> int:
    found = proposed(made, GOOD if at == NOW else OTHER, supplier=made.acme if at == NOW else made.bolt, at=at)
    return record_call_back(
        change_id=found.pk, expected_version=found.version, contact_id=None, directory="Companies House",
        said="Ada confirmed", actor=made.lena, at=at,
    ).pk  # fmt: skip


def policy(made: Company, at: datetime = NOW) -> int:
    version = draft(made, "sourcing" if at == NOW else "routing")
    ask_publication(version_id=version.pk, expected_version=version.version, actor=made.polly, at=at)
    return version.pk


# matter -> (how it is asked, the service that agrees, who asks, who decides, their role, row of the first matrix)
MATTERS: dict[str, tuple[Callable[..., int], Any, str, str, str, int]] = {
    "change": (change, approve_change, "boris", "mona", Role.SITE_MANAGER, 2),
    "bank change": (bank, approve_bank_change, "sue", "frank", Role.FINANCE_DIRECTOR, 8),
    "publication": (policy, approve_publication, "polly", "petra", Role.POLICY_ADMIN, 9),
}
each = pytest.mark.parametrize("matter", MATTERS)


def press(made: Company, matter: str, pk: int, by: str) -> str:
    """Let somebody press Approve; returns the state of the approval, or the code it was refused with."""
    try:
        MATTERS[matter][1](
            pk=pk, expected_version=None, seen_hash=asked().content_hash, actor=made.people[by], reason="", at=LATER
        )
    except DomainError as refusal:
        return refusal.code
    return str(asked().state)


def a_second(made: Company, matter: str) -> str:
    """Give somebody else the role that decides, at the same place."""
    role = MATTERS[matter][4]
    made.people["zoe"] = person("zoe")
    where = {"site": made.leeds} if role == Role.SITE_MANAGER else {}
    grant_role(user=made.people["zoe"], role=role, actor=None, at=EARLIER, **where)
    return "zoe"


@each
def test_second_who_presses_is_told_who_was_faster(matter: str) -> None:
    made = company(every_matter=True)
    other = a_second(made, matter)
    ask, act, _, decider, _, _ = MATTERS[matter]
    pk = ask(made)
    seen = asked().content_hash
    assert press(made, matter, pk, decider) == "approved"

    with pytest.raises(DomainError) as refusal:
        act(pk=pk, expected_version=None, seen_hash=seen, actor=made.people[other], reason="", at=LATER)

    assert refusal.value.code in {"already_decided", "decided_already", "changed_since_opened", "not_a_draft"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@each
def test_of_two_who_press_at_once_one_decides(matter: str) -> None:
    made = company(every_matter=True)
    other = a_second(made, matter)
    ask, act, _, decider, _, _ = MATTERS[matter]
    pk, seen = ask(made), asked().content_hash

    results = at_once(
        [
            lambda by=by: act(  # type: ignore[misc]  # the default argument has no type of its own
                pk=pk, expected_version=None, seen_hash=seen, actor=made.people[by], reason="", at=LATER
            )
            for by in (decider, other)
        ]
    )

    refusals = [one for one in results if isinstance(one, str)]
    assert (len(refusals), asked().state) == (1, "approved")
    assert asked().steps.get().decisions.count() == 1


@each
def test_role_lost_between_opening_and_pressing_decides_nothing(matter: str) -> None:
    made = company(every_matter=True)
    ask, _, _, decider, role, _ = MATTERS[matter]
    pk = ask(made)
    made.people[decider].role_assignments.filter(role=role).delete()

    assert press(made, matter, pk, decider) == "role_lost"
    assert asked().state == "open"


@each
def test_deputy_who_asked_for_it_is_not_seated_and_decides_nothing(matter: str) -> None:
    made = company(every_matter=True)
    ask, _, asker, decider, _, _ = MATTERS[matter]
    an_issued_order(made, ("SW-500", "50"))  # while the manager is still there
    away = AbsencePlan(EARLIER, NOW + timedelta(days=3), reason="Leave", deputy_id=made.people[asker].pk)
    declare_absence(person_id=made.people[decider].pk, plan=away, actor=made.people[decider], at=EARLIER)
    pk = ask(made)

    assert asker not in {name for _, people in chain() for name in people}
    assert press(made, matter, pk, asker) in {"own_request", "second_person"}
    assert asked().state == "open"


AFTERWARDS = {"change": ("regina", 0), "bank change": ("frank", 1), "publication": ("petra", 0)}


@each
def test_row_deleted_while_it_waits_changes_nothing_for_what_waits_and_all_for_what_comes(matter: str) -> None:
    made = company(every_matter=True)
    ask, _, _, decider, _, row = MATTERS[matter]
    pk = ask(made)
    assert asked().decision["rule"] == row
    others = add_rule(made, clear(made, draft(made)), "Everything that spends", REGION)
    publish(made, others, at=NOW + timedelta(minutes=30))

    assert (asked().state, chain()) == ("open", [("open", [decider])])
    assert press(made, matter, pk, decider) == "approved"

    ask(made, at=LATER + timedelta(minutes=1))
    people, exceptions = AFTERWARDS[matter]
    assert chain()[0] == ("open", [people])
    assert ExceptionCase.objects.filter(category="no_approver", state="open").count() == exceptions  # AP-8
