"""The inbox: one effect for each identity, order for each document, poison parks, conflicts are shown (IN-2)."""

from typing import Any

import pytest

from foundation.errors import ConflictError, InvalidError
from foundation.models import AuditEvent
from integration import tasks
from integration.models import InboxMessage
from integration.services import apply_message, claim_received, receive_message, replay_message, set_message_aside
from integration.services.inbox import CLAIM_LASTS, MAX_TRIES
from invoicing.models import Invoice
from procurement.models import OrderAcknowledgment
from tests.factories import Company, an_issued_order, company
from tests.integration import factories as f
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def answer(order: str, *lines: str, bak: str = "AC", number: int = 7) -> bytes:
    return f.x12(["855", f"BAK*00*{bak}*{order}*20260310", *lines], number=number)


def test_same_id_same_bytes_is_the_same_message(made: Company) -> None:
    connection, raw = f.way_in(supplier=made.acme), f.bill(an_issued_order(made).number)

    first, again = f.take(connection, raw, "m-1"), f.take(connection, raw, "m-1")

    assert (first.pk, first.status, Invoice.objects.count()) == (again.pk, "applied", 1)


def test_same_bytes_under_another_id_get_the_answer_of_the_first(made: Company) -> None:
    connection, raw = f.way_in(supplier=made.acme), f.bill(an_issued_order(made).number)

    first, again = f.take(connection, raw, "m-1"), f.take(connection, raw, "m-2")

    assert (again.status, again.document_number, again.effect["repeat_of"]) == (
        "applied",
        first.document_number,
        first.pk,
    )
    assert (Invoice.objects.count(), ExceptionCase.objects.count()) == (1, 0)


def test_same_id_other_content_is_refused_kept_and_shown(made: Company) -> None:
    connection, order = f.way_in(supplier=made.acme), an_issued_order(made)
    first = f.take(connection, f.bill(order.number), "m-1")

    for _ in range(2):
        with pytest.raises(ConflictError) as caught:
            f.take(connection, f.bill(order.number, ("INV-77", "INV-99")), "m-1")

    held = InboxMessage.objects.get(status="quarantined")
    case = f.case_of(held)
    assert caught.value.code == "message_conflict"
    assert (held.conflict_with, b"INV-99" in bytes(held.raw), Invoice.objects.count()) == (first, True, 1)
    assert case is not None
    assert (case.state, case.cause) == ("open", "message_conflict")


def test_conflict_is_settled_by_setting_it_aside_with_a_reason(made: Company) -> None:
    connection, order = f.way_in(supplier=made.acme), an_issued_order(made)
    f.take(connection, f.bill(order.number), "m-1")
    with pytest.raises(ConflictError):
        f.take(connection, f.bill(order.number, ("INV-77", "INV-99")), "m-1")
    held = InboxMessage.objects.get(status="quarantined")

    with pytest.raises(InvalidError):
        set_message_aside(message_id=held.pk, actor=made.igor, reason=" ", at=f.now())
    set_message_aside(message_id=held.pk, actor=made.igor, reason="Acme withdrew it", at=f.now())

    case = f.case_of(held)
    assert case is not None
    assert (case.state, case.outcome) == ("cured", "Set aside: Acme withdrew it")


def test_control_number_used_for_something_else_waits_for_a_person(made: Company) -> None:
    connection, order = f.way_in("x12", made.acme), an_issued_order(made)
    f.take(connection, answer(order.number, bak="AT"))

    second = f.take(connection, answer(order.number, bak="RJ"))

    assert (second.status, second.effect["faults"][0]["code"]) == ("parked", "control_number_repeated")
    assert OrderAcknowledgment.objects.count() == 1


@pytest.mark.parametrize(
    ("_case", "profile", "raw", "code"),
    [
        ("a test in production", {},                    {"usage": "T"},      "test_message"),
        ("somebody else's box",  {"their_id": "ACME"},  {"sender": "BOLT"},  "sender_differs"),
    ],
)  # fmt: skip
def test_envelope_that_is_not_the_agreed_one_is_parked(
    _case: str, profile: dict[str, str], raw: dict[str, Any], code: str, made: Company
) -> None:
    order = an_issued_order(made)
    message = f.x12(["855", f"BAK*00*AT*{order.number}*20260310"], **raw)

    parked = f.take(f.way_in("x12", made.acme, **profile), message)

    assert (parked.status, parked.effect["faults"][0]["code"]) == ("parked", code)
    assert OrderAcknowledgment.objects.count() == 0


def test_later_message_about_a_document_waits_for_the_earlier_and_then_goes_on(made: Company) -> None:
    connection, order = f.way_in("x12", made.acme), an_issued_order(made)
    earlier = f.take(connection, answer(order.number, "PO1*10*10*DZ*48", "ACK*IA*10*DZ"))

    later = f.take(connection, answer(order.number, "PO1*10*10*CA*48", "ACK*IA*10*CA", number=8))
    other = f.take(connection, answer("PO-NOWHERE", number=9))

    assert (earlier.effect["faults"][0]["code"], later.effect["faults"][0]["code"]) == (
        "unit_unknown",
        "waits_for_earlier",
    )
    assert (later.waits_for, other.effect["faults"][0]["code"]) == (earlier, "order_unknown")
    assert f.case_of(later) is None  # the earlier one's exception is enough

    set_message_aside(message_id=earlier.pk, actor=made.igor, reason="Corrected by the next", at=f.now())
    later = f.go_on(later)

    assert (later.status, OrderAcknowledgment.objects.get().state) == ("applied", "applied")


