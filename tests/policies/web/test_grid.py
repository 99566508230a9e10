"""The matrix grid without script: every row in one form, checked, tried and stored by plain buttons (UX 6.6)."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.models import User
from policies.decisions.exchange_tables import to_tables
from policies.decisions.grid_columns import COLUMNS
from policies.decisions.grid_paste import split_table
from policies.models import ApprovalRule, PolicyVersion
from policies.selectors import build_matrix
from policies.services import delete_rule
from tests.factories import NOW, company
from tests.policies.exchange import rich, said
from tests.policies.factories import MANAGER, add_rule, draft

pytestmark = pytest.mark.django_db
GRID, CHECK = "policy_grid", "policy_grid_check"
Cells = dict[str, str]


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def form_of(answer: Any) -> dict[str, Any]:
    """Return what a browser would send of the grid's form, buttons aside."""
    sent: dict[str, Any] = {}
    html = re.sub(r"<template.*?</template>", "", answer.content.decode(), flags=re.DOTALL)
    for name, value in re.findall(r'<input [^>]*?name="(row|had|version|g-\w+)"[^>]*? value="([^"]*)"', html):
        sent.setdefault(name, []).append(value)
    return {**sent, "version": sent["version"][0], "had": sent["had"][0]}


def send(client: Client, form: dict[str, Any], act: str, route: str = GRID, **more: Any) -> Any:
    return client.post(reverse(route, args=[2]), {**form, "act": act, **more})


def names(version: PolicyVersion) -> list[str]:
    return [rule.name for rule in build_matrix(version.pk).rules]


def opened(made: Any) -> tuple[PolicyVersion, Client, dict[str, Any]]:
    version = draft(made)
    client = as_(made.polly)
    return version, client, form_of(client.get(reverse(GRID, args=[2])))


def test_grid_comes_back_as_it_was_sent_and_saving_it_changes_nothing() -> None:
    made = company()
    version, client, form = opened(made)
    before = build_matrix(version.pk)

    answer = send(client, form, "save")

    assert (answer.status_code, answer.url) == (302, reverse(GRID, args=[2]))
    assert build_matrix(version.pk) == before
    assert form["g-name"] == [
        "Catalogue items up to 1,000, nothing unusual",
        "Up to 5,000",
        "5,000 to 25,000",
        "Above 25,000",
    ]
    assert (
        form["g-stages"][3]
        == "site manager; regional operations lead of the region, 12 h; finance director of the enterprise, 16 h"
    )


@pytest.mark.parametrize(
    ("_case", "column", "typed", "shown"),
    [
        ("a band that ends too early", "amount_to", "70", "The band above 5,000 up to 70 is empty: the end must be above the start."),
        ("an amount with a currency",  "amount_to", "GBP 70", "Convert it and write the number alone, such as 5,000.50."),
        ("a formula",                  "sites",     "=B7",    "A formula is not taken. Paste its value instead."),
        ("a category that is none",    "categories", "Colours", "There is no category"),
        ("a role that is none",        "stages",    "site manger", "Did you mean Site manager?"),
        ("nobody",                     "stages",    "",       "The row asks nobody. Add a stage or mark it touchless."),
        ("no name",                    "name",      " ",      "Give the row a name: people read it as the reason."),
    ],
)  # fmt: skip
def test_cell_that_cannot_be_taken_is_named_with_its_cure_and_nothing_is_stored(
    _case: str, column: str, typed: str, shown: str
) -> None:
    made = company()
    version, client, form = opened(made)
    before = build_matrix(version.pk)
    form["g-name"][0] = "Renamed"
    form[f"g-{column}"][2] = typed

    answers = [send(client, form, "save"), send(client, form, "check", CHECK)]

    head = next(c.head for c in COLUMNS if c.name == column)
    assert [answer.status_code for answer in answers] == [422, 200]
    assert all(f"Row 3, {head}" in text(answer) and shown in text(answer) for answer in answers)
    assert f'id="c-2-{column}"' in answers[0].content.decode()
    assert build_matrix(version.pk) == before


