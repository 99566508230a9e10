"""SU-2: a bank account changes by evidence, call-back, a second person and a cooling-off period, or not at all."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError

from foundation.errors import DomainError
from foundation.models import Delivery
from foundation.relay import drain
from invoicing.models import Invoice
from invoicing.services import receive_invoice
from suppliers.models import BankAccount, BankChange, StaffAccount, SupplierUser
from suppliers.services import (
    ProposedAccount,
    add_bank_evidence,
    approve_bank_change,
    propose_bank_change,
    put_bank_change_in_force,
    record_call_back,
    refuse_bank_change,
    reject_bank_change,
    withdraw_bank_change,
)
from suppliers.services.move_supplier import move_supplier
from tests.factories import NOW, Company, an_issued_order, company, receive_all
from tests.invoicing.factories import bill_for
from tests.suppliers.factories import GOOD, OTHER, approved, in_force, letter, proposed
from workflow.models import ApprovalRequest, ExceptionCase
from workflow.services import resolve_case

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=40)


def accounts(made: Company) -> list[tuple[str, bool]]:
    rows = BankAccount.objects.filter(supplier=made.acme).order_by("pk")
    return [(row.account, row.ended_at is None) for row in rows]


def call(made: Company, change: BankChange, by: str = "lena", **more: Any) -> BankChange:
    known = {"contact_id": None, "directory": "Companies House", "said": "Ada confirmed", **more}
    return record_call_back(
        change_id=change.pk, expected_version=change.version, actor=made.people[by], at=NOW, **known
    )


def approve(made: Company, change: BankChange, by: str = "frank") -> BankChange:
    return approve_bank_change(
        pk=change.pk, expected_version=change.version, seen_hash=change.content_hash, actor=made.people[by], reason="",
        at=NOW,
    )  # fmt: skip


def test_first_account_comes_into_force_after_its_checks() -> None:
    made = company()

    in_force(made)

    assert accounts(made) == [(GOOD, True)]


def test_old_account_stays_in_force_until_the_cooling_off_period_is_over() -> None:
    made = company()
    in_force(made)
    change = approved(made, OTHER, at=LATER)

    put_bank_change_in_force(change_id=change.pk, actor=made.lena, at=LATER + timedelta(days=4))
    early = accounts(made)
    put_bank_change_in_force(change_id=change.pk, actor=made.lena, at=LATER + timedelta(days=5))

    assert (early, accounts(made)) == ([(GOOD, True)], [(GOOD, False), (OTHER, True)])


def test_known_contacts_are_told_and_never_the_account_itself() -> None:
    made = company()
    made.acme_person.date_joined = NOW - timedelta(days=90)
    made.acme_person.save()
    in_force(made)

    letters = [bytes(row.body).decode() for row in Delivery.objects.filter(dedupe_key__startswith="bank:")]

    assert len(letters) == 6  # the address of orders and the known person: proposed, approved, in force
    assert not any(GOOD in letter for letter in letters)


@pytest.mark.parametrize(
    ("_case", "by", "code"),
    [
        ("who proposed does not approve", "sue", "second_person"),
        ("a buyer does not approve", "boris", "not_asked"),
        ("who called does not approve", "lena", "second_person"),
    ],
)
def test_second_person_is_needed(_case: str, by: str, code: str) -> None:
    made = company()
    change = call(made, proposed(made))

    with pytest.raises(DomainError) as refused:
        approve(made, change, by)

    change.refresh_from_db()
    assert (refused.value.code, change.state) == (code, "proposed")


def test_nothing_is_approved_without_evidence_or_call_back() -> None:
    made = company()
    wanted = ProposedAccount("Acme Packaging Ltd", "GB", GOOD, reason="New bank")
    change = propose_bank_change(supplier_id=made.acme.pk, proposed=wanted, source="page", actor=made.sue, at=NOW)
    codes = []

    for step in ("evidence", "call"):
        with pytest.raises(DomainError) as refused:
            approve(made, change)
        codes.append(refused.value.code)
        if step == "evidence":
            change = add_bank_evidence(
                change_id=change.pk, expected_version=change.version, evidence=letter(), actor=made.lena, at=NOW
            )

    assert codes == ["evidence_missing", "call_back_missing"]
    assert approve(made, call(made, change)).state == "approved"


@pytest.mark.parametrize(
    ("_case", "by", "more", "days", "code"),
    [
        ("by the proposer", "sue", {}, 0, "own_proposal"),
        ("a number from nowhere", "lena", {"directory": " "}, 0, "contact_unknown"),
        ("nothing said", "lena", {"said": " "}, 0, "said_missing"),
        ("a contact of last week", "lena", {"contact": True}, 7, "contact_too_new"),
        ("by somebody without the duty", "boris", {}, 0, "not_your_role"),
    ],
)
def test_call_back_is_refused(_case: str, by: str, more: dict[str, Any], days: int, code: str) -> None:
    made = company()
    made.acme_person.date_joined = NOW - timedelta(days=days)
    made.acme_person.save()
    change = proposed(made)
    if more.pop("contact", False):
        more = {"contact_id": SupplierUser.objects.get(user=made.acme_person).pk}

    with pytest.raises(DomainError) as refused:
        call(made, change, by, **more)

    change.refresh_from_db()
    assert (refused.value.code, change.called_by) == (code, None)


@pytest.mark.parametrize("whose", ["supplier", "person"])
def test_account_of_somebody_else_is_an_exception_that_stops_it(whose: str) -> None:
    made = company()
    if whose == "supplier":
        in_force(made, supplier=made.bolt)
    else:
        fingerprint = proposed(made, supplier=made.bolt).fingerprint
        BankChange.objects.get(supplier=made.bolt)
        refuse(made, BankChange.objects.get(supplier=made.bolt))
        StaffAccount.objects.create(person=made.boris, fingerprint=fingerprint)
    change = call(made, proposed(made, at=NOW))
    case = ExceptionCase.objects.get(subject_id=change.pk, category="supplier_bank")

    with pytest.raises(DomainError) as refused:
        approve(made, change)
    resolve_case(case_id=case.pk, expected_version=case.version, actor=made.lena, outcome="Same group", at=NOW)

    assert (refused.value.code, case.category) == ("exception_open", "supplier_bank")
    assert approve(made, change).state == "approved"


def refuse(made: Company, change: BankChange) -> BankChange:
    return refuse_bank_change(
        change_id=change.pk, expected_version=change.version, actor=made.lena, reason="They know of nothing", at=NOW
    )


def test_payments_wait_while_a_change_is_open_and_go_on_when_it_is_refused() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    change = proposed(made)
    command = bill_for(order, supplier_number="A-1", invoice_date=NOW.date())
    invoice = receive_invoice(command=command, actor=made.acme_person, at=NOW)
    drain()
    held = Invoice.objects.get(pk=invoice.pk)
    codes = list(held.holds.filter(state="open").values_list("code", flat=True))

    refuse(made, change)
    drain()

    assert (held.state, codes) == ("held", ["bank_change_open"])
    assert Invoice.objects.get(pk=invoice.pk).state == "released"


def test_one_change_is_open_at_a_time_and_the_same_again_is_the_same() -> None:
    made = company()
    first = proposed(made)

    with pytest.raises(DomainError) as refused:
        proposed(made, OTHER)

    assert (proposed(made, "gb29 nwbk 6016 1331 9268 19".replace(" ", "")).pk, refused.value.code) == (
        first.pk, "bank_change_open",
    )  # fmt: skip


def test_approval_is_asked_of_the_machine_once_the_checks_are_there_and_a_refusal_takes_it_back() -> None:
    made = company()
    change = proposed(made)
    before = ApprovalRequest.objects.count()
    change = call(made, change)
    asked = ApprovalRequest.objects.get(subject_type="bank_change", subject_id=change.pk)

    refuse(made, change)

    asked.refresh_from_db()
    assert (before, asked.requester, asked.site, asked.state) == (0, made.sue, None, "withdrawn")


def test_no_on_the_machine_refuses_the_change() -> None:
    made = company()
    change = call(made, proposed(made))
    known = {"pk": change.pk, "expected_version": change.version, "seen_hash": change.content_hash, "at": NOW}

    reject_bank_change(**known, actor=made.people["frank"], reason="The letter is forged")

    change.refresh_from_db()
    assert (change.state, change.closed_reason, accounts(made)) == ("refused", "The letter is forged", [])


def test_only_who_proposed_takes_it_back() -> None:
    made = company()
    change = proposed(made, by=made.acme_person, source="portal")
    known = {"change_id": change.pk, "expected_version": change.version, "reason": "Mistake", "at": NOW}

    with pytest.raises(DomainError) as refused:
        withdraw_bank_change(actor=made.sue, **known)

    assert (refused.value.code, withdraw_bank_change(actor=made.acme_person, **known).state) == (
        "not_your_proposal", "withdrawn",
    )  # fmt: skip


def test_a_supplier_proposes_for_itself_only() -> None:
    made = company()

    with pytest.raises(DomainError) as refused:
        proposed(made, by=made.bolt_person, source="portal")

    assert (refused.value.code, BankChange.objects.count()) == ("not_your_company", 0)


@pytest.mark.parametrize(
    ("_case", "act"),
    [
        ("the account rewritten", lambda: BankAccount.objects.update(account=OTHER)),
        ("the account deleted", lambda: BankAccount.objects.all().delete()),
        ("the account ended without another", lambda: BankAccount.objects.update(ended_at=NOW)),
        ("the proposal rewritten", lambda: BankChange.objects.update(account=OTHER)),
        ("another put in force at once", lambda: BankChange.objects.filter(state="proposed").update(state="in_force", closed_at=NOW)),
        ("approved without its checks", lambda: BankChange.objects.filter(state="proposed").update(state="approved")),
        ("the call-back rewritten", lambda: BankChange.objects.filter(state="in_force").update(called_whom="Me")),
        ("the cooling-off period shortened", lambda: BankChange.objects.filter(state="in_force").update(cooling_until=NOW - timedelta(days=1))),
        ("the change deleted", lambda: BankChange.objects.all().delete()),
        ("an account from nowhere", lambda: BankAccount.objects.create(
            supplier=BankChange.objects.get(state="proposed").supplier, change=BankChange.objects.get(state="proposed"),
            holder="Me", country="GB", account=OTHER, fingerprint="0", in_force_from=NOW)),
    ],
)  # fmt: skip
def test_no_hand_in_the_shell_moves_an_account(_case: str, act: Any) -> None:
    made = company()
    in_force(made)
    proposed(made, OTHER, at=LATER)

    with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
        act()

    assert BankChange.objects.filter(state="proposed", account=OTHER).count() == 1


def test_offboarded_supplier_gets_no_new_account() -> None:
    made = company()
    known = {"supplier_id": made.acme.pk, "actor": made.sue, "reason": "Ended", "at": NOW}
    move_supplier(expected_version=1, move="block", **known)
    type(made.acme).objects.filter(pk=made.acme.pk).update(state="offboarded")

    with pytest.raises(DomainError) as refused:
        proposed(made)

    assert refused.value.code == "supplier_offboarded"
