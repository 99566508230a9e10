from typing import Any

import pytest
from django.urls import reverse

from foundation.documents import content_hash
from procurement.models import PurchaseOrder
from procurement.selectors.orders import content_of
from tests.factories import NOW, Company, an_issued_order, company, receive_all
from tests.machine import client_of, fault, numbers, post, statements

pytestmark = pytest.mark.django_db
URL = reverse("api_orders")
STEPS = ("issue", "hold", "unhold", "cancel", "close", "reopen")
WHY = {"reason": "Asked by the site"}


def of(number: str, step: str = "") -> str:
    return reverse(f"api_order_{step}" if step else "api_order", args=[number])


def test_order_is_read_with_its_quantities_and_versions() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)

    answer = client_of(made.boris).get(of(order.number))

    told = answer.json()
    assert {name: told[name] for name in ("state", "supplier", "site", "total_amount", "revision", "receipt_status")} == {
        "state": "issued", "supplier": "ACME", "site": "LDS", "total_amount": "480", "revision": 1, "receipt_status": "full",
    }  # fmt: skip
    assert answer["ETag"] == f'"{told["version"]}"'
    line = told["lines"][0]
    assert (line["quantity"], line["unit"], line["base_unit"], line["base_factor"]) == ("10", "XCS", "EA", "6")
    assert line["quantities"] == {
        "ordered": "60", "delivered": "60", "accepted": "60", "rejected": "0", "returned": "0", "fulfilled": "60",
        "open": "0", "over": "0", "cancelled": "0", "closed_short": "0", "in_quarantine": "0", "invoiced": "0",
        "credited": "0", "to_invoice": "60",
    }  # fmt: skip
    assert [(v["revision"], v["content_hash"], v["content"]["total"]) for v in told["versions"]] == [
        (1, order.content_hash, "480")
    ]


def test_order_is_held_let_go_on_and_closed_short() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.boris)
    version = client.get(of(order.number)).json()["version"]

    held = post(client, of(order.number, "hold"), WHY, version=version).json()
    free = post(client, of(order.number, "unhold"), WHY, version=held["version"]).json()
    closed = post(client, of(order.number, "close"), WHY, version=free["version"]).json()

    assert (held["hold_reason"], free["hold_reason"]) == (WHY["reason"], "")
    assert (closed["state"], closed["open_amount"], closed["state_reason"]) == ("closed", "0", WHY["reason"])
    assert closed["lines"][0]["quantities"]["closed_short"] == "60"
    again = post(client, of(order.number, "reopen"), WHY, version=closed["version"]).json()
    assert (again["state"], again["open_amount"], again["lines"][0]["quantities"]["open"]) == ("issued", "480", "60")


def test_order_is_cancelled_before_anything_came() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.boris)

    answer = post(client, of(order.number, "cancel"), WHY, version=order.version)
    again = post(client, of(order.number, "cancel"), WHY, version=order.version)

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert (again.status_code, again.json()["code"], again.json()["changed_by"]) == (
        409, "changed_since_opened", "Boris",
    )  # fmt: skip


def an_approved_order(made: Company) -> PurchaseOrder:
    """Store an order that everybody agreed to and nobody sent yet."""
    sent = an_issued_order(made)
    order = PurchaseOrder.objects.create(
        number="PO-LDS-1", supplier=sent.supplier, ship_to=sent.ship_to, legal_entity=sent.legal_entity, currency="GBP",
        payment_terms_days=30, state="approved", need_by=sent.need_by, total_amount=sent.total_amount, created_at=NOW,
        created_by=made.boris, changed_at=NOW, changed_by=made.boris,
    )  # fmt: skip
    for line in sent.lines.all():
        line.pk, line.order, line.contract = None, order, None
        line.save(force_insert=True)
    lines = list(order.lines.select_related("item", "unit"))
    order.content_hash = content_hash(content_of(order, lines))
    order.save(update_fields=["content_hash"])
    return order


