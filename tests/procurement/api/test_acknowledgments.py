from typing import Any

import pytest
from django.urls import reverse

from procurement.models import OrderAcknowledgment, PurchaseOrder
from tests.factories import an_issued_order, company
from tests.machine import client_of, fault, numbers, post, statements

pytestmark = pytest.mark.django_db
URL = reverse("api_acknowledgments")


def of(number: str, step: str = "") -> str:
    return reverse(f"api_acknowledgment_{step}" if step else "api_acknowledgment", args=[number])


def answer_to(order: PurchaseOrder, **changes: Any) -> dict[str, Any]:
    return {"order": order.number, "external_id": "SO-1", "answer": "accept_all", **changes}


def lines_to(order: PurchaseOrder, **changes: Any) -> dict[str, Any]:
    line = {"line_no": 10, "answer": "accepted", "quantity": "10", **changes}
    return answer_to(order, answer="lines", lines=[line])


def test_suppliers_client_confirms_an_order() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.acme_person)

    given = post(client, URL, answer_to(order, supplier_reference="SO-1"))
    read = client.get(of(given.json()["number"]))

    order.refresh_from_db()
    assert (given.status_code, given.json()["state"], order.ack_status) == (201, "applied", "confirmed")
    assert read.json() == given.json()
    assert [(x["line_no"], x["answer"], x["quantity"]) for x in read.json()["lines"]] == [(10, "accepted", "10")]


def test_late_date_waits_for_the_buyers_client_which_takes_it() -> None:
    made = company()
    order = an_issued_order(made)
    late = order.need_by.replace(year=order.need_by.year + 1).isoformat()
    given = post(client_of(made.acme_person), URL, lines_to(order, answer="date_changed", promised=late)).json()
    buyer = client_of(made.boris)

    taken = post(buyer, of(given["number"], "accept"), {"reason": "It can wait"}, version=given["version"])
    again = post(buyer, of(given["number"], "refuse"), {"reason": "No"}, version=given["version"])

    assert (given["state"], taken.status_code, taken.json()["state"]) == ("review", 200, "accepted")
    assert (again.status_code, again.json()["code"]) == (409, "changed_since_opened")
    assert order.lines.get().promised.isoformat() == late


def test_same_answer_sent_twice_has_one_effect_and_other_content_is_refused() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.acme_person)

    first, second = (post(client, URL, answer_to(order)) for _ in range(2))
    third = post(client, URL, answer_to(order, answer="reject_all", note="Out of stock"))
    keyed = post(client, URL, answer_to(order), key="another-request")

    assert (first.status_code, second.status_code, second.json()) == (201, 201, first.json())
    assert (third.status_code, third.json()["code"]) == (409, "same_id_other_content")
    assert (keyed.status_code, keyed.json()["number"]) == (200, first.json()["number"])
    assert OrderAcknowledgment.objects.count() == 1


@pytest.mark.parametrize(
    ("_case", "who", "scope", "status", "code"),
    [
        ("the supplier",        "acme",  "read write", 201, None),
        ("a buyer for it",      "boris", "read write", 201, None),
        ("another supplier",    "bolt",  "read write", 422, "order_unknown"),
        ("a receiver",          "wanda", "read write", 403, "not_your_duty"),
        ("another site",        "hugo",  "read write", 422, "order_unknown"),
        ("reader's token",      "acme",  "read",       403, "permission_denied"),
    ],
)  # fmt: skip
def test_supplier_answers_or_a_buyer_on_its_behalf(
    _case: str, who: str, scope: str, status: int, code: str | None
) -> None:
    made = company()
    order = an_issued_order(made)
    person = {"acme": made.acme_person, "bolt": made.bolt_person}.get(who) or made.people[who]

    answer = post(client_of(person, scope), URL, answer_to(order))

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert OrderAcknowledgment.objects.count() == (1 if status == 201 else 0)


def test_foreign_order_is_refused_in_the_words_of_a_missing_one() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.bolt_person)

    foreign = post(client, URL, answer_to(order))
    PurchaseOrder.objects.filter(pk=order.pk).update(number="PO-MOVED")
    missing = post(client, URL, {**answer_to(order)})

    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content)
    assert fault(foreign) == (422, "order", "order_unknown", order.number)


