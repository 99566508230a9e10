"""From a released bill to the ERP's voucher: one row with the change, a real receiver, faults on the way, one effect.

Rule: IN-3.
"""

import os
import random
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from foundation.errors import ConflictError
from foundation.intake.http import Answer
from foundation.models import AuditEvent, Delivery
from foundation.relay import drain
from integration import tasks
from integration.models import Connection
from integration.services import claim_due, resend_delivery, send_delivery, store_voucher, take_answer
from integration.services.deliver import BACKOFF, CLAIM_LASTS, HOURLY, PARK_AFTER
from invoicing import services as invoicing
from invoicing.models import Invoice
from tests.integration import factories
from tests.integration.processes import running
from tests.invoicing import factories as f
from tools.receiver import ANSWER_LOST, REFUSED
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db(transaction=True)
RECEIVER = "tools.receiver"


def seed_for(*fates: str) -> str:
    """Return a seed with which the receiver does these things in turn."""
    limits = {"refuse": (0.0, REFUSED), "lose": (REFUSED, REFUSED + ANSWER_LOST), "take": (REFUSED + ANSWER_LOST, 1.0)}
    for seed in range(100_000):
        dice = random.Random(seed)  # noqa: S311 - faults, not secrets
        if all(limits[fate][0] <= dice.random() < limits[fate][1] for fate in fates):
            return str(seed)
    raise AssertionError(fates)


def released() -> tuple[Invoice, Delivery]:
    """Return a bill that was released and the delivery that hands it over."""
    order = f.order(f.order_line(received="100"))
    invoice = invoicing.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)
    drain()
    return Invoice.objects.get(pk=invoice.pk), Delivery.objects.get()


def send_what_is_due(delivery: Delivery) -> Delivery:
    """Let the worker send the delivery, whenever it was due."""
    Delivery.objects.filter(pk=delivery.pk, state="waiting").update(next_attempt_at=factories.now())
    tasks.deliver()
    return Delivery.objects.get(pk=delivery.pk)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "erp.jsonl"


def test_released_bill_is_posted_under_the_number_of_the_erp(log: Path) -> None:
    with running(RECEIVER, log, factories.SECRET) as erp:
        factories.way_out(url=f"{erp.url}vouchers/")
        invoice, stored = released()
        assert (invoice.state, stored.state, stored.attempts) == ("released", "waiting", 0)

        done = send_what_is_due(stored)
        drain()

        (entry,) = erp.entries()
    invoice.refresh_from_db()
    assert (done.state, done.answer_status) == ("delivered", 200)
    assert (entry["msg_id"], invoice.number in entry["body"]) == (str(stored.msg_id), True)
    assert (invoice.state, invoice.voucher[:4]) == ("posted", "ERP-")


def test_voucher_is_stored_once_however_often_the_news_come() -> None:
    factories.way_out()
    invoice, stored = released()

    again = [store_voucher(invoice_id=invoice.pk, at=f.AT) for _ in range(3)]

    assert again == [stored] * 3
    assert AuditEvent.objects.filter(action="store_delivery").count() == 1


def test_refused_then_lost_then_taken_has_one_effect(log: Path) -> None:
    with running(RECEIVER, log, factories.SECRET, seed_for("refuse", "lose", "take")) as erp:
        factories.way_out(url=f"{erp.url}vouchers/")
        invoice, stored = released()
        states = []
        for _ in range(3):
            done = send_what_is_due(stored)
            states.append((done.state, done.attempts))
        entries = erp.entries()

    invoice.refresh_from_db()
    assert states == [("waiting", 1), ("waiting", 2), ("delivered", 3)]
    assert [entry["msg_id"] for entry in entries] == [str(stored.msg_id)] * 2  # the receiver drops the second by its id
    assert invoice.state == "posted"
    assert AuditEvent.objects.filter(action="post").count() == 1


