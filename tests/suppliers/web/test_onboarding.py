"""SU-1: from an invitation by letter to a registration, through the pages."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from foundation.models import Delivery, User
from suppliers.models import Onboarding, SanctionedParty, Supplier
from suppliers.services.invite_supplier import token_of
from tests.factories import Company, company
from tests.suppliers.onboarding import LISTED, PROFILE, check_of, invited, listed, registered

pytestmark = pytest.mark.django_db
FORM: dict[str, Any] = {
    "name": "Kestrel Fasteners", "country": "GB", "currency": "GBP", "email": "ann@kestrel.example",
    "person_name": "Ann Kerr", "why": "A second source", "categories": ["PACK"], "sites": ["LDS"],
}  # fmt: skip


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def by_code(client: Client, token: str) -> Any:
    """Press the button behind the link and type the six digits of the letter."""
    asked = client.post(reverse("invitation", args=[token]))
    letter = Delivery.objects.filter(dedupe_key__startswith="code:").latest("pk")
    digits = re.search(r"\b\d{6}\b", bytes(letter.body).decode())
    assert digits is not None
    return client.post(asked["Location"], {"code": digits.group()}, follow=True)


def test_invited_company_signs_in_by_the_letter_and_registers_itself() -> None:
    made = company()
    listed(made)
    as_(made.sue).post(reverse("supplier_invite"), FORM)
    onboarding = Onboarding.objects.get()
    portal, token = Client(), token_of(onboarding)

    opened = portal.get(reverse("invitation", args=[token]))
    page = by_code(portal, token)
    for step, values in PROFILE.items():
        onboarding.refresh_from_db()
        portal.post(reverse("portal_registration_step", args=[step]), {**values, "version": onboarding.version})
    onboarding.refresh_from_db()
    early = portal.post(reverse("portal_registration_send"), {"version": onboarding.version})

    assert opened.status_code == 200
    assert "A second source" in opened.content.decode()
    assert page.redirect_chain[-1][0] == reverse("portal_registration")
    assert onboarding.profile["company"]["tax_id"] == "GB980780684"
    assert early.status_code == 422
    assert "Missing: the bank account we pay to." in early.content.decode()


def test_opening_the_link_does_nothing_and_a_used_one_says_so() -> None:
    made = company()
    onboarding = invited(made, at=datetime.now(UTC))
    url = reverse("invitation", args=[token_of(onboarding)])

    for _twice in range(2):
        Client().get(url)
    unused = Onboarding.objects.get().accepted_at
    by_code(Client(), token_of(onboarding))
    again = Client().post(url)

    assert unused is None
    assert again.status_code == 409
    assert "used already" in again.content.decode()
    assert Client().get(reverse("invitation", args=["nonsense"])).status_code == 404


def test_likely_duplicate_is_shown_with_its_evidence_before_inviting() -> None:
    made = company()

    answer = as_(made.sue).post(reverse("supplier_invite"), {**FORM, "name": "Acme Packaging Ltd"})

    page = answer.content.decode()
    assert (answer.status_code, Onboarding.objects.count()) == (422, 0)
    assert "Acme Packaging (ACME), active" in page
    assert "Why it is not the supplier we have" in page


def test_board_says_whom_each_waits_for_and_leads_there() -> None:
    made = company()
    supplier = registered(made)

    page = as_(made.sue).get(reverse("onboarding")).content.decode()

    assert "Who approves" in page
    assert reverse("supplier_onboarding", args=[supplier.code]) in page
    assert "Kestrel" not in as_(made.sue).get(f"{reverse('onboarding')}?view=checks").content.decode()


def test_check_is_decided_on_the_page_with_a_reason() -> None:
    made = company()
    listed(made, LISTED + b"X-3,Acme Packaging Company,,GB,Arms\n")
    check = check_of(made.acme, "sanctions")
    url, sue = reverse("supplier_check_do", args=["ACME", check.pk]), as_(made.sue)

    blank = sue.post(url, {"verdict": "passed", "reason": ""})
    stopped = Supplier.objects.get(code="ACME").state
    done = sue.post(url, {"verdict": "passed", "reason": "Founded in Leeds, other owners"})

    assert (blank.status_code, done.status_code) == (422, 302)
    assert "Say what you found." in blank.content.decode()
    assert (stopped, Supplier.objects.get(code="ACME").state) == ("restricted", "active")


def test_registration_is_decided_in_the_inbox_with_the_facts() -> None:
    made: Company = company()
    registered(made)
    frank = as_(made.frank)

    page = frank.get(reverse("inbox")).content.decode()

    assert "Register Kestrel Fasteners Ltd" in page
    assert "No other supplier has its name" in page


def test_list_comes_in_by_command(tmp_path: Path) -> None:
    company()
    table = tmp_path / "list.csv"
    table.write_bytes(LISTED)

    call_command("suppliers", "sanctions", "import", str(table), "--name", "UK list", "--by", "sue")

    assert SanctionedParty.objects.filter(of__name="UK list").count() == 2
    table.write_bytes(b"reference,name\nA,\n")
    with pytest.raises(CommandError, match="1 rows cannot be read"):
        call_command("suppliers", "sanctions", "import", str(table), "--name", "UK list", "--by", "sue")
