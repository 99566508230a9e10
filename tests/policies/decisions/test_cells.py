"""Cells of the matrix grid as people write them, and as the grid writes them back."""

from decimal import Decimal
from typing import Any

import pytest

from policies.decisions.cells import read_text
from policies.decisions.grid_columns import BY_NAME, COLUMNS, ground_of
from policies.decisions.matrix import StageAsk
from policies.decisions.staffing import Person, Roster
from policies.decisions.unfit import Unfit
from policies.decisions.world import Place, World
from policies.models import ApprovalRule

WORLD = World(
    places=(Place("LDS", "Leeds", "NTH", "North"), Place("HUL", "Hull", "NTH", "North"), Place("BTH", "Bath, Old Town", "STH", "South")),
    categories=(("SERV",), ("SERV", "CLN"), ("GOODS", "OTH"), ("SERV", "OTH2")),
    category_names={"SERV": "Services", "CLN": "Cleaning", "OTH": "Other", "OTH2": "Other"},
)  # fmt: skip
PEOPLE = {
    1: Person(1, "Mona Khan"),
    2: Person(2, "Sam Lee"),
    3: Person(3, "Sam Lee"),
    4: Person(4, "Gone Girl", is_active=False),
}
ROLES = {
    "site_manager": "Site manager",
    "region_manager": "Regional operations lead",
    "finance_director": "Finance director",
    "buyer": "Buyer",
}
GROUND = ground_of(WORLD, Roster(PEOPLE, (), frozenset(), role_names=ROLES))
EITHER = "Write urgent, not urgent, or nothing for either."


@pytest.mark.parametrize(
    ("column", "typed", "value", "written"),
    [
        ("name",           "  Small needs ",              "Small needs",                    "Small needs"),
        ("amount_to",      "",                            None,                             ""),
        ("amount_to",      "5000",                        Decimal(5000),                    "5,000"),
        ("amount_to",      "1,234,567.50",                Decimal("1234567.5"),             "1,234,567.5"),
        ("amount_to",      "100",                         Decimal(100),                     "100"),
        ("sites",          "LDS",                         frozenset({"LDS"}),               "Leeds"),
        ("sites",          "hull; leeds",                 frozenset({"LDS", "HUL"}),        "Hull; Leeds"),
        ("sites",          "Leeds, hul",                  frozenset({"LDS", "HUL"}),        "Hull; Leeds"),
        ("sites",          "Bath, Old Town; Leeds",       frozenset({"BTH", "LDS"}),        "Bath, Old Town; Leeds"),
        ("regions",        "north",                       frozenset({"NTH"}),               "North"),
        ("categories",     "Cleaning",                    frozenset({"CLN"}),               "Cleaning"),
        ("categories",     "OTH",                         frozenset({"OTH"}),               "OTH"),
        ("spend_kinds",    "service;",                    frozenset({"service"}),           "Service"),
        ("any_flags",      "Off contract; possible_split", frozenset({"off_contract", "possible_split"}), "Off contract; Possible split"),
        ("urgent",         "Urgent",                      True,                             "urgent"),
        ("urgent",         "no",                          False,                            "not urgent"),
        ("urgent",         "",                            None,                             ""),
        ("is_touchless",   "x",                           True,                             "yes"),
        ("is_touchless",   "",                            False,                            ""),
    ],
)  # fmt: skip
def test_cell_is_understood_and_written_back(column: str, typed: str, value: Any, written: str) -> None:
    cell = BY_NAME[column].cell

    assert read_text(cell, typed, GROUND) == value
    assert cell.write(value, GROUND) == written
    assert read_text(cell, written, GROUND) == value


