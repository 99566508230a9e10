"""Contracts in the pages: written from pasted rows, agreed by another, amended, ended; files; lists that press."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suppliers.models import Contract
from tests.factories import Company, an_issued_order, company
from tests.suppliers.contracts import in_force

pytestmark = pytest.mark.django_db
HEAD = "item\tunit\tfrom_quantity\tunit_price\tsites\n"


def scene(client: Client, name: str = "sue") -> Company:
    made = company()
    client.force_login(made.people[name])
    return made


def written(**changes: object) -> dict[str, object]:
    return {
        "supplier": "BOLT", "title": "Labels", "kind": "tiered", "currency": "gbp", "valid_from": "2026-01-01",
        "valid_to": "2026-12-31", "ceiling": "5,000", "floor": "", "sites": ["HUL"],
        "prices": HEAD + "LBL-46\tXCS\t\t27.50\t\nlbl-46\txcs\t20\t25.00\tHUL\n", **changes,
    }  # fmt: skip


def test_contract_is_written_from_pasted_rows_and_agreed_by_another(client: Client) -> None:
    made = scene(client)

    answer = client.post(reverse("contract_new"), written())
    contract = Contract.objects.get(title="Labels")
    own = client.get(reverse("contract", args=[contract.number])).content.decode()
    client.force_login(made.people["frank"])
    client.post(reverse("contract_act", args=[contract.number, "agree"]), {"version": contract.version})

    contract.refresh_from_db()
    assert answer["Location"] == reverse("contract", args=[contract.number])
    assert "You wrote this version. Somebody else puts it in force." in own
    assert "Put in force</button>" not in own
    assert (contract.state, contract.site_codes, contract.ceiling_amount) == ("active", ["HUL"], Decimal(5000))
    assert sorted(contract.prices.values_list("from_quantity", "unit_price")) == [
        (Decimal(0), Decimal("27.5")), (Decimal(20), Decimal(25)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"prices": HEAD + "LBL-46\tXCS\t\t27,5\t"}, "Line 2, unit price: “27,5” can be misread."),
        ({"prices": HEAD + "LBL-46\tXCS\t\t=1+1\t"}, "Line 2, unit price: “=1+1” is not a number."),
        ({"prices": HEAD + "NO-1\tXCS\t\t1\t"}, "Line 2: there is no item NO-1 in use."),
        ({"prices": "item\tprice\nLBL-46\t1"}, "The column unit is missing."),
        ({"valid_to": "2025-12-31"}, "The last day is before the first."),
        ({"currency": "ZZZ"}, "ZZZ is not a currency."),
        ({"ceiling": "-1"}, "Write an amount above zero"),
        ({"supplier": "NOBODY"}, "Select a valid choice"),
    ],
)
def test_contract_that_cannot_be_comes_back_with_the_cure(
    client: Client, changes: dict[str, object], sentence: str
) -> None:
    scene(client)

    answer = client.post(reverse("contract_new"), written(**changes))

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Contract.objects.filter(title="Labels").exists()


def test_amendment_is_compared_in_words(client: Client) -> None:
    made = scene(client)
    contract = in_force(made)
    data = written(kind="fixed", sites=[], prices=HEAD + "LBL-46\tXCS\t\t28.60\t\n", reason="Dearer paper")

    client.post(reverse("contract_amend", args=[contract.number]), {**data, "version": contract.version})

    page = client.get(reverse("contract", args=[contract.number])).content.decode()
    assert "27.5 GBP</td>" in page
    assert "+4.0 %" in page
    assert "Dearer paper" in page


def test_contract_tells_what_was_ordered_by_month_and_site(client: Client) -> None:
    made = scene(client, "boris")
    an_issued_order(made, ("SW-500", "10"))

    page = client.get(reverse("contract", args=["CON-1"])).content.decode()

    assert 'data-label="Ordered">£480.00</td>' in page
    assert f"{timezone.localdate():%b %Y}</th>" in page
    assert "Leeds</th>" in page


@pytest.mark.parametrize(
    ("state", "found"), [("expiring", ["CON-EXP"]), ("nearly_used", ["CON-USED"]), ("active", ["CON-EXP", "CON-USED"])]
)
def test_list_shows_what_presses(client: Client, state: str, found: list[str]) -> None:
    made = scene(client)
    today = timezone.localdate()
    far, near = today + timedelta(days=400), today + timedelta(days=90)
    for number, valid_to, used in (("CON-EXP", near, 0), ("CON-USED", far, 900)):
        Contract.objects.create(
            number=number, supplier=made.bolt, title="Labels", state="active", currency="GBP", valid_from=made.contract.valid_from,
            valid_to=valid_to, ceiling_amount=1000, ordered_amount=used, created_at=made.contract.created_at,
            created_by=made.sue, changed_at=made.contract.created_at, changed_by=made.sue,
        )  # fmt: skip

    page = client.get(f"{reverse('contracts')}?state={state}").content.decode()
    table = b"".join(client.get(f"{reverse('contracts_csv')}?state={state}&q=Labels")).decode()

    assert [n for n in ("CON-EXP", "CON-USED") if f"{n}</a>" in page] == found
    assert sorted(line.split(",")[0] for line in table.splitlines()[1:]) == found


def test_ending_without_a_reason_comes_back_beside_its_field(client: Client) -> None:
    made = scene(client)

    answer = client.post(
        reverse("contract_act", args=["CON-1", "terminate"]), {"version": made.contract.version, "reason": " "}
    )

    assert answer.status_code == 422
    assert '<a href="#reason-terminate">Say why it ends.</a>' in answer.content.decode()


def test_paper_is_kept_and_only_downloaded(client: Client) -> None:
    scene(client)
    file = SimpleUploadedFile("sig ned\u202e.pdf", b"%PDF-1.4 x")

    client.post(reverse("contract_paper_add", args=["CON-1"]), {"file": file})
    paper = Contract.objects.get(number="CON-1").papers.get()
    answer = client.get(reverse("contract_paper", args=["CON-1", paper.pk]))

    assert answer["Content-Disposition"] == 'attachment; filename="sig ned.pdf"'
    assert answer.content == b"%PDF-1.4 x"


def test_refused_paper_comes_back_with_the_reason(client: Client) -> None:
    scene(client)

    answer = client.post(reverse("contract_paper_add", args=["CON-1"]), {"file": SimpleUploadedFile("a.exe", b"MZ")})

    assert answer.status_code == 422
    assert "a.exe is not one of" in answer.content.decode()
