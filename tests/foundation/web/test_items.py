from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.models import AuditEvent, Category, Item, ItemUnit, UnitOfMeasure
from tests.factories import Company, company
from tests.foundation.web.test_people import browser

pytestmark = pytest.mark.django_db
LIST, NEW, IMPORT = reverse("items"), reverse("item_new"), reverse("items_import")
ITEM, EDIT = reverse("item", args=["SW-500"]), reverse("item_edit", args=["SW-500"])
PACK = reverse("item_pack", args=["SW-500"])
HEAD = "code,name,category,base_unit,packs,gtin,description,active"


def keeper() -> tuple[Company, Client]:
    made = company()
    return made, browser(made.ursula)


def written(client: Client, **changes: Any) -> dict[str, Any]:
    """Return the form of the item as it stands, with changes; what is None is left out."""
    there = {
        "name": "Stretch wrap 500 mm", "category": "PACK", "base_unit": "EA", "gtin": "", "description": "",
        "is_active": "on", "seen": client.get(ITEM).context["seen"],
    }  # fmt: skip
    return {name: value for name, value in {**there, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("",                    ["SW-500", "LBL-46"], []),
        ("?q=stretch",          ["SW-500"],           ["LBL-46"]),
        ("?q=BOLT-LBL-46",      ["LBL-46"],           ["SW-500"]),
        ("?state=out",          ["Clear the filters"], ["LBL-46", "SW-500"]),
        ("?category=SERV",      ["No item matches"],  ["SW-500"]),
        ("?before=x&after=9999999999999999999", ["SW-500"], []),
    ],
)  # fmt: skip
def test_list_finds_items(query: str, found: list[str], missing: list[str]) -> None:
    _, client = keeper()

    text = client.get(LIST + query).content.decode()

    assert [word in text for word in found + missing] == [True] * len(found) + [False] * len(missing)


def test_empty_list_offers_the_first_step() -> None:
    _made, client = keeper()
    Item.objects.exclude(pk=0).update(is_active=False)

    assert "Add the first item" in client.get(LIST).content.decode()


def test_item_is_added_and_shown() -> None:
    _, client = keeper()

    answer = client.post(
        NEW, {"code": "str-12", "name": "Strap", "category": "PACK", "base_unit": "EA", "is_active": "on"}, follow=True
    )

    assert answer.redirect_chain == [(reverse("item", args=["STR-12"]), 302)]
    assert "Create item" in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": "SW-500"},      "code",      "already"),
        ({"name": ""},            "name",      "required"),
        ({"category": "NONE"},    "category",  "not one of the available choices"),
        ({"base_unit": ""},       "base_unit", "required"),
        ({"gtin": "123"},         "gtin",      "check digit"),
    ],
)  # fmt: skip
def test_fault_of_a_new_item_stands_beside_its_field_and_on_top(
    changes: dict[str, str], field: str, words: str
) -> None:
    _, client = keeper()

    answer = client.post(NEW, {"code": "N-1", "name": "N", "category": "PACK", "base_unit": "EA", **changes})

    text = answer.content.decode()
    assert (answer.status_code, Item.objects.count()) == (422, 3)
    assert words in " ".join(answer.context["form"].errors[field])
    assert f'<a href="#id_{field}">' in text
    assert "<title>Error: " in text


def test_page_of_an_item_shows_packs_offers_and_the_way_to_change_it() -> None:
    _, client = keeper()

    text = client.get(ITEM).content.decode()

    assert [word in text for word in ("6 ea", "ACME-SW-500", "£52.00 per case", EDIT, PACK)] == [True] * 5


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"base_unit": "KGM"},  "base_unit", "The each stays"),
        ({"gtin": "123"},       "gtin",      "check digit"),
        ({"name": " "},         "name",      "required"),
    ],
)  # fmt: skip
def test_fault_of_a_change_stands_beside_its_field(changes: dict[str, str], field: str, words: str) -> None:
    _, client = keeper()

    answer = client.post(EDIT, written(client, **changes))

    assert (answer.status_code, AuditEvent.objects.filter(action="change_item").count()) == (422, 0)
    assert words in " ".join(answer.context["form"].errors[field])


def test_second_press_of_a_change_is_stale() -> None:
    _, client = keeper()
    form = written(client, is_active=None)

    answers = [client.post(EDIT, form).status_code for _ in range(2)]

    assert (answers, Item.objects.get(code="SW-500").is_active) == ([302, 409], False)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"number": "4"},                     302, ""),
        ({"number": "0"},                     422, "more than 0"),
        ({"number": "1,23"},                  422, "can be misread"),
        ({"number": ""},                      422, "required"),
        ({"unit": "EA"},                      422, "not one of the available choices"),
        ({"unit": "XCS", "number": "9", "holds": "EA"}, 422, "The case stays as it is"),
        ({"seen": "old"},                     409, "changed since"),
    ],
)  # fmt: skip
def test_pack_is_saved_or_refused_beside_its_form(changes: dict[str, str], status: int, words: str) -> None:
    _, client = keeper()
    seen = client.get(ITEM).context["seen"]

    answer = client.post(PACK, {"unit": "KGM", "number": "2", "holds": "XCS", "seen": seen, **changes})

    packs = dict(ItemUnit.objects.filter(item__code="SW-500").values_list("unit__code", "factor"))
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert packs == ({"XCS": 6, "KGM": 24} if status == 302 else {"XCS": 6})