@pytest.mark.parametrize(
    ("column", "typed", "cure"),
    [
        ("name",         "",            "Give the row a name: people read it as the reason."),
        ("name",         "n" * 121,     "Use at most 120 characters; it has 121."),
        ("name",         "a\x07b",      "It holds characters that cannot be seen. Type it again."),
        ("name",         "=A1&B1",      "A formula is not taken. Paste its value instead."),
        ("amount_to",    "+5000",       "A formula is not taken. Paste its value instead."),
        ("sites",        "@LDS",        "A formula is not taken. Paste its value instead."),
        ("amount_to",    "-5",          "An amount cannot be negative. Write zero or more."),
        ("amount_to",    "5.000,00",    "Write the number alone, such as 5000 or 5,000.50."),
        ("amount_to",    "50,00",       "Write the number alone, such as 5000 or 5,000.50."),
        ("amount_to",    "GBP 5000",    "Limits are in the base currency. Convert it and write the number alone, such as 5,000.50."),
        ("amount_from",  "€5,000",      "Limits are in the base currency. Convert it and write the number alone, such as 5,000.50."),
        ("amount_to",    "lots",        "Write the number alone, such as 5000 or 5,000.50."),
        ("amount_to",    "0.00001",     "Use at most 14 digits before the point and 4 after it."),
        ("amount_to",    "100000000000000", "Use at most 14 digits before the point and 4 after it."),
        ("sites",        "Ledes",       "There is no site that orders “Ledes”. Did you mean Leeds?"),
        ("sites",        "Leeds, Paris", "There is no site that orders “Paris”. Use Leeds, Hull, Bath, Old Town."),
        ("categories",   "other",       "2 are called “other”. Write one of OTH, OTH2."),
        ("spend_kinds",  "cash",        "There is no spend kind “cash”. Use Catalogue, Non-stock goods, Service."),
        ("urgent",       "maybe",       EITHER),
        ("is_touchless", "sometimes",   "Write yes, or nothing."),
    ],
)  # fmt: skip
def test_cell_that_cannot_be_read_says_the_cure(column: str, typed: str, cure: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read_text(BY_NAME[column].cell, typed, GROUND)

    assert str(unfit.value) == cure


MANAGER = StageAsk("site_role", "site_manager")
DIRECTOR = StageAsk("enterprise_role", "finance_director", completion="all", due_hours=4)


@pytest.mark.parametrize(
    ("typed", "stages", "written"),
    [
        ("",                                   (),                                          ""),
        ("site manager",                       (MANAGER,),                                  "site manager"),
        ("Site manager of the site, 8 h",      (MANAGER,),                                  "site manager"),
        ("site_manager at site",               (MANAGER,),                                  "site manager"),
        ("regional operations lead of region", (StageAsk("region_role", "region_manager"),), "regional operations lead of the region"),
        ("site manager; all of finance director of the enterprise, 4 h",
                                               (MANAGER, DIRECTOR),  "site manager; all of finance director of the enterprise, 4 h"),
        ("all finance director of enterprise,4h", (DIRECTOR,),       "all of finance director of the enterprise, 4 h"),
        ("climb; cost-centre owner",           (StageAsk("climb"), StageAsk("cost_centre_owner")), "climb; cost-centre owner"),
        ("person mona khan, 24 h",             (StageAsk("person", person_id=1, due_hours=24),), "person Mona Khan, 24 h"),
        ("person 2",                           (StageAsk("person", person_id=2),),          "person 2"),
        ("site manager; with 60% of buyer, 2 h, may repeat",
            (MANAGER, StageAsk("site_role", "buyer", completion="percent", percent=60, due_hours=2, with_previous=True, may_repeat=True)),
            "site manager; with 60% of buyer, 2 h, may repeat"),
        ("majority of buyer",                  (StageAsk("site_role", "buyer", completion="majority"),), "majority of buyer"),
        ("climb one; manager of the category", (StageAsk("climb_one"), StageAsk("category_manager")), "climb one; manager of the category"),
        ("site manager\nclimb",                (MANAGER, StageAsk("climb")),                "site manager; climb"),
    ],
)  # fmt: skip
def test_stages_are_one_line(typed: str, stages: tuple[StageAsk, ...], written: str) -> None:
    """AP-2: who is asked, how many of them, in how many business hours."""
    cell = BY_NAME["stages"].cell

    assert read_text(cell, typed, GROUND) == stages
    assert cell.write(stages, GROUND) == written
    assert read_text(cell, written, GROUND) == stages


@pytest.mark.parametrize(
    ("typed", "cure"),
    [
        ("site manger",         "Stage 1: There is no role “site manger”. Did you mean Site manager?"),
        ("climb; all of",       "Stage 2: it names nobody. Write a role, such as site manager."),
        ("climb; , 4 h",        "Stage 2: it names nobody. Write a role, such as site manager."),
        ("climb, 0 h",          "Stage 1: give 1 to 999 business hours."),
        ("0% of site manager",  "Stage 1: give 1 to 100 percent."),
        ("101% of site manager", "Stage 1: give 1 to 100 percent."),
        ("climb, 1000 h",       "Stage 1: give 1 to 999 business hours."),
        ("person Nobody",       "Stage 1: There is no person of ours “Nobody”."),
        ("person Gone Girl",    "Stage 1: There is no person of ours “Gone Girl”."),
        ("person Sam Lee",      "Stage 1: 2 are called “Sam Lee”. Write one of 2, 3."),
        (";".join(["climb"] * 21), "Use at most 20 stages; there are 21."),
    ],
)  # fmt: skip
def test_stage_that_cannot_be_read_says_which_and_the_cure(typed: str, cure: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read_text(BY_NAME["stages"].cell, typed, GROUND)

    assert str(unfit.value).startswith(cure)


def test_every_column_of_the_table_stands_in_the_grid() -> None:
    stored = {field.name for field in ApprovalRule._meta.concrete_fields}

    assert {column.name for column in COLUMNS} == stored - {"id", "policy", "position", "is_additional"} | {"stages"}