def test_worker_killed_between_the_answer_and_the_mark_has_one_effect(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(RECEIVER, log, factories.SECRET) as erp:
        factories.way_out(url=f"{erp.url}vouchers/")
        invoice, stored = released()

        assert _killed_after_sending(monkeypatch) == -signal.SIGKILL

        left = Delivery.objects.get()
        assert (left.state, left.attempts, len(erp.entries())) == ("waiting", 1, 1)
        assert claim_due(at=factories.now()) == []  # the dead one's claim still holds

        Delivery.objects.update(claimed_at=factories.now() - CLAIM_LASTS - timedelta(seconds=1))
        tasks.deliver()
        entries = erp.entries()

    done = Delivery.objects.get()
    invoice.refresh_from_db()
    assert (done.state, done.attempts) == ("delivered", 2)
    assert [entry["msg_id"] for entry in entries] == [str(stored.msg_id)] * 2
    assert (invoice.state, AuditEvent.objects.filter(action="post").count()) == ("posted", 1)


def _killed_after_sending(monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the worker's task in a process that is killed when the receiver has answered; returns how it ended."""
    from integration.services import deliver  # noqa: PLC0415 - the name it uses is replaced, in the child only

    connections.close_all()  # parent and child open their own
    child = os.fork()
    if child == 0:
        send = deliver.post_signed

        def send_and_die(**arguments: Any) -> None:
            send(**arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        deliver.post_signed = send_and_die  # type: ignore[assignment]
        try:
            tasks.deliver()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_silent_receiver_is_tried_ever_later_then_parked_then_sent_by_hand(log: Path) -> None:
    connection = factories.way_out(url="http://127.0.0.1:9/nobody/")
    _, stored = released()
    at, pauses = stored.created_at, []
    while Delivery.objects.get().state == "waiting":
        (pk,) = claim_due(at=at)
        assert send_delivery(delivery_id=pk, at=at) is False
        due = Delivery.objects.get().next_attempt_at
        pauses.append((due - at).total_seconds())
        at = due

    parked = Delivery.objects.get()
    case = ExceptionCase.objects.get(key=f"delivery:{stored.pk}")
    planned = [*BACKOFF, *[HOURLY] * (len(pauses) - len(BACKOFF))]
    assert all(p <= got <= p * 1.2 + 1 for p, got in zip(planned, pauses, strict=True))
    assert at - stored.created_at > PARK_AFTER
    assert (parked.state, case.state, case.cause, case.owner_role) == (
        "parked",
        "open",
        "not_delivered",
        "integration_engineer",
    )
    assert "ConnectError" in parked.last_error

    with running(RECEIVER, log, factories.SECRET) as erp:
        Connection.objects.filter(pk=connection.pk).update(url=erp.url)
        resend_delivery(delivery_id=stored.pk, actor=f.clerk(role="integration_engineer"), at=factories.now())
        tasks.deliver()

    done = Delivery.objects.get()
    case.refresh_from_db()
    assert (done.state, case.state, case.outcome) == ("delivered", "cured", "It was delivered.")
    with pytest.raises(ConflictError):
        resend_delivery(delivery_id=stored.pk, actor=f.relay(), at=factories.now())


def test_wrong_signature_is_not_taken(log: Path) -> None:
    with running(RECEIVER, log, factories.SECRET.replace("MDEy", "OTk5")) as erp:
        factories.way_out(url=erp.url)
        _, stored = released()

        done = send_what_is_due(stored)

        assert (done.state, done.last_error[:12], erp.entries()) == ("waiting", "Answered 401", [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"error": "Supplier ACME is not set up."}',    "Answered 422: Supplier ACME is not set up."),
        ('{"title": "No", "detail": "Period is closed"}', "Answered 422: Period is closed"),
        ('{"error": {"code": 7}}',                        'Answered 422: {"error": {"code": 7}}'),
        ("Not today",                                     "Answered 422: Not today"),
        ("",                                              "Answered 422: "),
    ],
)  # fmt: skip
def test_refusal_is_kept_in_words(body: str, said: str) -> None:
    factories.way_out(url="http://127.0.0.1:9/")
    _, stored = released()

    taken = take_answer(delivery_id=stored.pk, answer=Answer(422, body), at=factories.now())

    stored.refresh_from_db()
    assert (taken, stored.state, stored.last_error) == (False, "waiting", said)


def test_later_message_about_a_document_waits_for_the_earlier(log: Path) -> None:
    factories.way_out()
    _, first = released()
    second = Delivery.objects.create(
        connection=first.connection, message_type="voucher", subject_type="invoice", subject_id=first.subject_id,
        subject_number=first.subject_number, order_key=first.order_key, dedupe_key="again", body=b"{}",
    )  # fmt: skip

    assert claim_due(at=factories.now()) == [first.pk]

    Delivery.objects.filter(pk=first.pk).update(state="parked")
    assert claim_due(at=factories.now() + timedelta(hours=1)) == []
    assert second.state == "waiting"


def test_contradicting_voucher_number_is_an_exception_and_no_endless_try(log: Path) -> None:
    with running(RECEIVER, log, factories.SECRET) as erp:
        factories.way_out(url=erp.url)
        invoice, stored = released()
        invoicing.record_posting(number=invoice.number, voucher="ERP-BY-HAND", actor=f.relay(), at=f.AT)

        done = send_what_is_due(stored)

    case = ExceptionCase.objects.get(key=f"posting:{stored.pk}")
    assert (done.state, case.state, invoice.number in case.sentence) == ("delivered", "open", True)
    assert Invoice.objects.get().voucher == "ERP-BY-HAND"


@pytest.mark.parametrize(
    ("answer", "state", "earliest"),
    [
        (Answer(503, "busy", 900), "waiting", 900),
        (Answer(302, "elsewhere"), "waiting", BACKOFF[0]),
        (Answer(410, "gone"), "parked", 0),
    ],
)  # fmt: skip
def test_answer_decides_when_it_is_tried_again(
    answer: Answer, state: str, earliest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integration.services.deliver.post_signed", lambda **_: answer)
    factories.way_out()
    _, stored = released()
    at = factories.now()
    (pk,) = claim_due(at=at)

    assert send_delivery(delivery_id=pk, at=at) is False

    stored = Delivery.objects.get()
    assert (stored.state, stored.next_attempt_at >= at + timedelta(seconds=earliest)) == (state, True)
