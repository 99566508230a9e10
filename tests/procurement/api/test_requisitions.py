import threading
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from foundation.models import AuditEvent, IdempotencyKey, Role
from foundation.services import grant_role
from procurement.models import Requisition
from tests.factories import NOW, Company, a_requisition, company, submitted
from tests.machine import client_of, drain, fault, numbers, post, statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_tenth_of_march")]
URL = reverse("api_requisitions")


def draft(**changes: Any) -> dict[str, Any]:
    body = {
        "site": "LDS", "cost_centre": "LDS-6410", "need_by": "2026-03-24", "title": "Wrap",
        "lines": [{"item": "SW-500", "quantity": "10", "unit": "XCS"}],
    }  # fmt: skip
    return {**body, **changes}


def line(**changes: Any) -> dict[str, Any]:
    return draft(lines=[{"item": "SW-500", "quantity": "10", "unit": "XCS", **changes}])


def of(number: str, step: str = "") -> str:
    return reverse(f"api_requisition_{step}" if step else "api_requisition", args=[number])


def test_need_is_written_submitted_and_ordered() -> None:
    made = company()
    client = client_of(made.rita)

    written = post(client, URL, draft(), key="need-1")
    sent = post(client, of(written.json()["number"], "submit"), version=1)
    drain()
    read = client.get(of(written.json()["number"]))

    assert (written.status_code, written["ETag"], written.json()["state"]) == (201, '"1"', "draft")
    assert (sent.status_code, sent.json()["state"]) == (200, "approved")
    assert read.json()["state"] == "ordered"
    line = read.json()["lines"][0]
    assert {name: line[name] for name in ("line_no", "item", "quantity", "unit", "unit_price", "line_amount")} == {
        "line_no": 10, "item": "SW-500", "quantity": "10", "unit": "XCS", "unit_price": "48", "line_amount": "480",
    }  # fmt: skip
    assert (line["supplier"], line["contract"], len(line["orders"])) == ("ACME", "CON-1", 1)


def test_draft_is_replaced_taken_back_and_cancelled() -> None:
    made = company()
    client = client_of(made.rita)
    number = post(client, URL, draft(lines=[{"item": "SW-500", "quantity": "50", "unit": "XCS"}]), key="a").json()[
        "number"
    ]
    head = {name: value for name, value in draft(title="More").items() if name != "site"}
    head["lines"] = [{"item": "SW-500", "quantity": "60", "unit": "XCS"}]

    states = [
        client.put(of(number), head, format="json", headers={"If-Match": '"1"'}).json()["total_amount"],
        post(client, of(number, "submit"), version=2).json()["state"],
        post(client, of(number, "withdraw"), version=3).json()["state"],
        post(client, of(number, "cancel"), {"reason": "No longer needed"}, version=4).json()["state"],
    ]

    assert states == ["2880", "submitted", "draft", "cancelled"]


