from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from foundation import relay
from foundation.models import AuditEvent, User
from invoicing import services
from invoicing.models import Invoice
from procurement.models import PurchaseOrder
from tests.invoicing import factories as f
from tests.machine import client_of, fault, numbers, statements

pytestmark = pytest.mark.django_db
URL = reverse("api_invoices")


def document(order: PurchaseOrder, **changes: Any) -> dict[str, Any]:
    lines = [
        {
            "line_no": str(place), "order_line": str(line.line_no), "quantity": "100", "unit": "EA",
            "net_amount": "400.00", "tax_percent": "20",
        }
        for place, line in enumerate(order.lines.order_by("line_no"), start=1)
    ]  # fmt: skip
    return {
        "external_id": "m-1", "supplier": order.supplier.code, "supplier_number": "A-1", "invoice_date": "2026-03-10",
        "currency": "GBP", "order": order.number, "net_amount": "400.00", "tax_amount": "80.00",
        "total_amount": "480.00", "lines": lines, **changes,
    }  # fmt: skip


def test_bill_is_sent_matched_and_read_back() -> None:
    order = f.order(f.order_line(received="100"))
    client = client_of(f.clerk())

    sent = client.post(URL, document(order), format="json")
    relay.drain()
    read = client.get(reverse("api_invoice", args=[sent.json()["number"]]))

    assert (sent.status_code, sent.json().get("state")) == (201, "received"), sent.content
    assert read.json()["state"] == "released"
    assert {key: read.json()[key] for key in ("total_amount", "computed_total", "supplier", "site", "holds")} == {
        "total_amount": "480", "computed_total": "480", "supplier": "ACME", "site": "LDS", "holds": [],
    }  # fmt: skip


def test_repeat_is_answered_with_the_first_and_other_content_refused() -> None:
    order = f.order(f.order_line(received="100"))
    client = client_of(f.clerk())

    first = client.post(URL, document(order), format="json")
    second = client.post(URL, document(order), format="json")
    third = client.post(URL, document(order, total_amount="1.00"), format="json")

    assert (first.status_code, second.status_code, third.status_code) == (201, 201, 409)
    assert first.json()["number"] == second.json()["number"]
    assert third["Content-Type"].startswith("application/problem+json")
    assert third.json()["code"] == "same_id_other_content"
    assert Invoice.objects.count() == 1


def test_idempotency_key_stands_in_for_the_id() -> None:
    order = f.order(f.order_line(received="100"))
    client = client_of(f.clerk())
    body = document(order)
    del body["external_id"]

    answers = [client.post(URL, body, format="json", headers={"Idempotency-Key": "k-1"}).status_code for _ in range(2)]
    without = client.post(URL, {**body, "supplier_number": "A-2"}, format="json")

    assert (answers, without.status_code) == ([201, 201], 422)
    assert without.json()["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("_case", "change", "field"),
    [
        ("a number without quotes", {"total_amount": 480}, "total_amount"),
        ("an exponent", {"total_amount": "4.8e2"}, "total_amount"),
        ("an underscore", {"total_amount": "4_80"}, "total_amount"),
        ("other digits", {"total_amount": "\u0664\u0668\u0660"}, "total_amount"),
        ("no such day", {"invoice_date": "2026-02-30"}, "invoice_date"),
        ("a member we do not know", {"totl": "1"}, "totl"),
        ("no lines", {"lines": []}, "lines"),
        ("a line without a unit", {"lines": [{"line_no": "1", "quantity": "1", "net_amount": "1"}]}, "lines[0].unit"),
        ("an unknown kind", {"kind": "reminder"}, "kind"),
    ],
)
def test_faulty_members_are_named(_case: str, change: dict[str, Any], field: str) -> None:
    order = f.order(f.order_line(received="100"))

    answer = client_of(f.clerk()).post(URL, document(order, **change), format="json")

    assert answer.status_code == 422
    assert field in {fault["field"] for fault in answer.json()["errors"]}
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("supplier", "NOBODY", "supplier_unknown"), ("legal_entity", "NONE", "legal_entity_unknown"),
        ("supplier_number", "---", "invoice_field"), ("currency", "ZZZ", "currency_unknown"),
    ],
)  # fmt: skip
def test_unknown_names_are_told_with_their_value(field: str, value: str, code: str) -> None:
    order = f.order(f.order_line(received="100"))

    answer = client_of(f.clerk()).post(URL, document(order, **{field: value}), format="json")

    assert fault(answer) == (422, field, code, value)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("who", ["clerk", "supplier"])
