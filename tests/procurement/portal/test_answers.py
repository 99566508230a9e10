"""The supplier's door to orders: answering in one press, changing lines, and what it says afterwards."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.relay import drain
from integration.tasks import deliver_letters
from procurement.models import OrderAcknowledgment, PurchaseOrder
from procurement.services import cancel_order, decide_acknowledgment, mail_answer_copies
from tests.factories import NOW, Company, an_issued_order, company

pytestmark = pytest.mark.django_db


def scene(client: Client, *lines: tuple[str, str]) -> tuple[Company, PurchaseOrder]:
    made = company()
    order = an_issued_order(made, *lines or (("SW-500", "10"), ("TAPE-48", "2")))
    client.force_login(made.acme_person)
    return made, order


def url(order: PurchaseOrder, name: str = "portal_answer") -> str:
    return reverse(name, args=[order.number])


def as_ordered(order: PurchaseOrder, **changes: str) -> dict[str, str]:
    """Return the form as the page fills it in, with changes by input name."""
    data = {"key": "k-1", "action": "lines"}
    for line in order.lines.all():
        data |= {
            f"q-{line.line_no}": f"{line.quantity.normalize():f}",
            f"d-{line.line_no}": line.need_by.isoformat(),
            f"p-{line.line_no}": f"{line.unit_price.normalize():f}",
        }
    return data | {name.replace("_", "-"): value for name, value in changes.items()}


def said(order: PurchaseOrder) -> list[tuple[int, str, Decimal, object, object, str]]:
    answer = order.acknowledgments.latest("pk")
    return [
        (x.order_line.line_no, x.answer, x.quantity, x.unit_price, x.promised, x.reason)
        for x in answer.lines.select_related("order_line")
    ]


def test_everything_is_accepted_in_one_press(client: Client) -> None:
    _, order = scene(client)

    page = client.get(url(order))
    sent = client.post(url(order), as_ordered(order))
    after = client.get(sent["Location"]).content.decode()

    order.refresh_from_db()
    assert "Accept all 2 lines" in page.content.decode()
    assert sent.status_code == 302
    assert order.ack_status == "confirmed"
    assert "Your answer fits the order" in after
    assert "Nothing else waits" in after


@pytest.mark.parametrize(
    ("_case", "changes", "line_10"),
    [
        ("less", {"q_10": "8"}, [("quantity_changed", "8", None, 0)]),
        ("a comma is a decimal point", {"q_10": "8,5"}, [("quantity_changed", "8.5", None, 0)]),
        ("later", {"d_10": "+3"}, [("date_changed", "10", None, 3)]),
        ("sooner is as ordered", {"d_10": "-3"}, [("accepted", "10", None, -3)]),
        ("dearer", {"p_10": "50.25"}, [("price_changed", "10", "50.25", 0)]),
        ("two deliveries", {"q_10": "4", "q2_10": "6", "d2_10": "+7"}, [("split", "4", None, 0), ("split", "6", None, 7)]),
        ("three deliveries", {"q_10": "4", "q2_10": "4", "d2_10": "+7", "q3_10": "2", "d3_10": "+9"},
         [("split", "4", None, 0), ("split", "4", None, 7), ("split", "2", None, 9)]),
        ("none of it", {"x_10": "1", "r_10": "Out of stock"}, [("rejected", "0", None, None)]),
        ("zero is none of it", {"q_10": "0"}, [("rejected", "0", None, None)]),
    ],
)  # fmt: skip
def test_line_says_what_was_typed(
    client: Client, _case: str, changes: dict[str, str], line_10: list[tuple[str, str, str | None, int | None]]
) -> None:
    _, order = scene(client)
    day = order.need_by
    typed = {
        name: (day + timedelta(days=int(value))).isoformat() if name.startswith("d") else value
        for name, value in changes.items()
    }

    sent = client.post(url(order), as_ordered(order, **typed))

    assert sent.status_code == 302
    assert [row[1:5] for row in said(order) if row[0] == 10] == [
        (
            answer,
            Decimal(quantity),
            None if price is None else Decimal(price),
            None if days is None else day + timedelta(days=days),
        )
        for answer, quantity, price, days in line_10
    ]
    assert [row[1] for row in said(order) if row[0] == 20] == ["accepted"]


@pytest.mark.parametrize(
    ("changes", "target", "sentence"),
    [
        ({"q_10": "ten"}, "q-10", "Line 10: “ten” is not a quantity; type it as 12 or 12.5."),
        ({"q_10": "-1"}, "q-10", "Line 10: a quantity is zero or more, and below a thousand million."),
        ({"q_10": "NaN"}, "q-10", "Line 10: “NaN” is not a quantity; type it as 12 or 12.5."),
        ({"q_10": "1e30"}, "q-10", "Line 10: “1e30” is not a quantity; type it as 12 or 12.5."),
        ({"p_10": ""}, "p-10", "Line 10: “” is not a price; type it as 12 or 12.5."),
        ({"d_10": "31.12.2026"}, "d-10", "Line 10: “31.12.2026” is not a day; choose one from the calendar."),
        ({"q2_10": "3"}, "d2-10", "Line 10: “” is not a day; choose one from the calendar."),
        ({"x_10": "1"}, "r-10", "Line 10: say why you cannot deliver it."),
        ({"action": "reject"}, "reject_reason", "Say why you reject the order."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_comes_back_beside_its_field(
    client: Client, changes: dict[str, str], target: str, sentence: str
) -> None:
    _, order = scene(client)

    page = client.post(url(order), as_ordered(order, **changes))
    text = page.content.decode()

    assert page.status_code == 422
    assert "<title>Error: " in text
    assert f'<a href="#{target}">{sentence}</a>' in text
    assert f'id="{target}"' in text
    assert text.count('aria-invalid="true"') >= (0 if target.startswith("d2") else 1)
    assert not OrderAcknowledgment.objects.exists()


def test_typed_values_come_back_with_ours_struck_beside_them(client: Client) -> None:
    _, order = scene(client)

    text = client.post(url(order), as_ordered(order, q_10="8", q_20="two")).content.decode()

    assert 'name="q-10" inputmode="decimal" autocomplete="off" value="8" data-was="10"' in text
    assert '<p class="ours">we ordered <del>10</del></p>' in text
    assert '<p class="ours" hidden>we asked for' in text


def test_different_answer_waits_for_the_buyer_and_says_so(client: Client) -> None:
    made, order = scene(client)
    late = (order.need_by + timedelta(days=30)).isoformat()

    sent = client.post(url(order), as_ordered(order, d_10=late, r_10="Out of stock"))
    after = client.get(sent["Location"]).content.decode()
    drain()
    answer = order.acknowledgments.get()
    decide_acknowledgment(
        acknowledgment_id=answer.pk, expected_version=answer.version, accept=False, actor=made.boris,
        reason="We need it sooner", at=NOW,
    )  # fmt: skip
    decided = client.get(sent["Location"]).content.decode()

    assert "One line differs more than we may take without asking" in after
    assert "Change the answer" in after
    assert "Out of stock" in after
    assert "Refused by the buyer: We need it sooner" in decided


def test_whole_order_is_rejected_with_a_reason(client: Client) -> None:
    _, order = scene(client)

    sent = client.post(url(order), {"key": "k", "action": "reject", "reject_reason": "We closed"})

    order.refresh_from_db()
    assert sent.status_code == 302
    assert order.ack_status == "rejected"
    assert {row[5] for row in said(order)} == {"We closed"}


def test_double_press_is_one_answer(client: Client) -> None:
    _, order = scene(client)

    places = [client.post(url(order), as_ordered(order))["Location"] for _ in range(2)]

    assert places[0] == places[1]
    assert OrderAcknowledgment.objects.count() == 1


def test_foreign_order_looks_missing_everywhere(client: Client) -> None:
    made, order = scene(client)
    client.post(url(order), as_ordered(order))
    given = order.acknowledgments.get()
    client.force_login(made.bolt_person)

    pages = [
        client.get(url(order, "portal_order")), client.get(url(order)), client.post(url(order), as_ordered(order)),
        client.get(reverse("portal_answered", args=[order.number, given.number])),
        client.get(reverse("portal_order", args=["PO-NONE"])),
    ]  # fmt: skip
    home = client.get(reverse("portal_home")).content.decode()
    listed = client.get(reverse("portal_orders")).content.decode()

    assert [page.status_code for page in pages] == [404] * 5
    assert order.number not in home + listed
    assert OrderAcknowledgment.objects.count() == 1


def test_staff_find_nothing_here(client: Client) -> None:
    made, order = scene(client)
    client.force_login(made.boris)

    pages = [client.get(reverse("portal_home")), client.get(url(order)), client.get(reverse("portal_orders"))]

    assert [page.status_code for page in pages] == [404, 404, 404]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("view=unanswered", True),
        ("view=coming", True),
        ("view=done", False),
        ("q=zzz", False),
        ("q=po-", True),
    ],
)
def test_list_is_narrowed(client: Client, query: str, found: bool) -> None:
    _, order = scene(client)

    page = client.get(f"{reverse('portal_orders')}?{query}").content.decode()

    assert (f"{order.number}</a>" in page) == found


def test_cancelled_order_takes_no_answer(client: Client) -> None:
    made, order = scene(client)
    cancel_order(order_id=order.pk, expected_version=None, actor=made.boris, reason="Not needed", at=NOW)

    page = client.get(url(order)).content.decode()
    tried = client.post(url(order), as_ordered(order))

    assert "takes no answer any more" in page
    assert tried.status_code == 403
    assert not OrderAcknowledgment.objects.exists()


def test_copy_of_the_answer_is_mailed_once(client: Client) -> None:
    _, order = scene(client)
    late = (order.need_by + timedelta(days=30)).isoformat()
    client.post(url(order), as_ordered(order, d_10=late, r_10="Out of stock"))
    at = order.acknowledgments.get().received_at + timedelta(minutes=1)

    sent = [mail_answer_copies(at=at), mail_answer_copies(at=at)]

    assert sent == [1, 0]
    assert mail.outbox == []  # it is stored, and the worker sends it
    deliver_letters()
    (letter,) = [one for one in mail.outbox if one.to == ["adam.acme@example.com"]]
    assert letter.subject == f"Your answer to {order.number}, Leeds: 1 of 2 lines changed"
    assert f"Line 10, Stretch wrap 500 mm: date changed, 10 case on {late}. Out of stock" in letter.body
    assert "a buyer decides" in letter.body


def test_statements_do_not_grow_with_the_lines(client: Client) -> None:
    made, order = scene(client, ("SW-500", "10"))
    longer = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    assert statements(url(order)) == statements(url(longer))
    assert statements(url(order, "portal_order")) == statements(url(longer, "portal_order"))
