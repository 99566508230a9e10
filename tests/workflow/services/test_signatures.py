"""Compensated pairs: allowed, and a second person signs in time (SD-1)."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from foundation.errors import DomainError, InvalidError, NotPermittedError, StaleError
from foundation.models import AuditEvent, Delivery, DomainEvent, DutyRecord, Notice, Role, User
from foundation.selectors import breaches
from foundation.services import grant_role
from procurement.models import GoodsReceipt, PurchaseOrder
from procurement.services import ReceiptLine, post_goods_receipt, reverse_goods_receipt
from tests.factories import NOW, Company, an_issued_order, company
from workflow.access import asked_to_sign, can_sign, visible_signatures
from workflow.models import Countersignature, ExceptionCase
from workflow.selectors.signatures import waiting_signatures
from workflow.services import countersign, escalate_signatures, refuse_signature
from workflow.tasks import sweep_signatures

pytestmark = pytest.mark.django_db


def _may_also_receive(made: Company, name: str) -> User:
    user = made.people[name]
    grant_role(user=user, role=Role.RECEIVER, actor=made.people["ursula"], at=NOW, site=made.leeds)
    return User.objects.get(pk=user.pk)


def received_by_requester(made: Company, external_id: str = "own-1", quantity: str = "4") -> GoodsReceipt:
    """Let Rita receive what she asked for."""
    rita = _may_also_receive(made, "rita")
    order = PurchaseOrder.objects.first() or an_issued_order(made)
    return post_goods_receipt(
        order_number=order.number, source="web", external_id=external_id, received_at=NOW,
        lines=[ReceiptLine(10, Decimal(quantity))], actor=rita, at=NOW,
    )  # fmt: skip


def test_requester_receives_and_a_second_person_is_asked_in_the_same_transaction() -> None:
    made = company()

    receipt = received_by_requester(made)

    row = Countersignature.objects.get()
    assert (row.person, row.duty, row.held, row.document_type, row.document_number) == (
        made.rita, "receive", "request", "receipt", receipt.number,
    )  # fmt: skip
    assert (row.amount, row.currency, row.site, row.state, row.escalated_at) == (
        Decimal("192.00"), "GBP", made.leeds, "waiting", None,
    )  # fmt: skip
    assert (row.due_at, row.policy.label) == (NOW + timedelta(days=5), "duty/1")
    assert AuditEvent.objects.get(action="ask_signature").data["about"] == receipt.number
    assert DomainEvent.objects.get(kind="workflow.signature.asked").related == [["receipt", receipt.pk, receipt.number]]
    assert breaches(["compensated_is_signed_for", "hard_duties_apart"]) == []


def test_somebody_elses_receipt_asks_nobody() -> None:
    made = company()
    order = an_issued_order(made)

    post_goods_receipt(
        order_number=order.number, source="web", external_id="x", received_at=NOW,
        lines=[ReceiptLine(10, Decimal(1))], actor=made.wanda, at=NOW,
    )  # fmt: skip

    assert not Countersignature.objects.exists()


@pytest.mark.parametrize(
    ("_case", "name", "code"),
    [
        ("a second receiver of the site",               "wanda",  ""),
        ("AP-4 the person herself",                     "rita",   "own_act"),
        ("a receiver of another site",                  "walt",   "not_asked"),
        ("somebody without the duty",                   "pat",    "not_asked"),
        ("the fallback owner, before it is overdue",    "frank",  "not_asked"),
    ],
)  # fmt: skip
def test_who_may_sign(_case: str, name: str, code: str) -> None:
    made = company()
    received_by_requester(made)
    row = Countersignature.objects.get()
    user = User.objects.get(pk=made.people[name].pk)

    verdict = can_sign(user, row, NOW)

    assert verdict.code == code
    assert (row in waiting_signatures(user, NOW)) == bool(verdict)
    if not verdict:
        with pytest.raises(NotPermittedError):
            countersign(signature_id=row.pk, expected_version=1, actor=user, at=NOW)
        assert Countersignature.objects.get().state == "waiting"


def test_receiver_whom_a_pair_bars_is_neither_asked_nor_lets_it_pass() -> None:
    made = company()
    received_by_requester(made)
    row = Countersignature.objects.get()
    DutyRecord.objects.create(
        chain=row.chains[0], document_type="order", document_id=1, duty="create_order", person=made.wanda, at=NOW
    )

    verdict = can_sign(made.wanda, row, NOW)

    assert (verdict.code, waiting_signatures(made.wanda, NOW)) == ("duty_conflict", [])
    assert list(asked_to_sign(made.wanda)) == [row], "the list judges her one by one"


def test_second_person_signs_once_and_the_next_reads_who_was_faster() -> None:
    made = company()
    received_by_requester(made)
    row = Countersignature.objects.get()

    done = countersign(signature_id=row.pk, expected_version=row.version, actor=made.wanda, at=NOW, reason="I counted")

    assert (done.state, done.decided_by, done.closed_at, done.reason) == ("signed", made.wanda, NOW, "I counted")
    assert AuditEvent.objects.get(action="countersign").actor == made.wanda
    with pytest.raises(StaleError) as late:
        refuse_signature(signature_id=row.pk, expected_version=1, actor=made.wanda, at=NOW, reason="No")
    assert late.value.details["changed_by"] == str(made.wanda)


def test_refusal_needs_a_reason_and_opens_an_exception() -> None:
    made = company()
    receipt = received_by_requester(made)
    row = Countersignature.objects.get()
    with pytest.raises(InvalidError) as silent:
        refuse_signature(signature_id=row.pk, expected_version=1, actor=made.wanda, at=NOW, reason=" ")

    refuse_signature(signature_id=row.pk, expected_version=1, actor=made.wanda, at=NOW, reason="Only three came")

    case = ExceptionCase.objects.get()
    assert silent.value.code == "reason_missing"
    assert (Countersignature.objects.get().state, case.category, case.owner_role, case.subject_number) == (
        "refused", "countersign", "finance_director", receipt.number,
    )  # fmt: skip
    assert "Only three came" in case.sentence


def test_overdue_goes_up_to_the_fallback_owner_once_and_nobody_signs_by_time() -> None:
    made = company()
    receipt = received_by_requester(made)
    row = Countersignature.objects.get()
    late = row.due_at + timedelta(minutes=1)

    counts = [escalate_signatures(at=NOW), escalate_signatures(at=late), escalate_signatures(at=late)]

    row.refresh_from_db()
    assert (counts, row.state, row.escalated_at) == ([0, 1, 0], "waiting", late)
    letters = [
        json.loads(bytes(body))
        for body in Delivery.objects.filter(subject_type="person").values_list("body", flat=True)
    ]
    assert [(letter["to"], receipt.number in letter["subject"]) for letter in letters] == [("frank@example.com", True)]
    assert Notice.objects.get(person=made.people["frank"]).subject_number == row.number
    assert waiting_signatures(made.people["frank"], late) == [row]
    assert countersign(
        signature_id=row.pk, expected_version=row.version, actor=made.people["frank"], at=late
    ).state == "signed"  # fmt: skip


def test_site_without_a_second_receiver_has_the_fallback_owner_asked_at_once() -> None:
    made = company()
    made.wanda.is_active = False
    made.wanda.save()

    received_by_requester(made)

    assert Countersignature.objects.get().escalated_at == NOW
    assert len(waiting_signatures(made.people["frank"], NOW)) == 1


def test_reversed_receipt_needs_no_signature_any_more() -> None:
    made = company()
    receipt = received_by_requester(made)

    reverse_goods_receipt(
        receipt_id=receipt.pk, expected_version=receipt.version, actor=made.wanda, reason="Counted twice", at=NOW
    )

    row = Countersignature.objects.get()
    assert (row.state, row.decided_by, row.reason) == ("dropped", None, f"{receipt.number} was reversed.")


def test_each_receipt_is_signed_for_and_a_repeat_of_one_asks_nobody_again() -> None:
    made = company()

    for external_id in ("own-1", "own-2", "own-2"):
        received_by_requester(made, external_id)

    assert Countersignature.objects.count() == GoodsReceipt.objects.count() == 2


def test_refused_receipt_leaves_no_signature_behind() -> None:
    made = company()

    with pytest.raises(DomainError):
        received_by_requester(made, quantity="400")

    assert (Countersignature.objects.count(), GoodsReceipt.objects.count()) == (0, 0)


def test_invariant_finds_a_compensated_conflict_that_nobody_was_asked_about() -> None:
    made = company()
    receipt = received_by_requester(made)
    Countersignature.objects.all().delete()

    found = breaches(["compensated_is_signed_for"])

    assert [(breach.number, breach.sentence) for breach in found] == [
        (f"receipt {receipt.pk}", "rita did request and receive, and no second signature was asked for")
    ]


def test_who_may_read_a_signature() -> None:
    made = company()
    received_by_requester(made)

    readers = {n for n, user in made.people.items() if visible_signatures(User.objects.get(pk=user.pk)).exists()}

    assert readers == {"rita", "wanda", "audrey", "erin", "polly", "petra"}


def test_sweep_is_named_for_the_clock_and_accepts_unknown_keywords() -> None:
    company()

    assert (sweep_signatures.name, sweep_signatures(later="x")) == ("workflow.sweep_signatures", 0)
