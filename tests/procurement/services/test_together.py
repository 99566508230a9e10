"""Many at once, with real threads and real commits: nothing is received, ordered or answered twice."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connections

from foundation.errors import DomainError
from foundation.relay import drain
from foundation.retry import retry_transaction
from foundation.selectors.breaches import breaches
from procurement.models import GoodsReceipt, OrderAcknowledgment, PurchaseOrder, Requisition
from procurement.services import (
    ReceiptLine,
    approve_requisition,
    place_orders,
    post_goods_receipt,
    record_acknowledgment,
    save_requisition,
    submit_requisition,
)
from tests.factories import LATER, NOW, a_requisition, an_issued_order, approved, company, submitted
from tests.policies.budgets import a_budget, held, policy
from workflow.models import ApprovalDecision

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def at_once(jobs: list[Callable[[], object]]) -> list[str]:
    """Run the jobs in threads that start together; return `done` or the refusal's code of each."""
    gate, results = threading.Barrier(len(jobs)), [""] * len(jobs)

    def run(place: int) -> None:
        gate.wait()
        try:
            retry_transaction(jobs[place])()
            results[place] = "done"
        except DomainError as refusal:
            results[place] = refusal.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


def test_line_of_20_takes_20_of_30_deliveries_that_come_at_once() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "20"))
    order.lines.update(over_receipt_percent=0)

    results = at_once(
        [
            lambda n=n: post_goods_receipt(  # type: ignore[misc]
                order_number=order.number, source="wms", external_id=f"d-{n}", received_at=NOW,
                lines=[ReceiptLine(10, Decimal(1))], actor=made.wanda, at=NOW,
            )
            for n in range(30)
        ]
    )  # fmt: skip

    order.refresh_from_db()
    assert sorted(results) == ["done"] * 20 + ["over_receipt"] * 10
    assert (GoodsReceipt.objects.count(), order.lines.get().accepted, order.open_amount) == (20, Decimal(120), 0)


def test_one_delivery_told_20_times_at_once_is_booked_once() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "20"))

    results = at_once(
        [
            lambda: post_goods_receipt(
                order_number=order.number, source="wms", external_id="d-1", received_at=NOW,
                lines=[ReceiptLine(10, Decimal(5))], actor=made.wanda, at=NOW,
            )
        ]
        * 20
    )  # fmt: skip

    assert results == ["done"] * 20
    assert (GoodsReceipt.objects.count(), order.lines.get().accepted) == (1, Decimal(30))


def test_two_of_three_orderings_at_once_find_nothing_left_to_order() -> None:
    made = company()
    requisition = approved(made, ("SW-500", "50"), ("TAPE-48", "2"))

    results = at_once([lambda: place_orders(requisition_id=requisition.pk, at=NOW)] * 3)

    assert results == ["done"] * 3
    assert PurchaseOrder.objects.count() == 1


def test_one_answer_20_times_at_once_is_stored_once() -> None:
    made = company()
    order = an_issued_order(made, ("SW-500", "20"))

    results = at_once(
        [
            lambda: record_acknowledgment(
                order_number=order.number, supplier_id=made.acme.pk, source="edi", external_id="a-1", answered_at=NOW,
                header="accept_all", actor=made.acme_person, at=NOW,
            )
        ]
        * 20
    )  # fmt: skip

    assert results == ["done"] * 20
    assert OrderAcknowledgment.objects.count() == 1


def test_ten_presses_of_approve_make_one_decision() -> None:
    made = company()
    asked = submitted(made, ("SW-500", "50"))

    results = at_once(
        [
            lambda: approve_requisition(
                pk=asked.pk, expected_version=asked.version, seen_hash=asked.content_hash, actor=made.mona, reason="",
                at=NOW,
            )
        ]
        * 10
    )  # fmt: skip
    drain()

    assert results.count("done") == 1
    assert (ApprovalDecision.objects.count(), PurchaseOrder.objects.count()) == (1, 1)


def test_draft_that_is_changed_and_submitted_at_once_is_one_or_the_other() -> None:
    """AP-7: what is asked for is what the requester last saw."""
    made = company()
    draft = a_requisition(made, ("SW-500", "50"))

    results = at_once(
        [
            lambda: submit_requisition(
                requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW
            ),
            lambda: save_requisition(
                requisition_id=draft.pk, expected_version=draft.version, actor=made.rita, at=NOW,
                cost_centre=draft.cost_centre, need_by=LATER, lines=[],
            ),
        ]
    )  # fmt: skip

    after = Requisition.objects.get(pk=draft.pk)
    assert sorted(results) == ["changed_since_opened", "done"]
    assert (after.state, after.lines.count()) in {("submitted", 1), ("draft", 0)}


def test_needs_at_once_cannot_all_have_the_last_of_a_budget() -> None:
    """RQ-6: of six needs of 480 at once, two fit into 1,000."""
    made = company()
    policy(budget_mode="refuse")
    budget = a_budget(made, "1000")
    drafts = [a_requisition(made, ("SW-500", "10")) for _ in range(6)]

    results = at_once(
        [
            lambda d=draft: submit_requisition(  # type: ignore[misc]
                requisition_id=d.pk, expected_version=d.version, actor=made.rita, at=NOW
            )
            for draft in drafts
        ]
    )  # fmt: skip

    assert sorted(results) == ["budget_exceeded"] * 4 + ["done"] * 2
    assert (held(budget), breaches()) == ("960 0 0", [])


def test_need_that_is_submitted_while_its_first_budget_is_set_counts_in_it() -> None:
    made = company()
    drafts = [a_requisition(made, ("SW-500", "10")) for _ in range(6)]

    results = at_once(
        [
            *(
                lambda d=draft: submit_requisition(  # type: ignore[misc]
                    requisition_id=d.pk, expected_version=d.version, actor=made.rita, at=NOW
                )
                for draft in drafts
            ),
            lambda: a_budget(made, "9000"),
        ]
    )  # fmt: skip

    assert results == ["done"] * 7
    assert breaches(["budget_follows_documents"]) == []