@pytest.mark.parametrize(
    ("_case", "body", "field", "code", "value"),
    [
        ("unknown site",              draft(site="XXX"),                      "site",                "site_unknown",        "XXX"),
        ("unknown cost centre",       draft(cost_centre="X-1"),               "cost_centre",         "cost_centre_unknown", "X-1"),
        ("another site's centre",     draft(cost_centre="HUL-6410"),          "cost_centre",         "cost_centre_unknown", "HUL-6410"),
        ("unknown item",              line(item="NONE"),                      "lines[0].item",       "item_unknown",        "NONE"),
        ("unknown unit",              line(unit="BOX"),                       "lines[0].unit",       "unit_unknown",        "BOX"),
        ("unknown category",          line(item="", category="NO", description="Sand"), "lines[0].category", "category_unknown", "NO"),
        ("nothing said",              line(item="", category="PACK"),         "lines[0].description", "description_missing", ""),
        ("quantity zero",             line(quantity="0"),                     "lines[0].quantity",   "quantity_not_positive", "0"),
        ("quantity without quotes",   line(quantity=10),                      "lines[0].quantity",   "invalid",             "10"),
        ("quantity in words",         line(quantity="ten"),                   "lines[0].quantity",   "invalid",             "ten"),
        ("price below zero",          line(unit_price="-1"),                  "lines[0].unit_price", "price_negative",      "-1"),
        ("a day that has passed",     draft(need_by="2026-03-09"),            "need_by",             "need_by_past",        "2026-03-09"),
        ("no such day",               draft(need_by="2026-02-30"),            "need_by",             "invalid",             "2026-02-30"),
        ("urgent without a reason",   draft(is_urgent=True),                  "urgent_reason",       "urgent_reason_missing", ""),
        ("a member nobody knows",     draft(colour="red"),                    "colour",              "unknown_member",      "red"),
        ("a member in a line",        line(qty="1"),                          "lines[0].qty",        "unknown_member",      "1"),
        ("a number for a code",       draft(site=7),                          "site",                "invalid",             "7"),
        ("lines are no list",         draft(lines="SW-500"),                  "lines",               "not_a_list",          "SW-500"),
        ("control characters",        draft(site="\u202eX"),                  "site",                "site_unknown",        "\ufffdX"),
        ("a long value is cut",       draft(site="X" * 300),                  "site",                "max_length",          "X" * 80 + "…"),
        ("kind nobody knows",         line(spend_kind="gift"),                "lines[0].spend_kind", "invalid_choice",      "gift"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_with_its_value(
    _case: str, body: dict[str, Any], field: str, code: str, value: str
) -> None:
    made = company()

    answer = post(client_of(made.rita), URL, body, key="k")

    assert fault(answer) == (422, field, code, value)
    assert not Requisition.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_every_fault_of_a_document_is_told_at_once() -> None:
    made = company()
    body = draft(need_by="soon", lines=[{"item": "SW-500", "quantity": "1"}, {"quantity": 2, "unit": "EA"}])

    answer = post(client_of(made.rita), URL, body, key="k").json()

    assert [fault["field"] for fault in answer["errors"]] == ["need_by", "lines[0].unit", "lines[1].quantity"]
    assert all(fault["cure"] for fault in answer["errors"])


@pytest.mark.parametrize(
    ("_case", "raw", "kind", "status", "code"),
    [
        ("a key twice",    b'{"site": "LDS", "site": "HUL"}', "application/json", 400, "json_duplicate_key"),
        ("a NUL",          b'{"site": "\\u0000"}',            "application/json", 400, "json_bad_text"),
        ("too deep",       b"[" * 40 + b"]" * 40,             "application/json", 400, "json_too_deep"),
        ("no number",      b'{"site": NaN}',                  "application/json", 400, "json_not_a_number"),
        ("half",           b'{"site": ',                      "application/json", 400, "json_malformed"),
        ("not UTF-8",      b'{"site": "\xff"}',               "application/json", 400, "json_not_utf8"),
        ("too large",      b'"' + b"x" * 1_100_000 + b'"',    "application/json", 400, "json_too_large"),
        ("a list",         b"[]",                             "application/json", 422, "invalid"),
        ("a form",         b"site=LDS",                       "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        ("of no kind",     b"{}",                             "",                 415, "unsupported_media_type"),
        ("XML",            b"<site/>",                        "application/xml",  415, "unsupported_media_type"),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_before_it_is_read(
    _case: str, raw: bytes, kind: str, status: int, code: str
) -> None:
    made = company()
    client = client_of(made.rita)

    answer = client.generic("POST", URL, raw, content_type=kind, headers={"Idempotency-Key": "k"})

    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        status,
        "application/problem+json",
        code,
    )
    assert not Requisition.objects.exists()


def test_request_without_a_key_is_told_to_name_itself() -> None:
    made = company()

    missing, strange = post(client_of(made.rita), URL, draft()), post(client_of(made.rita), URL, draft(), key="a b")

    assert fault(missing) == (422, "Idempotency-Key", "idempotency_key_missing", "")
    assert fault(strange) == (422, "Idempotency-Key", "idempotency_key_invalid", "a b")
    assert not Requisition.objects.exists()


def test_same_key_is_answered_again_and_other_content_refused() -> None:
    made = company()
    client = client_of(made.rita)

    first, second = (post(client, URL, draft(), key="k") for _ in range(2))
    third = post(client, URL, draft(title="Other"), key="k")
    again = post(client, URL, draft(title="Other"), key="k-2")

    assert (first.status_code, second.status_code, again.status_code) == (201, 201, 201)
    assert (second.json(), second["Idempotency-Replayed"], second["ETag"]) == (first.json(), "true", first["ETag"])
    assert fault(third) == (409, "Idempotency-Key", "same_id_other_content", "k")
    assert Requisition.objects.count() == 2


def test_refused_request_may_be_mended_and_sent_again_under_its_key() -> None:
    made = company()
    client = client_of(made.rita)

    statuses = [post(client, URL, body, key="k").status_code for body in (line(item="NONE"), line(), line())]

    assert statuses == [422, 201, 201]
    assert Requisition.objects.count() == 1


def test_keys_of_two_clients_are_two() -> None:
    made = company()
    grant_role(user=made.hugo, role=Role.REQUESTER, actor=None, at=NOW, site=made.leeds)

    answers = [post(client_of(who), URL, draft(), key="k") for who in (made.rita, made.hugo)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["number"] != answers[1].json()["number"]


@pytest.mark.django_db(transaction=True)
def test_twenty_equal_requests_at_once_have_one_effect() -> None:
    made = company()
    client = client_of(made.rita)
    start, answers = threading.Barrier(20), []

    def send() -> None:
        try:
            start.wait()
            answers.append(post(client, URL, draft(), key="at-once"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 20
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer for answer in answers) == 1
    assert (Requisition.objects.count(), AuditEvent.objects.filter(action="create_requisition").count()) == (1, 1)


def test_step_on_an_old_version_says_who_changed_what() -> None:
    made = company()
    requisition = submitted(made, ("SW-500", "50"))

    answer = post(client_of(made.rita), of(requisition.number, "withdraw"), version=1)

    told = answer.json()
    assert (answer.status_code, told["code"], told["changed_by"], told["version"]) == (
        409, "changed_since_opened", "Rita", requisition.version,
    )  # fmt: skip
    assert Requisition.objects.get().state == "submitted"


@pytest.mark.parametrize("given", [None, "", "*", '"x"', '"1", "2"', "-1"])
def test_step_without_a_version_is_refused(given: str | None) -> None:
    made = company()
    requisition = a_requisition(made)
    headers = {} if given is None else {"If-Match": given}

    answer = client_of(made.rita).post(of(requisition.number, "submit"), {}, format="json", headers=headers)

    assert fault(answer) == (428, "If-Match", "version_missing", given or "")
    assert Requisition.objects.get().state == "draft"


def test_step_sent_twice_under_one_key_happens_once() -> None:
    made = company()
    requisition = a_requisition(made)
    client = client_of(made.rita)

    first, second = (post(client, of(requisition.number, "submit"), key="s", version=1) for _ in range(2))
    third = post(client, of(requisition.number, "submit"), version=1)

    assert (first.status_code, second.json(), third.status_code) == (200, first.json(), 409)


@pytest.mark.parametrize(
    ("_case", "who", "scope", "status", "code"),
    [
        ("reader's token",            "rita",  "read",       403, "permission_denied"),
        ("messages only",             "rita",  "messages",   403, "permission_denied"),
        ("no requester's duty",       "wanda", "read write", 403, "not_your_duty"),
        ("another site",              "hugo",  "read write", 422, "site_unknown"),
        ("a supplier's client",       "acme",  "read write", 404, "not_found"),
    ],
)  # fmt: skip
def test_only_a_requester_of_the_site_may_write(_case: str, who: str, scope: str, status: int, code: str) -> None:
    made = company()
    person = made.acme_person if who == "acme" else made.people[who]

    answer = post(client_of(person, scope), URL, draft(), key="k")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Requisition.objects.exists()


@pytest.mark.parametrize(
    ("who", "scope", "status"),
    [("rita", "read", 200), ("rita", "write", 403), ("rita", "messages", 403), ("acme", "read", 404)],
)
def test_only_a_readers_token_lists(who: str, scope: str, status: int) -> None:
    made = company()
    person = made.acme_person if who == "acme" else made.people[who]

    assert client_of(person, scope).get(URL).status_code == status


def everywhere(made: Company, number: str, who: Any) -> list[Any]:
    client = client_of(who)
    return [
        client.get(of(number)),
        client.put(of(number), {**draft(), "site": "LDS"}, format="json", headers={"If-Match": "1"}),
        *(post(client, of(number, step), {"reason": "x"}, version=1) for step in ("submit", "withdraw", "cancel")),
    ]


def test_foreign_requisition_looks_exactly_like_a_missing_one() -> None:
    made = company()
    requisition = a_requisition(made)

    foreign, missing = everywhere(made, requisition.number, made.hugo), everywhere(made, "REQ-NONE", made.hugo)

    assert [(a.status_code, a.content) for a in foreign] == [(a.status_code, a.content) for a in missing]
    assert {a.status_code for a in (foreign[0], *foreign[3:])} == {404}
    assert Requisition.objects.get().version == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("state=draft", 1), ("state=submitted", 1), ("state=ordered", 0), ("site=LDS", 2), ("site=HUL", 0),
        ("requester=rita", 2), ("requester=mona", 0), ("changed_since=2026-03-10T09:00:00Z", 2),
        ("changed_since=2026-03-10T09:00:01Z", 0),
    ],
)  # fmt: skip
def test_list_is_narrowed(query: str, found: int) -> None:
    made = company()
    a_requisition(made)
    submitted(made, ("SW-500", "50"))

    assert len(numbers(client_of(made.rita).get(f"{URL}?{query}"))) == found


@pytest.mark.parametrize(
    "query", ["state=gone", "colour=red", "page_size=0", "page_size=201", "changed_since=soon", "format=xml"]
)
def test_list_refuses_what_it_does_not_know(query: str) -> None:
    made = company()

    answer = client_of(made.rita).get(f"{URL}?{query}")

    assert fault(answer)[:2] == (422, query.split("=", maxsplit=1)[0])


@pytest.mark.parametrize("cursor", ["x", "cD1hYmM=", "cD0tMQ==", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_list_refuses_a_position_that_is_none(cursor: str) -> None:
    made = company()

    answer = client_of(made.rita).get(URL, {"cursor": cursor})

    assert fault(answer) == (422, "cursor", "cursor_invalid", cursor)


def test_pages_stay_where_they_are_while_documents_come_in() -> None:
    made = company()
    wanted = [a_requisition(made).number for _ in range(5)][::-1]
    client = client_of(made.rita)

    first = client.get(f"{URL}?page_size=2").json()
    a_requisition(made)
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()

    assert [row["number"] for page in (first, second, third) for row in page["results"]] == wanted
    assert third["next"] is None
    assert "count" not in first


def test_pages_cost_the_same_with_three_rows_as_with_one() -> None:
    made = company()
    requisition = submitted(made, ("SW-500", "50"))
    client = client_of(made.rita)
    statements(client, URL)  # what a process remembers is read the first time
    one = (statements(client, URL), statements(client, of(requisition.number)))

    submitted(made, ("SW-500", "50"), ("TAPE-48", "1"), ("LBL-46", "1"))
    largest = submitted(made, ("SW-500", "50"), ("TAPE-48", "2"), ("LBL-46", "1"))
    three = (statements(client, URL), statements(client, of(largest.number)))

    assert three == one
    assert max(three) <= 14


@pytest.mark.parametrize("method", ["patch", "delete", "options", "trace"])
def test_other_methods_are_not_allowed(method: str) -> None:
    made = company()

    answer = client_of(made.rita).generic(method.upper(), URL)

    assert (answer.status_code, answer["Allow"], answer.json()["code"]) == (
        405,
        "GET, HEAD, POST",
        "method_not_allowed",
    )
