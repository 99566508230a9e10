"""Price lists in the pages: brought in, columns matched, judged, agreed in the inbox; what is to mend comes back as a file."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.intake import xlsx
from suppliers.models import CatalogueItem, PriceList
from tests.factories import Company, company
from tests.suppliers.price_lists import HEAD, MILD, STEEP, judged, settled, worked

pytestmark = pytest.mark.django_db


def scene(client: Client, name: str = "sue") -> Company:
    made = company()
    client.force_login(made.people[name])
    return made


def test_workbook_is_brought_in_matched_read_and_counts(client: Client) -> None:
    made = scene(client)
    rows = [["Article", "UoM", "Our new price"], ["ACME-SW-500", "case", Decimal("53.25")], ["NOBODY", "case", 1]]
    file = SimpleUploadedFile("spring.xlsx", xlsx.write([("Prices", (20, 10, 10), rows)]))
    sent = {"supplier": "ACME", "currency": "gbp", "valid_from": "2026-11-01", "note": "Pulp", "file": file}

    answer = client.post(reverse("price_list_new"), {**sent, "valid_from": timezone.localdate().isoformat()})
    found = PriceList.objects.get()
    columns = client.get(answer["Location"]).content.decode()
    unmatched = client.post(answer["Location"], {"version": 1, "supplier_part": "0", "sign": "."})
    matched = client.post(
        answer["Location"], {"version": 1, "supplier_part": "0", "unit": "1", "unit_price": "2", "sign": "."}
    )
    found = worked(PriceList.objects.get())
    page = client.get(reverse("price_list", args=[found.number])).content.decode()
    client.post(reverse("price_list_do", args=[found.number, "settle"]), {"version": found.version})
    worked(PriceList.objects.get())

    assert 'value="0" selected' in columns
    assert (unmatched.status_code, matched["Location"]) == (422, reverse("job", args=[found.job_id]))
    assert "which needs no second person" in page
    assert CatalogueItem.objects.get(supplier=made.acme, item__code="SW-500").unit_price == Decimal("53.25")


def test_steep_list_is_shown_and_decided_in_the_inbox(client: Client) -> None:
    made = scene(client, "frank")
    found = settled(made, STEEP)

    inbox = client.get(reverse("inbox")).content.decode()
    page = client.get(reverse("price_list", args=[found.number])).content.decode()

    assert f"Prices of {made.acme}" in inbox
    assert "Prices above tolerance" in inbox
    assert "+15.4 %" in page
    assert "1 above tolerance" in page


def test_rows_to_mend_come_back_as_they_were_written_and_safe_to_open(client: Client) -> None:
    made = scene(client)
    found = judged(made, HEAD + "ACME-SW-500,XCS,=1+1,,\nACME-LBL-46,XCS,31,,\n")

    sent = client.get(reverse("price_list_rejects", args=[found.number]))
    lines = list(csv.reader(io.StringIO(b"".join(sent).decode("utf-8-sig"))))
    report = b"".join(client.get(reverse("price_list_report", args=[found.number]))).decode("utf-8-sig").splitlines()

    assert lines[0][-4:] == ["Line in the file", "Column", "Written", "What to do"]
    assert lines[1][:8] == ["ACME-SW-500", "XCS", "'=1+1", "", "", "2", "Price", "'=1+1"]
    assert len(report) == 2
    assert report[1].startswith("3,Dearer,LBL-46,")


def test_refusal_comes_back_on_the_page(client: Client) -> None:
    made = scene(client)
    same = judged(made, HEAD + "ACME-SW-500,XCS,52,,\n")

    nothing = client.post(reverse("price_list_do", args=[same.number, "settle"]), {"version": same.version})
    silent = client.post(reverse("price_list_do", args=[same.number, "withdraw"]), {"version": same.version})
    again = client.post(
        reverse("price_list_new"),
        {
            "supplier": "ACME", "currency": "GBP", "valid_from": "2000-01-01",
            "file": SimpleUploadedFile("p.csv", MILD.encode()),
        },
    )  # fmt: skip

    assert (nothing.status_code, silent.status_code, again.status_code) == (422, 422, 422)
    assert "No row of it changes anything" in nothing.content.decode()
    assert "Say why it is taken back." in silent.content.decode()
    assert "from a month ago up to two years ahead" in again.content.decode()
