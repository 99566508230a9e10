"""The receiver's pages: what is expected, finding it by a scan, counting it, taking it back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from procurement.models import GoodsReceipt, PurchaseOrder
from tests.factories import TODAY, Company, an_issued_order, company, receive_all

pytestmark = pytest.mark.django_db


def scene(client: Client, name: str = "wanda") -> tuple[Company, PurchaseOrder]:
    made = company()
    order = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))
    client.force_login(made.people[name])
    return made, order


def url(order: PurchaseOrder) -> str:
    return reverse("receive", args=[order.number])


def counted(**typed: str) -> dict[str, str]:
    return {"key": "k-1", "action": "counted", **{name.replace("_", "-"): value for name, value in typed.items()}}


def came() -> list[tuple[int, Decimal, str]]:
    receipt = GoodsReceipt.objects.get()
    return [(x.order_line.line_no, x.quantity, x.condition) for x in receipt.lines.select_related("order_line")]


def test_form_is_filled_in_and_one_press_takes_all(client: Client) -> None:
    _, order = scene(client)

    page = client.get(url(order)).content.decode()
    sent = client.post(url(order), counted(q_10="10", q_20="2"))

    order.refresh_from_db()
    assert 'name="q-10" inputmode="decimal" autocomplete="off" value="10"' in page
    assert (sent.status_code, order.receipt_status) == (302, "full")
    assert came() == [(10, Decimal(10), "good"), (20, Decimal(2), "good")]


@pytest.mark.parametrize(
    ("_case", "typed", "expected"),
    [
        ("one line short", {"q_10": "8", "q_20": "2"}, [(10, "8", "good"), (20, "2", "good")]),
        ("one line missing", {"q_10": "10", "q_20": ""}, [(10, "10", "good")]),
        (
            "some of it damaged",
            {"q_10": "10", "b_10": "3", "c_10": "damaged"},
            [(10, "7", "good"), (10, "3", "damaged")],
        ),
        ("all of it wrong", {"q_10": "10", "b_10": "10", "c_10": "wrong"}, [(10, "10", "wrong")]),
        ("half a case, with a comma", {"q_10": "2,5"}, [(10, "2.5", "good")]),
    ],
)
def test_count_is_booked_as_typed(
    client: Client, _case: str, typed: dict[str, str], expected: list[tuple[int, str, str]]
) -> None:
    _, order = scene(client)

    sent = client.post(url(order), counted(**typed))

    assert sent.status_code == 302
    assert came() == [(line, Decimal(quantity), condition) for line, quantity, condition in expected]


@pytest.mark.parametrize(
    ("typed", "target", "sentence"),
    [
        ({"q_10": "ten"}, "q-10", "Line 10: “ten” is not a quantity; type it as 12 or 12.5."),
        ({"q_10": "-4"}, "q-10", "Line 10: a quantity is zero or more, and below a thousand million."),
        ({"q_10": "inf"}, "q-10", "Line 10: “inf” is not a quantity; type it as 12 or 12.5."),
        ({"q_10": "1e-400"}, "q-10", "Line 10: “1e-400” is not a quantity; type it as 12 or 12.5."),
        ({"q_10": "0.00001"}, "q-10", "Line 10: use at most 4 decimals."),
        ({"q_10": "4", "b_10": "5"}, "b-10", "Line 10: 5 cannot be bad when 4 came."),
        ({"q_20": "9"}, "q-20", "Line 20: at most 2.1 case more may be received. Receive what is within tolerance and send the rest back, or ask the buyer to change the order."),
        ({"q_10": "0"}, "q-10", "Enter what arrived for at least one line."),
        ({"q_10": "1", "b_10": "1", "c_10": "eaten"}, "q-10", "Line 10: eaten is no condition we know."),
    ],
)  # fmt: skip
def test_what_cannot_be_booked_comes_back_beside_its_field(
    client: Client, typed: dict[str, str], target: str, sentence: str
) -> None:
    _, order = scene(client)

    page = client.post(url(order), counted(**typed))
    text = page.content.decode()

    order.refresh_from_db()
    assert page.status_code == 422
    assert "<title>Error: " in text
    assert f'<a href="#{target}">{sentence}</a>' in text
    assert not GoodsReceipt.objects.exists()
    assert order.receipt_status == "none"


def test_double_press_is_one_receipt(client: Client) -> None:
    _, order = scene(client)

    answers = [client.post(url(order), counted(q_10="10")).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert GoodsReceipt.objects.count() == 1


def test_blind_site_sees_no_expected_quantity(client: Client) -> None:
    made, order = scene(client)
    made.leeds.blind_receiving = True
    made.leeds.save()

    page = client.get(url(order)).content.decode()
    in_full = client.post(url(order), {"key": "k", "action": "full"})

    assert 'name="q-10" inputmode="decimal" autocomplete="off" value=""' in page
    assert "data-open" not in page
    assert "10 case open" not in page
    assert in_full.status_code == 422
    assert not GoodsReceipt.objects.exists()


@pytest.mark.parametrize("scan", ["{number}", " {lower} ", "SW-500", "acme-sw-500"])
def test_scan_opens_the_one_order_it_can_mean(client: Client, scan: str) -> None:
    _, order = scene(client)
    typed = scan.format(number=order.number, lower=order.number.lower())

    page = client.get(reverse("receiving"), {"q": typed})

    assert (page.status_code, page["Location"]) == (302, url(order))


def test_scan_that_means_several_lists_them_and_one_that_means_none_offers_a_way_on(client: Client) -> None:
    made, order = scene(client)
    other = an_issued_order(made, ("SW-500", "3"))

    several = client.get(reverse("receiving"), {"q": "SW-500"}).content.decode()
    none = client.get(reverse("receiving"), {"q": "4711"}).content.decode()

    assert order.number in several
    assert other.number in several
    assert "Nothing open matches what you scanned" in none
    assert f"{reverse('search')}?q=4711" in none


def test_today_comes_first_then_late_then_what_comes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made, order = scene(client)
    days = {order.pk: TODAY + timedelta(days=3)}
    for shift in (0, -2):
        days[an_issued_order(made, ("SW-500", "3")).pk] = TODAY + timedelta(days=shift)
    for pk, day in days.items():
        PurchaseOrder.objects.filter(pk=pk).update(need_by=day)
    monkeypatch.setattr("procurement.web.receiving.timezone.localdate", lambda: TODAY)

    page = client.get(reverse("receiving"))

    assert [(group.title, len(group.orders)) for group in page.context["groups"]] == [
        ("Today", 1), ("Late", 1), ("Coming", 1),
    ]  # fmt: skip


def test_receipt_is_reversed_with_a_reason_and_not_without(client: Client) -> None:
    made, order = scene(client)
    receive_all(made, order)
    receipt = GoodsReceipt.objects.get()
    act = reverse("reverse_receipt", args=[receipt.number])

    refused = client.post(act, {"version": receipt.version, "reason": ""})
    done = client.post(act, {"version": receipt.version, "reason": "Wrong pallet"})

    receipt.refresh_from_db()
    order.refresh_from_db()
    assert refused.status_code == 422
    assert f'href="#why-{receipt.number}"' in refused.content.decode()
    assert (done.status_code, receipt.state, receipt.reversal_reason) == (302, "reversed", "Wrong pallet")
    assert order.receipt_status == "none"


def test_reversing_twice_says_it_was_done(client: Client) -> None:
    made, order = scene(client)
    receive_all(made, order)
    receipt = GoodsReceipt.objects.get()
    act = reverse("reverse_receipt", args=[receipt.number])

    answers = [client.post(act, {"version": receipt.version, "reason": "Wrong pallet"}).status_code for _ in range(2)]

    assert answers == [302, 409]


def test_other_sites_delivery_looks_missing(client: Client) -> None:
    made, order = scene(client, "walt")
    receive_all(made, order)
    receipt = GoodsReceipt.objects.get()

    pages = [
        client.get(url(order)), client.post(url(order), counted(q_10="1")),
        client.post(reverse("reverse_receipt", args=[receipt.number]), {"version": 1, "reason": "x"}),
        client.get(reverse("receive", args=["PO-NONE"])),
    ]  # fmt: skip
    listed = client.get(reverse("receiving")).content.decode()

    assert [page.status_code for page in pages] == [404] * 4
    assert order.number not in listed
    assert receipt.number not in listed


def test_person_without_the_duty_is_told_and_nothing_is_booked(client: Client) -> None:
    _, order = scene(client, "rita")

    page = client.get(url(order)).content.decode()
    tried = client.post(url(order), counted(q_10="1"))

    assert "You do not receive goods at Leeds" in page
    assert tried.status_code == 403
    assert client.get(reverse("receiving")).status_code == 404
    assert not GoodsReceipt.objects.exists()


def test_statements_do_not_grow_with_the_rows(client: Client) -> None:
    made, order = scene(client)

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    few = [statements(reverse("receiving")), statements(url(order))]
    for _ in range(3):
        longer = an_issued_order(made, ("SW-500", "10"), ("TAPE-48", "2"))

    assert [statements(reverse("receiving")), statements(url(longer))] == few
