"""From an invitation to the first order: the supplier on a phone, our people in the inbox (SU-1)."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from foundation.models import Delivery
from foundation.relay import drain
from procurement.models import PurchaseOrder
from suppliers.models import BankChange, Onboarding, Supplier
from suppliers.services import approve_bank_change, put_bank_change_in_force, record_call_back
from suppliers.services.invite_supplier import invitation_link
from tests.factories import Company, approved, company
from tests.suppliers.factories import letter
from tests.suppliers.onboarding import listed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clean_console")]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1366, "height": 900}


def digits() -> str:
    """Return the six digits of the newest letter."""
    text = json.loads(bytes(Delivery.objects.filter(dedupe_key__startswith="code:").latest("pk").body))["text"]
    found = re.search(r"Your code: (\d{6})", text)
    assert found is not None
    return found.group(1)


def prove(made: Company) -> None:
    """Call back and approve the account Kestrel proposed; a first account has no cooling-off."""
    now = datetime.now(UTC)
    change = BankChange.objects.get()
    change = record_call_back(
        change_id=change.pk, expected_version=None, contact_id=None, directory="Companies House", said="Ann read it out",
        actor=made.lena, at=now,
    )  # fmt: skip
    approve_bank_change(pk=change.pk, expected_version=None, seen_hash=None, actor=made.frank, reason="", at=now)
    put_bank_change_in_force(change_id=change.pk, actor=made.lena, at=now)
    drain()


def test_invitation_to_first_order(
    page: Any, live_server: Any, sign_in: Callable[..., None], axe: Any, fits: Any
) -> None:
    cache.clear()
    made = company()
    listed(made)
    sign_in(page, made.sue)
    _invite(page, live_server.url, axe, fits)
    supplier = Supplier.objects.get(name="Kestrel Fasteners")
    page.context.clear_cookies()
    page.set_viewport_size(PHONE)
    _open(page, live_server.url, invitation_link(supplier.pk), axe, fits)
    _register(page, axe, fits)
    assert Supplier.objects.get(pk=supplier.pk).state == "registered"

    prove(made)
    page.set_viewport_size(DESK)
    for title, becomes in (
        ("Register Kestrel Fasteners Ltd", "qualified"),
        ("Buy from Kestrel Fasteners Ltd", "active"),
    ):
        sign_in(page, made.frank)
        page.goto(live_server.url + reverse("inbox"))
        page.get_by_text(title).first.wait_for()
        page.get_by_role("button", name="Approve").click()
        page.get_by_text(re.compile("(approved|Approved)")).first.wait_for()
        drain()
        assert Supplier.objects.get(pk=supplier.pk).state == becomes
    assert Onboarding.objects.get().closed_at is not None

    _offer(made, supplier)
    approved(made, ("LBL-46", "4"))
    drain()
    order = PurchaseOrder.objects.get(supplier=supplier)
    page.context.clear_cookies()
    sign_in(page, Onboarding.objects.get().accepted_by)
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("portal_home"))
    page.get_by_text(order.number).first.wait_for()
    assert (axe(page), fits(page)) == ([], True)


def _invite(page: Any, url: str, axe: Any, fits: Any) -> None:
    page.set_viewport_size(DESK)
    page.goto(url + reverse("onboarding"))
    page.get_by_role("link", name="Invite a company").click()
    assert (axe(page), fits(page)) == ([], True)
    for label, value in (
        ("Company", "Kestrel Fasteners"), ("Country", "GB"), ("Currency we buy in", "GBP"),
        ("Whom we write to", "Ann Kerr"), ("Their e-mail", "ann@kestrel.example"), ("Why", "A second source"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Packaging").check()
    page.get_by_label("Leeds").check()
    page.get_by_role("button", name="Invite").click()
    page.get_by_role("heading", name="Invitation").wait_for()
    assert (axe(page), fits(page)) == ([], True)


def _open(page: Any, url: str, link: str, axe: Any, fits: Any) -> None:
    page.goto(url + link[link.index("/invitation/") :])
    assert (axe(page), fits(page)) == ([], True)
    page.get_by_role("button", name="Mail me six digits to begin").click()
    page.get_by_label("Code").fill(digits())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Your registration").wait_for()
    assert (axe(page), fits(page)) == ([], True)


def _register(page: Any, axe: Any, fits: Any) -> None:
    _write(page, "Your company", {"Name": "Kestrel Fasteners Ltd", "Tax number": "GB 980 7806 84", "Registered address": "4 Mill Lane\nLeeds"}, axe, fits)  # fmt: skip
    _write(page, "Orders and payment", {"E-mail for orders": "orders@kestrel.example", "Currency of your prices": "GBP"}, axe, fits)  # fmt: skip
    people = {
        "About orders: name": "Ann Kerr", "About orders: e-mail": "ann@kestrel.example", "About orders: telephone": "+44 113 496 0001",
        "About invoices: name": "Bob Kerr", "About invoices: e-mail": "bob@kestrel.example", "About invoices: telephone": "+44 113 496 0002",
    }  # fmt: skip
    _write(page, "Whom we talk to", people, axe, fits)
    page.get_by_role("link", name=re.compile("Bank account")).click()
    for label, value in (("Account holder", "Kestrel Fasteners Ltd"), ("IBAN or account number", "GB82WEST12345698765432"), ("Why it changes", "First account")):  # fmt: skip
        page.get_by_label(label).fill(value)
    page.get_by_label("Letter of the bank or statement").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": letter().content}
    )
    page.get_by_role("button", name="Send for checking").click()
    page.get_by_role("link", name="Go on with it").click()
    page.get_by_role("button", name="Send the registration").click()
    page.get_by_text("We check it and write to you.").first.wait_for()


def _write(page: Any, step: str, values: dict[str, str], axe: Any, fits: Any) -> None:
    page.get_by_role("link", name=re.compile(step)).click()
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)
    assert (step, axe(page), fits(page)) == (step, [], True)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Your registration").wait_for()


def _offer(made: Company, supplier: Supplier) -> None:
    """Let Kestrel be the only one who offers labels."""
    rows = made.items["LBL-46"].offers.all()
    rows.exclude(supplier=made.acme).delete()
    rows.update(supplier=supplier)
