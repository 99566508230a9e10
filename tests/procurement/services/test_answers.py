"""AK-1 to AK-3, AK-6: an answer is stored once, applied within tolerance, and otherwise one task for the buyer."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import ConflictError, DomainError, InvalidError
from foundation.relay import drain
from procurement.models import OrderAcknowledgment, PurchaseOrder
from procurement.services import AnswerLine, cancel_order, decide_acknowledgment, record_acknowledgment
from tests.factories import LATER, NOW, Company, an_issued_order, company
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db


def answer(made: Company, order: PurchaseOrder, *lines: AnswerLine, key: str = "a-1", **fields: Any) -> OrderAcknowledgment:  # fmt: skip
    return record_acknowledgment(
        order_number=order.number, source="edi", external_id=key, lines=lines,
        **{"supplier_id": made.acme.pk, "answered_at": NOW, "actor": made.acme_person, "at": NOW, **fields},
    )  # fmt: skip


def says(word: str, quantity: str = "10", price: str | None = None, days: int | None = None, line: int = 10) -> AnswerLine:  # fmt: skip
    promised = None if days is None else LATER + timedelta(days=days)
    return AnswerLine(line, word, Decimal(quantity), Decimal(price) if price else None, promised)


@pytest.mark.parametrize(
    ("_case", "said", "state", "status", "promised"),
    [
        # 10 cases at 48.00, wanted on the day LATER; a day late is within tolerance
        ("accepted", says("accepted"), "applied", "confirmed", LATER),
        ("a day later", says("date_changed", days=1), "applied", "changed", LATER + timedelta(days=1)),
        ("a week later", says("date_changed", days=7), "review", "changed", None),
        ("dearer", says("price_changed", price="48.01"), "review", "changed", None),
        ("fewer", says("quantity_changed", "9"), "review", "changed", None),
        ("rejected", says("rejected", "0"), "review", "rejected", None),
    ],
)
def test_answer_is_applied_within_tolerance_and_reviewed_outside(
    _case: str, said: AnswerLine, state: str, status: str, promised: date | None
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    found = answer(made, order, said)
    drain()

    order.refresh_from_db()
    line = order.lines.get()
    assert (found.state, order.ack_status, line.promised, line.first_promise) == (state, status, promised, promised)
    assert line.unit_price == Decimal(48)
    assert ExceptionCase.objects.filter(category="acknowledgment", state="open").count() == (state == "review")


def test_first_promise_is_frozen_beside_the_current_one() -> None:
    """AK-6."""
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    answer(made, order, says("accepted"), key="a-1")
    answer(made, order, says("date_changed", days=1), key="a-2", answered_at=NOW + timedelta(hours=1))

    line = order.lines.get()
    assert (line.first_promise, line.promised) == (LATER, LATER + timedelta(days=1))


def test_same_answer_twice_changes_nothing_and_another_under_its_name_is_refused() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    first = answer(made, order, says("accepted"))
    assert answer(made, order, says("accepted", "10.0")) == first
    with pytest.raises(ConflictError) as refusal:
        answer(made, order, says("rejected", "0"))

    order.refresh_from_db()
    assert (refusal.value.code, OrderAcknowledgment.objects.count(), order.ack_status) == (
        "answer_conflict",
        1,
        "confirmed",
    )


def test_silence_about_a_line_changes_nothing_and_completes_nothing() -> None:
    """AK-3, MX-5: the clock stops at the first complete answer."""
    made = company()
    order = an_issued_order(made, ("SW-500", "5"), ("TAPE-48", "5"))

    answer(made, order, says("accepted", "5"), key="a-1")
    order.refresh_from_db()
    partly = (order.ack_status, order.acknowledged_at)
    later = NOW + timedelta(hours=3)
    answer(made, order, says("accepted", "5", line=20), key="a-2", answered_at=later, at=later)

    order.refresh_from_db()
    assert partly == ("partial", None)
    assert (order.ack_status, order.acknowledged_at) == ("confirmed", later)


def test_answer_to_an_older_version_is_shown_and_never_applied() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))

    found = answer(made, order, says("rejected", "0"), revision=0)

    order.refresh_from_db()
    assert (found.state, order.ack_status, order.lines.get().ack_status) == ("superseded", "none", "")


@pytest.mark.parametrize(
    ("_case", "fields", "said", "code"),
    [
        ("another supplier's order", {"supplier_id": "bolt"}, says("accepted"), "order_unknown"),
        ("nothing said", {}, None, "no_answer"),
        ("an answer nobody knows", {}, says("certainly"), "answer_unknown"),
        ("less than nothing", {}, says("accepted", "-1"), "quantity_negative"),
        ("no number", {}, says("accepted", "NaN"), "quantity_negative"),
        ("a price below zero", {}, says("price_changed", price="-1"), "price_negative"),
    ],
)
def test_answer_that_cannot_be_is_refused(
    _case: str, fields: dict[str, Any], said: AnswerLine | None, code: str
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    if fields.get("supplier_id") == "bolt":
        fields = {"supplier_id": made.bolt.pk}

    with pytest.raises(DomainError) as refusal:
        answer(made, order, *([said] if said else []), **fields)

    order.refresh_from_db()
    assert (refusal.value.code, OrderAcknowledgment.objects.count(), order.ack_status) == (code, 0, "none")


def test_cancelled_order_takes_no_answer() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    cancel_order(order_id=order.pk, expected_version=order.version, actor=made.boris, reason="Not needed", at=NOW)

    with pytest.raises(DomainError) as refusal:
        answer(made, order, says("accepted"))

    assert refusal.value.code == "order_not_open"


def decide(made: Company, found: OrderAcknowledgment, *, accept: bool, reason: str = "Agreed by phone", at: datetime = NOW) -> None:  # fmt: skip
    decide_acknowledgment(
        acknowledgment_id=found.pk,
        expected_version=found.version,
        accept=accept,
        actor=made.boris,
        reason=reason,
        at=at,
    )


@pytest.mark.parametrize(
    ("_case", "accept", "state", "promised"),
    [("takes the date", True, "accepted", LATER + timedelta(days=7)), ("insists", False, "refused", None)],
)
def test_buyer_decides_a_late_date_and_the_case_closes(
    _case: str, accept: bool, state: str, promised: date | None
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    found = answer(made, order, says("date_changed", days=7))
    drain()

    decide(made, found, accept=accept)
    drain()

    found.refresh_from_db()
    assert (found.state, order.lines.get().promised) == (state, promised)
    assert not ExceptionCase.objects.filter(state="open").exists()


def test_decision_needs_a_reason() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    found = answer(made, order, says("date_changed", days=7))

    with pytest.raises(InvalidError) as refusal:
        decide(made, found, accept=True, reason=" ")

    found.refresh_from_db()
    assert (refusal.value.code, found.state, order.lines.get().promised) == ("reason_missing", "review", None)


def test_second_decision_is_refused() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    found = answer(made, order, says("date_changed", days=7))
    decide(made, found, accept=True)

    with pytest.raises(ConflictError):
        decide(made, found, accept=False)

    found.refresh_from_db()
    assert found.state == "accepted"


def test_older_answer_that_comes_late_changes_only_lines_nobody_spoke_about_since() -> None:
    """AK-3: the supplier's own instant decides, not the arrival."""
    made = company()
    order = an_issued_order(made, ("SW-500", "5"), ("TAPE-48", "5"))
    answer(made, order, says("date_changed", "5", days=1), key="new", answered_at=NOW + timedelta(hours=2))

    late = answer(made, order, says("rejected", "0"), says("accepted", "5", line=20), key="old", answered_at=NOW)
    silent = answer(made, order, says("rejected", "0"), key="older", answered_at=NOW - timedelta(hours=1))

    first, second = order.lines.order_by("line_no")
    assert (late.state, silent.state) == ("applied", "superseded")
    assert (first.ack_status, first.promised) == ("date_changed", LATER + timedelta(days=1))
    assert (second.ack_status, second.promised) == ("accepted", LATER)
    assert list(late.lines.order_by("order_line__line_no").values_list("verdict", flat=True)) == [
        "overtaken",
        "as_ordered",
    ]
