"""RQ-6: what was obligated is spent when the bill clears, and comes back when it is void; nothing drifts on any path."""

import random
from decimal import Decimal
from typing import Any

import pytest
from django_fsm import TransitionNotAllowed

from foundation.errors import DomainError
from foundation.models import CostCentre
from foundation.relay import drain
from foundation.selectors.breaches import breaches
from invoicing.models import Invoice
from invoicing.services import match_invoice, receive_invoice, void_invoice
from policies.models import Budget, BudgetEntry
from policies.services import seen_of_budget, withdraw_budget
from procurement import services
from procurement.models import GoodsReceipt, PurchaseOrder, Requisition
from tests.factories import NOW, Company, a_requisition, an_issued_order, company
from tests.invoicing import factories as f
from tests.invoicing.services.test_settled_orders import bill, post, receive
from tests.policies.budgets import a_budget, held

pytestmark = pytest.mark.django_db


def void(invoice: Invoice, made: Company) -> None:
    void_invoice(invoice_id=invoice.pk, expected_version=None, actor=made.lena, reason="Wrong", at=NOW)
    drain()


def a_bill(order: PurchaseOrder, cases: str, number: str, price: str = "48.00", line_no: int = 10) -> Invoice:
    """Return a bill that came and was tested, and that the relay has not seen."""
    line = f.line_command(order.lines.select_related("order", "unit").get(line_no=line_no), cases, price)
    command = f.command(
        line, supplier_id=order.supplier_id, order_reference=order.number, supplier_number=number,
        invoice_date=NOW.date(),
    )  # fmt: skip
    invoice = receive_invoice(command=command, actor=f.relay(), at=NOW)
    return match_invoice(invoice_id=invoice.pk, actor=f.relay(), at=NOW)


def test_a_bill_that_clears_is_spent_and_one_that_is_held_is_not() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    receive(made, order, "30", "d-1")
    first = bill(order, "10", "A-1")
    steps = [(first.state, held(budget))]
    second = bill(order, "40", "A-2")
    steps.append((second.state, held(budget)))
    receive(made, order, "20", "d-2")
    second.refresh_from_db()
    steps.append((second.state, held(budget)))
    post(second)
    steps.append(("posted", held(budget)))

    assert steps == [
        ("released", "0 1920 480"), ("held", "0 1920 480"), ("released", "0 0 2400"), ("posted", "0 0 2400"),
    ]  # fmt: skip
    assert breaches() == []


def test_a_void_bill_is_obligated_again() -> None:
    made = company()
    budget = a_budget(made, "5000")
    order = an_issued_order(made, ("SW-500", "50"))
    receive(made, order, "50", "d-1")
    invoice = a_bill(order, "50", "A-1")
    spent = held(budget)
    void(invoice, made)

    assert (spent, held(budget)) == ("0 0 2400", "0 2400 0")
    assert breaches() == []


def test_a_budget_of_another_cost_centre_or_year_holds_nothing() -> None:
    made = company()
    CostCentre.objects.update(is_budgeted=False)
    others = [a_budget(made, "5000", site="HUL"), a_budget(made, "5000", category="SERV")]
    order = an_issued_order(made, ("SW-500", "50"))
    receive(made, order, "50", "d-1")
    bill(order, "50", "A-1")

    assert [held(budget) for budget in others] == ["0 0 0", "0 0 0"]
    assert breaches() == []


