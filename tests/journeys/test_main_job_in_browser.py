"""A need travels the whole way in a browser: requisition, approval, order, answer, goods, invoice, match, voucher.

The pictures of README and docs are taken on the way, so that they cannot go stale.
"""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from foundation.models import Delivery
from foundation.relay import drain
from integration import tasks
from invoicing.models import Invoice
from procurement.models import PurchaseOrder, Requisition
from tests.factories import Company
from tests.integration import factories as partners
from tests.integration.processes import running
from tests.journeys.conftest import IMAGES, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("the_clock", "clean_console")]
DOCS = IMAGES.parent
Picture = Callable[..., None]


class Floor:
    """The people of the company at their browsers; each step is what one of them does."""

    def __init__(
        self, page: Any, url: str, made: Company, sign_in: Callable[[Any, Any], None], picture: Picture
    ) -> None:
        self.page, self.url, self.made, self.sign_in, self.picture = page, url, made, sign_in, picture

    def asks(self, quantity: str, picture: str = "") -> Requisition:
        self.opens(self.made.rita, "/requisitions/new/")
        self.page.fill("#find-item", "stretch")
        self.page.locator("[data-add]").first.click()
        self.page.fill("#id_lines-0-quantity", quantity)
        self.page.keyboard.press("Enter")
        self.page.locator("#summary").get_by_text("Mona").wait_for()
        self.keeps(picture)
        self.page.get_by_role("button", name="Send for approval").click()
        self.page.wait_for_url(re.compile(r"/requisitions/REQ-LDS-\d+/$"))
        drain()
        return Requisition.objects.latest("pk")

    def approves(self, asked: Requisition, picture: str = "") -> PurchaseOrder:
        self.opens(self.made.mona, "/inbox/")
        self.page.locator("#task-head").get_by_text(asked.number).wait_for()
        self.keeps(picture)
        self.page.get_by_role("button", name="Approve").click()
        self.page.get_by_text("Nothing waits for you").wait_for()
        drain()
        return PurchaseOrder.objects.latest("pk")

    def answers(self, order: PurchaseOrder, picture: str = "") -> None:
        self.opens(self.made.acme_person, f"/supplier/orders/{order.number}/answer/")
        self.keeps(picture, PHONE)
        self.page.get_by_role("button", name="Accept all").click()
        self.page.wait_for_url("**/answered/**")
        drain()

    def receives(self, order: PurchaseOrder, picture: str = "") -> None:
        self.opens(self.made.wanda, f"/receiving/{order.number}/")
        self.keeps(picture, PHONE)
        self.page.get_by_role("button", name=re.compile("in full", re.IGNORECASE)).click()
        self.page.wait_for_url("**/receiving/**")
        self.page.get_by_text("GR-LDS-").first.wait_for()
        drain()

    def bills(self, order: PurchaseOrder, number: str, price: str = "") -> Invoice:
        self.opens(self.made.acme_person, f"/supplier/invoices/new/?po={order.number}")
        self.page.fill("[name=supplier_number]", number)
        if price:
            self.page.fill("[name=lines-0-unit_price]", price)
        self.page.get_by_role("button", name="Send invoice").click()
        self.page.get_by_text(number).first.wait_for()
        drain()
        return Invoice.objects.latest("pk")

    def opens(self, person: Any, path: str) -> None:
        self.sign_in(self.page, person)
        self.page.set_viewport_size({"width": 1366, "height": 900})
        answer = self.page.goto(self.url + path)
        assert answer.status == 200, path

    def keeps(self, name: str, *size: tuple[int, int]) -> None:
        if name:
            self.picture(self.page, name, *size)


@pytest.fixture
def floor(page: Any, live_server: Any, made: Company, sign_in: Callable[[Any, Any], None], picture: Picture) -> Floor:
    return Floor(page, live_server.url, made, sign_in, picture)


def books_agree() -> None:
    out = StringIO()
    call_command("check_invariants", stdout=out)
    call_command("verify_audit", stdout=out)
    call_command("redecide", stdout=out)


def test_need_becomes_a_posted_voucher_with_one_decision_by_hand(floor: Floor, tmp_path: Path) -> None:
    with running("tools.receiver", tmp_path / "erp.jsonl", partners.SECRET) as erp:
        partners.way_out(url=f"{erp.url}vouchers/")
        asked = floor.asks("50", picture="requisition")
        order = floor.approves(asked, picture="inbox")
        floor.answers(order, picture="supplier-answer")
        floor.receives(order, picture="receiving")
        invoice = floor.bills(order, "ACME-1001")
        with pytest.MonkeyPatch.context() as today:  # the receiver checks the signature's age by its own clock
            today.setattr("django.utils.timezone.now", partners.now)
            Delivery.objects.update(next_attempt_at=partners.now())
            tasks.deliver()
        drain()
        (voucher,) = erp.entries()

    invoice.refresh_from_db()
    order.refresh_from_db()
    asked.refresh_from_db()
    assert (asked.state, order.ack_status, order.receipt_status, order.open_amount) == (
        "ordered",
        "confirmed",
        "full",
        0,
    )
    assert (invoice.state, invoice.first_time_match, invoice.holds.count()) == ("posted", True, 0)
    assert invoice.number in voucher["body"]
    floor.opens(floor.made.boris, f"/orders/{order.number}/")
    floor.keeps("order")
    floor.opens(floor.made.erin, "/insights/?from=2026-02-10&to=2026-03-11")
    floor.keeps("insights")
    books_agree()


def test_dearer_invoice_stops_at_the_cell_that_differs_and_goes_on_when_a_buyer_lets_it(floor: Floor) -> None:
    order = floor.approves(floor.asks("50"))
    floor.answers(order)
    floor.receives(order)
    invoice = floor.bills(order, "ACME-1002", price="52.00")
    assert invoice.state == "held"

    floor.opens(floor.made.boris, f"/invoices/{invoice.number}/match/")
    floor.keeps("match")
    floor.opens(floor.made.acme_person, f"/supplier/invoices/{invoice.number}/")
    assert "52" in floor.page.locator("main").inner_text()
    books_agree()


def test_policy_administrator_sees_which_row_decides(floor: Floor) -> None:
    floor.opens(floor.made.polly, "/settings/approvals/1/?amount=7200&site=LDS")
    floor.keeps("matrix")

    assert "5,000" in floor.page.locator("main").inner_text()


def test_every_picture_in_the_docs_is_one_that_these_journeys_take() -> None:
    taken = set(re.findall(r'(?:picture=|keeps\()"([a-z-]+)"', Path(__file__).read_text(encoding="utf-8")))
    shown = {
        name
        for text in (DOCS.parent / "README.md", *DOCS.glob("*.md"))
        for name in re.findall(r"images/([a-z-]+)\.png", text.read_text(encoding="utf-8"))
    }

    assert shown <= taken
    assert shown