def test_check_judges_what_is_typed_and_stores_nothing() -> None:
    """AP-9: a gap appears with its example while it is typed, and goes when it is mended."""
    made = company()
    version, client, form = opened(made)
    form["g-amount_from"][2] = "6,000"

    gap = text(send(client, form, "check", CHECK))
    form["g-amount_to"][1] = "6000"
    mended = text(send(client, form, "check", CHECK))

    sentence = "Any site, above 5,000.00 up to 6,000.00: nobody decides."
    assert (sentence in gap, sentence in mended) == (True, False)
    assert names(version)[2] == "5,000 to 25,000"
    assert build_matrix(version.pk).rules[2].amount_from == 5000


def test_half_typed_cell_is_at_fault_without_a_gap_that_comes_and_goes() -> None:
    made = company()
    _, client, form = opened(made)
    form["g-amount_from"][2] = "6,0"
    form["row"][3] = "new"
    form["g-name"][3] = ""

    answer = text(send(client, form, "check", CHECK))

    assert "Row 3 is checked with what is stored in its cells at fault, until they can be read." in answer
    assert "The checks leave out row 4 until every cell of it can be read." in answer
    assert "Any site, above 25,000.00: nobody decides." in answer
    assert "5,000.00 up to" not in answer


def test_case_is_tried_on_the_rows_as_typed() -> None:
    made = company()
    _, client, form = opened(made)
    form["g-amount_to"][1], form["g-amount_from"][2] = "8000", "8000"

    answer = send(client, form, "test", CHECK, amount="7200", site="LDS")
    page = send(client, form, "test", amount="7200", site="LDS")

    assert 'data-hits="2"' in answer.content.decode()
    assert "Row 2 decides: Up to 5,000" in text(answer)
    assert "Mona" in text(answer)
    assert re.findall(r'data-key="(\S+)"[^>]* class="hit"', page.content.decode()) == ["2"]


@pytest.mark.parametrize(
    ("act", "pick", "expected"),
    [
        ("up",     2, ["Catalogue", "5,000 to", "Up to 5,0", "Above 25,"]),
        ("down",   3, ["Catalogue", "Up to 5,0", "5,000 to", "Above 25,"]),
        ("copy",   1, ["Catalogue", "Up to 5,0", "Up to 5,0", "5,000 to", "Above 25,"]),
        ("add",    0, ["Catalogue", "", "Up to 5,0", "5,000 to", "Above 25,"]),
        ("remove", 0, ["Up to 5,0", "5,000 to", "Above 25,"]),
        ("remove", 999, ["Catalogue", "Up to 5,0", "5,000 to"]),
    ],
)  # fmt: skip
def test_buttons_change_the_rows_on_screen_and_store_nothing(act: str, pick: int, expected: list[str]) -> None:
    made = company()
    version, client, form = opened(made)

    answer = send(client, form, act, pick=str(pick))

    assert answer.status_code == 200
    assert [name[:9].strip() for name in form_of(answer)["g-name"]] == expected
    assert len(names(version)) == 4


def test_rows_from_a_spreadsheet_are_added_and_stored_with_the_rest() -> None:
    made = company()
    version, client, form = opened(made)
    table = 'Services at Hull\t\t"2,500"\t\tsite manager\t\tHull\nTravel\t\t100\tyes\r\n'

    added = send(client, form, "paste", paste=table)
    saved = send(client, form_of(added), "save")

    assert (added.status_code, saved.status_code) == (200, 302)
    assert names(version)[4:] == ["Services at Hull", "Travel"]
    assert build_matrix(version.pk).rules[4].sites == frozenset({"HUL"})


