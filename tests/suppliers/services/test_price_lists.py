"""SO-1: a supplier's price list is read in parts by a worker, compared, agreed where it must be, and put in force whole."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from foundation.errors import DomainError
from foundation.jobs import run, work
from foundation.services import do_slice
from suppliers.models import CatalogueItem, CataloguePrice, PriceList, PriceListRow
from suppliers.selectors.price_lists import due
from suppliers.services import (
    match_columns,
    receive_price_list,
    reject_price_list,
    settle_price_list,
    withdraw_price_list,
)
from suppliers.services import read_price_list as reading
from suppliers.services.receive_price_list import ReceivedFile
from tests.factories import NOW, Company, a_requisition, an_issued_order, company
from tests.suppliers.price_lists import HEAD, MILD, STEEP, agreed, judged, received, settled, worked
from workflow.models import ApprovalRequest

pytestmark = pytest.mark.django_db


def prices(made: Company) -> dict[str, Decimal]:
    rows = CatalogueItem.objects.filter(supplier=made.acme, state="active")
    return dict(rows.values_list("item__code", "unit_price").order_by("item__code"))


BEFORE = {"LBL-46": Decimal(30), "SW-500": Decimal(52), "TAPE-48": Decimal(40)}


def outcomes(price_list: PriceList) -> list[tuple[int, str]]:
    return list(price_list.rows.order_by("line").values_list("line", "outcome"))


def test_list_is_read_and_says_what_it_changes() -> None:
    made = company()
    an_issued_order(made, ("LBL-46", "10"))
    a_requisition(made, ("LBL-46", "4"))
    CatalogueItem.objects.filter(supplier=made.bolt).delete()

    price_list = judged(made, MILD.replace("30.00", "31.00"))

    assert outcomes(price_list) == [(2, "raised"), (3, "lowered"), (4, "raised")]
    assert price_list.columns == {
        "supplier_part": 0,
        "unit": 1,
        "unit_price": 2,
        "minimum_quantity": 3,
        "lead_time_days": 4,
    }
    labels = price_list.rows.get(line=4)
    assert (labels.old_price, labels.change_percent) == (Decimal(30), Decimal("3.33"))
    assert prices(made) == BEFORE, "nothing counts yet"


def test_list_within_the_tolerance_counts_at_once_and_keeps_the_old_prices() -> None:
    made = company()

    price_list = worked(settled(made))

    assert (price_list.state, price_list.job and price_list.job.state) == ("in_force", "done")
    assert prices(made) == {"LBL-46": Decimal(30), "SW-500": Decimal(53), "TAPE-48": Decimal(39)}
    tape = CatalogueItem.objects.get(supplier=made.acme, item__code="TAPE-48")
    assert (tape.minimum_quantity, tape.lead_time_days, tape.priced_from) == (Decimal(2), 5, NOW.date())
    assert list(tape.prices.order_by("pk").values_list("unit_price", "valid_from", "valid_until", "price_list")) == [
        (Decimal(40), date(2026, 1, 1), NOW.date(), None), (Decimal(39), NOW.date(), None, price_list.pk),
    ]  # fmt: skip
    assert not ApprovalRequest.objects.filter(subject_type="price_list").exists()


def test_list_above_the_tolerance_waits_for_a_second_person() -> None:
    made = company()

    price_list = settled(made, STEEP)
    with pytest.raises(DomainError) as own:
        agreed(made, price_list, by="sue")
    still = prices(made)
    done = worked(agreed(made, price_list))

    assert (price_list.state, own.value.code, still) == ("waiting", "own_request", BEFORE)
    assert (done.state, prices(made)["SW-500"]) == ("in_force", Decimal(60))
    request = ApprovalRequest.objects.get(subject_type="price_list")
    assert (request.state, request.site, request.requester) == ("approved", None, made.sue)


def test_list_that_is_refused_or_taken_back_changes_nothing() -> None:
    made = company()
    first = settled(made, STEEP)

    refused = reject_price_list(
        pk=first.pk, expected_version=first.version, seen_hash=first.content_hash, actor=made.people["frank"],
        reason="Too dear", at=NOW,
    )  # fmt: skip
    second = settled(made, STEEP)
    back = withdraw_price_list(
        price_list_id=second.pk, expected_version=second.version, reason="Wrong file", actor=made.sue, at=NOW
    )

    assert (refused.state, refused.closed_reason, back.state) == ("refused", "Too dear", "withdrawn")
    assert ApprovalRequest.objects.get(subject_id=second.pk).state == "withdrawn"
    assert prices(made) == BEFORE


@pytest.mark.parametrize(
    ("_case", "row", "fault"),
    [
        ("no number",            "ACME-SW-500,XCS,about 5,,",    ("unit_price", "about 5")),
        ("decimal comma",        'ACME-SW-500,XCS,"53,5",,',     ("unit_price", "53,5")),
        ("a formula",            "ACME-SW-500,XCS,=1+1,,",       ("unit_price", "=1+1")),
        ("nothing",              "ACME-SW-500,XCS,,,",           ("unit_price", "")),
        ("zero",                 "ACME-SW-500,XCS,0,,",          ("unit_price", "0")),
        ("negative",             "ACME-SW-500,XCS,-3,,",         ("unit_price", "-3")),
        ("too fine",             "ACME-SW-500,XCS,1.0000001,,",  ("unit_price", "1.0000001")),
        ("too large",            "ACME-SW-500,XCS,9999999999,,", ("unit_price", "9999999999")),
        ("unknown part",         "NO-SUCH,XCS,5,,",              ("supplier_part", "NO-SUCH")),
        ("no part",              ",XCS,5,,",                     ("supplier_part", "")),
        ("unknown unit",         "ACME-SW-500,BARREL,5,,",       ("unit", "BARREL")),
        ("unit is no pack",      "ACME-SW-500,KGM,5,,",          ("unit", "KGM")),
        ("no minimum of zero",   "ACME-SW-500,XCS,5,0,",         ("minimum_quantity", "0")),
        ("part of a day",        "ACME-SW-500,XCS,5,,2.5",       ("lead_time_days", "2.5")),
        ("days without end",     "ACME-SW-500,XCS,5,,99999",     ("lead_time_days", "99999")),
        ("another width",        "ACME-SW-500,XCS,5",            ("", "")),
    ],
)  # fmt: skip
def test_row_that_cannot_be_used_says_field_value_and_cure(_case: str, row: str, fault: tuple[str, str]) -> None:
    made = company()

    price_list = judged(made, HEAD + row + "\nACME-LBL-46,XCS,30.50,,\n")

    bad, good = price_list.rows.order_by("line")
    (said,) = bad.faults
    assert (bad.outcome, (said["field"], said["value"])) == ("fault", fault)
    assert said["cure"].endswith(".")
    assert good.outcome == "raised", "the others are not held up"


def test_every_fault_of_a_row_is_told_and_a_price_given_twice_counts_once() -> None:
    made = company()
    twice = "ACME-SW-500,XCS,53,,\nACME-SW-500,XCS,54,,\nACME-LBL-46,XCS,x,-1,soon\n"

    price_list = judged(made, HEAD + twice)

    assert outcomes(price_list) == [(2, "raised"), (3, "fault"), (4, "fault")]
    assert price_list.rows.get(line=3).faults == [
        {"field": "item", "value": "SW-500", "cure": "Line 2 has a price for it in this unit already. Keep one."}
    ]
    assert [f["field"] for f in price_list.rows.get(line=4).faults] == [
        "unit_price",
        "minimum_quantity",
        "lead_time_days",
    ]


def test_new_offers_come_by_our_code_or_barcode_with_a_right_check_digit() -> None:
    made = company()
    CatalogueItem.objects.filter(supplier=made.acme, item__code="LBL-46").delete()
    made.items["LBL-46"].gtin = "4006381333931"
    made.items["LBL-46"].save()
    table = (
        "SKU;EAN;Part;Unit;Price\n;4006381333931;L-1;XCS;29,50\nSW-500;4006381333932;S-1;EA;9,10\nsw500;;S-2;EA;9,20\n"
    )

    price_list = worked(settled(made, table))

    assert price_list.decimal_sign == ","
    assert outcomes(price_list) == [(2, "new"), (3, "fault"), (4, "new")]
    assert price_list.rows.get(line=3).faults[0]["field"] == "gtin"
    added = CatalogueItem.objects.filter(price_list=price_list).order_by("pk")
    assert list(added.values_list("item__code", "unit__code", "supplier_part", "gtin", "unit_price", "state")) == [
        ("LBL-46", "XCS", "L-1", "4006381333931", Decimal("29.5"), "active"),
        ("SW-500", "EA", "S-2", "", Decimal("9.2"), "active"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "name", "content", "currency", "day", "code"),
    [
        ("not a table",        "prices.pdf",  b"%PDF-1.4",            "GBP", NOW.date(),        "upload_kind"),
        ("named otherwise",    "prices.xlsx", b"Part,Price\nA,1\n",   "GBP", NOW.date(),        "upload_content"),
        ("damaged workbook",   "prices.xlsx", b"PK\x03\x04 broken",   "GBP", NOW.date(),        "xlsx_damaged"),
        ("only a head",        "prices.csv",  b"Part,Price\n",        "GBP", NOW.date(),        "price_list_empty"),
        ("a column twice",     "prices.csv",  b"Part,Part\nA,B\n",    "GBP", NOW.date(),        "csv_column_twice"),
        ("binary",             "prices.csv",  b"Part,Price\n\x00,1\n", "GBP", NOW.date(),       "csv_binary"),
        ("no such currency",   "prices.csv",  b"Part,Price\nA,1\n",   "XXG", NOW.date(),        "currency_unknown"),
        ("far away",           "prices.csv",  b"Part,Price\nA,1\n",   "GBP", date(2042, 1, 1),  "valid_from_unfit"),
        ("long ago",           "prices.csv",  b"Part,Price\nA,1\n",   "GBP", date(2020, 1, 1),  "valid_from_unfit"),
    ],
)  # fmt: skip
def test_file_that_cannot_be_used_is_refused(
    _case: str, name: str, content: bytes, currency: str, day: date, code: str
) -> None:
    made = company()

    with pytest.raises(DomainError) as refused:
        receive_price_list(
            supplier_id=made.acme.pk,
            sent=ReceivedFile(name, content, currency, day),
            source="page",
            actor=made.sue,
            at=NOW,
        )

    assert refused.value.code == code
    assert not PriceList.objects.exists()


def test_worker_that_is_killed_costs_one_part_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    made = company()
    monkeypatch.setattr(reading, "PART", 1)
    price_list = received(made)
    price_list = match_columns(
        price_list_id=price_list.pk, expected_version=price_list.version, columns=price_list.columns, sign=".",
        actor=made.sue, at=NOW,
    )  # fmt: skip
    job = price_list.job_id or 0
    do_slice(job_id=job, at=NOW)
    do_slice(job_id=job, at=NOW)
    killed = reading._compare
    monkeypatch.setattr(reading, "_compare", lambda *_args: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run(job)
    half = outcomes(price_list)
    monkeypatch.setattr(reading, "_compare", killed)

    run(job)

    price_list.refresh_from_db()
    assert half == [(2, "new"), (3, "new"), (4, "new")]
    assert (price_list.state, price_list.totals["rows"], PriceListRow.objects.count()) == ("judged", 3, 3)


def test_catalogue_that_moved_on_meanwhile_is_not_overwritten() -> None:
    made = company()
    price_list = settled(made, STEEP)
    CatalogueItem.objects.filter(supplier=made.acme, item__code="SW-500").update(unit_price=55)

    done = worked(agreed(made, price_list))
    again = match_columns(
        price_list_id=done.pk, expected_version=done.version, columns=done.columns, sign=".", actor=made.sue, at=NOW
    )

    assert (done.state, done.job and done.job.state) == ("agreed", "failed")
    assert done.job is not None
    assert done.job.error == "The catalogue changed for 1 row since the list was read. Read it again."
    assert prices(made)["SW-500"] == Decimal(55)
    assert worked(again).rows.get(line=2).old_price == Decimal(55)


def test_prices_of_a_later_day_wait_for_it() -> None:
    made = company()
    price_list = settled(made, day=NOW.date() + timedelta(days=20))

    waiting = (price_list.state, price_list.job, prices(made) == BEFORE)
    early, then = due(NOW.date()), due(NOW.date() + timedelta(days=20))

    assert waiting == ("agreed", None, True)
    assert (early, then) == ([], [price_list.pk])


def test_who_brings_no_prices_in_may_not_and_a_stale_page_is_refused() -> None:
    made = company()
    price_list = judged(made)

    with pytest.raises(DomainError) as other:
        settle_price_list(price_list_id=price_list.pk, expected_version=price_list.version, actor=made.boris, at=NOW)
    with pytest.raises(DomainError) as stale:
        settle_price_list(price_list_id=price_list.pk, expected_version=1, actor=made.sue, at=NOW)
    with pytest.raises(DomainError) as twice:
        received(made)

    assert (other.value.code, stale.value.code, twice.value.code) == (
        "not_your_role", "changed_since_opened", "price_list_there",
    )  # fmt: skip


def test_database_keeps_every_price_whoever_changes_it() -> None:
    made = company()
    offer = CatalogueItem.objects.get(supplier=made.acme, item__code="SW-500")

    CatalogueItem.objects.filter(pk=offer.pk).update(unit_price=54, priced_from=NOW.date())
    CatalogueItem.objects.filter(pk=offer.pk).update(lead_time_days=9)

    kept = CataloguePrice.objects.filter(offer=offer).order_by("pk")
    assert list(kept.values_list("unit_price", "valid_until")) == [(Decimal(52), NOW.date()), (Decimal(54), None)]
    assert work() == 0