def test_pages_cost_the_same_with_three_rows_as_with_one(who: str) -> None:
    orders = [f.order() for _ in range(3)]
    client = client_of(f.clerk() if who == "clerk" else f.supplier_person(orders[0].supplier))
    first = services.receive_invoice(command=f.bill_for(orders[0]), actor=f.relay(), at=f.AT)
    one = (statements(client, URL), statements(client, reverse("api_invoice", args=[first.number])))

    for order in orders[1:]:
        last = services.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)
    three = (statements(client, URL), statements(client, reverse("api_invoice", args=[last.number])))

    assert three == one
    assert len(numbers(client.get(URL))) == 3


def test_no_token_wrong_scope_and_no_duty_are_refused() -> None:
    order = f.order(f.order_line(received="100"))
    body = document(order)

    stranger = APIClient().post(URL, body, format="json").status_code
    reader = client_of(f.clerk(), scope="read").post(URL, body, format="json").status_code
    idle = client_of(f.person("idle.system", User.Kind.SYSTEM)).post(URL, body, format="json")

    assert (stranger, reader, idle.status_code) == (401, 403, 403)
    assert idle.json()["code"] == "not_your_duty"
    assert AuditEvent.objects.filter(action="refused:not_your_duty").exists()
    assert not Invoice.objects.exists()


def test_client_of_another_site_sees_nothing() -> None:
    order = f.order(f.order_line(received="100"))
    invoice = services.receive_invoice(command=f.bill_for(order), actor=f.relay(), at=f.AT)
    client = client_of(f.clerk("o.other", at=f.site("HUL")))

    foreign = client.get(reverse("api_invoice", args=[invoice.number]))
    missing = client.get(reverse("api_invoice", args=["INV-NONE"]))

    assert client.get(URL).json()["results"] == []
    assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json()) == (404, foreign.json())
    assert client.post(URL, document(order, external_id="m-9"), format="json").status_code == 403


def test_suppliers_client_sends_and_sees_its_own_only() -> None:
    own, foreign = f.order(f.order_line(received="100")), f.order(f.order_line(), of=f.supplier("OTHER"))
    hidden = services.receive_invoice(command=f.bill_for(foreign), actor=f.relay(), at=f.AT)
    client = client_of(f.supplier_person(own.supplier))

    sent = client.post(URL, document(own, supplier=""), format="json")
    as_other = client.post(URL, document(foreign, external_id="m-2"), format="json")
    rows = client.get(URL).json()["results"]

    assert sent.status_code == 201
    assert as_other.json()["code"] == "supplier_unknown"
    assert [row["number"] for row in rows] == [sent.json()["number"]]
    assert client.get(reverse("api_invoice", args=[hidden.number])).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 1), ("state=received", 1), ("state=paid", 0), ("supplier=ACME", 1), ("supplier=X", 0), ("site=LDS", 1)],
)
def test_list_filters(query: str, found: int) -> None:
    services.receive_invoice(command=f.bill_for(f.order()), actor=f.relay(), at=f.AT)

    answer = client_of(f.clerk()).get(f"{URL}?{query}")

    assert len(answer.json()["results"]) == found


@pytest.mark.parametrize("query", ["state=unknown", "page_size=x", "colour=red"])
def test_list_refuses_what_it_does_not_know(query: str) -> None:
    assert client_of(f.clerk()).get(f"{URL}?{query}").status_code == 422


def test_list_goes_on_by_position() -> None:
    for _ in range(3):
        services.receive_invoice(command=f.bill_for(f.order()), actor=f.relay(), at=f.AT)
    client = client_of(f.clerk())

    first = client.get(f"{URL}?page_size=2").json()
    second = client.get(first["next"]).json()

    numbers = [row["number"] for row in (*first["results"], *second["results"])]
    assert numbers == list(Invoice.objects.order_by("-pk").values_list("number", flat=True))
    assert second["next"] is None


def test_amounts_with_many_decimals_stay_exact() -> None:
    order = f.order(f.order_line(received="100"))
    body = document(order)
    body["lines"][0]["quantity"], body["lines"][0]["net_amount"] = "99.9999", "399.99"

    client_of(f.clerk()).post(URL, {**body, "net_amount": "399.99"}, format="json")

    assert Invoice.objects.get().lines.get().quantity == Decimal("99.9999")
