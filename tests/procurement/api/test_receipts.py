import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from foundation.models import Role, User
from foundation.services import grant_role
from procurement.models import GoodsReceipt, PurchaseOrder
from tests.factories import NOW, an_issued_order, company, person
from tests.machine import client_of, fault, numbers, post, statements

pytestmark = pytest.mark.django_db
URL = reverse("api_receipts")


def of(number: str, step: str = "") -> str:
    return reverse(f"api_receipt_{step}" if step else "api_receipt", args=[number])


def goods(order: PurchaseOrder, **changes: Any) -> dict[str, Any]:
    return {
        "order": order.number, "external_id": "WMS-1", "received_at": "2026-03-12T08:00:00Z",
        "lines": [{"line_no": 10, "quantity": "10", "unit": "XCS"}], **changes,
    }  # fmt: skip


def line(order: PurchaseOrder, **changes: Any) -> dict[str, Any]:
    return goods(order, lines=[{"line_no": 10, "quantity": "10", "unit": "XCS", **changes}])


def test_warehouse_posts_what_came_and_takes_it_back() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.wanda)

    posted = post(client, URL, goods(order))
    order.refresh_from_db()
    status = order.receipt_status
    back = post(client, of(posted.json()["number"], "reverse"), {"reason": "Wrong order"}, version=1)
    order.refresh_from_db()

    assert (posted.status_code, posted.json()["state"], status) == (201, "posted", "full")
    assert posted.json()["lines"] == [
        {
            "line_no": 10,
            "quantity": "10",
            "unit": "XCS",
            "condition": "good",
            "delivered": "60",
            "accepted": "60",
            "rejected": "0",
        }
    ]
    assert (back.json()["state"], back["ETag"], order.receipt_status) == ("reversed", '"2"', "none")


def test_single_pieces_and_damaged_cases_are_counted_in_the_base_unit() -> None:
    made = company()
    order = an_issued_order(made)
    lines = [
        {"line_no": 10, "quantity": "6", "unit": "EA"},
        {"line_no": 10, "quantity": "1", "unit": "XCS", "condition": "damaged", "note": "Wet"},
    ]

    answer = post(client_of(made.wanda), URL, goods(order, lines=lines)).json()

    counted = order.lines.get()
    assert [(x["delivered"], x["accepted"], x["rejected"]) for x in answer["lines"]] == [
        ("6", "6", "0"),
        ("6", "0", "6"),
    ]
    assert (counted.delivered, counted.accepted, counted.rejected) == (12, 6, 6)