@pytest.mark.parametrize("skipped", [0, 1])
def test_rows_of_an_exported_workbook_come_back_unchanged(skipped: int) -> None:
    """With the heads above them and without; every column of the sheet, also those that were not on screen."""
    made = company()
    version = rich(made, "approval")
    add_rule(made, version, "Plain", MANAGER)
    client = as_(made.polly)
    ApprovalRule.objects.filter(policy=version, name__startswith="=").update(name="Everything")
    document, ground = said(version)
    lines = next(rows for title, _, rows in to_tables(document, ground.known, {}) if title == "Rules")
    table = "\n".join("\t".join(f'"{cell}"' for cell in row) for row in lines[skipped:])
    form = form_of(client.get(reverse(GRID, args=[2])))

    added = form_of(send(client, form, "paste", paste=table))
    fresh = [at for at, token in enumerate(added["row"]) if token.endswith("new")]
    kept = {name: [values[at] for at in fresh] for name, values in added.items() if isinstance(values, list)}
    saved = send(client, {**added, **kept}, "save")

    assert saved.status_code == 302
    assert said(version)[0].rows == document.rows


def test_thirty_columns_are_refused_by_row_and_column_and_nothing_is_lost() -> None:
    made = company()
    _, client, form = opened(made)
    wide = "\t".join(f"c{number}" for number in range(1, 31))

    answer = send(client, form, "paste", paste=f"Fits\n{wide}")

    assert answer.status_code == 422
    assert "Pasted row 2, column 30: “c30” stands beyond the last column of the grid, Urgency." in text(answer)
    assert "c30" in answer.content.decode().split("<textarea")[1]
    assert len(form_of(answer)["g-name"]) == 4


@pytest.mark.parametrize(
    ("_case", "pasted", "rows"),
    [
        ("cells and lines", "a\tb\nc\td", [["a", "b"], ["c", "d"]]),
        ("the line end of another system", "a\r\nb\r\n", [["a"], ["b"]]),
        ("a line within a cell", '"a\nb"\tc', [["a\nb", "c"]]),
        ("quotes within a cell", '"say ""yes"""\tc', [['say "yes"', "c"]]),
        ("empty lines", "\n\na\n\n", [["a"]]),
        ("nothing", "", []),
    ],
)  # fmt: skip
def test_copied_table_is_split(_case: str, pasted: str, rows: list[list[str]]) -> None:
    assert split_table(pasted) == rows


@pytest.mark.parametrize(("take", "third"), [([], "Mine"), (["3"], "Theirs")])
def test_rows_not_touched_take_what_others_wrote_and_a_row_both_changed_is_chosen(take: list[str], third: str) -> None:
    made = company()
    version = draft(made)
    keys = [str(rule.pk) for rule in version.approval_rules.order_by("position")]
    client, other = as_(made.polly), as_(made.petra)
    answer = client.get(reverse(GRID, args=[2]))
    form = {**form_of(answer), "was": re.findall(r'name="was" value="(\w+)"', answer.content.decode())}
    theirs = form_of(other.get(reverse(GRID, args=[2])))
    theirs["g-name"][1], theirs["g-name"][2] = "Second by them", "Theirs"
    send(other, theirs, "save")
    form["g-name"][2], form["g-name"][3] = "Mine", "Fourth by me"

    refused = send(client, form, "save")
    again = form_of(refused)
    saved = send(client, again, "save", take=[keys[int(place) - 1] for place in take])

    assert (refused.status_code, saved.status_code) == (409, 302)
    assert again["g-name"][1:] == ["Second by them", "Mine", "Fourth by me"]
    assert refused.content.decode().count('name="take"') == 1
    assert names(version)[1:] == ["Second by them", third, "Fourth by me"]


