"""A buyer changes an order on its page (PO-2); whoever is asked decides in the inbox; everybody reads before beside after."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from foundation.models import Delivery, Notice
from foundation.relay import drain
from procurement.models import OrderChange, OrderVersion, PurchaseOrder
from procurement.services import return_change
from tests.factories import NOW, Company, an_issued_order, company
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def as_(made: Company, name: str) -> Client:
    client = Client()
    client.force_login(made.people[name])
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def sent(order: PurchaseOrder, **changes: str) -> dict[str, str]:
    """Return the form as it comes, with some boxes filled anew."""
    order.refresh_from_db()
    line = order.lines.get()
    return {
        "version": str(order.version), "terms_days": str(order.payment_terms_days), "reason": "Demand rose",
        "quantity_10": f"{line.quantity.normalize():f}", "unit_price_10": f"{line.unit_price.normalize():f}",
        "need_by_10": line.need_by.isoformat(), **changes,
    }  # fmt: skip


def post(client: Client, order: PurchaseOrder, **changes: str) -> Any:
    return client.post(reverse("change_order", args=[order.number]), sent(order, **changes))


def test_change_beyond_policy_waits_and_its_page_shows_both_sides_and_who_decides() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    boris = as_(made, "boris")

    answer = post(boris, order, quantity_10="60")

    change = OrderChange.objects.get()
    page = text(boris.get(answer["Location"]))
    assert answer["Location"] == reverse("order_change", args=[change.number])
    for part in (
        '<del class="was">50</del> 60',
        "Line 10: quantity 60 instead of 50",
        "£480.00",
        "Mona",
        "Take it back",
    ):
        assert part in page
    shown = text(boris.get(reverse("order", args=[order.number])))
    assert f"{change.number}</a> waits for approval" in shown
    assert reverse("change_order", args=[order.number]) not in shown, "one at a time"


def test_whoever_is_asked_decides_in_the_inbox_and_the_supplier_gets_the_new_version() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    drain()
    post(as_(made, "boris"), order, quantity_10="60")
    drain()
    mona, asked = as_(made, "mona"), ApprovalRequest.objects.latest("pk")
    task = text(mona.get(reverse("inbox_task", args=[asked.pk])))
    assert '<del class="was">50</del> 60' in task
    assert OrderVersion.objects.filter(order=order).count() == 1

    mona.post(reverse("decide", args=[asked.pk, "approve"]), {"hash": asked.content_hash})
    drain()

    order.refresh_from_db()
    assert (order.revision, order.total_amount) == (2, Decimal(2880))
    letters = Delivery.objects.filter(subject_type="supplier").values_list("body", flat=True)
    assert [f"{order.number}, version 2" in bytes(body).decode() for body in letters] == [False, True]
    told = Notice.objects.filter(subject_number=OrderChange.objects.get().number, person=made.boris)
    assert [n.sentence for n in told] == [f"Mona approved {OrderChange.objects.get().number} of {order.number}"]
    assert (
        Notice.objects.filter(person=made.rita, sentence__startswith=f"{order.number} for Leeds changed").count() == 1
    )


def test_change_within_policy_is_in_force_at_once() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    boris = as_(made, "boris")

    answer = post(boris, order, quantity_10="40")

    assert answer["Location"] == reverse("order", args=[order.number])
    page = text(boris.get(reverse("order_change", args=[OrderChange.objects.get().number])))
    assert "It stays within what policy allows" in page
    assert "It is revision 2 of the order." in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity_10": "0"},        "Write a quantity above zero."),
        ({"quantity_10": "1.234,5"},  "can be misread"),
        ({"quantity_10": "many"},     "is not a number"),
        ({"unit_price_10": "-4"},     "Write a price of zero or more."),
        ({"need_by_10": "2020-01-01"}, "This day has passed."),
        ({"need_by_10": "soon"},      "Enter a valid date."),
        ({"terms_days": "9000"},      "less than or equal to 365"),
        ({"reason": " "},             "This field is required."),
        ({},                          "says that already"),
    ],
)  # fmt: skip
def test_what_cannot_be_comes_back_beside_its_box(changes: dict[str, str], words: str) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))

    answer = post(as_(made, "boris"), order, **changes)

    assert (answer.status_code, words in text(answer)) == (422, True)
    assert OrderChange.objects.count() == 0


def test_change_that_was_sent_back_is_written_on_from_where_it_stood() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    boris = as_(made, "boris")
    post(boris, order, quantity_10="60")
    change = OrderChange.objects.get()
    return_change(pk=change.pk, expected_version=None, seen_hash=None, actor=made.mona, reason="55 at most", at=NOW)

    page = text(boris.get(reverse("order_change", args=[change.number])))
    anew = f"{reverse('change_order', args=[order.number])}?from={change.number}"

    assert ("Sent back: 55 at most" in page, anew in page) == (True, True)
    assert 'name="quantity_10" value="60"' in text(boris.get(anew))


def test_change_is_taken_back_with_a_reason() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    boris = as_(made, "boris")
    post(boris, order, quantity_10="60")
    change = OrderChange.objects.get()
    url = reverse("withdraw_order_change", args=[change.number])

    without = boris.post(url, {"version": change.version, "reason": ""})
    done = boris.post(url, {"version": change.version, "reason": "A mistake"})

    change.refresh_from_db()
    assert (without.status_code, done.status_code, change.state) == (422, 302, "withdrawn")


def test_only_a_buyer_may_change_and_another_site_sees_nothing_of_it() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    post(as_(made, "boris"), order, quantity_10="60")
    change = OrderChange.objects.get()

    form, page = reverse("change_order", args=[order.number]), reverse("order_change", args=[change.number])

    assert [as_(made, who).get(form).status_code for who in ("rita", "hugo")] == [403, 404]
    assert [as_(made, who).get(page).status_code for who in ("rita", "hugo", "mona")] == [200, 404, 200]
