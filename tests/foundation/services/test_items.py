from decimal import Decimal
from typing import Any

import pytest

from foundation.errors import DomainError, InvalidError, NotPermittedError, StaleError
from foundation.models import AuditEvent, Category, Item, ItemUnit, UnitOfMeasure
from foundation.selectors import ItemFilters, changes_of, items_for_keeping, used_by, uses_of
from foundation.services import (
    ItemDetails,
    ItemRow,
    Pack,
    change_item,
    create_item,
    drop_pack,
    import_items,
    save_pack,
    seen_of_item,
)
from tests.factories import NOW, Company, an_issued_order, company

pytestmark = pytest.mark.django_db


def unit(code: str) -> UnitOfMeasure:
    return UnitOfMeasure.objects.get(code=code)


def details(**changes: Any) -> ItemDetails:
    there = {"name": "Strapping 12 mm", "category": Category.objects.get(code="PACK"), "base_unit": unit("EA")}
    return ItemDetails(**{**there, **changes})


def added(made: Company, code: str = "STR-12", **changes: Any) -> Item:
    return create_item(code=code, details=details(**changes), actor=made.ursula, at=NOW)


def pack(made: Company, item: Item, code: str, number: str, holds: str = "EA") -> Item:
    return save_pack(
        code=item.code, seen=seen_of_item(item=item), pack=Pack(unit(code), Decimal(number), unit(holds)),
        actor=made.ursula, at=NOW,
    )  # fmt: skip


def packs(item: Item) -> dict[str, str]:
    return {code: f"{factor:f}" for code, factor in item.units.values_list("unit__code", "factor")}


def refusal(act: Any) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def last_audit() -> tuple[str, Any, Any]:
    row = AuditEvent.objects.order_by("-seq")[0]
    return row.action, row.data.get("before"), row.data.get("after")


@pytest.mark.parametrize(
    ("_case", "code", "changes", "refused"),
    [
        ("taken",                          "sw-500",    {},                            "code_taken"),
        ("a scan could not tell it",       "SW500",     {},                            "code_taken"),
        ("no code",                        "A/B",       {},                            "code_unfit"),
        ("no name",                        "NEW-1",     {"name": "  "},                "name_unfit"),
        ("barcode with a wrong last digit", "NEW-1",    {"gtin": "5012345000016"},     "gtin_unfit"),
        ("barcode of seven digits",        "NEW-1",     {"gtin": "5012345"},           "gtin_unfit"),
        ("barcode in other digits",        "NEW-1",     {"gtin": "٥٠١٢٣٤٥٠٠٠٠١٥"},     "gtin_unfit"),
        ("barcode of another item",        "NEW-1",     {"gtin": "4006381333931"},     "gtin_taken"),
        ("description without end",        "NEW-1",     {"description": "x" * 4001},   "description_long"),
    ],
)  # fmt: skip
def test_new_item_that_cannot_be_is_refused(_case: str, code: str, changes: dict[str, Any], refused: str) -> None:
    made = company()
    Item.objects.filter(code="LBL-46").update(gtin="4006381333931")
    before = Item.objects.count()

    assert refusal(lambda: added(made, code, **changes)) == refused
    assert Item.objects.count() == before


@pytest.mark.parametrize("gtin", ["96385074", "036000291452", "5012345000015", "10614141000415", ""])
def test_barcodes_of_every_length_are_taken(gtin: str) -> None:
    assert added(company(), gtin=gtin).gtin == gtin


def test_item_is_added_and_changed_with_one_audit_row_each() -> None:
    made = company()

    item = added(made, " str-12 ")
    first = last_audit()
    change_item(
        code="STR-12", seen=seen_of_item(item=item), details=details(is_active=False), actor=made.ursula, at=NOW
    )

    assert (item.code, first[0], first[2]["category"]) == ("STR-12", "create_item", "PACK")
    assert last_audit() == ("change_item", {"is_active": True}, {"is_active": False})
    assert [entry.text for entry in changes_of(item)] == ["Active from yes to no", "Create item"]


def test_only_who_keeps_the_ground_writes_items() -> None:
    made = company()
    item = made.items["SW-500"]
    seen = seen_of_item(item=item)
    acts = (
        lambda: create_item(code="NEW-1", details=details(), actor=made.boris, at=NOW),
        lambda: change_item(code="SW-500", seen=seen, details=details(), actor=made.boris, at=NOW),
        lambda: save_pack(code="SW-500", seen=seen, pack=Pack(unit("KGM"), Decimal(2)), actor=made.boris, at=NOW),
        lambda: drop_pack(code="SW-500", seen=seen, unit="XCS", actor=made.boris, at=NOW),
        lambda: import_items(rows=[], dry_run=False, actor=made.boris, at=NOW),
    )
    written = AuditEvent.objects.count()

    for act in acts:
        with pytest.raises(NotPermittedError):
            act()
    assert AuditEvent.objects.count() == written


