"""The pages of categories, units, cost centres, rates and calendars."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.models import (
    AuditEvent,
    Category,
    CostCentre,
    ExchangeRate,
    Holiday,
    LegalEntity,
    Region,
    UnitOfMeasure,
    WorkCalendar,
)
from tests.factories import Company, company
from tests.foundation.web.test_people import browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_tenth_of_march")]
HOURS = {
    "name": "Two shifts",
    "opens": "06:00",
    "closes": "22:00",
    "weekdays": ["1", "2"],
    "country": "",
    "subdivision": "",
}
RATE = {"currency": "EUR", "rate": "0.86", "day": "2026-03-10", "source": "ECB"}


def keeper() -> tuple[Company, Client]:
    made = company()
    return made, browser(made.ursula)


@pytest.mark.parametrize(
    ("name", "query", "found", "missing"),
    [
        ("categories",   "",               ["Packaging", "Services"],     []),
        ("categories",   "?q=serv",        ["Services"],                  ["Packaging</a>"]),
        ("categories",   "?q=zzz",         ["No category matches"],       ["Packaging</a>"]),
        ("units",        "",               ["kilogram", "1,000"],         []),
        ("units",        "?q=kg",          ["kilogram"],                  ["case</a>"]),
        ("units",        "?q=zzz",         ["No unit matches"],           []),
        ("cost_centres", "",               ["LDS-6410", "HUL-6410"],      []),
        ("cost_centres", "?site=LDS",      ["LDS-6410"],                  ["HUL-6410"]),
        ("cost_centres", "?state=out",     ["No cost centre matches"],    ["LDS-6410"]),
        ("cost_centres", "?q=mona&state=all", ["LDS-6410"],               ["HUL-6410"]),
        ("rates",        "",               ["1 EUR", "0.85 GBP", "In force"], []),
        ("rates",        "?currency=SEK",  ["No rate of this currency"],  ["1 EUR"]),
        ("calendars",    "",               ["UK office hours", "Hull, Leeds"], []),
        ("calendars",    "?q=zzz",         ["No working hours match"],    ["UK office hours"]),
        ("regions",      "",               ["North", "Hull, Leeds"],      []),
        ("regions",      "?q=zzz",         ["Nothing matches"],           ["North</a>"]),
        ("entities",     "?q=northgate",   ["Northgate Supply Ltd", "GBP"], []),
        ("master",       "",               ["Exchange rates", "Working hours", "Items"], []),
    ],
)  # fmt: skip
def test_lists_show_what_is_asked_for(name: str, query: str, found: list[str], missing: list[str]) -> None:
    made, client = keeper()
    CostCentre.objects.filter(code="LDS-6410").update(owner=made.mona)

    text = client.get(reverse(name) + query).content.decode()

    assert [word in text for word in found + missing] == [True] * len(found) + [False] * len(missing)


@pytest.mark.parametrize(
    ("name", "model", "form", "leads_to"),
    [
        ("category_new", Category, {"code": "film", "name": "Film", "parent": "PACK", "unspsc": "24111500"}, "FILM"),
        ("unit_new", UnitOfMeasure, {"code": "mtr", "name": "metre", "symbol": "m", "dimension": "length", "multiple": "1000"}, "MTR"),
        ("region_new", Region, {"code": "south", "name": "South"}, "SOUTH"),
        ("entity_new", LegalEntity, {"code": "ngie", "name": "Northgate Ireland", "country": "ie", "currency": "eur"}, "NGIE"),
        ("calendar_new", WorkCalendar, {**HOURS, "code": "shifts"}, "SHIFTS"),
    ],
)  # fmt: skip
def test_new_row_is_added_and_its_page_shows_who_did_it(
    name: str, model: Any, form: dict[str, Any], leads_to: str
) -> None:
    _, client = keeper()

    answer = client.post(reverse(name), form, follow=True)

    assert answer.redirect_chain == [(reverse(name.removesuffix("_new"), args=[leads_to]), 302)]
    assert "Ursula" in answer.content.decode()
    assert model.objects.filter(code=leads_to).count() == 1


def test_new_cost_centre_is_opened_at_its_site() -> None:
    made, client = keeper()

    client.post(
        reverse("cost_centre_new"),
        {"code": "hul-7", "name": "Yard", "site": made.hull.pk, "owner": made.mona.pk, "is_active": "on"},
    )

    row = CostCentre.objects.get(code="HUL-7")
    assert (row.site, row.owner, row.is_active) == (made.hull, made.mona, True)


@pytest.mark.parametrize(
    ("name", "args", "form", "field", "words"),
    [
        ("category_new",    [],           {"code": "PACK", "name": "Again"},                     "code",    "already"),
        ("category",        ["PACK"],     {"name": "Packaging", "parent": "PACK"},               "parent",  "or below it"),
        ("category",        ["PACK"],     {"name": "Packaging", "unspsc": "12"},                 "unspsc",  "eight digits"),
        ("unit_new",        [],           {"code": "A", "name": "a", "symbol": "a", "multiple": "1,23"}, "multiple", "can be misread"),
        ("unit",            ["EA"],       {"name": "each", "symbol": "ea", "dimension": "mass", "multiple": "1"}, "dimension", "The factor stays"),
        ("cost_centre",     ["LDS-6410"], {"name": ""},                                          "name",    "required"),
        ("rate_new",        [],           {**RATE, "rate": "8.6"},                               "is_sure", "Say that you are sure"),
        ("rate_new",        [],           {**RATE, "currency": "GBP"},                           "currency", "one is always one"),
        ("rate_new",        [],           {**RATE, "day": "31/31/2026"},                         "day",     "valid date"),
        ("region_new",      [],           {"code": "NORTH", "name": "Again"},                    "code",    "already"),
        ("region",          ["NORTH"],    {"name": ""},                                          "name",    "required"),
        ("entity_new",      [],           {"code": "X", "name": "X", "country": "XX", "currency": "GBP"}, "country", "is no country"),
        ("entity_new",      [],           {"code": "X", "name": "X", "country": "GB", "currency": "ZZZ"}, "currency", "not a currency"),
        ("entity",          ["NG"],       {"name": "N", "country": "GB", "currency": "EUR"},     "currency", "The currency stays"),
        ("entity",          ["NG"],       {"name": "N", "country": "IE", "currency": "GBP"},     "country", "The country stays"),
        ("calendar_new",    [],           {**HOURS, "code": "X", "closes": "05:00"},             "closes",  "Close after you open"),
        ("calendar",        ["UK"],       {**HOURS, "country": "GB", "subdivision": "BY"},       "subdivision", "Use one of"),
    ],
)  # fmt: skip
def test_fault_stands_beside_its_field_and_on_top(
    name: str, args: list[str], form: dict[str, Any], field: str, words: str
) -> None:
    _, client = keeper()
    url = reverse(name, args=args)
    seen = client.get(url).context.get("seen", "")
    written = AuditEvent.objects.count()

    answer = client.post(url, {**form, "seen": seen})

    text = answer.content.decode()
    assert (answer.status_code, AuditEvent.objects.count()) == (422, written)
    assert words in " ".join(answer.context["form"].errors[field])
    assert f'<a href="#id_{field}">' in text
    assert "<title>Error: " in text


@pytest.mark.parametrize(
    ("name", "code", "form"),
    [
        ("category",    "SERV",     {"name": "Work", "parent": ""}),
        ("unit",        "KGM",      {"name": "kilo", "symbol": "kg", "dimension": "mass", "multiple": "1000"}),
        ("cost_centre", "LDS-6410", {"name": "Wrapping", "is_active": "on"}),
        ("calendar",    "UK",       HOURS),
        ("region",      "NORTH",    {"name": "The North"}),
        ("entity",      "NG",       {"name": "Northgate Supply plc", "country": "GB", "currency": "GBP", "tax_id": "GB1"}),
    ],
)  # fmt: skip
def test_change_is_saved_once_and_a_second_press_is_stale(name: str, code: str, form: dict[str, Any]) -> None:
    _, client = keeper()
    url = reverse(name, args=[code])
    form = {**form, "seen": client.get(url).context["seen"]}

    answers = [client.post(url, form).status_code for _ in range(2)]

    assert answers == [302, 409]
    assert AuditEvent.objects.filter(action=f"change_{name}").count() == 1


def test_unusual_rate_is_asked_about_once() -> None:
    _, client = keeper()

    asked = client.post(reverse("rate_new"), {**RATE, "rate": "8.6"})
    sure = client.post(reverse("rate_new"), {**RATE, "rate": "8.6", "is_sure": "on"}, follow=True)

    assert 'name="is_sure"' in asked.content.decode()
    assert "1 EUR = 8.6" in sure.content.decode()
    assert ExchangeRate.objects.count() == 2


def test_list_of_rates_tells_which_row_counts_when() -> None:
    _, client = keeper()
    for value in ("0.86", "0.87"):
        client.post(reverse("rate_new"), {**RATE, "rate": value})
    client.post(reverse("rate_new"), {**RATE, "day": "2026-04-01"})

    text = client.get(reverse("rates")).content.decode()

    states = [
        word
        for row in text.split("<tr>")[2:]
        for word in ("Set right", "From then on", "Past", "In force")
        if f">{word}<" in row
    ]
    assert states == ["From then on", "In force", "Set right", "Past"]


def test_day_off_is_added_shown_and_taken_back() -> None:
    _, client = keeper()
    days = reverse("calendar_day", args=["UK"])

    wrong = client.post(days, {"date": "2026-03-09", "name": "Too late"})
    client.post(days, {"date": "2026-03-20", "name": "Stocktaking"})
    shown = client.get(reverse("calendar", args=["UK"])).content.decode()
    client.post(reverse("calendar_day_drop", args=["UK", Holiday.objects.get().pk]))

    assert (wrong.status_code, "A day that is past" in wrong.content.decode()) == (422, True)
    assert "Stocktaking" in shown
    assert Holiday.objects.count() == 0


def test_past_day_off_is_not_taken_back_and_the_page_says_why() -> None:
    made, client = keeper()
    past = Holiday.objects.create(calendar=made.leeds.calendar, date="2026-03-01", name="Past")

    answer = client.post(reverse("calendar_day_drop", args=["UK", past.pk]))

    assert (answer.status_code, Holiday.objects.count()) == (422, 1)
    assert "A day that is past stays as it was." in answer.content.decode()


def test_owner_may_not_be_oneself_and_the_page_says_why() -> None:
    made, client = keeper()
    url = reverse("cost_centre", args=["LDS-6410"])
    seen = client.get(url).context["seen"]

    answer = client.post(url, {"name": "Packaging", "owner": made.ursula.pk, "is_active": "on", "seen": seen})

    assert (answer.status_code, "Ask another user administrator" in answer.content.decode()) == (403, True)
    assert CostCentre.objects.get(code="LDS-6410").owner is None


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("categories_csv",   "PACK,Packaging,,,yes"),
        ("cost_centres_csv", "LDS-6410,Packaging,LDS,,yes"),
        ("rates_csv",        "EUR,GBP,2026-01-01,,0.85000000,test,,"),
    ],
)  # fmt: skip
def test_lists_are_exported(name: str, line: str) -> None:
    _, client = keeper()

    table = b"".join(client.get(reverse(name)).streaming_content).decode()

    assert line in table.splitlines()


def test_long_lists_go_on_in_order_and_back() -> None:
    _, client = keeper()
    Category.objects.bulk_create(Category(code=f"C{n:03}", name=f"C{n:03}", path=f"C{n:03}/") for n in range(120))
    seen, address, back = [], reverse("categories"), []

    def codes(where: str) -> list[str]:
        page = client.get(where).context["page"]
        address_of["older"], address_of["newer"] = page.older, page.newer
        return [category.code for category in page.rows]

    address_of: dict[str, Any] = {}
    seen.append(codes(address))
    while address_of["older"]:
        seen.append(codes(f"{address}?before={address_of['older']}"))
    while address_of["newer"]:
        back.append(codes(f"{address}?after={address_of['newer']}"))

    everything = sorted([f"C{n:03}" for n in range(120)] + ["PACK", "SERV"])
    assert [len(page) for page in seen] == [50, 50, 22]
    assert [code for page in seen for code in page] == everything
    assert [code for page in reversed(back) for code in page] == everything[:100]


def test_statements_do_not_grow_with_the_rows() -> None:
    made, client = keeper()
    paths = [
        *(reverse(name) for name in ("categories", "units", "cost_centres", "rates", "calendars", "regions", "entities")),
        reverse("category", args=["PACK"]), reverse("unit", args=["EA"]), reverse("cost_centre", args=["LDS-6410"]),
        reverse("calendar", args=["UK"]), reverse("region", args=["NORTH"]), reverse("entity", args=["NG"]),
    ]  # fmt: skip

    def statements(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    few = [statements(path) for path in paths]
    root = Category.objects.get(code="PACK")
    for n in range(5):
        Category.objects.create(code=f"C{n}", name="C", path=f"PACK/C{n}/", parent=root)
        UnitOfMeasure.objects.create(code=f"U{n}", name="U", symbol="u")
        CostCentre.objects.create(code=f"CC-{n}", name="C", site=made.leeds, owner=made.mona)
        client.post(reverse("rate_new"), {**RATE, "rate": f"0.8{n}"})
        calendar = WorkCalendar.objects.create(code=f"W{n}", name="W", opens="08:00", closes="17:00")
        Holiday.objects.create(calendar=made.leeds.calendar, date=f"2026-04-0{n + 1}", name="Off")
        made.hull.calendar = calendar
        made.hull.save()

    assert [statements(path) for path in paths] == few
    assert max(few) <= 8, few


TABLE = "currency,date,rate,source\n"


def test_table_of_rates_is_judged_first_and_then_brought_in() -> None:
    _, client = keeper()
    table = (
        f"{TABLE}EUR,2026-01-01,0.85,ECB\nEUR,2026-03-02,0.86,ECB\nSEK,2026-03-02,0.07,ECB\nEUR,2026-03-03,0.861,ECB\n"
    )
    url = reverse("rates_import")

    judged = client.post(url, {"table": table, "act": "judge"})
    before = ExchangeRate.objects.count()
    brought = client.post(url, {"table": judged.context["text"], "act": "import"})

    done = judged.context["done"]
    assert (len(done.new), done.same, done.faults, before) == (3, ["EUR 2026-01-01"], [], 1)
    assert (brought.status_code, ExchangeRate.objects.count()) == (302, 4)
    assert AuditEvent.objects.filter(action="enter_rate").count() == 3


@pytest.mark.parametrize(
    ("_case", "rows", "words"),
    [
        ("a slipped point",          "EUR,2026-03-02,8.6,ECB\n",                             "is far from 0.84"),
        ("against the row before",   "SEK,2026-03-01,0.07,ECB\nSEK,2026-03-02,0.7,ECB\n",    "is far from 0.07"),
        ("no currency",              "ZZZ,2026-03-02,1,ECB\n",                               "is not a currency"),
        ("no day",                   "EUR,02/03/2026,0.86,ECB\n",                            "Write the day like"),
        ("misread",                  'EUR,2026-03-02,"0,86",ECB\n',                          "can be misread"),
        ("no source",                "EUR,2026-03-02,0.86,\n",                               "where the rate is from"),
    ],
)  # fmt: skip
def test_one_fault_and_no_rate_of_a_table_comes_in(_case: str, rows: str, words: str) -> None:
    _, client = keeper()

    answer = client.post(reverse("rates_import"), {"table": f"{TABLE}EUR,2026-02-01,0.84,ECB\n{rows}", "act": "import"})

    assert (answer.status_code, ExchangeRate.objects.count(), AuditEvent.objects.filter(action="enter_rate").count()) == (
        422, 1, 0,
    )  # fmt: skip
    assert words in answer.content.decode()


def test_unusual_rates_of_a_table_pass_when_somebody_is_sure() -> None:
    _, client = keeper()
    table = f"{TABLE}EUR,2026-03-02,8.6,ECB\n"

    judged = client.post(reverse("rates_import"), {"table": table, "act": "judge", "is_sure": "on"})
    client.post(reverse("rates_import"), {"table": table, "act": "import", "is_sure": "on"})

    assert '<input type="hidden" name="is_sure" value="on">' in judged.content.decode()
    assert ExchangeRate.objects.count() == 2
