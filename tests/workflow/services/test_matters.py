"""Matters besides requisitions in the approval machine (AP-1, AP-3, AP-4, AP-8, AP-11)."""

from typing import Any

import pytest
from django.core.management import call_command

from foundation import duties
from foundation.errors import DomainError, InvalidError
from policies.services import StageInput
from tests.factories import NOW, Company, company
from tests.policies.factories import add_rule, draft, publish
from tests.workflow.factories import asked, chain
from workflow.models import ApprovalRequest, ExceptionCase
from workflow.selectors.explain import explained
from workflow.selectors.matters import enterprise_facts, no_money
from workflow.services import Asking, open_approval, record_decision, withdraw_approval

pytestmark = pytest.mark.django_db
CHAIN = duties.chain_of("bank_change", 7)
FINANCE = StageInput("enterprise_role", "finance_director")
POLICIES = StageInput("enterprise_role", "policy_admin")


def ask(made: Company, by: str = "polly", matter: str = "bank_change") -> ApprovalRequest:
    """Let somebody ask for a matter of the enterprise that is about no money."""
    person = made.people[by]
    asking = Asking(
        subject_type=matter, subject_id=7, subject_number="BANK-7", subject_version=1, content_hash="seen",
        title="New account of Acme", site=None, requester=person, amount=None, currency="", need_by=None,
        rate=no_money(NOW), duty="approve_bank_change", chains=(CHAIN,),
    )  # fmt: skip
    facts = enterprise_facts(matter, requester=person)
    return open_approval(asking=asking, facts=facts, actor=person, at=NOW)


def say(made: Company, by: str, seen: str = "seen") -> ApprovalRequest:
    return record_decision(
        subject_type="bank_change", subject_id=7, content_hash=seen, verdict="approved", actor=made.people[by],
        reason="", at=NOW,
    )  # fmt: skip


def takes_bank_changes(made: Company, *stages: StageInput, **axes: Any) -> None:
    row = add_rule(made, draft(made), "Bank changes", *stages, document_types=["bank_change"], **axes)
    publish(made, row)


def test_a_row_for_goods_never_lets_another_matter_pass_and_the_fallback_owner_decides_it() -> None:
    made = company()

    request = ask(made)  # the first row is touchless up to 1,000; AP-8

    assert (request.state, request.site, request.amount, request.is_touchless) == ("open", None, None, False)
    assert chain() == [("open", ["frank"])]
    assert ExceptionCase.objects.get(category="no_approver").subject_number == "BANK-7"
    assert say(made, "frank").state == "approved"


def test_a_row_that_names_the_matter_decides_it_and_the_decision_holds() -> None:
    made = company()
    takes_bank_changes(made, FINANCE)

    request = ask(made)

    assert (chain(), request.decision["rule_name"]) == ([("open", ["frank"])], "Bank changes")
    told = explained("BANK-7")[0]  # AP-11
    assert (told.reasons, told.amount, told.different) == (
        ("Row 5: bank changes, the first row of approval/2 that takes it.", "Judged for the whole enterprise."), None, (),
    )  # fmt: skip
    call_command("redecide")


def test_who_asked_or_proposed_never_decides_whatever_the_policy_of_duties_says() -> None:
    made = company()
    takes_bank_changes(made, POLICIES)
    duties.record(CHAIN, "bank_change", 7, "propose_bank_change", person_id=made.petra.pk, at=NOW)

    ask(made)  # AP-4: Polly asks, Petra proposed

    assert chain() == [("open", ["frank"])]
    for by in ("polly", "petra"):
        with pytest.raises(DomainError):
            say(made, by)
    assert asked().state == "open"


def test_what_changed_underneath_is_refused_and_what_is_taken_back_waits_no_longer() -> None:
    made = company()
    ask(made)

    with pytest.raises(DomainError) as refusal:
        say(made, "frank", seen="another account")  # AP-7
    assert refusal.value.code == "changed_since_opened"

    withdraw_approval(subject_type="bank_change", subject_id=7, actor=made.polly, at=NOW)
    with pytest.raises(DomainError) as refusal:
        say(made, "frank")
    assert (refusal.value.code, asked().state) == ("already_decided", "withdrawn")


def test_a_policy_that_no_row_takes_is_published_by_a_second_policy_administrator() -> None:
    made = company()

    ask(made, matter="policy")  # AP-9

    assert chain() == [("open", ["petra"])]
    assert not ExceptionCase.objects.exists()
    call_command("redecide")


@pytest.mark.parametrize(
    ("_case", "stages", "axes", "code"),
    [
        ("nobody but a machine",     [],                                     {"is_touchless": True}, "matter_touchless"),
        ("a role at a site",         [StageInput("site_role", "site_manager")], {},                  "matter_unfit"),
        ("a site it does not have",  [FINANCE],                              {"sites": ["LDS"]},     "matter_unfit"),
        ("a category it has not",    [FINANCE],                              {"categories": ["PACK"]}, "matter_unfit"),
        ("only some of the amounts", [FINANCE],                              {"amount_to": "100"},   "gap"),
    ],
)  # fmt: skip
def test_a_matrix_that_cannot_decide_a_matter_it_names_is_not_published(
    _case: str, stages: list[StageInput], axes: dict[str, Any], code: str
) -> None:
    made = company()

    with pytest.raises(InvalidError) as refusal:
        takes_bank_changes(made, *stages, **axes)  # AP-9

    assert refusal.value.code == code