def test_stale_change_is_refused() -> None:
    made = company()
    item = added(made)
    seen = seen_of_item(item=item)
    pack(made, item, "XCS", "24")

    with pytest.raises(StaleError):
        change_item(code=item.code, seen=seen, details=details(name="Other"), actor=made.ursula, at=NOW)
    assert Item.objects.get(pk=item.pk).name == "Strapping 12 mm"


def test_pack_of_packs_is_stored_in_base_units() -> None:
    """MQ-3: a pallet of 40 cases of 24 holds 960 each, and stays so when nobody uses it and the case changes."""
    made = company()
    UnitOfMeasure.objects.create(code="XPX", name="pallet", symbol="pallet")
    item = added(made)

    pack(made, item, "XCS", "24")
    pack(made, item, "XPX", "40", "XCS")

    assert packs(item) == {"XCS": "24.000000", "XPX": "960.000000"}
    assert last_audit() == ("change_packs", {"packs": {"XCS": "24"}}, {"packs": {"XCS": "24", "XPX": "960"}})


@pytest.mark.parametrize(
    ("_case", "code", "number", "holds", "refused"),
    [
        ("MQ-3 nothing",                     "XCS", "0",         "EA",  "factor_unfit"),
        ("MQ-3 less than nothing",           "XCS", "-1",        "EA",  "factor_unfit"),
        ("MQ-3 no number",                   "XCS", "NaN",       "EA",  "factor_unfit"),
        ("MQ-3 too many",                    "XCS", "1000000000", "EA", "factor_unfit"),
        ("MQ-3 too fine",                    "XCS", "0.0000001", "EA",  "factor_unfit"),
        ("MQ-3 the base unit in itself",     "EA",  "2",         "EA",  "pack_of_itself"),
        ("MQ-3 a circle",                    "XCS", "2",         "XCS", "pack_unknown"),
        ("MQ-3 of what is no pack of it",    "XCS", "2",         "KGM", "pack_unknown"),
    ],
)  # fmt: skip
def test_pack_that_cannot_be_is_refused(_case: str, code: str, number: str, holds: str, refused: str) -> None:
    made = company()
    item = added(made)

    assert refusal(lambda: pack(made, item, code, number, holds)) == refused
    assert packs(item) == {}


def test_pack_that_converts_for_every_item_is_refused() -> None:
    made = company()
    UnitOfMeasure.objects.create(code="GRM", name="gram", symbol="g", dimension="mass")
    item = added(made, base_unit=unit("GRM"))

    assert refusal(lambda: pack(made, item, "KGM", "900", "GRM")) == "unit_general"


def test_pack_and_base_unit_stay_once_they_are_used() -> None:
    """MQ-3: open documents count in them."""
    made = company()
    an_issued_order(made)
    item = Item.objects.get(code="SW-500")
    seen = seen_of_item(item=item)

    answers = [
        refusal(lambda: pack(made, item, "XCS", "12")),
        refusal(lambda: drop_pack(code="SW-500", seen=seen, unit="XCS", actor=made.ursula, at=NOW)),
        refusal(
            lambda: change_item(
                code="SW-500", seen=seen, details=details(base_unit=unit("KGM")), actor=made.ursula, at=NOW
            )
        ),
    ]

    assert answers == ["pack_in_use", "pack_in_use", "base_unit_in_use"]
    assert packs(item) == {"XCS": "6.000000"}


def test_pack_nobody_uses_is_corrected_and_taken_away() -> None:
    made = company()
    item = added(made)

    pack(made, item, "XCS", "24")
    pack(made, item, "XCS", "12")
    for _ in range(2):  # the second finds it gone
        drop_pack(code=item.code, seen=seen_of_item(item=item), unit="XCS", actor=made.ursula, at=NOW)

    assert packs(item) == {}
    assert AuditEvent.objects.filter(action="change_packs").count() == 3


def test_users_of_a_row_are_named_in_words() -> None:
    made = company()
    item = made.items["SW-500"]
    case = unit("XCS")
    before = uses_of(item, but=(ItemUnit,), unit=case)
    an_issued_order(made)

    after = uses_of(item, but=(ItemUnit,), unit=case)

    assert before == ["catalogue items", "contract prices"]
    assert used_by(after) == "catalogue items, contract prices, purchase order lines and requisition lines"
    assert uses_of(added(made)) == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (ItemFilters(),                              ["LBL-46", "SW-500"]),
        (ItemFilters(state="out"),                   ["TAPE-48"]),
        (ItemFilters(state="all", q="tape"),         ["TAPE-48"]),
        (ItemFilters(q="sw 5"),                      ["SW-500"]),
        (ItemFilters(q="stretch"),                   ["SW-500"]),
        (ItemFilters(q="ACME-LBL"),                  ["LBL-46"]),
        (ItemFilters(q="4006381333931"),             ["SW-500"]),
        (ItemFilters(q="& | !"),                     []),
        (ItemFilters(category="PACK"),               ["LBL-46", "SW-500"]),
        (ItemFilters(category="SERV"),               []),
        (ItemFilters(category="NO-SUCH"),            []),
    ],
)  # fmt: skip
def test_items_are_found_by_our_code_words_barcode_and_the_suppliers_part(
    filters: ItemFilters, found: list[str]
) -> None:
    company()
    Item.objects.filter(code="TAPE-48").update(is_active=False)
    Item.objects.filter(code="SW-500").update(gtin="4006381333931")

    assert sorted(item.code for item in items_for_keeping(filters)) == found


