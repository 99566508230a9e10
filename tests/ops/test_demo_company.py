"""The demo company as a visitor finds it: seeded once, then looked at."""

import io
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Model
from django.test import Client

from config.demo.company import found_company
from config.demo.people import DEMO_PEOPLE
from foundation.models import Delivery, User
from integration.models import InboxMessage, InboxStatus
from intelligence.models import Measurement
from invoicing.decisions.facts import HoldCode
from invoicing.models import Hold, Invoice, InvoiceMatch, InvoiceState, MatchState
from policies.models import ExceptionRoute, PolicyVersion
from policies.selectors.in_force import forget
from procurement.models import (
    AcknowledgmentLine,
    AckState,
    GoodsReceipt,
    GoodsReceiptLine,
    OrderAcknowledgment,
    OrderChange,
    OrderState,
    PurchaseOrder,
    Requisition,
)
from suppliers.models import CatalogueItem, Contract, Supplier, SupplierState
from workflow import access
from workflow.models import ApprovalRequest, ApprovalStep, ExceptionCase

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)  # a Wednesday
# An order of a buyer's own that asks for approval: no service makes one yet. The others last for a moment only.
UNREACHED = {OrderState.DRAFT, OrderState.PENDING, SupplierState.MERGED}  # the duplicate waits for whoever merges it
MOMENTS = {AckState.RECEIVED, InvoiceState.RECEIVED, InvoiceState.CLEARED, MatchState.UNTESTED, InboxStatus.RECEIVED}


@pytest.fixture(scope="module", autouse=True)
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Found the company once, committed as in the demo; taken away with everything else at the end."""
    with django_db_blocker.unblock():
        forget()
        found_company(NOW, io.StringIO())
    yield
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
        forget()


def person(name: str) -> User:
    return User.objects.get(username=f"demo.{name}")


@pytest.mark.parametrize(
    ("who", "to_approve", "overdue", "exceptions"),
    [
        ("manager",          9, 2,  0),
        ("region",           4, 1,  0),
        ("finance",          9, 1,  2),
        ("buyer",            0, 0, 18),
        ("receiver",         0, 0,  4),
        ("payables.lead",    0, 0, 35),
        ("supplier.manager", 0, 0,  4),
        ("policy1",          0, 0,  2),
        ("policy2",          1, 0,  2),
        ("integration",      0, 0,  7),
    ],
)  # fmt: skip
def test_work_waits_for(who: str, to_approve: int, overdue: int, exceptions: int) -> None:
    steps = access.waiting_for(person(who))

    cases = access.visible_cases(person(who)).filter(state="open")

    found = (steps.count(), steps.filter(due_at__lt=NOW).count(), cases.count())
    assert found == (to_approve, overdue, exceptions)


def test_harrow_has_three_orders_to_answer_and_delta_is_late_with_two() -> None:
    unanswered = PurchaseOrder.objects.filter(state="issued", acknowledged_at=None, ack_status__in=["none", "overdue"])

    found = unanswered.order_by("supplier__code").values_list("supplier__code", "ack_status")
    assert [row for row in found if row[0] in {"HARROW", "DELTA"}] == [("DELTA", "overdue")] * 2 + [
        ("HARROW", "none")
    ] * 3


def test_deliveries_are_due_at_leeds_today() -> None:
    due = PurchaseOrder.objects.filter(ship_to__code="LDS", state="issued", receipt_status__in=["none", "partial"])

    assert due.filter(need_by=NOW.date()).count() >= 4
    assert due.filter(need_by__lt=NOW.date(), supplier__code="DELTA").count() >= 2


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (Requisition,          "state"),
        (ApprovalRequest,      "state"),
        (ApprovalStep,         "state"),
        (PurchaseOrder,        "state"),
        (PurchaseOrder,        "ack_status"),
        (PurchaseOrder,        "receipt_status"),
        (PurchaseOrder,        "invoice_status"),
        (OrderChange,          "state"),
        (OrderChange,          "matter"),
        (OrderAcknowledgment,  "state"),
        (GoodsReceipt,         "state"),
        (GoodsReceiptLine,     "condition"),
        (Invoice,              "state"),
        (Invoice,              "kind"),
        (InvoiceMatch,         "state"),
        (Hold,                 "state"),
        (ExceptionCase,        "state"),
        (Delivery,             "state"),
        (InboxMessage,         "status"),
        (AcknowledgmentLine,   "answer"),
        (PolicyVersion,        "state"),
        (PolicyVersion,        "kind"),
        (Supplier,             "state"),
        (CatalogueItem,        "state"),
        (Contract,             "state"),
    ],
)  # fmt: skip
def test_every_state_occurs(document: type[Model], field: str) -> None:
    states = {value for value, _ in document._meta.get_field(field).choices or ()}

    found = set(document._default_manager.values_list(field, flat=True))

    assert states - found - UNREACHED - MOMENTS == set()


def test_every_kind_of_exception_occurs_twice() -> None:
    found = Counter(ExceptionCase.objects.values_list("category", flat=True))

    kinds = set(ExceptionRoute.objects.values_list("category", flat=True)) - {"other"}  # a broken law of the house
    assert found.pop("supplier_bank") == 3, (
        "a suspicious bank change, a bill to be paid elsewhere, one kept by a change"
    )
    kinds -= {"supplier_bank"}
    assert {kind: found[kind] for kind in kinds if found[kind] < 2} == {}


def test_every_reason_to_hold_a_bill_occurs() -> None:
    found = set(Hold.objects.values_list("code", flat=True))

    assert {code.value for code in HoldCode} - found == set()


@pytest.mark.parametrize("command", ["verify_audit", "redecide"])
def test_books_are_clean(command: str) -> None:
    call_command(command, stdout=io.StringIO())


def test_measures_know_the_year() -> None:
    assert Measurement.objects.values("metric").distinct().count() >= 4


def test_first_pages_answer() -> None:
    client = Client()
    found = {}

    for one in DEMO_PEOPLE:
        client.force_login(User.objects.get(username=one.username), backend="django.contrib.auth.backends.ModelBackend")
        found[one.username] = client.get("/", follow=True).status_code

    assert found == {one.username: 200 for one in DEMO_PEOPLE}