def test_approved_order_is_issued_by_a_buyers_client_once() -> None:
    made = company()
    order = an_approved_order(made)
    client = client_of(made.boris)

    held = post(client, of(order.number, "hold"), WHY, version=1).json()
    refused = post(client, of(order.number, "issue"), version=held["version"])
    free = post(client, of(order.number, "unhold"), WHY, version=held["version"]).json()
    issued = post(client, of(order.number, "issue"), version=free["version"])
    again = post(client, of(order.number, "issue"), version=issued.json()["version"])

    assert (refused.status_code, refused.json()["code"]) == (403, "order_on_hold")
    assert (issued.status_code, issued.json()["state"], issued.json()["revision"]) == (200, "issued", 1)
    assert (again.status_code, again.json()["code"]) == (409, "not_in_this_state")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("_case", "who", "scope", "status", "code"),
    [
        ("reader's token",      "boris", "read",       403, "permission_denied"),
        ("no buyer's duty",     "wanda", "read write", 403, "not_your_duty"),
        ("another site",        "hugo",  "read write", 404, "not_found"),
        ("the supplier itself", "acme",  "read write", 404, "not_found"),
    ],
)  # fmt: skip
def test_only_a_buyer_of_the_site_moves_it(_case: str, who: str, scope: str, status: int, code: str, step: str) -> None:
    made = company()
    order = an_issued_order(made)
    person = made.acme_person if who == "acme" else made.people[who]

    answer = post(
        client_of(person, scope), of(order.number, step), {} if step == "issue" else WHY, version=order.version
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert PurchaseOrder.objects.get().version == order.version


@pytest.mark.parametrize("step", STEPS[1:])
def test_step_needs_a_reason_and_a_version(step: str) -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.boris)

    bare, blank = (post(client, of(order.number, step), body, version=order.version) for body in ({}, {"reason": " "}))
    blind = post(client, of(order.number, step), WHY)

    assert (fault(bare)[:3], fault(blank)[:3]) == ((422, "reason", "required"), (422, "reason", "blank"))
    assert fault(blind)[:3] == (428, "If-Match", "version_missing")


def test_supplier_reads_its_own_orders_as_they_were_sent() -> None:
    made = company()
    order = an_issued_order(made)
    acme, bolt = client_of(made.acme_person), client_of(made.bolt_person)

    told = acme.get(of(order.number)).json()
    foreign, missing = bolt.get(of(order.number)), bolt.get(of("PO-NONE"))

    assert (numbers(acme.get(URL)), numbers(bolt.get(URL))) == ([order.number], [])
    assert not {"hold_reason", "state_reason", "open_amount", "is_touchless"} & set(told)
    assert (told["lines"][0]["item"], told["versions"][0]["revision"]) == ("SW-500", 1)
    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_supplier_does_not_see_what_was_never_issued() -> None:
    made = company()
    waiting = an_approved_order(made).number

    assert waiting in numbers(client_of(made.boris).get(URL))
    assert waiting not in numbers(client_of(made.acme_person).get(URL))
    assert client_of(made.acme_person).get(of(waiting)).status_code == 404


def test_foreign_order_looks_exactly_like_a_missing_one() -> None:
    made = company()
    order = an_issued_order(made)
    client = client_of(made.hugo)

    def everything(number: str) -> list[Any]:
        return [client.get(of(number)), *(post(client, of(number, step), WHY, version=1) for step in STEPS[1:])]

    seen = [(answer.status_code, answer.content) for answer in everything(order.number)]

    assert seen == [(answer.status_code, answer.content) for answer in everything("PO-NONE")]
    assert {status for status, _ in seen} == {404}
    assert numbers(client.get(URL)) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1), ("state=issued", 1), ("state=closed", 0), ("site=LDS", 1), ("site=HUL", 0), ("supplier=ACME", 1),
        ("supplier=BOLT", 0), ("ack_status=none", 1), ("receipt_status=full", 0), ("changed_since=2020-01-01T00:00:00Z", 1),
        ("changed_since=2199-01-01T00:00:00Z", 0),
    ],
)  # fmt: skip
def test_list_is_narrowed(query: str, found: int) -> None:
    made = company()
    an_issued_order(made)

    assert len(numbers(client_of(made.boris).get(f"{URL}?{query}"))) == found


@pytest.mark.parametrize("who", ["boris", "acme"])
def test_pages_cost_the_same_with_three_rows_as_with_one(who: str) -> None:
    made = company()
    client = client_of(made.acme_person if who == "acme" else made.people[who])
    order = an_issued_order(made)
    one = (statements(client, URL), statements(client, of(order.number)))

    an_issued_order(made)
    largest = an_issued_order(made, ("SW-500", "3"), ("TAPE-48", "2"))
    three = (statements(client, URL), statements(client, of(largest.number)))

    assert three == one
    assert max(three) <= 12
