"""AP-9: a file is judged cell by cell; every fault says where it stands, what was written and the cure."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from foundation.intake import strict_json, xlsx
from policies.decisions.exchange import MOST_ROWS, Fault, from_json, to_json
from policies.decisions.exchange_tables import from_tables, to_tables
from policies.models import PolicyKind
from policies.selectors import document_of, foresee, ground_today, judge, version_in_force
from tests.factories import NOW, Company, company
from tests.policies import exchange
from tests.policies.factories import EARLIER, draft

pytestmark = pytest.mark.django_db
HEADS = 17  # columns of the matrix


def exported(kind: str) -> dict[str, Any]:
    ground = ground_today()
    given: dict[str, Any] = to_json(document_of(version_in_force(kind, NOW)), ground.known.currency, {})
    return deepcopy(given)


def faults(kind: str, given: Any) -> list[tuple[str, ...]]:
    ground = ground_today()
    taken = from_json(strict_json.loads(json.dumps(given).encode()), kind, ground.known)
    return [(f.where, f.column, f.value, f.cure) for f in judge(taken, ground, NOW).faults]


def set_(*path: Any, to: Any) -> Callable[[Any], None]:
    def change(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        given[path[-1]] = to

    return change


def drop(*path: Any) -> Callable[[Any], None]:
    def change(given: Any) -> None:
        for step in path[:-1]:
            given = given[step]
        del given[path[-1]]

    return change


STAGE = ("rows", 1, "stages", 0)
MATRIX: list[tuple[str, Callable[[Any], None], tuple[str, ...]]] = [
    ("another schema", set_("schema", to="crossdock.policy/2"), ("File", "schema", "crossdock.policy/2", "Only crossdock.policy/1 is read here.")),
    ("another kind", set_("kind", to="duty"), ("File", "kind", "duty", "This page takes the kind approval. Open the page of the other policy.")),
    ("MQ-1 another currency", set_("currency", to="USD"), ("File", "currency", "USD", "Amounts of a policy are in the base currency, GBP. Convert them first.")),
    ("an unknown member", set_("colour", to="red"), ("File", "colour", "red", "There is no such member. Use schema, kind, currency, about, settings, rows.")),
    ("a missing member", drop("rows", 1, "sites"), ("Row 2", "sites", "", "The member is missing. Write it, even when it is empty.")),
    ("an unknown site", set_("rows", 1, "sites", to=["HULL"]), ("Row 2", "sites", "HULL", "There is no site “HULL”. Did you mean HUL?")),
    ("an unknown region", set_("rows", 1, "regions", to=["XX"]), ("Row 2", "regions", "XX", "There is no region “XX”. Use NORTH.")),
    ("an unknown flag", set_("rows", 1, "any_flags", to=["off_contrac"]), ("Row 2", "any_flags", "off_contrac", "There is no flag “off_contrac”. Did you mean off_contract?")),
    ("one code twice", set_("rows", 1, "sites", to=["HUL", "HUL"]), ("Row 2", "sites", "HUL", "“HUL” stands twice. Name it once.")),
    ("an unknown role", set_(*STAGE, "role", to="site_manger"), ("Row 2", "stages", "site_manger", "Stage 1, role: There is no role “site_manger”. Did you mean site_manager?")),
    ("nobody of ours", set_(*STAGE, to={"who": "person", "role": "", "person": "ghost", "completion": "one", "percent": None, "due_hours": 8, "with_previous": False, "may_repeat": False}), ("Row 2", "stages", "ghost", "Stage 1, person: There is no active person of ours with the user name “ghost”.")),
    ("a stage by role without one", set_(*STAGE, "role", to=""), ("Row 2", "stages", "", "Stage 1: name a role for a stage by role, and none for another.")),
    ("a percentage of nothing", set_(*STAGE, "completion", to="percent"), ("Row 2", "stages", "percent", "Stage 1: write 1 to 100 % for a percentage of them, and nothing for another.")),
    ("no hours", set_(*STAGE, "due_hours", to=0), ("Row 2", "stages", "0", "Stage 1, hours: Write a whole number from 1 to 999 h.")),
    ("below zero", set_("rows", 1, "amount_to", to="-1"), ("Row 2", "amount_to", "-1", "It is below zero. Write zero or more.")),
    ("with a currency", set_("rows", 1, "amount_to", to="5000 USD"), ("Row 2", "amount_to", "5000 USD", "Write the number alone, such as 5000 or 12.5, in base currency, GBP.")),
    ("beyond every amount", set_("rows", 1, "amount_to", to="1" + "0" * 14), ("Row 2", "amount_to", "1" + "0" * 14, "Use at most 14 digits before the point and 4 after it.")),
    ("upside down", set_("rows", 2, "amount_to", to="4000"), ("Row 3", "Up to and including", "4000", "The band above 5,000 up to 4,000 is empty: the end must be above the start.")),
    ("a number twice", set_("rows", 2, "position", to=2), ("Row 3", "Row", "2", "Row 2 has this number already. Give each row its own.")),
    ("touchless, yet it asks", set_("rows", 1, "is_touchless", to=True), ("Row 2", "Touchless", "yes", "A touchless row asks nobody. Take its stages away.")),
    ("asks nobody", set_("rows", 1, "stages", to=[]), ("Row 2", "Who approves, one stage a line", "", "The row asks nobody. Add a stage or make it touchless.")),
    ("no name", set_("rows", 1, "name", to=" "), ("Row 2", "name", " ", "It is empty. Write it.")),
    ("an invisible character", set_("rows", 1, "name", to="Up\u202eto"), ("Row 2", "name", "Up\u202eto", "It holds characters that cannot be seen. Type it again.")),
    ("no object", set_("rows", 1, to=5), ("Row 2", "", "5", "Write a row as an object.")),
    ("a switch it does not have", set_("settings", "colour", to="red"), ("Switches", "colour", "red", "This policy has no such switch. Take it away.")),
    ("a switch that is missing", drop("settings", "fallback_role"), ("Switches", "fallback_role", "", "“Fallback owner” is missing. Write its value.")),
    ("a switch of another kind", set_("settings", "fallback_role", to="queen"), ("Switches", "fallback_role", "queen", "Fallback owner: “queen” cannot be used. Choose a role.")),
]  # fmt: skip


@pytest.mark.parametrize(("_case", "change", "expected"), MATRIX)
def test_matrix_with_a_fault_says_where_and_what_to_do(
    _case: str, change: Callable[[Any], None], expected: tuple[str, ...]
) -> None:
    company()
    given = exported(PolicyKind.APPROVAL)
    change(given)

    assert expected in faults(PolicyKind.APPROVAL, given)


@pytest.mark.parametrize(
    ("_case", "kind", "row", "expected"),
    [
        ("GR-3 a limit below zero", "tolerance", {"scope": "site", "scope_code": "HUL", "price_up_percent": "-2"}, ("Row last", "price_up_percent", "-2", "It is below zero. Write zero or more.")),
        ("GR-3 unlimited in another word", "tolerance", {"scope": "site", "scope_code": "HUL", "quantity_value": "none"}, ("Row last", "quantity_value", "none", "Write the number alone, such as 5000 or 12.5, in order currency, or unlimited.")),
        ("a level that nothing has", "tolerance", {"scope": "item", "scope_code": "NOPE"}, ("Row last", "Code", "NOPE", "There is no item “NOPE”.")),
        ("a level twice", "tolerance", {}, ("Row last", "Code", "", "Row 1 has this level already. Keep one.")),
        ("the enterprise with a code", "tolerance", {"scope_code": "HUL"}, ("Row last", "Code", "HUL", "The enterprise level has no code; every other level needs one.")),
        ("SD-1 a pair again, turned round", "duty", {"first": "receive", "second": "approve_order"}, ("Row last", "Other", "approve_order", "Row 1 has this pair already, in whatever order. Keep one.")),
        ("SD-1 one duty twice", "duty", {"first": "receive", "second": "receive"}, ("Row last", "Other", "receive", "Name two different duties.")),
        ("SD-1 a role in a pair of duties", "duty", {"first": "buyer", "second": "receive"}, ("Row last", "One", "buyer", "Pairs of this strength name duties; “buyer” is none.")),
        ("SD-1 days without a second signature", "duty", {"countersign_days": 5}, ("Row last", "Days to countersign", "5", "Only a compensated pair has days to countersign, and it needs them.")),
        ("EX-1 a kind twice", "routing", {}, ("Row last", "Code", "ack_overdue", "Row 1 has this code already. Keep one.")),
        ("EX-1 an owner that is no role", "routing", {"category": "new", "owner_role": "king"}, ("Row last", "owner_role", "king", "There is no role “king”.")),
    ],
)  # fmt: skip
def test_row_of_another_policy_with_a_fault_says_where_and_what_to_do(
    _case: str, kind: str, row: dict[str, Any], expected: tuple[str, ...]
) -> None:
    company()
    given = exported(kind)
    given["rows"].append({**given["rows"][0], **row})

    assert (f"Row {len(given['rows'])}", *expected[1:]) in faults(kind, given)


def test_every_fault_of_a_file_is_told_at_once() -> None:
    company()
    given = exported(PolicyKind.APPROVAL)
    for row in given["rows"]:
        row["amount_from"] = "much"

    assert [fault[:3] for fault in faults(PolicyKind.APPROVAL, given)] == [
        (f"Row {number}", "amount_from", "much") for number in (1, 2, 3, 4)
    ]  # fmt: skip


@pytest.mark.parametrize("given", [[], "x", 5, None, {}, {"rows": {}}, {"rows": [], "settings": []}])
def test_what_is_no_document_is_refused_whole(given: Any) -> None:
    company()

    assert faults(PolicyKind.APPROVAL, given)


def workbook(made: Company) -> list[tuple[str, Any, list[list[Any]]]]:
    version = draft(made)
    tables = to_tables(document_of(version), ground_today().known, {})
    return [(title, widths, [list(row) for row in rows]) for title, widths, rows in tables]


def judged(tables: Any) -> list[tuple[str, str]]:
    ground = ground_today()
    taken = from_tables(exchange.sheets(xlsx.write(tables)), "approval", ground.known)
    return [(fault.where, fault.column) for fault in judge(taken, ground, NOW).faults]


@pytest.mark.parametrize(
    ("_case", "change", "expected"),
    [
        ("more than 30 columns", lambda t: t[0][2][0].extend(f"Extra {n}" for n in range(20)), ("Rules, first row", "")),
        ("an unknown column", lambda t: t[0][2][0].append("Colour"), ("Rules, first row", "Colour")),
        ("a column twice", lambda t: t[0][2][0].append("Name"), ("Rules, first row", "Name")),
        ("a missing column", lambda t: t[0][2][0].pop(), ("Rules, first row", "Changed since it was approved")),
        ("a stage in other words", lambda t: t[0][2][2].__setitem__(6, "the boss"), ("Row 3", "Who approves, one stage a line")),
        ("an amount with a unit", lambda t: t[0][2][2].__setitem__(4, "5000 EUR"), ("Row 3", "Up to and including")),
        ("yes in other words", lambda t: t[0][2][2].__setitem__(5, "perhaps"), ("Row 3", "Touchless")),
        ("no word of the schema", lambda t: t[2][2].pop(1), ("About", "schema")),
        ("another schema", lambda t: t[2][2][1].__setitem__(1, "crossdock.policy/9"), ("File", "schema")),
        ("another currency", lambda t: t[2][2][3].__setitem__(1, "EUR"), ("File", "currency")),
        ("a sheet of their own", lambda t: t.append(("Notes", [9], [["Mine"]])), ("Notes", "")),
        ("no rules", lambda t: t.pop(0), ("Rules", "")),
        ("a switch twice", lambda t: t[1][2].append(t[1][2][1]), ("Switches, row 4", "Code")),
    ],
)  # fmt: skip
def test_workbook_with_a_fault_says_where(_case: str, change: Callable[[Any], None], expected: tuple[str, str]) -> None:
    made = company()
    tables = workbook(made)
    change(tables)

    assert expected in judged(tables)


def test_formula_is_refused_in_the_cell_where_it_stands() -> None:
    made = company()
    sheets = exchange.sheets(xlsx.write(workbook(made)))
    number, cells = sheets["Rules"][2]
    sheets["Rules"][2] = (number, (*cells[:4], xlsx.Cell("=5000*2", is_formula=True), *cells[5:]))
    ground = ground_today()

    taken = from_tables(sheets, "approval", ground.known)

    assert taken.faults == (
        Fault("Row 3", "Up to and including", "=5000*2", "A formula is not read. Paste its value instead."),
    )


def test_more_rows_than_anybody_reads_are_refused() -> None:
    company()
    given = exported(PolicyKind.APPROVAL)
    given["rows"] = [given["rows"][1]] * (MOST_ROWS + 1)
    ground = ground_today()

    taken = from_json(given, "approval", ground.known)

    assert [fault.cure for fault in taken.faults] == ["Bring in at most 5,000 rows. Nobody reads more."]


def test_words_and_codes_mean_the_same_in_a_cell() -> None:
    made = company()
    tables = workbook(made)
    tables[0][2][2][6] = (
        "site_role: site_manager; one; 8\nRole at its region : regional operations lead; All of them; 4 h"
    )
    ground = ground_today()

    taken = from_tables(exchange.sheets(xlsx.write(tables)), "approval", ground.known)

    assert (taken.faults, [(s["who"], s["role"], s["completion"], s["due_hours"]) for s in taken.rows[1].values["stages"]]) == (
        (), [("site_role", "site_manager", "one", 8), ("region_role", "region_manager", "all", 4)],
    )  # fmt: skip


def test_dry_run_says_what_would_change_and_what_is_worth_a_look() -> None:
    company()
    given = exported(PolicyKind.APPROVAL)
    given["rows"][1]["amount_to"] = "6000"
    given["rows"].pop(3)
    ground = ground_today()

    prospect = foresee(judge(from_json(given, "approval", ground.known), ground, NOW), NOW)

    assert prospect.lines == ("Row 2: up to 5,000.00 becomes up to 6,000.00.", "Row 4 is gone: Above 25,000.")
    assert prospect.notes == (
        "Row 3 overlaps row 2, which has the same conditions and decides first. Start row 3 where the other ends, if it should decide there.",
    )
    assert prospect.analysis is not None
    assert [finding.code for finding in prospect.analysis.findings if finding.blocks] == ["gap"]


def test_long_matrix_is_shown_in_a_moment_and_analysed_as_a_draft() -> None:
    company()
    given = exported(PolicyKind.APPROVAL)
    row = given["rows"][1]
    given["rows"] = [
        {**row, "position": n, "name": f"Row {n}", "amount_from": str(10 * n), "amount_to": str(10 * n + 10)}
        for n in range(1, 302)
    ]
    ground = ground_today()

    prospect = foresee(judge(from_json(given, "approval", ground.known), ground, NOW), NOW)

    assert (len(prospect.lines) > 300, prospect.analysis) == (True, None)
    assert prospect.notes == ("With more than 300 rows the matrix is analysed when it is a draft, not here.",)


def test_file_of_before_a_switch_came_is_read_with_the_value_that_changes_nothing() -> None:
    made = company()
    given = exported(PolicyKind.SOURCING)
    del given["settings"]["combine_until"]
    ground = ground_today()

    result = judge(from_json(given, "sourcing", ground.known), ground, EARLIER)

    assert (result.faults, result.document.settings["combine_until"], made.polly.is_active) == ((), "", True)