def test_answer_that_waited_does_not_overtake_what_was_said_since(made: Company) -> None:
    order = an_issued_order(made)
    first = f.take(f.way_in("x12", made.acme), answer(order.number, "PO1*10*10*DZ*48", "ACK*IR*10*DZ"))
    f.take(f.way_in("x12", made.acme, "x12-other"), answer(order.number, bak="AT", number=8))
    connection = first.connection
    connection.profile = {"means": {"unit": {"DZN": "XCS"}}}
    connection.save()

    replay_message(message_id=first.pk, actor=made.igor, at=f.now())
    late = f.go_on(first)

    assert (late.status, late.effect["faults"][0]["code"]) == ("parked", "answer_overtaken")
    assert OrderAcknowledgment.objects.get().state == "applied"


def test_unexpected_error_is_tried_again_and_parks_after_five_tries(
    made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = an_issued_order(made)
    connection = f.way_in(supplier=made.acme)

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr("integration.services.take_invoice.receive_invoice", broken)
    message = f.take(connection, f.bill(order.number))
    follower = f.take(connection, f.bill(order.number, ("2026-04-09", "2026-04-10")))
    tries = [message.attempts]
    while message.status == "received":
        InboxMessage.objects.filter(pk=message.pk).update(next_attempt_at=f.now())
        message = f.go_on(message)
        tries.append(message.attempts)

    case = f.case_of(message)
    assert (tries, message.status) == ([1, 2, 3, 4, MAX_TRIES], "parked")
    assert case is not None
    assert (case.cause, "RuntimeError: a bug of ours" in case.sentence) == ("unexpected_error", True)
    assert follower.waits_for == message

    monkeypatch.undo()
    replay_message(message_id=message.pk, actor=made.igor, at=f.now())
    assert f.go_on(message).status == "applied"
    assert f.go_on(follower).effect["faults"][0]["code"] == "duplicate_invoice"


def test_message_that_kills_its_worker_is_tried_alone_and_parked(made: Company) -> None:
    connection, order = f.way_in(supplier=made.acme), an_issued_order(made)
    now = f.now()
    poison, innocent = (
        receive_message(
            connection=connection, external_id=name, raw=f.bill(order.number, ("INV-77", name)), content_type="",
            actor=None, at=now,
        )
        for name in ("P-1", "I-1")
    )  # fmt: skip
    now = f.now()

    claims = []
    for _ in range(MAX_TRIES + 3):  # each time the worker dies before it has done anything
        claims.append(claim_received(at=now))
        now += CLAIM_LASTS * 2

    poison.refresh_from_db()
    assert claims[:2] == [[poison.pk, innocent.pk], [poison.pk]]
    assert (poison.status, poison.effect["faults"][0]["code"]) == ("parked", "worker_died")
    assert claims[-1] == [innocent.pk]


def test_messages_of_a_connection_somebody_works_on_are_left_alone(made: Company) -> None:
    ours, other = f.way_in(supplier=made.acme), f.way_in(supplier=made.acme, code="other")
    for connection in (ours, ours, other):
        receive_message(
            connection=connection, external_id="", raw=f.bill(f"PO-{InboxMessage.objects.count()}"), content_type="", actor=None,
            at=f.now(),
        )  # fmt: skip
    now = f.now()

    assert [len(claim_received(at=now)) for _ in range(3)] == [2, 1, 0]


def test_applying_again_what_was_applied_changes_nothing(made: Company) -> None:
    message = f.take(f.way_in(supplier=made.acme), f.bill(an_issued_order(made).number))
    events = AuditEvent.objects.count()

    apply_message(message_id=message.pk, at=f.now())
    tasks.apply_inbox()

    assert (AuditEvent.objects.count(), Invoice.objects.count()) == (events, 1)
    with pytest.raises(ConflictError):
        replay_message(message_id=message.pk, actor=made.igor, at=f.now())


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("entities",     b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml_forbidden"),
        ("not XML",      b"%PDF-1.7", "xml_malformed"),
        ("wrong bytes",  '<?xml version="1.0" encoding="UTF-8"?><a>é</a>'.encode("latin-1"), "xml_malformed"),
        ("wrong sum",    f.bill("PO-1", (">576.00</cbc:TaxInclusiveAmount>", ">576.01</cbc:TaxInclusiveAmount>")), "BR-CO-15"),
        ("CII",          b'<a:CrossIndustryInvoice xmlns:a="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>', "not_this_dialect"),
        ("not a bill",   b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "not_an_invoice"),
    ],
)  # fmt: skip
def test_refused_bytes_are_kept_with_the_rule_they_break(_case: str, raw: bytes, code: str, made: Company) -> None:
    message = f.take(f.way_in(supplier=made.acme), raw)

    case = f.case_of(message)
    assert (message.status, message.effect["faults"][0]["code"], bytes(message.raw)) == ("rejected", code, raw)
    assert case is not None
    assert (case.state, case.cause, bool(case.sentence)) == ("open", code, True)
    assert Invoice.objects.count() == 0
