"""AK-5, AK-6, MX-5, MX-10: what a supplier's numbers count, and that each equals the list behind it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.portal_role import as_supplier
from foundation.relay import drain
from procurement.decisions.scorecard import BY_CODE, MEASURES, Part
from procurement.models import Condition, PurchaseOrder, PurchaseOrderLine
from procurement.selectors.scorecard import Window, answer_latency, lines_behind, scores, window
from procurement.services import AnswerLine, ReceiptLine, post_goods_receipt, record_acknowledgment
from tests.factories import NOW, Company, an_issued_order, company

pytestmark = pytest.mark.django_db


def around(order: PurchaseOrder) -> Window:
    return Window(order.need_by - timedelta(days=60), order.need_by + timedelta(days=60), 120)


def answer(made: Company, order: PurchaseOrder, *lines: AnswerLine) -> None:
    record_acknowledgment(
        order_number=order.number, supplier_id=made.acme.pk, source="portal", external_id="a", answered_at=NOW,
        header="lines" if lines else "accept_all", lines=lines, actor=made.acme_person, at=NOW,
    )  # fmt: skip
    drain()


def receive(made: Company, order: PurchaseOrder, days_late: int, quantity: str, condition: str = "good") -> None:
    day = order.need_by + timedelta(days=days_late)
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    post_goods_receipt(
        order_number=order.number, source="test", external_id=f"{days_late}-{quantity}-{condition}", received_at=at,
        lines=[ReceiptLine(10, Decimal(quantity), condition=Condition(condition))], actor=made.wanda, at=at,
    )  # fmt: skip


def card(made: Company, order: PurchaseOrder) -> dict[str, tuple[int, int]]:
    return {one.measure.code: (one.kept, one.n) for one in scores(made.acme.pk, around(order))}


@pytest.mark.parametrize(
    ("_case", "arrivals", "expected"),
    [
        #                                     days late, quantity        request  first  revised otif  in full  not rejected
        ("AK-6 on the day is on time",        [(0, "50", "good")],                    (1, 1, 1, 1, 1)),
        ("AK-6 a day late",                   [(1, "50", "good")],                    (0, 0, 0, 1, 1)),
        ("MX-10 half on the day, half late",  [(0, "25", "good"), (3, "25", "good")], (0, 0, 0, 1, 1)),
        ("AK-5 short",                        [(0, "40", "good")],                    (0, 0, 0, 0, 1)),
        ("MX-10 some of it damaged",          [(0, "40", "good"), (0, "10", "damaged")], (1, 1, 0, 0, 0)),
    ],
)  # fmt: skip
def test_line_is_on_time_in_full_and_accepted(
    _case: str, arrivals: list[tuple[int, str, str]], expected: tuple[int, ...]
) -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    answer(made, order)
    for late, quantity, condition in arrivals:
        receive(made, order, late, quantity, condition)

    found = card(made, order)

    codes = ("on-time-request", "on-time-first", "otif-revised", "in-full-revised", "not-rejected")
    assert tuple(found[code][0] for code in codes) == expected
    assert {found[code][1] for code in codes} == {1}


def test_first_and_current_promise_are_judged_apart() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    PurchaseOrderLine.objects.filter(order=order).update(
        first_promise=order.need_by + timedelta(days=1), promised=order.need_by + timedelta(days=4)
    )
    receive(made, order, 3, "50")

    found = card(made, order)

    assert [found[code] for code in ("on-time-request", "on-time-first", "on-time-promise")] == [(0, 1), (0, 1), (1, 1)]


def test_cut_quantity_is_in_full_against_the_revised_and_short_against_the_original() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    PurchaseOrderLine.objects.filter(order=order).update(cancelled=F("base_factor") * 10)
    receive(made, order, 0, "40")

    found = card(made, order)

    assert [found[code] for code in ("in-full-original", "in-full-revised", "otif-original", "otif-revised")] == [
        (0, 1), (1, 1), (0, 1), (1, 1),
    ]  # fmt: skip


def test_price_above_the_first_is_missed_in_the_answer() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    asked = order.lines.get().unit_price
    answer(made, order, AnswerLine(10, "price_changed", Decimal(50), unit_price=asked + 1))

    assert card(made, order)["price-at-answer"] == (0, 1)


def test_latency_counts_working_hours_of_the_site() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"))
    friday, monday = datetime(2026, 11, 20, 16, 0, tzinfo=UTC), datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    PurchaseOrder.objects.filter(pk=order.pk).update(issued_at=friday, acknowledged_at=monday)

    found = answer_latency(made.acme.pk, Window(friday.date(), monday.date(), 4))

    assert found.n == 1
    assert found.hours is not None
    assert found.hours < 10, "the weekend does not count"


def test_every_number_equals_the_list_behind_it_and_other_suppliers_count_nothing() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"), ("TAPE-48", "2"))
    an_issued_order(made, ("TAPE-48", "3"), by=made.people["hugo"])
    answer(made, order)
    receive(made, order, 2, "50")
    over = around(order)

    with as_supplier(made.acme.pk):
        found = scores(made.acme.pk, over)
        lists = {
            (m.code, part): len(lines_behind(m, part, made.acme.pk, over)) for m in MEASURES for part in Part
        }  # fmt: skip
        foreign = scores(made.bolt.pk, over)

    assert {s.measure.code: (s.n, s.kept, s.missed) for s in found} == {
        m.code: tuple(lists[m.code, part] for part in (Part.WHOLE, Part.HIT, Part.MISS)) for m in MEASURES
    }
    assert max(s.n for s in found) == PurchaseOrderLine.objects.filter(supplier=made.acme).count()
    assert {s.n for s in foreign} == {0}
    assert scores(made.acme.pk, over, [made.hull.pk])[0].n == 1


def test_page_shows_the_numbers_of_its_lists_and_the_file_has_as_many_rows() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "50"), ("TAPE-48", "2"))
    answer(made, order)
    yesterday = timezone.localdate() - timedelta(days=1)
    PurchaseOrderLine.objects.filter(order=order).update(need_by=yesterday, promised=yesterday, first_promise=yesterday)
    client = Client()
    client.force_login(made.acme_person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("portal_scorecard")).content.decode()
    links = re.findall(r'href="(/supplier/scorecard/[^"]+)">(\d+)<', page)

    counts = [(int(n), len(client.get(f"{link}&as=csv").content.decode().splitlines()) - 1) for link, n in links]

    assert len(links) == 3 * len(MEASURES)
    assert [shown for shown, _ in counts] == [listed for _, listed in counts]
    assert sum(shown for shown, _ in counts) > 0
    assert client.get(reverse("portal_score_lines", args=["no-such", "all"])).status_code == 404


def test_window_ends_yesterday() -> None:
    assert window(30, NOW.date()).until == NOW.date() - timedelta(days=1)
    assert len(BY_CODE) == len(MEASURES)