class Walk:
    """A random life of requisitions, orders and bills; what the house refuses is not done."""

    def __init__(self, seed: int) -> None:
        self.dice, self.made, self.serial = random.Random(seed), company(), 0  # noqa: S311 - it plays
        a_budget(self.made, "2500")

    def step(self) -> None:
        self.serial += 1
        often = [self.ask, self.decide, self.receive, self.bill] * 3
        steps = [*often, self.end_request, self.end_order, self.void, self.reverse, self.budget]
        try:
            self.dice.choice(steps)()
        except (DomainError, TransitionNotAllowed):
            return
        drain()

    def one(self, model: Any, **where: Any) -> Any:
        rows = list(model.objects.filter(**where).order_by("pk"))
        return self.dice.choice(rows) if rows else None

    def ask(self) -> None:
        item, cases = self.dice.choice(["SW-500", "TAPE-48", "LBL-46"]), str(self.dice.randint(1, 40))
        draft = a_requisition(self.made, (item, cases), ("TAPE-48", "2"))
        services.submit_requisition(requisition_id=draft.pk, expected_version=None, actor=self.made.rita, at=NOW)

    def decide(self) -> None:
        asked = self.one(Requisition, state="submitted")
        verb = self.dice.choice(
            [services.approve_requisition] * 6 + [services.reject_requisition, services.return_requisition]
        )
        less = {"quantities": {20: Decimal(self.dice.randint(0, 1))}} if self.dice.random() < 0.3 else {}
        if asked:
            more = less if verb is services.approve_requisition else {}
            who = self.made.mona
            verb(pk=asked.pk, expected_version=None, seen_hash=None, actor=who, reason="So", at=NOW, **more)

    def end_request(self) -> None:
        asked = self.one(Requisition, state__in=["submitted", "draft", "approved"])
        verb = self.dice.choice([services.withdraw_requisition, services.cancel_requisition])
        if asked:
            verb(requisition_id=asked.pk, expected_version=asked.version, actor=self.made.rita, reason="So", at=NOW)

    def end_order(self) -> None:
        order = self.one(PurchaseOrder)
        verb = self.dice.choice([services.cancel_order, services.close_order, services.reopen_order])
        if order:
            verb(order_id=order.pk, expected_version=order.version, actor=self.made.boris, reason="So", at=NOW)

    def receive(self) -> None:
        order = self.one(PurchaseOrder, state="issued")
        if order:
            line = self.dice.choice(list(order.lines.all()))
            services.post_goods_receipt(
                order_number=order.number, source="wms", external_id=f"r-{self.serial}", received_at=NOW,
                lines=[services.ReceiptLine(line.line_no, Decimal(self.dice.randint(1, int(line.quantity))))],
                actor=self.made.wanda, at=NOW,
            )  # fmt: skip

    def reverse(self) -> None:
        receipt = self.one(GoodsReceipt, state="posted")
        if receipt:
            services.reverse_goods_receipt(
                receipt_id=receipt.pk, expected_version=None, actor=self.made.wanda, reason="So", at=NOW
            )

    def bill(self) -> None:
        order = self.one(PurchaseOrder, state__in=["issued", "closed"])
        if order:
            line = self.dice.choice(list(order.lines.all()))
            price = line.unit_price * self.dice.choice([1, 1, 1, Decimal("1.5")])
            came = (line.delivered - line.invoiced) / line.base_factor
            cases = came if came > 0 and self.dice.random() < 0.8 else Decimal(self.dice.randint(1, int(line.quantity)))
            number = "B" * (self.serial % 9 + 1) + f"{self.serial * 7919}"
            invoice = a_bill(order, f"{cases:f}", number, str(price), line.line_no)
            if self.dice.random() < 0.3:
                void(invoice, self.made)

    def void(self) -> None:
        invoice = self.one(Invoice, state__in=["held", "waiting", "cleared"])
        if invoice:
            void(invoice, self.made)

    def budget(self) -> None:
        narrow = self.one(Budget, category__isnull=False, is_active=True)
        if narrow is None:
            a_budget(self.made, "900", category="PACK", months=3)
        else:
            withdraw_budget(
                budget_id=narrow.pk, seen=seen_of_budget(budget=narrow), reason="So", actor=self.made.frank, at=NOW
            )


@pytest.mark.parametrize("seed", range(4))
def test_the_ledger_is_what_the_documents_say_whatever_happens(seed: int) -> None:
    walk = Walk(seed)

    for _ in range(70):
        walk.step()
        assert breaches(["budget_follows_documents", "budget_is_its_entries", "cleared_bills_are_spent"]) == []

    assert set(BudgetEntry.objects.values_list("kind", flat=True)) == {"committed", "obligated", "spent"}
    assert breaches() == []
