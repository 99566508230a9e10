"""A need becomes a payable bill and no person touches a page: three machines and the policy do it all, over HTTP."""

import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from foundation import audit
from foundation.models import DomainEvent, Role, User
from foundation.relay import drain
from foundation.services import grant_role
from integration.services import Admitted, register_client
from procurement.models import PurchaseOrder
from suppliers.models import Contract
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db


class Machine:
    """A partner's program: it signs in with its secret and speaks JSON."""

    def __init__(self, admitted: Admitted) -> None:
        pair = f"{admitted.client.application.client_id}:{admitted.secret}".encode()
        answer = APIClient(enforce_csrf_checks=True).post(
            reverse("api_token"), "grant_type=client_credentials", content_type="application/x-www-form-urlencoded",
            HTTP_AUTHORIZATION="Basic " + base64.b64encode(pair).decode(),
        )  # fmt: skip
        self.http = APIClient(enforce_csrf_checks=True)
        self.http.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer = self.http.get(f"/api/v1/{path}", query)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def send(self, path: str, body: dict[str, Any], *, key: str = "", version: int | None = None) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = self.http.post(f"/api/v1/{path}", body, format="json", headers=headers)
        assert answer.status_code in {200, 201}, answer.content
        return dict(answer.json())


def machine_of_ours(made: Company, name: str, role: str) -> Machine:
    """Let a program of ours in and give it one duty at Leeds."""
    admitted = register_client(name=name, scopes=["read", "write"], actor=made.ursula, at=NOW)
    account = User.objects.get(pk=admitted.client.application.user_id)
    grant_role(user=account, role=role, actor=made.ursula, at=NOW, site=made.leeds)
    return Machine(admitted)


def test_need_becomes_a_payable_bill_by_machines_alone() -> None:
    made = company()
    today = timezone.localdate()
    Contract.objects.update(valid_to=date(2199, 12, 31))
    shop = machine_of_ours(made, "Replenishment Leeds", Role.REQUESTER)
    warehouse = machine_of_ours(made, "Warehouse Leeds", Role.RECEIVER)
    partner = Machine(
        register_client(name="Acme ERP", scopes=["read", "write"], supplier=made.acme, actor=made.igor, at=NOW)
    )

    # The need, in the words of our own records.
    site = shop.get("sites/LDS/")
    item = shop.get("items/SW-500/")
    need = shop.send(
        "requisitions/",
        {
            "site": site["code"], "cost_centre": site["cost_centres"][0], "title": "Stretch wrap",
            "need_by": (today + timedelta(days=14)).isoformat(),
            "lines": [{"item": item["code"], "quantity": "10", "unit": item["packs"][0]["unit"]}],
        },
        key="need-2026-0001",
    )  # fmt: skip
    need = shop.send(f"requisitions/{need['number']}/submit/", {}, version=need["version"])
    assert need["state"] == "approved"  # the policy asks nobody for so little under contract
    drain()
    need = shop.get(f"requisitions/{need['number']}/")
    [number] = need["lines"][0]["orders"]

    # The supplier finds the order and will deliver it as ordered.
    [order] = partner.get("orders/", ack_status="none")["results"]
    assert (order["number"], order["total_amount"]) == (number, "480")
    answer = partner.send("acknowledgments/", {"order": number, "external_id": "SO-1", "answer": "accept_all"})
    assert answer["state"] == "applied"

    # The warehouse counts what came, and sends it twice because the line was bad.
    lines = [
        {"line_no": line["line_no"], "quantity": line["quantity"]}
        for line in warehouse.get(f"orders/{number}/")["lines"]
    ]
    goods = {"order": number, "external_id": "WMS-1", "received_at": datetime.now(UTC).isoformat(), "lines": lines}
    receipts = {warehouse.send("receipts/", goods)["number"] for _ in range(2)}
    assert len(receipts) == 1

    # The supplier bills it.
    bill = partner.send(
        "invoices/",
        {
            "external_id": "BILL-1", "supplier_number": "0417", "invoice_date": today.isoformat(), "currency": "GBP",
            "order": number, "net_amount": "480.00", "tax_amount": "96.00", "total_amount": "576.00",
            "lines": [
                {"line_no": "1", "order_line": "10", "quantity": "10", "unit": "XCS", "net_amount": "480.00", "tax_percent": "20"}
            ],
        },
    )  # fmt: skip
    drain()

    # It is payable, everybody reads the same story, and the books agree.
    assert partner.get(f"invoices/{bill['number']}/")["state"] == "released"
    told = warehouse.get(f"orders/{number}/")
    assert {name: told[name] for name in ("state", "ack_status", "receipt_status", "invoice_status")} == {
        "state": "issued", "ack_status": "confirmed", "receipt_status": "full", "invoice_status": "full",
    }  # fmt: skip
    quantities = told["lines"][0]["quantities"]
    assert {name: quantities[name] for name in ("ordered", "accepted", "invoiced", "open", "to_invoice")} == {
        "ordered": "60", "accepted": "60", "invoiced": "60", "open": "0", "to_invoice": "0",
    }  # fmt: skip
    assert PurchaseOrder.objects.get().is_touchless
    assert audit.first_fault() is None
    assert not DomainEvent.objects.filter(done_at=None).exists()
