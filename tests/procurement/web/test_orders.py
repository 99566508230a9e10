"""The buyer's order pages: saved views, verbs with their reasons, the supplier's answer, versions side by side."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.relay import drain
from procurement.models import AckStatus, OrderState, OrderVersion, ProgressStatus, PurchaseOrder
from procurement.selectors.order_list import next_step
from procurement.services import AnswerLine, ReceiptLine, hold_order, post_goods_receipt, record_acknowledgment
from tests.factories import NOW, TODAY, Company, an_issued_order, company
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def as_person(client: Client, made: Company, name: str = "boris") -> Client:
    client.force_login(made.people[name])
    return client


def answer(made: Company, order: PurchaseOrder, *lines: AnswerLine, header: str = "lines") -> None:
    record_acknowledgment(
        order_number=order.number, supplier_id=made.acme.pk, source="portal", external_id=f"a-{len(lines)}{header}",
        answered_at=NOW, actor=made.acme_person, at=NOW, header=header, lines=lines,
    )  # fmt: skip
    drain()


def act(client: Client, order: PurchaseOrder, verb: str, reason: str, version: int | None = None) -> object:
    order.refresh_from_db()
    data = {"version": order.version if version is None else version, "reason": reason}
    return client.post(reverse("order_act", args=[order.number, verb]), data)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True), ("view=unanswered", True), ("view=open", True), ("view=to_issue", False), ("view=late", True),
        ("view=held", False), ("view=closed", False), ("view=differs", False), ("site=LDS", True), ("site=HUL", False),
        ("supplier=ACME", True), ("supplier=acme", True), ("supplier=Bolt", False), ("state=issued", True),
        ("state=closed", False), ("state=nonsense", False), ("q=po-lds", True), ("q=packaging", True),
        ("q=zzz", False), ("view=nonsense&before=abc", True),
    ],
)  # fmt: skip
def test_list_is_narrowed_by_its_address(client: Client, query: str, found: bool) -> None:
    made = company()
    order = an_issued_order(made)

    page = as_person(client, made).get(f"{reverse('orders')}?{query}")

    assert page.status_code == 200
    assert (order.number in page.content.decode()) == found


def test_list_shows_a_site_only_its_own_orders(client: Client) -> None:
    made = company()
    order = an_issued_order(made)

    page = as_person(client, made, "walt").get(reverse("orders"))
    export = b"".join(client.get(reverse("order_csv")).streaming_content).decode()

    assert order.number not in page.content.decode()
    assert order.number not in export


def test_csv_holds_the_filtered_rows_and_no_formula(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    made.acme.name = "=HYPERLINK(1)"
    made.acme.save()
    as_person(client, made)

    text = b"".join(client.get(f"{reverse('order_csv')}?site=LDS").streaming_content).decode()
    none = b"".join(client.get(f"{reverse('order_csv')}?site=HUL").streaming_content).decode()

    assert order.number in text
    assert "'=HYPERLINK(1)" in text
    assert none.count("\n") == 1


@pytest.mark.parametrize(
    ("_case", "fields", "expected"),
    [
        ("hold rules", {"hold_reason": "Price list"}, ("On hold: Price list", "warn")),
        ("approved", {"state": OrderState.APPROVED}, ("Ready to send to the supplier", "info")),
        ("pending", {"state": OrderState.PENDING}, ("Waits for approval", "")),
        ("closed says why", {"state": OrderState.CLOSED, "state_reason": "All came"}, ("All came", "")),
        ("one day late", {"need_by": TODAY - timedelta(days=1)}, ("1 day late", "bad")),
        ("due today is not late", {"need_by": TODAY, "acknowledged_at": NOW}, ("Waits for the goods", "")),
        ("late but all came", {"need_by": TODAY - timedelta(days=1), "receipt_status": ProgressStatus.FULL,
                               "acknowledged_at": NOW}, ("Received, not billed in full", "")),
        ("no answer yet", {}, ("Waits for the supplier's answer", "")),
        ("answer overdue", {"ack_status": AckStatus.OVERDUE}, ("Answer overdue", "bad")),
        ("part came", {"acknowledged_at": NOW, "receipt_status": ProgressStatus.PARTIAL}, ("Waits for the rest", "")),
        ("done", {"acknowledged_at": NOW, "receipt_status": ProgressStatus.FULL,
                  "invoice_status": ProgressStatus.FULL}, ("", "")),
    ],
)  # fmt: skip
def test_row_says_why_it_is_here(_case: str, fields: dict[str, object], expected: tuple[str, str]) -> None:
    values = {"state": OrderState.ISSUED, "need_by": TODAY + timedelta(days=5), **fields}
    order = PurchaseOrder(**values)

    step = next_step(order, today=TODAY, now=NOW)

    assert (step.text, step.tone) == expected


def test_foreign_order_looks_missing_on_every_page(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    as_person(client, made, "walt")
    version = order.version

    pages = [
        client.get(reverse("order", args=[order.number])),
        client.get(reverse("order_version", args=[order.number, 1])),
        act(client, order, "hold", "Because"),
        client.post(reverse("decide_answer", args=[order.number, 1]), {"version": 1}),
        client.get(reverse("order", args=["PO-NONE"])),
    ]

    order.refresh_from_db()
    assert [page.status_code for page in pages] == [404] * 5
    assert (order.hold_reason, order.version) == ("", version)


@pytest.mark.parametrize(
    ("verb", "state", "hold"),
    [("hold", "issued", "New price list"), ("close", "closed", ""), ("cancel", "cancelled", "")],
)
def test_verbs_move_the_order_with_their_reason(client: Client, verb: str, state: str, hold: str) -> None:
    made = company()
    order = an_issued_order(made)

    page = act(as_person(client, made), order, verb, "New price list")

    order.refresh_from_db()
    assert page.status_code == 302
    assert (order.state, order.hold_reason) == (state, hold)
    assert "New price list" in client.get(reverse("order", args=[order.number])).content.decode()


def test_hold_is_lifted_and_an_approved_order_is_sent(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    hold_order(order_id=order.pk, expected_version=None, actor=made.boris, reason="Wait", at=NOW)

    answered = act(as_person(client, made), order, "unhold", "They agreed")

    order.refresh_from_db()
    assert (answered.status_code, order.hold_reason) == (302, "")


def test_closed_order_is_opened_again(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    person = as_person(client, made)
    act(person, order, "close", "Enough")
    order.refresh_from_db()
    offered = person.get(reverse("order", args=[order.number])).content.decode()

    answered = act(person, order, "reopen", "They found the rest")

    order.refresh_from_db()
    assert "Open it again" in offered
    assert (answered.status_code, order.state, order.open_amount) == (302, "issued", order.total_amount)


@pytest.mark.parametrize("verb", ["hold", "unhold", "close", "cancel"])
def test_verb_without_a_reason_comes_back_beside_its_field(client: Client, verb: str) -> None:
    made = company()
    order = an_issued_order(made)
    if verb == "unhold":
        hold_order(order_id=order.pk, expected_version=None, actor=made.boris, reason="Wait", at=NOW)
    order.refresh_from_db()
    before = (order.state, order.hold_reason, order.version)

    page = act(as_person(client, made), order, verb, "  ")
    text = page.content.decode()

    order.refresh_from_db()
    assert page.status_code == 422
    assert "<title>Error: " in text
    assert f'href="#reason-{verb}"' in text
    assert f'id="reason-{verb}" name="reason" maxlength="200" required value="  " aria-invalid="true"' in text
    assert (order.state, order.hold_reason, order.version) == before


def test_cancel_after_goods_came_is_refused_with_the_cure(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    post_goods_receipt(
        order_number=order.number, source="test", external_id="r", received_at=NOW, actor=made.wanda, at=NOW,
        lines=[ReceiptLine(10, Decimal(1))],
    )  # fmt: skip

    page = act(as_person(client, made), order, "cancel", "Not needed")
    offered = client.get(reverse("order", args=[order.number])).content.decode()

    order.refresh_from_db()
    assert page.status_code == 422
    assert "Close the rest short instead" in page.content.decode()
    assert order.state == "issued"
    assert "Cancel the order" not in offered


def test_old_version_is_refused_and_says_who_changed_it(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    seen = order.version
    hold_order(order_id=order.pk, expected_version=None, actor=made.boris, reason="Wait", at=NOW)

    page = as_person(client, made).post(
        reverse("order_act", args=[order.number, "close"]), {"version": seen, "reason": "Enough"},
        headers={"Referer": f"http://testserver/orders/{order.number}/"},
    )  # fmt: skip
    elsewhere = client.post(
        reverse("order_act", args=[order.number, "close"]), {"version": seen, "reason": "Enough"},
        headers={"Referer": "https://evil.example/"},
    )  # fmt: skip

    order.refresh_from_db()
    assert page.status_code == 409
    assert "Boris" in page.content.decode()
    assert f'href="http://testserver/orders/{order.number}/">Open the newest version' in page.content.decode()
    assert "evil.example" not in elsewhere.content.decode()
    assert order.state == "issued"


def test_person_without_the_duty_sees_no_verbs_and_is_refused(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    as_person(client, made, "rita")

    page = client.get(reverse("order", args=[order.number])).content.decode()
    tried = act(client, order, "hold", "Because")

    order.refresh_from_db()
    assert "Change its course" not in page
    assert tried.status_code == 403
    assert order.hold_reason == ""


def test_unknown_verb_is_missing(client: Client) -> None:
    made = company()
    order = an_issued_order(made)

    assert act(as_person(client, made), order, "burn", "Because").status_code == 404


def test_later_answer_stands_beside_what_we_asked_and_is_taken(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    late = order.need_by + timedelta(days=20)
    answer(made, order, AnswerLine(10, "date_changed", Decimal(10), promised=late, reason="Out of stock"))
    given = order.acknowledgments.get()
    as_person(client, made)

    page = client.get(reverse("order", args=[order.number])).content.decode()
    taken = client.post(
        reverse("decide_answer", args=[order.number, given.pk]),
        {"version": given.version, "decision": "accept", "reason": "We can wait"},
    )

    given.refresh_from_db()
    assert f'<del class="was">{order.need_by.day} {order.need_by:%b %Y}</del> {late.day} {late:%b %Y}' in page
    assert "Later than tolerance allows" in page
    assert (taken.status_code, given.state) == (302, "accepted")
    assert order.lines.get().promised == late


def test_higher_price_is_taken_by_asking_and_the_page_says_so_before_and_after(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    answer(made, order, AnswerLine(10, "price_changed", Decimal(10), unit_price=Decimal(60)))
    given = order.acknowledgments.get()
    as_person(client, made)

    page = client.get(reverse("order", args=[order.number])).content.decode()
    tried = client.post(
        reverse("decide_answer", args=[order.number, given.pk]),
        {"version": given.version, "decision": "accept", "reason": "Fine"},
    )

    given.refresh_from_db()
    change = order.changes.get()
    after = client.get(reverse("order", args=[order.number])).content.decode()
    assert '<del class="was">£48.00</del> £60.00' in page
    assert "Taking it means a higher price (line 10)." in page
    assert (tried["Location"], given.state) == (reverse("order_change", args=[change.number]), "review")
    assert "asks whether its terms may be taken." in after
    assert "Take their terms" not in after


def test_decision_without_a_reason_comes_back(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    answer(made, order, AnswerLine(10, "rejected", Decimal(0), reason="Out of stock"))
    given = order.acknowledgments.get()

    page = as_person(client, made).post(
        reverse("decide_answer", args=[order.number, given.pk]),
        {"version": given.version, "decision": "refuse", "reason": ""},
    )

    given.refresh_from_db()
    assert page.status_code == 422
    assert f'href="#reason-{given.pk}"' in page.content.decode()
    assert given.state == "review"


def test_versions_stand_side_by_side(client: Client) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    first = order.versions.get()
    lines = [{**first.content["lines"][0], "quantity": "8", "need_by": "2026-04-01"}]
    content = {**first.content, "lines": [*lines, {**lines[0], "line_no": 30, "description": "Extra"}]}
    OrderVersion.objects.create(
        order=order, supplier=order.supplier, revision=2, content=content, content_hash="x", issued_at=NOW,
        issued_by=made.boris,
    )  # fmt: skip
    as_person(client, made)

    page = client.get(reverse("order_version", args=[order.number, 2])).content.decode()

    assert '<del class="was">10</del> 8 case' in page
    assert '<del class="was">24 Mar 2026</del> 1 Apr 2026' in page
    assert page.count(">New</span>") == 1
    assert page.count(">Gone</span>") == 1
    assert client.get(reverse("order_version", args=[order.number, 3])).status_code == 404


def test_statements_do_not_grow_with_the_rows(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    as_person(client, made)

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(path)
        return len(seen)

    paths = [reverse("orders"), reverse("order", args=[order.number])]
    few = [statements(path) for path in paths]
    for _ in range(3):
        an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    many = [statements(path) for path in paths]

    assert many == few


def test_page_says_why_the_order_was_approved_and_what_would_have_changed_it(client: Client) -> None:
    made = company()
    order = an_issued_order(made)
    asked = ApprovalRequest.objects.get()

    page = " ".join(as_person(client, made).get(reverse("order", args=[order.number])).content.decode().split())

    assert "Why it was approved" in page
    assert reverse("requisition", args=[asked.subject_number]) in page
    for line in asked.decision["explanation"]:
        assert line in page
    assert "Nearest change: " in page  # AP-11
