"""Which refusals the audit log keeps, at every door: after the rollback, in a transaction of their own (AU-1)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from foundation import guards
from foundation.errors import ConflictError, InvalidError, NotFoundError, NotPermittedError
from foundation.models import AuditEvent, User
from procurement.models import OrderAcknowledgment
from procurement.portal import orders
from tests.factories import Company, an_issued_order, company, submitted
from tests.machine import client_of, post
from tests.policies.factories import draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _refusals() -> list[tuple[str, str]]:
    return [
        (event.action.removeprefix("refused:"), str(event.actor.username if event.actor else ""))
        for event in AuditEvent.objects.filter(object_type="refusal").order_by("seq")
    ]


def test_page_records_and_keeps_nothing_else(made: Company) -> None:
    asked = submitted(made, ("SW-500", "50"))
    before = AuditEvent.objects.count()

    answer = _as(made.rita).post(f"/requisitions/{asked.number}/do/withdraw/", {"version": asked.version + 7})

    assert answer.status_code == 409
    assert _refusals() == [("changed_since_opened", "rita")]
    assert AuditEvent.objects.count() == before + 1
    kept = AuditEvent.objects.get(object_type="refusal")
    assert (kept.object_number, kept.request_id) == (asked.number, answer["X-Request-ID"])


def test_portal_records_after_it_left_the_suppliers_role(made: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    order = an_issued_order(made, ("SW-500", "10"))
    roles = []

    def changes_and_refuses(*_arguments: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select current_user")
            roles.append(cursor.fetchone()[0])
            cursor.execute("update procurement_purchaseorder set version = version + 1 where id = %s", [order.pk])
        raise ConflictError("said_otherwise", "You said otherwise.", number=order.number)

    monkeypatch.setattr(orders, "_record", changes_and_refuses)
    sent = {"action": "reject", "reject_reason": "No"}
    answer = _as(made.acme_person).post(reverse("portal_answer", args=[order.number]), sent)

    assert (answer.status_code, roles) == (409, [guards.PORTAL_ROLE])
    assert _refusals() == [("said_otherwise", "adam.acme")]
    seen = order.version
    order.refresh_from_db()
    assert (order.version, OrderAcknowledgment.objects.count()) == (seen, 0)


def test_machine_door_records_duty_and_scope(made: Company) -> None:
    asked = submitted(made, ("SW-500", "50"))
    address = reverse("api_requisition_submit", args=[asked.number])

    stale = post(client_of(made.rita), address, version=asked.version + 7)
    narrow = post(client_of(made.rita, "read"), address, version=asked.version)

    assert (stale.status_code, narrow.status_code) == (409, 403)
    assert [who for _, who in _refusals()] == ["rita", "rita"]
    assert _refusals()[1][0] == "scope_missing"


def test_admin_records(made: Company) -> None:
    made.polly.is_staff = True
    made.polly.save(update_fields=["is_staff"])
    version = draft(made)

    answer = _as(made.polly).post(reverse("admin:policies_policyversion_delete", args=[version.pk]), {"post": "yes"})

    assert answer.status_code == 403
    assert _refusals() == [("forbidden", "polly")]
    version.refresh_from_db()
    assert version.state == "draft"


@pytest.mark.parametrize(
    ("refusal", "kept"),
    [
        (NotPermittedError("a", "You may not."), True),
        (ConflictError("a", "It says otherwise."), True),
        (NotFoundError("a", "There is none."), False),
        (InvalidError("a", "It cannot be read."), False),
    ],
)
def test_only_a_refused_duty_a_stale_page_and_a_contradiction_are_kept(
    made: Company, monkeypatch: pytest.MonkeyPatch, refusal: Exception, kept: bool
) -> None:
    def refuses(*_arguments: Any) -> None:
        raise refusal

    monkeypatch.setattr("procurement.web.requisitions.get_requisition", refuses)
    _as(made.rita).get("/requisitions/REQ-1/")

    assert bool(_refusals()) is kept


def test_hundred_guesses_leave_no_row(made: Company) -> None:
    guesser, machine = _as(made.rita), client_of(made.rita)
    before = AuditEvent.objects.count()

    answers = {guesser.get(f"/orders/PO-{n}/").status_code for n in range(50)}
    answers |= {machine.get(reverse("api_order", args=[f"PO-{n}"])).status_code for n in range(50)}
    faulty = {post(machine, reverse("api_requisitions"), {"site": "NONE"}, key=f"k-{n}").status_code for n in range(20)}

    assert (answers, faulty) == ({404}, {422})
    assert AuditEvent.objects.count() == before


def test_strangers_leave_no_row(made: Company) -> None:
    before = AuditEvent.objects.count()

    Client().post("/requisitions/REQ-1/do/withdraw/", {"version": 1})
    Client(headers={"Authorization": "Bearer no"}).get("/api/v1/orders/")

    assert AuditEvent.objects.count() == before
