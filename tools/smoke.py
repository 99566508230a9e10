"""The main job, end to end: web, worker and beat as processes of their own on a fresh database, people over HTTP.

A need travels from the requester to the ERP's voucher; each person uses only what their pages offer. Prints each step
with its time, then checks the final figures and the invariants, stops everything and exits 0; any miss exits 1.
"""

import logging
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

from config import processes
from tools import rig
from tools.person import Person

READY_WITHIN = 60.0  # seconds
QUANTITIES = {"BOX-1": Decimal(100), "BOX-2": Decimal(40)}
NET = Decimal("1750.00")  # 140 cartons at the contract's 12.50
TOTAL = Decimal("2100.00")  # with 20 % tax


class Smoke:
    """One run over its own processes."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._steps = rig.Steps()
        self._people: dict[str, Person] = {}
        self._port = processes.free_port()
        self._base = f"http://127.0.0.1:{self._port}"
        environment = {"PUBLIC_URL": self._base, "PYTHONUNBUFFERED": "1"}
        self._group = processes.ProcessGroup(data / "log", environment)
        self._order = self._invoice = ""

    def run(self) -> None:
        """Do the whole job."""
        step = self._steps.step
        try:
            with step("database made, tables migrated, company set up"):
                self._prepare()
            with step("web, worker and beat are up"):
                self._start()
            self._buy()
            self._supply()
            self._settle()
            with step("figures, invariants and audit chain are right"):
                self._check()
        finally:
            for person in self._people.values():
                person.close()
            self._group.stop()
            _close_database()
        print(f"The main job took {self._steps.total():.1f} s with everything around it.")

    def _prepare(self) -> None:
        rig.manage("migrate", "--verbosity", "0", "--no-input")
        django.setup()
        logging.disable(logging.INFO)
        from tools import cycle, scene  # noqa: PLC0415 - models are ready only now

        scene.build(cycle.now())

    def _start(self) -> None:
        self._group.start("web", processes.web("127.0.0.1", self._port))
        self._group.start("worker", processes.worker())
        self._group.start("beat", processes.beat(self._data / "beat"))
        self._group.wait_until(self._is_ready, seconds=READY_WITHIN)

    def _is_ready(self) -> bool:
        return processes.answers(f"{self._base}/livez") and '"worker": "ok"' in processes.text(f"{self._base}/readyz")

    def _person(self, name: str) -> Person:
        """Return somebody, signed in the first time by the button of the demo page."""
        if name not in self._people:
            person = self._people[name] = Person(self._base, name)
            person.open("/demo/")
            person.press(f"{name.capitalize()}.*Sign in as this person")
        return self._people[name]

    def _buy(self) -> None:
        requester, step = self._person("requester"), self._steps.step
        with step("requester finds two cartons in the catalogue and sees who will approve"):
            self._write_requisition(requester)
            requester.page.find("Manager")
        with step("requester sends it for approval"):
            requester.press("Send for approval")
            number = requester.page.find(r"REQ-LDS-\d+")
        manager = self._person("manager")
        with step("manager approves it from the inbox"):
            manager.open("/inbox/")
            manager.page.find(f"{number}")
            manager.press("Approve.*")
        with step("policy orders it from the contract's supplier with no touch"):
            requester.waits_for(f"/requisitions/{number}/", "Ordered")
            buyer = self._person("buyer")
            self._order = buyer.waits_for("/orders/", r"PO-LDS-\d+")
            buyer.open(f"/orders/{self._order}/").find(r"Issued")

    def _write_requisition(self, requester: Person) -> None:
        requester.open("/requisitions/new/")
        for number, code in enumerate(QUANTITIES):
            requester.press("Find", find=code)
            if number == 0:
                requester.page.find(code)
        values = {f"lines__{n}__quantity": str(quantity) for n, quantity in enumerate(QUANTITIES.values())}
        requester.press("Check rows", **values)
        requester.page.find(r"1,750\.00")

    def _supply(self) -> None:
        step, supplier = self._steps.step, self._person("supplier")
        with step("supplier finds the order in the portal and accepts all of it"):
            supplier.waits_for("/supplier/orders/", self._order)
            supplier.open(f"/supplier/orders/{self._order}/answer/")
            supplier.press("Accept all 2 lines")
            supplier.page.find("agreed promise")
        with step("receiver books the delivery in"):
            receiver = self._person("receiver")
            receiver.open("/receiving/")
            receiver.page.find(self._order)
            receiver.open(f"/receiving/{self._order}/")
            receiver.press("Received in full")
        with step("supplier turns the order into an invoice"):
            supplier.open(f"/supplier/invoices/new/?po={self._order}")
            supplier.press("Send invoice", supplier_number="A-2041", tax_percent="20")
            self._invoice = supplier.page.find(r"INV-LDS-\d+")

    def _settle(self) -> None:
        step, payables = self._steps.step, self._person("payables")
        with step("invoice matches order and goods and is released with no touch"):
            payables.waits_for(f"/invoices/{self._invoice}/", r"Released|Posted")
        with step("supplier sees that it will be paid"):
            self._person("supplier").open("/supplier/invoices/").find("A-2041")

    def _check(self) -> None:
        from foundation.models import DomainEvent  # noqa: PLC0415 - models are ready only now
        from invoicing.models import Invoice  # noqa: PLC0415 - same
        from procurement.models import PurchaseOrder  # noqa: PLC0415 - same

        order = PurchaseOrder.objects.get(number=self._order)
        lines = {
            line.item.code: (line.ordered, line.delivered, line.accepted, line.invoiced) for line in order.lines.all()
        }
        _expect("order lines", lines, {code: (q, q, q, q) for code, q in QUANTITIES.items()})
        _expect("order total", order.total_amount, NET)
        _expect(
            "order states",
            (order.ack_status, order.receipt_status, order.invoice_status, order.open_amount),
            ("confirmed", "full", "full", Decimal(0)),
        )
        invoice = Invoice.objects.get(number=self._invoice)
        _expect("invoice", (invoice.net_amount, invoice.total_amount, invoice.touched), (NET, TOTAL, False))
        _expect("events not told", DomainEvent.objects.filter(done_at=None).count(), 0)
        for command in ("check_invariants", "verify_audit"):
            rig.manage(command)


def _expect(what: str, found: Any, wanted: Any) -> None:
    if found != wanted:
        raise AssertionError(f"{what}: {found} instead of {wanted}")


def _close_database() -> None:
    from django.db import connection  # noqa: PLC0415 - settings are ready only now

    from foundation.embedded import server  # noqa: PLC0415 - same

    connection.close()
    if not os.environ.get("DATABASE_URL"):
        server.leave()


def main() -> None:
    """Run it."""
    with rig.own_data("smoke") as data:
        Smoke(data).run()


if __name__ == "__main__":
    main()
