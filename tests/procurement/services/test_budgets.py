"""RQ-6: budgets follow requisitions and orders, and what does not fit them is told, flagged, asked for or refused."""

import json
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction

from foundation.errors import InvalidError
from foundation.models import Category, CostCentre, Delivery
from foundation.relay import drain
from foundation.selectors.breaches import breaches
from policies.models import BudgetEntry
from procurement.models import PurchaseOrder
from procurement.services import (
    approve_requisition,
    cancel_order,
    cancel_requisition,
    close_order,
    follow_budgets,
    recount_budgets,
    reject_requisition,
    reopen_order,
    return_requisition,
    submit_requisition,
    withdraw_requisition,
)
from procurement.tasks import recount_all_budgets
from suppliers.models import ContractPrice
from tests.factories import NOW, Company, a_requisition, an_issued_order, approved, company, receive_all, submitted
from tests.policies.budgets import a_budget, held, policy
from tests.workflow.factories import MIDDLE
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def decide(made: Company, verb: object, pk: int, **more: object) -> None:
    verb(pk=pk, expected_version=None, seen_hash=None, actor=made.mona, reason="Why not", at=NOW, **more)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("_case", "ending", "expected"),
    [
        ("it waits",     "",         "2400 0 0"),
        ("rejected",     "reject",   "0 0 0"),
        ("returned",     "return",   "0 0 0"),
        ("withdrawn",    "withdraw", "0 0 0"),
        ("cancelled",    "cancel",   "0 0 0"),
        ("approved for less", "reduce", "480 0 0"),
        ("approved",     "approve",  "2400 0 0"),
    ],
)  # fmt: skip
def test_requisition_commits_from_submission_until_it_ends(_case: str, ending: str, expected: str) -> None:
    made = company()
    budget = a_budget(made, "5000")
    asked = submitted(made, ("SW-500", "50"))

    if ending in {"withdraw", "cancel"}:
        verb = withdraw_requisition if ending == "withdraw" else cancel_requisition
        verb(requisition_id=asked.pk, expected_version=asked.version, actor=made.rita, reason="No need", at=NOW)
    elif ending:
        less = {"quantities": {10: Decimal(10)}} if ending == "reduce" else {}
        verbs = {"reject": reject_requisition, "return": return_requisition}
        decide(made, verbs.get(ending, approve_requisition), asked.pk, **less)

    assert held(budget) == expected
    assert breaches() == []


def test_order_turns_what_was_committed_into_obligated_and_ends_give_back_the_rest() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    steps = [held(budget)]
    close_order(order_id=order.pk, expected_version=None, actor=made.boris, reason="Gone", at=NOW)
    steps.append(held(budget))
    reopen_order(order_id=order.pk, expected_version=order.version + 1, actor=made.boris, reason="After all", at=NOW)
    steps.append(held(budget))
    order.refresh_from_db()
    cancel_order(order_id=order.pk, expected_version=order.version, actor=made.boris, reason="Never", at=NOW)
    steps.append(held(budget))

    assert steps == ["0 2400 0", "0 0 0", "0 2400 0", "0 0 0"]
    assert [e.why for e in BudgetEntry.objects.order_by("pk")] == [
        "submit", "order", "order", "close", "reopen", "cancel",
    ]  # fmt: skip
    assert breaches() == []


def test_what_was_received_stays_obligated_until_it_is_billed_when_the_order_closes_early() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    receive_all(made, order)
    order.refresh_from_db()
    close_order(order_id=order.pk, expected_version=order.version, actor=made.boris, reason="Enough", at=NOW)

    assert held(budget) == "0 2400 0"


def test_dearer_price_after_approval_commits_the_new_amount() -> None:
    made = company()
    budget = a_budget(made, "5000")
    approved(made, ("SW-500", "50"))
    ContractPrice.objects.filter(item__code="SW-500").update(unit_price=Decimal(60))
    drain()

    assert held(budget) == "3000 0 0"
    assert breaches() == []


def test_told_twice_it_writes_once() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    before = BudgetEntry.objects.count()

    follow_budgets(orders=[order.pk], why="again", at=NOW)
    recount_budgets(cost_centre_ids=CostCentre.objects.values_list("pk", flat=True), at=NOW)

    assert (held(budget), BudgetEntry.objects.count()) == ("0 2400 0", before)


def test_budget_that_comes_later_holds_what_is_under_way_and_a_narrower_one_takes_it_over() -> None:
    made = company()
    an_issued_order(made, ("SW-500", "10"))
    submitted(made, ("TAPE-48", "50"))

    wide = a_budget(made, "5000")
    early = held(wide)
    narrow = a_budget(made, "3000", category="PACK", months=3)

    assert (early, held(wide), held(narrow)) == ("1800 480 0", "0 0 0", "1800 480 0")
    assert breaches() == []