def row(line: int, code: str, **changes: Any) -> ItemRow:
    return ItemRow(**{"line": line, "code": code, "name": "Strap", "category": "PACK", "base_unit": "EA", **changes})


def test_table_adds_changes_and_leaves_alone() -> None:
    made = company()
    rows = [
        row(2, "new-1", packs=(("XCS", Decimal(24)),), gtin="96385074"),
        row(3, "SW-500", name="Stretch wrap 500 mm", is_active=False),
        row(4, "LBL-46", name="Labels 4x6"),
    ]
    tried = import_items(rows=rows, dry_run=True, actor=made.ursula, at=NOW)
    unwritten = Item.objects.filter(code="NEW-1").exists()

    done = import_items(rows=rows, dry_run=False, actor=made.ursula, at=NOW)

    assert (tried.new, tried.changed, tried.same, tried.faults) == (["NEW-1"], ["SW-500"], ["LBL-46"], [])
    assert (unwritten, done.new) == (False, ["NEW-1"])
    assert packs(Item.objects.get(code="NEW-1")) == {"XCS": "24.000000"}
    assert packs(made.items["SW-500"]) == {"XCS": "6.000000"}
    assert last_audit() == ("change_item", {"is_active": True}, {"is_active": False})
    assert import_items(rows=rows, dry_run=False, actor=made.ursula, at=NOW).same == ["NEW-1", "SW-500", "LBL-46"]


@pytest.mark.parametrize(
    ("_case", "changes", "column", "cure"),
    [
        ("no such unit",               {"base_unit": "BOX"},                         "base_unit", "There is no unit BOX."),
        ("no such category",           {"category": "NONE"},                         "category",  "There is no category NONE."),
        ("no name",                    {"name": ""},                                 "name",      "Write what it is called"),
        ("pack of nothing",            {"packs": (("XCS", Decimal(0)),)},            "number",    "more than 0"),
        ("pack in a unit of nobody",   {"packs": (("XXX", Decimal(2)),)},            "packs",     "There is no unit XXX."),
        ("barcode of another",         {"gtin": "4006381333931"},                    "gtin",      "LBL-46 has this barcode."),
        ("twice in the table",         {"code": "GOOD-1"},                           "code",      "stands in the table twice"),
        ("like another in the table",  {"code": "GOOD1"},                            "code",      "cannot tell it from"),
        ("used pack of another size",  {"code": "SW-500", "packs": (("XCS", Decimal(7)),)}, "unit", "stays as it is"),
        ("counted anew",               {"code": "SW-500", "base_unit": "KGM"},       "base_unit", "stays"),
    ],
)  # fmt: skip
def test_one_fault_and_nothing_of_a_table_comes_in(_case: str, changes: dict[str, Any], column: str, cure: str) -> None:
    made = company()
    Item.objects.filter(code="LBL-46").update(gtin="4006381333931")
    before = list(Item.objects.order_by("pk").values())

    done = import_items(
        rows=[row(2, "GOOD-1"), row(3, changes.pop("code", "BAD-1"), **changes)],
        dry_run=False,
        actor=made.ursula,
        at=NOW,
    )

    (fault,) = done.faults
    assert (fault.line, fault.column, cure in fault.message) == (3, column, True), fault.message
    assert list(Item.objects.order_by("pk").values()) == before


def test_table_costs_the_same_statements_with_many_rows(django_assert_max_num_queries: Any) -> None:
    made = company()
    rows = [row(n, f"MANY-{n}", packs=(("XCS", Decimal(n)),)) for n in range(1, 400)]

    with django_assert_max_num_queries(16):
        import_items(rows=rows, dry_run=False, actor=made.ursula, at=NOW)

    assert ItemUnit.objects.filter(item__code__startswith="MANY-").count() == 399


def test_table_without_end_is_refused() -> None:
    made = company()

    with pytest.raises(InvalidError) as refused:
        import_items(rows=[row(2, "A-1")] * 5_001, dry_run=True, actor=made.ursula, at=NOW)
    assert refused.value.code == "too_many_rows"
