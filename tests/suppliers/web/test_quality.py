"""The data-quality page: each number is the number of rows its link and its table show (SU-3)."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from suppliers.decisions.master_data import Rule
from suppliers.models import Supplier
from suppliers.selectors.quality import flawed, flaws, quality
from suppliers.services import agree_field_rule, find_duplicates, propose_field_rule
from tests.factories import NOW, Company, company

pytestmark = pytest.mark.django_db


def required(made: Company, field: str, categories: tuple[str, ...]) -> None:
    """Require a field in categories, by two people."""
    rule = Rule(required_in=categories)
    propose_field_rule(field=field, expected_version=0, rule=rule, actor=made.sue, at=NOW)
    agree_field_rule(field=field, expected_version=1, actor=made.people["frank"], at=NOW)


def test_every_number_is_the_number_of_its_rows(client: Client) -> None:
    made = company()
    Supplier.objects.filter(code="ACME").update(tax_id="GB123456789", address="", order_email="")
    Supplier.objects.filter(code="BOLT").update(tax_id="GB123456789", address="12 Mill Lane")
    for code, state, tax in (("NOTAX", "active", ""), ("GONE", "offboarded", "")):
        Supplier.objects.create(
            code=code, name=code.title(), state=state, tax_id=tax, country="GB", currency="GBP", created_at=NOW,
            changed_at=NOW,
        )  # fmt: skip
    find_duplicates(actor=made.people["sue"], at=NOW)
    client.force_login(made.people["sue"])

    required(made, "order_email", ("PACK",))
    required(made, "address", ("SERV",))
    known = flaws()

    in_use, counts = quality(Supplier.objects.all(), known)

    rows = {code: flawed(flaw, Supplier.objects.all()).count() for code, flaw in known.items()}
    linked = {
        code: len(re.findall("data-row", client.get(reverse("suppliers"), {"flaw": code}).content.decode()))
        for code in known
    }
    exported = {
        code: len(client.get(reverse("supplier_quality_csv", args=[code])).getvalue().decode().splitlines()) - 1
        for code in known
    }
    assert counts == rows == linked == exported
    assert (counts["no_tax_number"], counts["same_tax_number"], counts["duplicate"]) == (1, 2, 2)
    assert (counts["required_order_email"], counts["required_address"]) == (1, 0)  # NOTAX sells nothing in these
    assert in_use == Supplier.objects.exclude(code="GONE").count()


def test_page_links_what_is_to_mend(client: Client) -> None:
    made = company()
    Supplier.objects.filter(code="ACME").update(tax_id="")
    client.force_login(made.people["sue"])

    page = client.get(reverse("supplier_quality")).content.decode()

    assert f"{reverse('suppliers')}?flaw=no_tax_number" in page


def test_flaw_nobody_knows_is_not_there(client: Client) -> None:
    made = company()
    client.force_login(made.people["sue"])

    assert client.get(reverse("supplier_quality_csv", args=["gravity"])).status_code == 404
