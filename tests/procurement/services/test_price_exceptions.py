"""A supplier confirms dearer, or more: the buyer takes it with one press, and whoever the matrix names agrees (AK-2, AP-7)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command

from foundation.errors import DomainError
from foundation.relay import drain
from foundation.selectors.breaches import breaches
from procurement.models import OrderAcknowledgment, OrderChange, PurchaseOrder
from procurement.services import (
    AnswerLine,
    approve_change,
    decide_acknowledgment,
    record_acknowledgment,
    reject_change,
    return_change,
    withdraw_change,
)
from tests.factories import LATER, NOW, Company, an_issued_order, company
from tests.workflow.factories import asked, chain
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=3)
DAY = LATER + timedelta(days=2)


def says(
    price: str = "", quantity: str = "50", answer: str = "price_changed", promised: date | None = None
) -> AnswerLine:
    return AnswerLine(10, answer, Decimal(quantity), Decimal(price) if price else None, promised)


def answered(made: Company, order: PurchaseOrder, *lines: AnswerLine, key: str = "a-1") -> OrderAcknowledgment:
    found = record_acknowledgment(
        order_number=order.number, supplier_id=made.acme.pk, source="portal", external_id=key, answered_at=THEN, lines=lines,
        actor=made.acme_person, at=THEN,
    )  # fmt: skip
    drain()
    return found


def take(made: Company, found: OrderAcknowledgment, *, accept: bool = True) -> None:
    decide_acknowledgment(
        acknowledgment_id=found.pk, expected_version=found.version, accept=accept, actor=made.boris, reason="Paper rose",
        at=THEN,
    )  # fmt: skip
    drain()
    found.refresh_from_db()


def stands(order: PurchaseOrder) -> str:
    order.refresh_from_db()
    line = order.lines.get(line_no=10)
    return f"rev {order.revision}: {line.quantity:.0f} at {line.unit_price:.2f}, {order.ack_status}"


def cases() -> list[str]:
    return list(ExceptionCase.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("_case", "said", "state", "matter", "amount", "expected"),
    [
        #                                                             the answer   asked as           about
        ("AK-2 2 % dearer, within policy", says("48.96"),             "accepted",  "",                None,   "rev 2: 50 at 48.96, confirmed"),
        ("AK-2 dearer",                    says("52"),                "review",    "price_exception", "200",  "rev 1: 50 at 48.00, changed"),
        ("AK-2 more than ordered",         says("", "60", "quantity_changed"), "review", "change",     "2880", "rev 1: 50 at 48.00, changed"),
        ("AK-2 dearer and more",           says("52", "60"),          "review",    "price_exception", "720",  "rev 1: 50 at 48.00, changed"),
        ("AK-2 fewer and cheaper",         says("40", "30"),          "accepted",  "",                None,   "rev 2: 50 at 40.00, confirmed"),
    ],
)  # fmt: skip
def test_terms_a_buyer_takes_apply_or_ask(
    _case: str, said: AnswerLine, state: str, matter: str, amount: str | None, expected: str
) -> None:
    made = company(every_matter=True)
    order = an_issued_order(made, ("SW-500", "50"))
    found = answered(made, order, said)
    assert (found.state, cases()) == ("review", ["open"])

    take(made, found)

    request = asked()
    about = (request.subject_type, request.amount) if matter else ("", None)
    assert (found.state, *about, stands(order)) == (state, matter, Decimal(amount) if amount else None, expected)
    assert cases() == ["cured"], "the buyer's task closes itself"
    assert list(breaches()) == []


def test_agreed_price_is_the_next_version_and_drift_is_measured_from_it() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    found = answered(made, order, says("52", promised=DAY))
    take(made, found)
    change = OrderChange.objects.get()
    assert (chain(), change.extra_amount) == ([("open", ["frank"])], Decimal(200))  # no row of this matrix: AP-8

    approve_change(pk=change.pk, expected_version=None, seen_hash=None, actor=made.people["frank"], reason="", at=THEN)
    drain()

    found.refresh_from_db()
    line = order.lines.get()
    assert (found.state, found.decided_by, stands(order)) == (
        "accepted",
        made.people["frank"],
        "rev 2: 50 at 52.00, confirmed",
    )
    assert (line.promised, line.first_approved_price) == (DAY, Decimal(52))
    again = answered(made, order, says("52"), key="a-2")
    assert again.state == "applied", "what was agreed is no exception a second time"
    assert list(breaches()) == []
    call_command("redecide")


@pytest.mark.parametrize(
    ("act", "state", "left"),
    [(reject_change, "refused", []), (return_change, "review", ["open"])],
    ids=["rejected", "sent back to the buyer"],
)
def test_refused_price_leaves_the_order_and_the_answer_goes_back(act: object, state: str, left: list[str]) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    found = answered(made, order, says("52"))
    take(made, found)

    act(  # type: ignore[operator]  # one of two services of one shape
        pk=OrderChange.objects.get().pk, expected_version=None, seen_hash=None, actor=made.people["frank"],
        reason="Ask for 49", at=THEN,
    )  # fmt: skip
    drain()

    found.refresh_from_db()
    assert (found.state, stands(order)) == (state, "rev 1: 50 at 48.00, changed")
    assert [c for c in cases() if c == "open"] == left
    assert list(breaches()) == []


def test_price_taken_back_by_the_buyer_waits_for_them_again_and_can_be_refused() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    found = answered(made, order, says("52"))
    take(made, found)
    with pytest.raises(DomainError) as refusal:
        take(made, found, accept=False)
    assert refusal.value.code == "change_open", "not while somebody is asked"

    withdraw_change(
        change_id=OrderChange.objects.get().pk, expected_version=1, actor=made.boris, reason="They came down", at=THEN
    )
    drain()
    assert [c for c in cases() if c == "open"] == ["open"]
    take(made, found, accept=False)

    assert (found.state, stands(order)) == ("refused", "rev 1: 50 at 48.00, changed")
    assert "open" not in cases()


def test_newer_answer_of_the_supplier_takes_back_what_was_asked_for_the_older() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    first = answered(made, order, says("52"))
    take(made, first)

    second = answered(made, order, says("", answer="accepted"), key="a-2")

    first.refresh_from_db()
    change = OrderChange.objects.get()
    assert (first.state, second.state, change.state, asked().state) == (
        "superseded",
        "applied",
        "withdrawn",
        "withdrawn",
    )
    assert (change.ended_reason, stands(order)) == ("The supplier answered anew.", "rev 1: 50 at 48.00, confirmed")
    assert list(breaches()) == []


def test_matrix_that_names_them_asks_the_site_manager_without_an_exception() -> None:
    made = company(every_matter=True)
    order = an_issued_order(made, ("SW-500", "50"))
    take(made, answered(made, order, says("52")))

    assert (asked().decision["rule_name"], chain()) == ("Dearer by up to 1,000 than agreed", [("open", ["mona"])])
    assert cases() == ["cured"]


def test_nobody_decides_a_price_they_asked_for() -> None:
    made = company(every_matter=True)
    order = an_issued_order(made, ("SW-500", "50"))
    take(made, answered(made, order, says("52")))

    with pytest.raises(DomainError) as refusal:
        approve_change(
            pk=OrderChange.objects.get().pk, expected_version=None, seen_hash=None, actor=made.boris, reason="", at=THEN
        )

    assert (refusal.value.code, stands(order)) == ("own_request", "rev 1: 50 at 48.00, changed")