@pytest.mark.parametrize(
    ("_case", "amount", "mode", "state", "flagged", "stages", "touchless"),
    [
        # 480.00 asked, touchless when nothing is unusual
        ("no budget",             "",       "refuse",        "approved",  False, [], True),
        ("the limit is within",   "480",    "refuse",        "approved",  False, [], True),
        ("inform shows it only",  "479.99", "inform",        "approved",  False, [], True),
        ("warn flags it",         "479.99", "warn",          "approved",  True,  [], True),
        ("one more approver",     "479.99", "approve_extra", "submitted", True,  ["cost_centre_owner"], False),
        ("refused",               "479.99", "refuse",        "draft",     False, [], False),
    ],
)  # fmt: skip
def test_what_follows_when_it_does_not_fit(
    _case: str, amount: str, mode: str, state: str, flagged: bool, stages: list[str], touchless: bool
) -> None:
    made = company()
    policy(budget_mode=mode)
    CostCentre.objects.filter(site=made.leeds).update(owner=made.mona)
    if amount:
        a_budget(made, amount)
    draft = a_requisition(made, ("SW-500", "10"))

    refused = None
    try:
        submit_requisition(requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW)
    except InvalidError as error:
        refused = error

    draft.refresh_from_db()
    request = ApprovalRequest.objects.first()
    assert (draft.state, "over_budget" in draft.flags) == (state, flagged)
    assert (refused.code if refused else "") == ("budget_exceeded" if state == "draft" else "")
    if refused:
        assert "LDS-6410 2026 has 479.99 GBP left and this asks for 480.00 GBP." in refused.message
        assert (request, BudgetEntry.objects.count()) == (None, 0)
    elif request:
        said = {"": "", "479.99": "over", "480": "within"}[amount]
        assert (request.facts["budget_state"], request.is_touchless) == (said, touchless)
        assert [s["who"] for s in request.decision["stages"]] == stages


def test_own_commitment_does_not_stand_against_a_price_that_rose() -> None:
    """The whole is judged anew: 3,000 within 3,000, although 2,400 of it are committed already."""
    made = company()
    a_budget(made, "3000")
    requisition = approved(made, ("SW-500", "50"))
    ContractPrice.objects.filter(item__code="SW-500").update(unit_price=Decimal(60))
    drain()

    requisition.refresh_from_db()
    assert (requisition.state, "over_budget" in requisition.flags) == ("submitted", False)


@pytest.mark.parametrize(
    ("_case", "sql"),
    [
        ("a balance by hand", "update policies_budget set spent = spent + 1"),
        ("a budget that begins with something", ("insert into policies_budget (cost_centre_id, starts, months, amount,"
         " committed, obligated, spent, is_active, version, created_at, changed_at) select id, '2030-01-01', 12, 1, 1, 0, 0, true, 1,"
         " now(), now() from foundation_costcentre limit 1")),
        ("an entry changed", "update policies_budgetentry set amount = amount + 1"),
        ("an entry taken away", "delete from policies_budgetentry"),
        ("two budgets for the same money", ("insert into policies_budget (cost_centre_id, starts, months, amount,"
         " committed, obligated, spent, is_active, version, created_at, changed_at) select cost_centre_id, '2026-04-01', 1, 1, 0, 0,"
         " 0, true, 1, now(), now() from policies_budget limit 1")),
    ],
)  # fmt: skip
def test_database_itself_refuses(_case: str, sql: str) -> None:
    made = company()
    budget = a_budget(made, "5000")
    submitted(made, ("SW-500", "50"))

    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert held(budget) == "2400 0 0"


def test_checks_find_what_drifted_by_a_hand_in_the_documents() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    order.lines.update(cancelled=6)

    assert [str(b) for b in breaches(["budget_follows_documents"])] == [
        (
            f"LDS-6410 budget {budget.pk}: counts 48.0000 too much as obligated of order {order.number}"
            " [budget_follows_documents]"
        )
    ]
    assert PurchaseOrder.objects.count() == 1


def test_nightly_count_follows_a_category_that_moved_in_the_tree() -> None:
    made = company()
    wide, narrow = a_budget(made, "5000"), a_budget(made, "3000", category="SERV")
    submitted(made, ("SW-500", "50"))
    Category.objects.filter(code="PACK").update(path="SERV/PACK/")
    before = [b.code for b in breaches(["budget_follows_documents"])]

    moved = recount_all_budgets()

    assert (before, moved) == (["budget_follows_documents"] * 2, 2)
    assert (held(wide), held(narrow), breaches(["budget_follows_documents"])) == ("0 0 0", "2400 0 0", [])


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("10000", "left of £10,000.00 after this"),
        ("100",   "asked, £100.00 left of £100.00"),
    ],
)  # fmt: skip
def test_letter_of_who_decides_says_what_the_budget_has_left(amount: str, said: str) -> None:
    made = company()
    a_budget(made, amount)
    submitted(made, MIDDLE)
    drain()

    letter = json.loads(bytes(Delivery.objects.get(subject_type="person").body))

    (line,) = [one for one in letter["text"].splitlines() if one.startswith("Budget ")]
    assert line.endswith(said)
