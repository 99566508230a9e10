"""What a page may cost: statements to the database, the same with one document as with three, within its budget.

The budgets are in tests/query_budgets.json, by the name of the page in urls.py. Whoever makes a page cheaper lowers its number.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.models import Item, ItemUnit, UnitOfMeasure, User
from foundation.relay import drain
from invoicing import services as invoicing
from invoicing.models import Invoice
from policies.decisions.duties import Conflict
from procurement.models import PurchaseOrder, Requisition
from procurement.services import record_acknowledgment
from suppliers.models import CatalogueItem
from tests.architecture.budget_pages import further, machines
from tests.architecture.doors import ROUTES, ROWS
from tests.factories import NOW, Company, a_requisition, an_issued_order, company, receive_all, submitted
from tests.invoicing import factories as bills
from tests.policies.budgets import a_budget
from workflow.models import ApprovalRequest, Countersignature, ExceptionCase
from workflow.services import ask_signature, open_case

pytestmark = pytest.mark.django_db
BUDGETS = json.loads((Path(__file__).resolve().parents[1] / "query_budgets.json").read_text(encoding="utf-8"))


def trade(made: Company, number: int) -> None:
    """Make one of each document, two lines on those that have lines."""
    a_requisition(made, ("SW-500", "1"), ("TAPE-48", "1"))
    submitted(made, ("SW-500", "50"), ("TAPE-48", "2"))
    order = an_issued_order(made, ("SW-500", "4"), ("TAPE-48", "2"))
    record_acknowledgment(
        order_number=order.number, supplier_id=made.acme.pk, source="portal", external_id=f"a-{number}",
        answered_at=NOW, header="accept_all", actor=made.acme_person, at=NOW,
    )  # fmt: skip
    receive_all(made, order, f"d-{number}")
    invoicing.receive_invoice(
        command=bills.bill_for(order, supplier_number=f"A-{number}", invoice_date=NOW.date()), actor=made.pat, at=NOW
    )
    an_issued_order(made, ("SW-500", "5"), ("TAPE-48", "2"))
    open_case(
        key=f"other:{number}", category="ack_overdue", cause="answer_overdue", sentence="No answer", subject_type="order",
        subject_id=order.pk, subject_number=order.number, site=made.leeds, amount=order.total_amount, currency="GBP",
        at=NOW,
    )  # fmt: skip
    machines(made, number)
    ask_signature(
        person_id=made.rita.pk, conflict=Conflict("receive", "request", "compensated", 5), at=NOW, site=made.leeds,
        chains=[f"order:{order.pk}"], document_type="order", document_id=order.pk, document_number=order.number,
        amount=order.total_amount, currency="GBP",
    )  # fmt: skip
    drain()


def pages(made: Company) -> Iterator[tuple[str, User, str]]:
    """Yield (name of the budget, who opens it, address) of every list and detail page."""
    draft = Requisition.objects.filter(state="draft").order_by("pk")[0]
    asked = ApprovalRequest.objects.filter(state="open").order_by("pk")[0]
    invoice = Invoice.objects.order_by("pk")[0]
    done, sent = PurchaseOrder.objects.order_by("pk")[:2]
    case = ExceptionCase.objects.filter(category="ack_overdue").order_by("pk")[0]
    for name, person, keys in (
        ("home", made.boris, []), ("inbox", made.mona, []), ("tasks", made.mona, []),
        ("inbox_task", made.mona, [asked.pk]), ("add_approver", made.mona, [asked.pk]),
        ("followers", made.mona, ["requisition", asked.subject_id]), ("wrong_person", made.mona, [asked.pk]),
        ("cases", made.boris, []), ("case", made.boris, [case.number]),
        ("signature", made.wanda, [Countersignature.objects.order_by("pk")[0].number]),
        ("suppliers", made.boris, []), ("supplier", made.boris, ["ACME"]), ("supplier_person", made.sue, ["ACME", made.acme_person.pk]),
        ("contracts", made.boris, []), ("contract", made.boris, ["CON-1"]),
        ("requisitions", made.rita, []), ("requisition", made.rita, [asked.subject_number]),
        ("requisition_edit", made.rita, [draft.number]), ("queue", made.boris, []),
        ("orders", made.boris, []), ("order", made.boris, [done.number]), ("order_version", made.boris, [done.number, 1]),
        ("receiving", made.wanda, []), ("receive", made.wanda, [sent.number]),
        ("invoices", made.pat, []), ("invoice", made.pat, [invoice.number]), ("invoice_match", made.pat, [invoice.number]),
        ("master", made.ursula, []), ("items", made.ursula, []), ("item", made.ursula, ["SW-500"]),
        ("item_edit", made.ursula, ["SW-500"]), ("item_pack", made.ursula, ["SW-500"]),
        ("categories", made.ursula, []), ("category", made.ursula, ["PACK"]), ("units", made.ursula, []),
        ("unit", made.ursula, ["EA"]), ("cost_centres", made.ursula, []), ("cost_centre", made.ursula, ["LDS-6410"]),
        ("rates", made.ursula, []), ("calendars", made.ursula, []), ("calendar", made.ursula, ["UK"]),
        ("regions", made.ursula, []), ("region", made.ursula, ["NORTH"]), ("entities", made.ursula, []),
        ("entity", made.ursula, ["NG"]),
        ("portal_home", made.acme_person, []), ("portal_account", made.acme_person, []), ("portal_prices", made.acme_person, []),
        ("supplier_scorecard", made.boris, ["ACME"]), ("portal_scorecard", made.acme_person, []),
        ("portal_score_lines", made.acme_person, ["not-rejected", "all"]),
        ("supplier_score_lines", made.boris, ["ACME", "not-rejected", "all"]), ("portal_orders", made.acme_person, []),
        ("portal_order", made.acme_person, [done.number]), ("portal_invoices", made.acme_person, []),
        ("portal_invoice", made.acme_person, [invoice.number]),
    ):  # fmt: skip
        yield name, person, reverse(name, args=keys)
    yield "search", made.boris, f"{reverse('search')}?q=PO"
    yield from further(made)


def cost(opened: Iterable[tuple[str, User, str]]) -> dict[str, int]:
    """Return the statements of each page once everything that is kept in memory is there."""
    found = {}
    for name, person, address in opened:
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == 200, f"{name}: {address}"
        with CaptureQueriesContext(connection) as caught:
            b"".join(client.get(address))  # an export asks while it is read
        asked = [one for one in caught if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]  # marks, as BEGIN is
        found[name] = max(found.get(name, 0), len(asked))
    return found


def test_every_page_costs_the_same_with_three_documents_as_with_one_and_keeps_its_budget() -> None:
    made = company()
    a_budget(made, "90000")
    trade(made, 1)
    one = cost(pages(made))
    for number in (2, 3):
        trade(made, number)

    three = cost(pages(made))

    assert {name: (one[name], three[name]) for name in one if three[name] > one[name]} == {}, "grows with the documents"
    assert {name: three[name] for name in three if three[name] > BUDGETS.get(name, 0)} == {}, "above its budget"
    assert set(BUDGETS) == set(three)


# Pages with an address of their own that cost nothing worth a budget, or are measured as another.
NOT_MEASURED = {
    "invoice_release_hold": "the form of a hold, part of invoice_match",
    "letter_stop": "takes a mail program's one click; opened it leads on",
    "letter": "leads on to the page of its notice, or refuses",
}


def test_every_page_of_ours_has_a_budget() -> None:
    apart = ("api/", "admin/", "accounts/", "demo/", "livez", "readyz")
    pages_of_ours = {ROUTES[route].name for route, row in ROWS.items() if "GET" in row and not route.startswith(apart)}

    assert pages_of_ours - NOT_MEASURED.keys() == set(BUDGETS) - NOT_MEASURED.keys()


def a_shelf(made: Company, items: int) -> None:
    """Let Acme offer so many further items, at 50.00 a case."""
    case = UnitOfMeasure.objects.get(code="XCS")
    for n in range(items):
        item = Item.objects.create(
            code=f"W-{n}", name=f"Wrap {n}", category=made.items["SW-500"].category,
            base_unit=made.items["SW-500"].base_unit,
        )  # fmt: skip
        ItemUnit.objects.create(item=item, unit=case, factor=6)
        CatalogueItem.objects.create(
            supplier=made.acme, item=item, supplier_part=f"A-{n}", unit=case, unit_price=50, currency="GBP",
            lead_time_days=3, valid_from=date(2026, 1, 1), state="active",
        )  # fmt: skip


def of_one_order(made: Company, lines: int) -> Iterator[tuple[str, User, str]]:
    """Yield the pages of one chain of documents, each with so many lines, from the draft to the bill."""
    goods = [(f"W-{n}", str(40 // lines)) for n in range(lines)]
    draft = a_requisition(made, *goods)
    asked = submitted(made, *goods)
    sent, done = an_issued_order(made, *goods), an_issued_order(made, *goods)
    answer = record_acknowledgment(
        order_number=done.number, supplier_id=made.acme.pk, source="portal", external_id=f"lines-{lines}",
        answered_at=NOW, header="accept_all", actor=made.acme_person, at=NOW,
    )  # fmt: skip
    assert done.lines.count() == sent.lines.count() == lines
    receive_all(made, done, f"lines-{lines}")
    bill = bills.bill_for(done, supplier_number=f"L-{lines}", invoice_date=NOW.date())
    invoice = invoicing.receive_invoice(command=bill, actor=made.pat, at=NOW)
    drain()
    request = ApprovalRequest.objects.get(subject_number=asked.number)
    for name, person, keys in (
        ("requisition", made.rita, [asked.number]), ("requisition_edit", made.rita, [draft.number]),
        ("requisition_check", made.rita, [draft.number]), ("inbox_task", made.mona, [request.pk]),
        ("approve_less", made.mona, [asked.number]), ("order", made.boris, [done.number]),
        ("order_version", made.boris, [done.number, 1]), ("receive", made.wanda, [sent.number]),
        ("invoice", made.pat, [invoice.number]), ("invoice_match", made.pat, [invoice.number]),
        ("portal_order", made.acme_person, [done.number]), ("portal_answer", made.acme_person, [sent.number]),
        ("portal_answered", made.acme_person, [done.number, answer.number]),
        ("portal_invoice", made.acme_person, [invoice.number]),
    ):  # fmt: skip
        yield name, person, reverse(name, args=keys)
    yield "invoice_new", made.pat, f"{reverse('invoice_new')}?po={sent.number}"
    yield "portal_invoice_new", made.acme_person, f"{reverse('portal_invoice_new')}?po={sent.number}"


def test_document_of_forty_lines_costs_what_one_of_two_lines_costs() -> None:
    made = company()
    a_shelf(made, 40)
    few = cost(of_one_order(made, 2))

    many = cost(of_one_order(made, 40))

    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}, "grows with the lines"
