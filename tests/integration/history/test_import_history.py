"""A past that comes in: what it leaves, once, and what it tells nobody."""

import csv
import gzip
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from foundation import audit
from foundation.models import AuditEvent, DomainEvent, Site
from foundation.relay import drain
from foundation.selectors.breaches import breaches
from foundation.selectors.timeline import timeline
from procurement.models import GoodsReceipt, PurchaseOrder
from suppliers.models import Supplier
from tests.factories import Company, company
from tests.integration.history.factories import cells, table, three_orders
from tests.samples import DATA, need

pytestmark = pytest.mark.django_db


def run(raw: bytes, folder: Path, *options: str) -> tuple[str, list[dict[str, str]]]:
    file, rejects, out = folder / "past.csv", folder / "rejects.csv", io.StringIO()
    file.write_bytes(raw)
    call_command("import_history", "scms", str(file), "--rejects", str(rejects), *options, stdout=out)
    text = rejects.read_text(encoding="utf-8-sig") if rejects.exists() else ""
    return out.getvalue(), list(csv.DictReader(io.StringIO(text)))


def counts() -> tuple[int, ...]:
    models = (PurchaseOrder, GoodsReceipt, Supplier, Site, DomainEvent, AuditEvent)
    return tuple(model.objects.count() for model in models)


def test_orders_and_receipts_come_in_as_the_rows_say(tmp_path: Path) -> None:
    company()

    said, rejects = run(three_orders(), tmp_path)

    rows = PurchaseOrder.objects.order_by("number", "lines__line_no").values_list(
        "number", "state", "receipt_status", "supplier__name", "ship_to__name", "lines__quantity", "lines__accepted",
        "lines__unit_price", "lines__line_amount",
    )  # fmt: skip
    wrappers = ("closed", "full", "WRAPPERS (FORMERLY FILMCO), LTD", "Kenya")
    others = ("closed", "full", "OTHERS INC.", "Côte d'Ivoire")
    assert list(rows) == [
        ("PO-SCMS-1", *wrappers, *map(Decimal, ("100", "2000", "4.5", "450"))),
        ("PO-SCMS-1", *wrappers, *map(Decimal, ("10", "60", "3.1", "31"))),
        ("PO-SCMS-1", *wrappers, *map(Decimal, ("7", "140", "4.5", "31.5"))),
        ("PO-SCMS-2", *others, *map(Decimal, ("3", "60", "3.333333", "10"))),
        ("PO-SCMS-3", *wrappers, *map(Decimal, ("100", "2000", "4.5", "450"))),
    ]
    assert Counter(GoodsReceipt.objects.values_list("order__number", flat=True)) == {
        "PO-SCMS-1": 2, "PO-SCMS-2": 1, "PO-SCMS-3": 1,
    }  # fmt: skip
    assert (
        "Freight in USD: Freight Included in Commodity Cost" in GoodsReceipt.objects.get(order__number="PO-SCMS-2").note
    )
    assert "11 rows: 5 accepted in 3 new orders, 0 taken over before, 6 refused." in said
    assert [(row["line"], row["reason"], row["ID"]) for row in rejects] == [
        ("7", "own_warehouse", "6"), ("8", "ordered_day_unknown", "7"), ("9", "received_before_ordered", "8"),
        ("10", "duplicate_line", "9"), ("11", "duplicate_id", "2"), ("12", "order_disagrees", "10"),
    ]  # fmt: skip


def test_second_run_adds_nothing(tmp_path: Path) -> None:
    company()
    run(three_orders(), tmp_path)
    before = counts()

    said, _ = run(gzip.compress(three_orders()), tmp_path)

    assert "0 accepted in 0 new orders, 5 taken over before, 6 refused." in said
    assert counts() == before


def test_dry_run_changes_nothing(tmp_path: Path) -> None:
    company()
    before = counts()

    said, rejects = run(three_orders(), tmp_path, "--dry-run")

    assert "5 accepted in 3 new orders" in said
    assert len(rejects) == 6
    assert counts() == before


def test_laws_hold_and_nobody_is_told(tmp_path: Path) -> None:
    company()
    drain()  # of the people's roles
    run(three_orders(), tmp_path)

    assert breaches() == []
    assert audit.first_fault() is None
    assert drain() == 0
    assert set(Supplier.objects.filter(currency="USD").values_list("state", flat=True)) == {"requested"}


def test_number_of_our_own_is_not_overwritten(tmp_path: Path) -> None:
    company()
    run(three_orders(), tmp_path)
    PurchaseOrder.objects.get(number="PO-SCMS-3").lines.update(authority={})

    said, rejects = run(table(cells(id="77", order="SCMS-3")), tmp_path)

    assert "0 accepted in 0 new orders, 0 taken over before, 1 refused." in said
    assert [row["reason"] for row in rejects] == ["number_taken"]


def test_pages_show_the_past(tmp_path: Path, client: Client) -> None:
    made: Company = company()
    run(three_orders(), tmp_path)
    order = PurchaseOrder.objects.get(number="PO-SCMS-1")
    client.force_login(made.boris)

    listed = client.get(reverse("orders"))
    found = client.get(reverse("search"), {"q": "po-scms-1"})
    page = client.get(reverse("order", args=[order.number]))

    assert "PO-SCMS-1" in listed.content.decode()
    assert found.url == reverse("order", args=[order.number])
    assert page.status_code == 200
    told = [(entry.at.date().isoformat(), entry.text.split(" (")[0]) for entry in timeline("order", order.pk)]
    assert told[:3] == [
        ("2010-03-01", "Order PO-SCMS-1 created"), ("2010-03-01", "Order PO-SCMS-1 sent to the supplier"),
        ("2010-04-03", "Goods received"),
    ]  # fmt: skip
    client.force_login(made.mona)  # of Leeds only
    assert client.get(reverse("order", args=[order.number])).status_code == 404


@pytest.mark.parametrize(
    ("_case", "raw", "code"),
    [
        ("another table", b"a,b\n1,2\n", "column_missing"),
        ("nothing", b"", "csv_empty"),
        ("a picture", b"\x89PNG\r\n\x1a\n\x00", "csv_encoding"),
        ("half a packed file", gzip.compress(three_orders())[:200], "gzip_broken"),
        ("not packed after all", b"\x1f\x8bhello", "gzip_broken"),
        ("a bomb", gzip.compress(b"0" * 30_000_000), "csv_too_large"),
    ],
)
def test_file_that_is_no_table_of_the_source(_case: str, raw: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=code):
        run(raw, tmp_path)


@pytest.mark.samples
@pytest.mark.slow
def test_the_public_history(tmp_path: Path) -> None:
    file = DATA / "scms_delivery" / "scms_2006_2012.csv.gz"
    need(file)
    company()

    said, rejects = run(file.read_bytes(), tmp_path)

    assert "6507 rows: 2495 accepted in 1693 new orders, 0 taken over before, 4012 refused." in said
    assert Counter(row["reason"] for row in rejects) == {
        "own_warehouse": 3739, "ordered_day_unknown": 271, "received_before_ordered": 2,
    }  # fmt: skip
    assert breaches() == []
