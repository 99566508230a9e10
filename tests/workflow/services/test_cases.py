from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import DomainError
from foundation.models import AuditEvent, DomainEvent, User
from tests.factories import NOW, Company, company
from workflow.models import ExceptionCase
from workflow.services import cure_case, open_case, resolve_case

pytestmark = pytest.mark.django_db


def a_case(made: Company, **changes: Any) -> ExceptionCase:
    return open_case(**{
        "key": "price:7", "category": "invoice_price", "cause": "price_above_tolerance", "sentence": "12.1 % above the order.",
        "subject_type": "invoice", "subject_id": 7, "subject_number": "INV-7", "site": made.leeds, "supplier_id": made.acme.pk,
        "supplier_name": "Acme", "amount": Decimal("50.00"), "currency": "GBP", "evidence": {"limit": "4.08"}, "at": NOW,
        **changes,
    })  # fmt: skip


def resolve(case: ExceptionCase, actor: User, **changes: Any) -> ExceptionCase:
    return resolve_case(
        **{
            "case_id": case.pk, "expected_version": case.version, "actor": actor, "outcome": "Credit agreed", "at": NOW,
            **changes,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "category", "owner", "due"),
    [
        ("EX-1 the buyer cures prices",        "invoice_price",    "buyer",         datetime(2026, 3, 11, 15, tzinfo=UTC)),
        ("EX-1 the receiver cures quantities", "invoice_quantity", "receiver",      datetime(2026, 3, 11, 15, tzinfo=UTC)),
        ("EX-1 half the time for duplicates",  "invoice_duplicate", "payables_lead", datetime(2026, 3, 10, 17, tzinfo=UTC)),
        ("EX-1 what nobody thought of",        "meteorite",        "payables_lead", datetime(2026, 3, 11, 15, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_case_is_routed_by_cause_and_due_on_the_site_calendar(
    _case: str, category: str, owner: str, due: datetime
) -> None:
    case = a_case(company(), category=category)

    assert (case.owner_role, case.due_at, case.policy.label) == (owner, due, "routing/1")


def test_same_key_twice_is_one_case_brought_up_to_date() -> None:
    made = company()
    first = a_case(made)

    again = a_case(made, sentence="13 % above the order.", amount=Decimal("60.00"))
    same = a_case(made, sentence="13 % above the order.", amount=Decimal("60.00"))

    assert (first.pk, first.pk) == (again.pk, same.pk)
    assert (again.version, same.version, same.sentence) == (2, 2, "13 % above the order.")
    assert list(AuditEvent.objects.filter(action__endswith="_case").values_list("action", flat=True)) == [
        "open_case", "update_case",
    ]  # fmt: skip
    assert DomainEvent.objects.filter(kind="workflow.case.opened").count() == 1


def test_case_closes_itself_when_its_cause_is_gone_and_a_new_cause_opens_another() -> None:
    made = company()
    case = a_case(made)

    cured = cure_case(key="price:7", outcome="The price was corrected.", at=NOW)  # EX-2

    assert cured is not None
    assert (cured.pk, cured.state, cured.outcome) == (case.pk, "cured", "The price was corrected.")
    assert cure_case(key="price:7", outcome="Again", at=NOW) is None
    assert a_case(made).pk != case.pk
    assert DomainEvent.objects.filter(kind="workflow.case.closed").get().payload["cured"] is True


def test_owner_settles_a_case_with_what_was_done() -> None:
    made = company()

    case = resolve(a_case(made), made.boris)

    assert (case.state, case.closed_by, case.outcome) == ("resolved", made.boris, "Credit agreed")


@pytest.mark.parametrize(
    ("_case", "name", "changes", "code"),
    [
        ("another role",     "lena",  {},                      "not_your_case"),
        ("no outcome",       "boris", {"outcome": "  "},       "outcome_missing"),
        ("an old version",   "boris", {"expected_version": 0}, "changed_since_opened"),
        ("no such case",     "boris", {"case_id": 0},          "not_found"),
    ],
)  # fmt: skip
def test_settling_is_refused_and_the_case_stays_open(_case: str, name: str, changes: dict[str, Any], code: str) -> None:
    made = company()
    case = a_case(made)

    with pytest.raises(DomainError) as refusal:
        resolve(case, made.people[name], **changes)

    case.refresh_from_db()
    assert (refusal.value.code, case.state, case.version) == (code, "open", 1)


def test_receiver_of_another_site_may_not_settle_it() -> None:
    made = company()
    case = a_case(made, category="invoice_quantity")

    with pytest.raises(DomainError) as refusal:
        resolve(case, made.walt)

    assert refusal.value.code == "not_your_case"
    assert resolve(case, made.wanda).state == "resolved"


def test_slower_of_two_reads_who_settled_it() -> None:
    made = company()
    case = a_case(made)
    resolve(case, made.boris)

    with pytest.raises(DomainError) as refusal:
        resolve(case, made.boris)

    assert (refusal.value.code, refusal.value.message) == (
        "changed_since_opened", f"{case.number} resolved by Boris: Credit agreed",
    )  # fmt: skip