def test_used_pack_is_not_taken_away_and_the_page_says_why() -> None:
    _, client = keeper()
    seen = client.get(ITEM).context["seen"]

    answer = client.post(reverse("item_pack_drop", args=["SW-500", "XCS"]), {"seen": seen})

    assert (answer.status_code, ItemUnit.objects.filter(item__code="SW-500").count()) == (422, 1)
    assert "catalogue items and contract prices use it" in answer.content.decode()


def test_export_is_what_the_import_reads() -> None:
    _, client = keeper()
    Item.objects.filter(code="SW-500").update(description="=cmd|' /C calc'!A0")

    table = b"".join(client.get(reverse("items_csv")).streaming_content)
    answer = client.post(IMPORT, {"file": SimpleUploadedFile("items.csv", table), "act": "judge"})

    done = answer.context["done"]
    assert b"'=cmd" in table
    assert (sorted(done.same), done.new, done.changed, done.faults) == (["LBL-46", "SW-500", "TAPE-48"], [], [], [])


def test_table_is_judged_first_and_then_brought_in() -> None:
    _, client = keeper()
    table = f"{HEAD}\nNEW-1,Strap,PACK,EA,XCS=24,,,yes\n"

    judged = client.post(IMPORT, {"file": SimpleUploadedFile("items.csv", table.encode()), "act": "judge"})
    before = Item.objects.filter(code="NEW-1").exists()
    brought = client.post(IMPORT, {"table": judged.context["text"], "act": "import"})

    assert (judged.context["done"].new, before, brought.status_code) == (["NEW-1"], False, 302)
    assert ItemUnit.objects.get(item__code="NEW-1").factor == 24
    assert AuditEvent.objects.filter(action="create_item").count() == 1


@pytest.mark.parametrize(
    ("_case", "table", "words"),
    [
        ("a column is missing",   "code,name\nA,B\n",                          "The column category is missing."),
        ("a column is unknown",   "code,name,category,base_unit,price\n",      "The column price is unknown."),
        ("nothing",               " ",                                         "Choose a file or paste rows"),
        ("short line",            f"{HEAD}\nA,B\n",                            "2 cells where the first row has 8"),
        ("packs misread",         f"{HEAD}\nA,B,PACK,EA,24,,,\n",              "Write packs like"),
        ("number misread",        f'{HEAD}\nA,B,PACK,EA,"XCS=1,23",,,\n',      "can be misread"),
        ("neither yes nor no",    f"{HEAD}\nA,B,PACK,EA,,,,perhaps\n",         "Write yes or no."),
        ("row that cannot be",    f"{HEAD}\nA,,PACK,EA,,,,\n",                 "Write what it is called"),
        ("no text",               "\x00\x00",                                  "holds a character that cannot be used"),
    ],
)  # fmt: skip
def test_table_that_cannot_come_in_says_why(_case: str, table: str, words: str) -> None:
    _, client = keeper()

    answer = client.post(IMPORT, {"table": table, "act": "import"})

    assert (answer.status_code, Item.objects.count()) == (422, 3)
    assert words in answer.content.decode()


def test_table_of_thousands_of_rows_comes_through_the_page_and_one_without_end_does_not() -> None:
    _, client = keeper()
    table = "code,name,category,base_unit\n" + "".join(f"MANY-{n},Strap,PACK,EA\n" for n in range(3_000))

    taken = client.post(IMPORT, {"table": table, "act": "import"})
    refused = client.post(IMPORT, {"table": "x" * 1_000_001, "act": "judge"})

    assert (taken.status_code, Item.objects.filter(code__startswith="MANY-").count()) == (302, 3_000)
    assert (refused.status_code, "1,000,001 characters" in refused.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("items.pdf", "items.pdf is not one of CSV, XLSX."),
        ("items.xlsx", "The file is no .xlsx workbook, whatever its name says."),
    ],
)
def test_file_of_another_kind_is_refused(name: str, words: str) -> None:
    _, client = keeper()

    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, b"PK\x03\x04"), "act": "judge"})

    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_statements_do_not_grow_with_the_rows() -> None:
    _made, client = keeper()

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    pages = (LIST, ITEM, EDIT, PACK, NEW)
    few = [statements(path) for path in pages]
    for number in range(6):
        item = Item.objects.create(
            code=f"I-{number}", name="I", category=Category.objects.get(code="PACK"),
            base_unit=UnitOfMeasure.objects.get(code="EA"),
        )  # fmt: skip
        ItemUnit.objects.create(item=item, unit=UnitOfMeasure.objects.get(code="XCS"), factor=number + 1)

    many = [statements(path) for path in pages]
    assert many == few
    assert max(many) <= 8, many