def test_same_receipt_has_one_effect_and_other_content_is_refused() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.wanda)

    first, second = (post(client, URL, line(order, quantity="4")) for _ in range(2))
    third = post(client, URL, line(order, quantity="5"))
    keyed = post(client, URL, line(order, quantity="4"), key="a-later-request")

    assert (first.status_code, second.json(), second["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert (third.status_code, third.json()["code"]) == (409, "same_id_other_content")
    assert (keyed.status_code, keyed.json()["number"]) == (200, first.json()["number"])
    assert order.lines.get().accepted == 24


def test_ids_of_two_warehouses_are_two() -> None:
    made = company()
    order = an_issued_order(made)
    other = person("wms", User.Kind.SYSTEM)
    grant_role(user=other, role=Role.RECEIVER, actor=None, at=NOW, site=made.leeds)

    statuses = [post(client_of(who), URL, line(order, quantity="4")).status_code for who in (made.wanda, other)]

    assert statuses == [201, 201]
    assert order.lines.get().accepted == 48


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_receipts_at_once_have_one_effect() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.wanda)
    start, answers = threading.Barrier(20), []

    def send() -> None:
        try:
            start.wait()
            answers.append(post(client, URL, line(order, quantity="4")))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 20
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert (GoodsReceipt.objects.count(), order.lines.get().accepted) == (1, 24)


@pytest.mark.parametrize(
    ("_case", "change", "field", "code", "value"),
    [
        ("more than tolerance lets in", {"quantity": "100"},        "lines[0].quantity",  "over_receipt",          "100"),
        ("nothing",                     {"quantity": "0"},          "lines[0].quantity",  "quantity_not_positive", "0"),
        ("a number",                    {"quantity": 4},            "lines[0].quantity",  "invalid",               "4"),
        ("unknown line",                {"line_no": 30},            "lines[0].line_no",   "line_unknown",          "30"),
        ("unknown unit",                {"unit": "BOX"},            "lines[0].unit",      "unit_unknown",          "BOX"),
        ("unknown condition",           {"condition": "soggy"},     "lines[0].condition", "invalid_choice",        "soggy"),
        ("unknown member",              {"qty": "1"},               "lines[0].qty",       "unknown_member",        "1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(_case: str, change: dict[str, Any], field: str, code: str, value: str) -> None:
    made = company()
    order = an_issued_order(made)

    answer = post(client_of(made.wanda), URL, line(order, **change))

    assert fault(answer) == (422, field, code, value)
    assert not GoodsReceipt.objects.exists()


@pytest.mark.parametrize(
    ("_case", "who", "scope", "status", "code"),
    [
        ("a receiver",          "wanda", "read write", 201, None),
        ("no receiver's duty",  "rita",  "read write", 403, "not_your_duty"),
        ("another site",        "walt",  "read write", 422, "order_unknown"),
        ("the supplier",        "acme",  "read write", 404, "not_found"),
        ("reader's token",      "wanda", "read",       403, "permission_denied"),
    ],
)  # fmt: skip
def test_only_a_receiver_of_the_site_posts(_case: str, who: str, scope: str, status: int, code: str | None) -> None:
    made = company()
    order = an_issued_order(made)
    who_asks = made.acme_person if who == "acme" else made.people[who]

    answer = post(client_of(who_asks, scope), URL, goods(order))

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert GoodsReceipt.objects.exists() is (status == 201)


def test_receipt_is_seen_by_its_site_and_its_supplier_and_moved_by_neither_other() -> None:
    made = company()
    order = an_issued_order(made)
    number = post(client_of(made.wanda), URL, goods(order)).json()["number"]

    seen = {name: numbers(client_of(who).get(URL)) for name, who in (
        ("wanda", made.wanda), ("walt", made.walt), ("acme", made.acme_person), ("bolt", made.bolt_person),
    )}  # fmt: skip
    moved = [
        post(client_of(who), of(number, "reverse"), {"reason": "x"}, version=1).status_code
        for who in (made.walt, made.acme_person, made.bolt_person, made.rita)
    ]
    foreign, missing = client_of(made.walt).get(of(number)), client_of(made.walt).get(of("GR-NONE"))

    assert seen == {"wanda": [number], "walt": [], "acme": [number], "bolt": []}
    assert moved == [404, 404, 404, 403]
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)
    assert GoodsReceipt.objects.get().state == "posted"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1), ("state=posted", 1), ("state=reversed", 0), ("supplier=ACME", 1), ("supplier=BOLT", 0), ("site=LDS", 1),
        ("site=HUL", 0), ("order=PO-NONE", 0), ("changed_since=2199-01-01T00:00:00Z", 0),
    ],
)  # fmt: skip
def test_list_is_narrowed(query: str, found: int) -> None:
    made = company()
    post(client_of(made.wanda), URL, goods(an_issued_order(made)))

    assert len(numbers(client_of(made.wanda).get(f"{URL}?{query}"))) == found


@pytest.mark.parametrize("who", ["wanda", "acme"])
def test_pages_cost_the_same_with_three_rows_as_with_one(who: str) -> None:
    made = company()
    order = an_issued_order(made)
    warehouse = client_of(made.wanda)
    client = client_of(made.acme_person if who == "acme" else made.people[who])
    first = post(warehouse, URL, line(order, quantity="1")).json()["number"]
    one = (statements(client, URL), statements(client, of(first)))

    post(warehouse, URL, {**line(order, quantity="1"), "external_id": "WMS-2"})
    lines = [{"line_no": 10, "quantity": "1"} for _ in range(3)]
    last = post(warehouse, URL, goods(order, external_id="WMS-3", lines=lines)).json()["number"]
    three = (statements(client, URL), statements(client, of(last)))

    assert three == one
    assert max(three) <= 12