@pytest.mark.parametrize(
    ("_case", "change", "field", "code", "value"),
    [
        ("a line it has not",       {"line_no": 20},               "lines[0].line_no",  "line_unknown",    "20"),
        ("a line number in quotes", {"line_no": "ten"},            "lines[0].line_no",  "invalid",         "ten"),
        ("unknown answer",          {"answer": "maybe"},           "lines[0].answer",   "invalid_choice",  "maybe"),
        ("quantity below zero",     {"quantity": "-1"},            "lines[0].quantity", "quantity_negative", "-1"),
        ("quantity as a number",    {"quantity": 10},              "lines[0].quantity", "invalid",         "10"),
        ("price below zero",        {"unit_price": "-1"},          "lines[0].unit_price", "price_negative", "-1"),
        ("no such day",             {"promised": "2026-02-30"},    "lines[0].promised", "invalid",         "2026-02-30"),
        ("unknown member",          {"price": "1"},                "lines[0].price",    "unknown_member",  "1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(_case: str, change: dict[str, Any], field: str, code: str, value: str) -> None:
    made = company()
    order = an_issued_order(made)

    answer = post(client_of(made.acme_person), URL, lines_to(order, **change))

    assert fault(answer) == (422, field, code, value)
    assert not OrderAcknowledgment.objects.exists()


def test_answer_names_itself() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.acme_person)

    bare = post(client, URL, answer_to(order, external_id=""))
    keyed = post(client, URL, answer_to(order, external_id=""), key="k-1")

    assert fault(bare)[:3] == (422, "Idempotency-Key", "idempotency_key_missing")
    assert (keyed.status_code, keyed.json()["external_id"]) == (201, "k-1")


def test_answer_belongs_to_its_supplier_and_the_sites_people() -> None:
    made = company()
    order = an_issued_order(made)
    number = post(client_of(made.acme_person), URL, answer_to(order)).json()["number"]

    seen = {name: numbers(client_of(who).get(URL)) for name, who in (
        ("acme", made.acme_person), ("bolt", made.bolt_person), ("boris", made.boris), ("hugo", made.hugo),
    )}  # fmt: skip
    foreign = client_of(made.bolt_person).get(of(number))
    missing = client_of(made.bolt_person).get(of("ACK-NONE"))

    assert seen == {"acme": [number], "bolt": [], "boris": [number], "hugo": []}
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_supplier_does_not_decide_about_its_own_answer() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.acme_person)
    given = post(client, URL, lines_to(order, answer="price_changed", unit_price="99")).json()

    answers = [
        post(client, of(given["number"], step), {"reason": "x"}, version=given["version"])
        for step in ("accept", "refuse")
    ]

    assert given["state"] == "review"
    assert [answer.status_code for answer in answers] == [404, 404]
    assert OrderAcknowledgment.objects.get().state == "review"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1), ("state=applied", 1), ("state=review", 0), ("supplier=ACME", 1), ("supplier=BOLT", 0), ("site=LDS", 1),
        ("site=HUL", 0), ("order=PO-NONE", 0), ("received_since=2199-01-01T00:00:00Z", 0),
    ],
)  # fmt: skip
def test_list_is_narrowed(query: str, found: int) -> None:
    made = company()
    post(client_of(made.acme_person), URL, answer_to(an_issued_order(made)))

    assert len(numbers(client_of(made.boris).get(f"{URL}?{query}"))) == found


@pytest.mark.parametrize("who", ["boris", "acme"])
def test_pages_cost_the_same_with_three_rows_as_with_one(who: str) -> None:
    made = company()
    client = client_of(made.acme_person if who == "acme" else made.people[who])
    sender = client_of(made.acme_person)
    number = post(sender, URL, answer_to(an_issued_order(made))).json()["number"]
    one = (statements(client, URL), statements(client, of(number)))

    post(sender, URL, answer_to(an_issued_order(made), external_id="SO-2"))
    large = an_issued_order(made, ("SW-500", "3"), ("TAPE-48", "2"))
    number = post(sender, URL, answer_to(large, external_id="SO-3")).json()["number"]
    three = (statements(client, URL), statements(client, of(number)))

    assert three == one
    assert max(three) <= 12