def test_conflict_shows_both_loses_nothing_and_saving_again_keeps_mine() -> None:
    """Thread 25: who changed it, when, and what stands there now, beside what was typed."""
    made = company()
    version, client, form = opened(made)
    form["g-amount_to"][1], form["g-amount_from"][2] = "6000", "6000"
    gone = version.approval_rules.get(position=4)
    delete_rule(version_id=version.pk, expected_version=1, rule_id=gone.pk, actor=made.petra, at=NOW)
    add_rule(made, version, "By Polly elsewhere", MANAGER)

    refused = send(client, form, "save")
    page = text(refused)
    kept = send(client, form_of(refused), "save")

    assert (refused.status_code, kept.status_code) == (409, 302)
    assert "changed this draft" in page
    assert "Stored now: 5,000" in page
    assert [("taken out" in page), ("added" in page)] == [True, True]
    assert names(version) == [
        "Catalogue items up to 1,000, nothing unusual", "Up to 5,000", "5,000 to 25,000", "Above 25,000", "By Polly elsewhere",
    ]  # fmt: skip
    assert build_matrix(version.pk).rules[1].amount_to == 6000


def test_press_before_the_save_does_not_forget_what_was_seen() -> None:
    """Without script every button sends the form: what others saved meanwhile must still be a conflict."""
    made = company()
    version, client, form = opened(made)
    add_rule(made, version, "By Polly elsewhere", MANAGER)

    moved = send(client, form, "up", pick="1")
    refused = send(client, form_of(moved), "save")

    assert (moved.status_code, refused.status_code) == (200, 409)
    assert "By Polly elsewhere" in names(version)


@pytest.mark.parametrize(
    ("_case", "changes", "status"),
    [
        ("columns of unequal length", {"g-name": ["One"]}, 422),
        ("a row without a key", {"row": ["1", "x", "+", "-4"]}, 422),
        ("the row of another version", {"row": ["new", "new", "new", "999999"]}, 302),
        ("no row", {"row": [], "g-name": []}, 422),
        ("no version", {"version": ""}, 409),
    ],
)
def test_form_that_is_not_the_pages_own_is_never_an_error_of_ours(
    _case: str, changes: dict[str, Any], status: int
) -> None:
    made = company()
    _, client, form = opened(made)
    if _case == "no row":
        form = {name: value for name, value in form.items() if not name.startswith("g-")}

    assert send(client, {**form, **changes}, "save").status_code == status


def test_every_column_can_be_asked_for_and_what_is_not_shown_stays() -> None:
    made = company()
    version = draft(made)
    version = add_rule(made, version, "Risky", MANAGER, supplier_risks=["high"])
    client = as_(made.polly)
    form = form_of(client.get(reverse(GRID, args=[2])))

    every = form_of(send(client, form, "columns"))
    del form["g-supplier_risks"]
    form["g-name"][4] = "Very risky"
    send(client, form, "save")

    assert [f"g-{c.name}" in every for c in COLUMNS] == [True] * len(COLUMNS)
    rule = build_matrix(version.pk).rules[4]
    assert (rule.name, rule.supplier_risks) == ("Very risky", frozenset({"high"}))


def test_grid_says_when_a_draft_has_more_rows_than_a_form_can_carry(settings: Any) -> None:
    made = company()
    draft(made)
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 190  # 40 for cells, and the usual columns are 13 with the row's own

    answer = as_(made.polly).get(reverse(GRID, args=[2]))

    assert "The grid takes at most 2 rows with these columns; this draft has 4." in text(answer)
    assert 'id="grid-form"' not in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("audrey", 403), ("rita", 403), ("acme_person", 404)])
def test_strangers_neither_open_nor_check_nor_save(who: str, status: int) -> None:
    made = company()
    version, _, form = opened(made)
    client = as_(getattr(made, who))

    answers = [client.get(reverse(GRID, args=[2])), send(client, form, "save"), send(client, form, "check", CHECK)]

    assert [answer.status_code for answer in answers] == [status] * 3
    assert len(names(version)) == 4


def test_check_of_many_rows_asks_the_database_no_more_than_of_few() -> None:
    made = company()
    _, client, form = opened(made)
    counts = []
    for copies in (1, 20):
        many = {name: value * copies if isinstance(value, list) else value for name, value in form.items()}
        many["row"] = ["new"] * len(many["g-name"])
        with CaptureQueriesContext(connection) as seen:
            answer = send(client, many, "check", CHECK)
        assert answer.status_code == 200
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 10
