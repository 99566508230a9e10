"""An order to a supplier who takes EDI: our 850 to a partner's process, its 997 and 855 back through our door."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from oauth2_provider.models import AccessToken, Application

from foundation.models import Delivery
from foundation.relay import drain
from foundation.selectors import system_user
from integration import tasks
from integration.models import Connection, InboxMessage, SentEnvelope
from integration.services import store_order
from procurement.models import OrderAcknowledgment, PurchaseOrder
from tests.factories import Company, an_issued_order, company
from tests.integration import factories
from tests.integration.processes import Other, running
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "acme-edi"


def token_for(connection: Connection) -> str:
    application = Application.objects.create(
        name="Acme",
        user=system_user("partner"),
        client_type="confidential",
        authorization_grant_type="client-credentials",
    )
    connection.profile = {"application": application.client_id, "their_id": "ACME"}
    connection.save()
    token = AccessToken.objects.create(
        application=application, user=application.user, scope="messages", token="t-acme",
        expires=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    return str(token.token)


@pytest.fixture
def made() -> Company:
    made = company()
    made.acme.order_channel = "edi"
    made.acme.save()
    return made


def exchanged(made: Company, partner: Other, *lines: tuple[str, str]) -> PurchaseOrder:
    """Issue an order and let it travel: out, answered, read, and our own 997 out again."""
    order = an_issued_order(made, *lines)
    drain()
    assert tasks.deliver() == 1
    partner.wait_for(sent="855", status=202)
    assert tasks.apply_inbox() == 2
    drain()
    assert tasks.deliver() == 1
    partner.wait_for(got="997")
    order.refresh_from_db()
    return order


def test_order_goes_out_and_its_answer_comes_back(made: Company, live_server: Any, tmp_path: Path) -> None:
    token = token_for(factories.way_in("x12", made.acme, CODE))
    with running(
        "tests.integration.partner", tmp_path / "acme.jsonl", factories.SECRET, live_server.url, token, CODE
    ) as acme:
        factories.way_out(made.acme, acme.url)
        order = exchanged(made, acme, ("SW-500", "10"), ("TAPE-48", "2"))
        received = acme.wait_for(got="850")

    assert order.number in received["text"]
    assert (order.ack_status, OrderAcknowledgment.objects.get().state) == ("confirmed", "applied")
    assert list(SentEnvelope.objects.order_by("pk").values_list("group_code", "verdict")) == [
        ("PO", "accepted"),
        ("FA", ""),
    ]
    assert set(InboxMessage.objects.values_list("status", flat=True)) == {"applied"}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert ExceptionCase.objects.count() == 0


def test_partner_that_can_send_only_part_makes_one_task_for_the_buyer(
    made: Company, live_server: Any, tmp_path: Path
) -> None:
    token = token_for(factories.way_in("x12", made.acme, CODE))
    with running(
        "tests.integration.partner", tmp_path / "acme.jsonl", factories.SECRET, live_server.url, token, CODE
    ) as acme:
        factories.way_out(made.acme, acme.url)
        order = exchanged(made, acme, ("SW-500", "60"))

    acknowledgment = OrderAcknowledgment.objects.get()
    assert [(line.answer, line.quantity) for line in acknowledgment.lines.order_by("schedule_no")] == [
        ("accepted", 50),
        ("backordered", 10),
    ]
    assert order.supplier_id == made.acme.pk


@pytest.mark.parametrize(
    ("_case", "connected", "break_", "cause"),
    [
        ("no connection",        False, lambda _: None, "no_connection"),
        ("a unit X12 lacks",     True,  lambda v: v.content["lines"][0].update(unit="ZZ9"), "unit_unknown"),
        ("a part that is long",  True,  lambda v: v.content["lines"][0].update(supplier_part="P" * 60), "id_too_long"),
    ],
)  # fmt: skip
def test_order_that_cannot_be_sent_is_an_exception_that_closes_when_it_can(
    _case: str, connected: bool, break_: Any, cause: str, made: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from integration.services import store_documents  # noqa: PLC0415 - its reading of a version is replaced

    if connected:
        factories.way_out(made.acme)
    real = store_documents.canonical_order

    def broken(version: Any) -> Any:
        break_(version)
        return real(version)

    monkeypatch.setattr(store_documents, "canonical_order", broken)
    order = an_issued_order(made)
    drain()
    case = ExceptionCase.objects.get(cause=cause)
    assert (case.state, case.subject_number, Delivery.objects.count()) == ("open", order.number, 0)

    monkeypatch.undo()
    if not connected:
        factories.way_out(made.acme)
    tasks.chase()

    case.refresh_from_db()
    assert (case.state, Delivery.objects.get().state) == ("cured", "waiting")


def an_850(made: Company, **profile: Any) -> tuple[PurchaseOrder, SentEnvelope]:
    factories.way_out(made.acme, **profile)
    order = an_issued_order(made)
    store_order(order_id=order.pk, revision=order.revision, at=factories.now())
    return order, SentEnvelope.objects.get()


def test_refused_850_is_an_exception_on_the_order(made: Company) -> None:
    order, sent = an_850(made)
    refusal = ["997", f"AK1*PO*{sent.control_number}", "AK2*850*0001", "AK3*PO1*8**8", "AK5*R*5", "AK9*R*1*1*0"]

    message = factories.take(factories.way_in("x12", made.acme), factories.x12(refusal, group="FA"))

    sent.refresh_from_db()
    case = ExceptionCase.objects.get()
    assert (message.status, sent.verdict) == ("applied", "rejected")
    assert (case.cause, case.subject_number, "AK3 PO1 8 8" in case.sentence) == ("syntax_rejected", order.number, True)
    assert Delivery.objects.filter(message_type="997").count() == 0  # never answer an answer


def test_997_about_something_we_did_not_send_is_parked(made: Company) -> None:
    message = factories.take(
        factories.way_in("x12", made.acme), factories.x12(["997", "AK1*PO*4711", "AK9*A*1*1*1"], group="FA")
    )

    assert (message.status, message.effect["faults"][0]["code"]) == ("parked", "control_unknown")


def test_missing_997_is_asked_after_once_and_forgiven_when_it_comes(made: Company) -> None:
    _, sent = an_850(made, answers_997=True)
    Delivery.objects.update(state="delivered", delivered_at=factories.now() - timedelta(hours=25))

    chased = [tasks.chase(), tasks.chase()]
    case = ExceptionCase.objects.get()
    factories.take(
        factories.way_in("x12", made.acme),
        factories.x12(["997", f"AK1*PO*{sent.control_number}", "AK9*A*1*1*1"], group="FA"),
    )

    assert (chased, case.cause) == ([1, 1], "functional_answer_overdue")
    case.refresh_from_db()
    assert (case.state, tasks.chase()) == ("cured", 0)


def test_refused_message_gets_a_997_that_refuses_and_only_one(made: Company) -> None:
    factories.way_out(made.acme)
    connection = factories.way_in("x12", made.acme)
    raw = factories.x12(["855", "BAK*00*AT*PO-1*20260310"]).replace(b"GE*1*7", b"GE*1*8")

    message = factories.take(connection, raw)
    factories.take(connection, raw)

    (answer,) = Delivery.objects.filter(message_type="997")
    assert message.status == "rejected"
    assert b"AK9*R*1*1*0*4" in bytes(answer.body)
