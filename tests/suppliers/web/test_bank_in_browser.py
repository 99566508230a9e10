"""SU-2 in a real browser: a new account with every side door tried, and the one way that leads through."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from foundation.relay import drain
from invoicing.models import Invoice
from invoicing.services import receive_invoice
from suppliers.models import BankAccount, BankChange, Supplier
from tests.factories import NOW, an_issued_order, company, receive_all
from tests.invoicing.factories import bill_for
from tests.suppliers.factories import GOOD, OTHER, in_force, letter

pytestmark = pytest.mark.django_db(transaction=True)


def accounts() -> list[str]:
    return list(BankAccount.objects.filter(ended_at=None).values_list("account", flat=True))


def fill(page: Any, account: str, *, press: str) -> None:
    """Write a new account of Acme's into the form of either door and send it."""
    page.get_by_label("Account holder").fill("Acme Packaging Ltd")
    page.get_by_label("IBAN or account number").fill(account)
    page.get_by_label("Why it changes").fill("New bank")
    paper = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": letter().content}
    page.get_by_label("Letter of the bank").set_input_files(files=[paper])
    page.get_by_role("button", name=press).click()


def test_bank_change_with_its_side_doors_tried(
    page: Any, live_server: Any, sign_in: Callable[..., None], clean_console: list[str]
) -> None:
    made = company()
    in_force(made)
    order = an_issued_order(made, ("SW-500", "10"))
    receive_all(made, order)
    url = live_server.url
    sign_in(page, made.sue)

    page.goto(url + reverse("supplier", args=["ACME"]))
    page.get_by_role("link", name="Propose another").click()
    fill(page, OTHER, press="Propose")
    page.get_by_text("Payments to Acme Packaging wait").first.wait_for()
    change = BankChange.objects.get(state="proposed")

    # Who proposed it does not approve it.
    page.get_by_text("Who proposed a bank change or called about it does not approve it.").wait_for()
    # The record has no field for an account, and another location to be paid is a request of its own.
    page.goto(url + reverse("supplier_record", args=["ACME"]))
    assert page.get_by_label("IBAN").count() == 0
    page.goto(url + reverse("supplier_site_new", args=["ACME"]))
    page.get_by_label("Code").fill("PAY")
    page.get_by_label("Name").fill("Acme Accounts")
    page.get_by_label("Payments go here").select_option("default")
    page.get_by_role("button", name="Keep the location").click()
    page.get_by_text("Where payments go is controlled").first.wait_for()
    # A bill that names another account and another place waits, as every bill of theirs does now.
    asked = replace(
        bill_for(order, supplier_number="A-1", invoice_date=NOW.date()), bank_account=OTHER, remit_to="ELSEWHERE"
    )
    bill = receive_invoice(command=asked, actor=made.acme_person, at=NOW)
    drain()
    codes = set(Invoice.objects.get(pk=bill.pk).holds.values_list("code", flat=True))
    assert {"bank_change_open", "remit_to_differs"} <= codes
    # The supplier's own second proposal meets the first.
    sign_in(page, made.acme_person)
    page.goto(url + reverse("portal_bank"))
    fill(page, "GB33BUKB20201555555555", press="Send for checking")
    page.get_by_text("Another change is being checked already.").first.wait_for()
    assert accounts() == [GOOD]

    # The one way: a call-back by one, the approval by another.
    sign_in(page, made.lena)
    page.goto(url + reverse("bank_change", args=[change.number]))
    page.get_by_text("Record the call-back").click()
    page.get_by_label("Where the number is from").fill("Companies House")
    page.get_by_label("Who spoke and what they confirmed").fill("Ada read the number to me")
    page.get_by_role("button", name="Keep the call").click()
    page.get_by_text("The call-back is kept.").wait_for()
    sign_in(page, made.people["frank"])
    page.goto(url + reverse("bank_change", args=[change.number]))
    page.get_by_role("button", name="Approve the account").click()
    page.get_by_text("The account is approved.").wait_for()

    change.refresh_from_db()
    assert (change.state, accounts()) == ("approved", [GOOD])
    assert Supplier.objects.get(code="ACME").sites.filter(code="PAY").count() == 0
    assert [fault for fault in clean_console if "422" not in fault] == []  # the two doors that said no
    clean_console.clear()
