"""SU-2: every door a new account can come through ends in the same proposal, and none moves the account in force."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse

from foundation.models import User
from suppliers.models import BankAccount, BankChange
from tests.factories import Company, company
from tests.machine import client_of, post
from tests.suppliers.factories import GOOD, OTHER, in_force, letter, proposed

pytestmark = pytest.mark.django_db
WORDS = {"holder": "Acme Packaging Ltd", "country": "GB", "account": OTHER, "bic": "", "reason": "New bank"}


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.pdf", letter().content, "application/pdf")


def by_page(made: Company, _folder: Path) -> object:
    return as_(made.sue).post(reverse("supplier_bank_new", args=["ACME"]), {**WORDS, "file": file()})


def by_portal(made: Company, _folder: Path) -> object:
    return as_(made.acme_person).post(reverse("portal_bank"), {**WORDS, "file": file()})


def by_api(made: Company, _folder: Path) -> object:
    return post(client_of(made.acme_person), reverse("api_supplier_bank_changes", args=["ACME"]), WORDS, key="k-1")


def by_erp(made: Company, _folder: Path) -> object:
    words = {**WORDS, "feed": "erp"}
    return post(client_of(made.sue), reverse("api_supplier_bank_changes", args=["ACME"]), words, key="k-1")


def by_import(_made: Company, folder: Path) -> object:
    table = folder / "accounts.csv"
    table.write_text(f"supplier,holder,country,account,bic,reason\nACME,Acme Packaging Ltd,GB,{OTHER},,New bank\n")
    return call_command("propose_bank_changes", str(table), by="sue")


DOORS = {"page": by_page, "portal": by_portal, "api": by_api, "erp": by_erp, "import": by_import}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_ends_in_a_proposal(door: str, tmp_path: Path) -> None:
    made = company()
    in_force(made)

    for _twice in range(2):
        DOORS[door](made, tmp_path)

    change = BankChange.objects.get(supplier=made.acme, account=OTHER)
    assert (change.state, change.source) == ("proposed", door)
    assert BankAccount.objects.get(supplier=made.acme, ended_at=None).account == GOOD


def test_admin_has_no_door_to_accounts() -> None:
    company()

    assert {BankAccount, BankChange} & set(admin.site._registry) == set()
    with pytest.raises(NoReverseMatch):
        reverse("admin:suppliers_bankaccount_changelist")


@pytest.mark.parametrize(
    ("door", "words", "code"),
    [
        ("page", {"account": GOOD[:-1] + "8"}, "The check digits of the IBAN are wrong"),
        ("page", {"holder": "H\u0430rrow"}, "mixes Cyrillic and Latin letters"),
        ("page", {"holder": "Acme\u202ecA"}, "runs from right to left"),
        ("portal", {"account": "GB29"}, "An IBAN is two letters"),
        ("portal", {"country": "DE"}, "The IBAN is of GB, the bank&#x27;s country is DE."),
    ],
)
def test_bad_input_is_refused_beside_its_field(door: str, words: dict[str, str], code: str) -> None:
    made = company()
    url = {"page": reverse("supplier_bank_new", args=["ACME"]), "portal": reverse("portal_bank")}[door]
    who = made.sue if door == "page" else made.acme_person

    answer = as_(who).post(url, {**WORDS, **words, "file": file()})

    assert (answer.status_code, BankChange.objects.count()) == (422, 0)
    assert code in answer.content.decode()


def test_import_tells_the_row_it_refuses(tmp_path: Path) -> None:
    company()
    table = tmp_path / "accounts.csv"
    table.write_text("supplier,holder,country,account,bic,reason\nNONE,Acme,GB,GB29NWBK60161331926819,,New\n")

    with pytest.raises(CommandError, match="1 of 1 rows were refused"):
        call_command("propose_bank_changes", str(table), by="sue")


def test_supplier_finds_no_other_company_at_the_door() -> None:
    made = company()
    client = client_of(made.acme_person)

    foreign, missing = (
        post(client, reverse("api_supplier_bank_changes", args=[code]), WORDS, key=code) for code in ("BOLT", "NONE")
    )

    assert (foreign.status_code, missing.status_code, BankChange.objects.count()) == (404, 404, 0)


def do(made: Company, who: str, change: BankChange, verb: str, **data: Any) -> int:
    change.refresh_from_db()
    words = {"version": change.version, "hash": change.content_hash, **data}
    return as_(made.people[who]).post(reverse("bank_change_do", args=[change.number, verb]), words).status_code


def test_change_is_checked_on_its_page_by_two_people() -> None:
    made = company()
    change = proposed(made)

    early = do(made, "frank", change, "approve")
    called = do(made, "lena", change, "call", directory="Companies House", said="Ada read it to us")
    own = do(made, "lena", change, "approve")
    second = do(made, "frank", change, "approve")

    change.refresh_from_db()
    assert (early, called, own, second, change.state) == (403, 302, 403, 302, "approved")
    page = as_(made.people["audrey"]).get(reverse("bank_change", args=[change.number])).content.decode()
    assert "Ada read it to us" in page
    assert GOOD not in page  # an auditor reads its ends only


def test_evidence_is_handed_out_as_a_file_of_our_name() -> None:
    made = company()
    change = proposed(made)

    answer = as_(made.lena).get(reverse("bank_evidence", args=[change.number]))

    assert answer["Content-Disposition"] == f'attachment; filename="{change.number}.pdf"'
    assert answer.content == letter().content
