"""AP-2, AP-3, AP-5, AP-9: stages with nobody there, today and while people are away; climbs that end too low."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from foundation.decisions.absence import Away
from policies.decisions.approval import Matrix, Rule, StageAsk, matches
from policies.decisions.staff_checks import unstaffed
from policies.decisions.staffing import Held, Person, Roster
from policies.decisions.world import Finding, Place, World

LEEDS, HULL = Place("LDS", "Leeds", "NORTH", "North"), Place("HUL", "Hull", "NORTH", "North")
WORLD = World(
    (HULL, LEEDS), (("PACK",), ("PACK", "WRAP"), ("IT",)), {"PACK": "Packaging", "WRAP": "Wrap", "IT": "IT"},
    requesting=frozenset({"requester", "site_manager"}),
)  # fmt: skip
PEOPLE = {
    1: Person(1, "Rita", manager=2),
    2: Person(2, "Mona", manager=3, limit=Decimal(1000)),
    3: Person(3, "Regina", manager=4, limit=Decimal(20000)),
    4: Person(4, "Frank", limit=Decimal(500000)),
    5: Person(5, "Hugo", manager=6),
    6: Person(6, "Hana", limit=Decimal(300)),
    7: Person(7, "Dave"),
}
HELD = (
    Held("requester", 1, site="LDS"), Held("requester", 5, site="HUL"), Held("site_manager", 2, site="LDS"),
    Held("site_manager", 6, site="HUL"), Held("region_manager", 3, region="NORTH"), Held("finance_director", 4),
)  # fmt: skip
TODAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MANAGER, REGION, CLIMB = (
    StageAsk("site_role", "site_manager"),
    StageAsk("region_role", "region_manager"),
    StageAsk("climb"),
)
MANAGED = StageAsk("category_manager")


def at(text: str) -> datetime:
    """Read "3.14" or "3.14h9" as the fourteenth of March 2026, midnight or nine o'clock."""
    day, _, hour = text.partition("h")
    month, number = day.split(".")
    return datetime(2026, int(month), int(number), int(hour or 0), tzinfo=UTC)


def away(person: int, starts: str, until: str, deputy: int | None = None, **scope: object) -> Away:
    return Away(person, deputy, at(starts), at(until), **scope)  # type: ignore[arg-type]  # a table's last columns


def roster(*absences: Away, managers: dict[str, int] | None = None) -> Roster:
    by_person = {a.person: tuple(b for b in absences if b.person == a.person) for a in absences}
    return Roster(
        PEOPLE, HELD, frozenset({"requester", "site_manager"}),
        role_names={"site_manager": "Site manager", "region_manager": "Regional lead"},
        managers=managers or {}, absences=by_person, today=TODAY,
    )  # fmt: skip


def found(code: str, rules: list[Rule], people: Roster) -> list[Finding]:
    matrix = Matrix("approval/2", tuple(replace(rule, position=n) for n, rule in enumerate(rules, start=1)))
    return [f for f in unstaffed(matrix, WORLD, people, "finance_director") if f.code == code]


def rule(*stages: StageAsk, low: str = "", high: str = "", **axes: object) -> Rule:
    limits = {"amount_from": Decimal(low) if low else None, "amount_to": Decimal(high) if high else None}
    return Rule(1, "Row", stages, **limits, **axes)  # type: ignore[arg-type]  # axes by name


@pytest.mark.parametrize(
    ("_case", "absences", "expected"),
    [
        ("nobody is away", [], []),
        ("away with nobody for her", [away(3, "4.1", "4.8")],
         ["From 1 Apr 2026 to 7 Apr 2026 row 1 asks nobody at Hull and Leeds: Regina is away, and no deputy may decide."]),
        ("a single day", [away(3, "4.1", "4.2")],
         ["On 1 Apr 2026 row 1 asks nobody at Hull and Leeds: Regina is away, and no deputy may decide."]),
        ("hours of a day", [away(3, "4.1h9", "4.1h13")],
         ["From 1 Apr 2026 09:00 to 1 Apr 2026 13:00 row 1 asks nobody at Hull and Leeds: Regina is away, and no deputy may decide."]),
        ("a deputy", [away(3, "4.1", "4.8", deputy=7)], []),
        ("a deputy for one site", [away(3, "4.1", "4.8", deputy=7, sites=frozenset({"LDS"}))],
         ["From 1 Apr 2026 to 7 Apr 2026 row 1 asks nobody at Hull: Regina is away, and no deputy may decide."]),
        ("a deputy for another duty", [away(3, "4.1", "4.8", deputy=7, duties=frozenset({"receive"}))],
         ["From 1 Apr 2026 to 7 Apr 2026 row 1 asks nobody at Hull and Leeds: Regina is away, and no deputy may decide."]),
        ("a deputy who is away for a part", [away(3, "4.1", "4.8", deputy=7), away(7, "4.6", "4.20")],
         ["From 6 Apr 2026 to 7 Apr 2026 row 1 asks nobody at Hull and Leeds: Regina is away, and no deputy may decide."]),
        ("two absences that touch are one time", [away(3, "4.1", "4.4"), away(3, "4.4", "4.8")],
         ["From 1 Apr 2026 to 7 Apr 2026 row 1 asks nobody at Hull and Leeds: Regina is away, and no deputy may decide."]),
        ("it runs already", [away(3, "3.2", "3.14")],
         ["Until 13 Mar 2026 row 1 asks nobody at Hull and Leeds: Regina is away, and no deputy may decide."]),
        ("it is over", [away(3, "2.2", "3.1")], []),
        ("present, and only hands over", [away(3, "4.1", "4.8", deputy=7, is_away=False)], []),
    ],
)  # fmt: skip
def test_time_without_anybody_is_found(_case: str, absences: list[Away], expected: list[str]) -> None:  # AP-5, AP-9
    assert [f.sentence for f in found("absent", [rule(REGION)], roster(*absences))] == expected


def test_only_an_absence_that_runs_refuses_publication() -> None:
    absences = (away(3, "3.2", "3.14"), away(3, "5.1", "5.8"))

    assert [f.blocks for f in found("absent", [rule(REGION)], roster(*absences))] == [True, False]


def test_time_without_anybody_is_when_all_of_them_are_away_and_is_told_once_for_all_rows() -> None:
    two = roster(away(3, "4.1", "4.8"), away(4, "4.6", "4.20"))
    both = replace(two, held=(*HELD, Held("region_manager", 4, region="NORTH")))

    sentences = [f.sentence for f in found("absent", [rule(REGION, high="100"), rule(MANAGER, REGION)], both)]

    rows_and_people = "rows 1 and 2 ask nobody at Hull and Leeds: Regina and Frank are away"
    assert sentences == [f"From 6 Apr 2026 to 7 Apr 2026 {rows_and_people}, and no deputy may decide."]


def test_deputy_with_a_limit_leaves_the_amounts_above_it_and_the_example_is_one() -> None:
    people = roster(away(3, "4.1", "4.8", deputy=7, limit=Decimal(700)))

    low = found("absent", [rule(REGION, high="700"), rule(MANAGER)], people)
    [high] = found("absent", [rule(REGION, high="900"), rule(MANAGER)], people)

    assert low == []
    assert high.example is not None
    assert Decimal(700) < high.example.base_amount <= Decimal(900)


@pytest.mark.parametrize(
    ("_case", "rules", "expected", "amount"),
    [
        ("every climb covers the band", [rule(CLIMB, high="300"), rule(REGION)], [], ""),
        ("one ends below it", [rule(CLIMB, high="1000"), rule(REGION)],
         ["Row 1, stage 1: the managers of Hugo end with Hana and a highest limit of 300.00: nobody covers 300.01."], "300.01"),
        ("only where the row decides", [rule(REGION, sites=frozenset({"HUL"})), rule(CLIMB, high="500000"), rule(REGION)],
         [], ""),
        ("no end to the band", [rule(REGION, sites=frozenset({"HUL"})), rule(StageAsk("climb_one"))],
         ["Row 2, stage 1: the managers of Rita end with Frank and a highest limit of 500,000.00: nobody covers 500,000.01."], "500000.01"),
        ("the band begins above", [rule(REGION, high="5000"), rule(CLIMB, low="5000", high="600000", sites=frozenset({"HUL"})), rule(REGION)],
         ["Row 2, stage 1: the managers of Hugo end with Hana and a highest limit of 300.00: nobody covers 5,000.01."], "5000.01"),
        ("only who may meet the row", [rule(CLIMB, high="1000", requester_roles=frozenset({"site_manager"}), sites=frozenset({"HUL"})), rule(REGION)], [], ""),
    ],
)  # fmt: skip
def test_climb_that_ends_below_the_band_names_requester_and_amount(  # AP-3
    _case: str, rules: list[Rule], expected: list[str], amount: str
) -> None:
    short = found("short_climb", rules, replace(roster(), requesting=frozenset({"requester"})))

    assert [f.sentence for f in short] == expected
    assert [str(f.example.base_amount) for f in short if f.example] == ([amount] if amount else [])


def test_requester_at_the_top_has_no_manager_to_ask() -> None:
    [finding] = found("short_climb", [rule(CLIMB, sites=frozenset({"HUL"})), rule(REGION)], roster())

    assert finding.sentence == "Row 1, stage 1: Hana has no manager to ask; the fallback owner decides."


def test_climb_of_requesters_without_any_manager_refuses_publication() -> None:
    top = replace(roster(), people={pk: replace(person, manager=None) for pk, person in PEOPLE.items()})

    [finding] = found("unstaffed", [rule(CLIMB)], top)

    assert (finding.sentence, finding.blocks) == (
        "Row 1, stage 1: nobody who raises requests at Hull and Leeds has a manager.", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "managers", "axes", "expected"),
    [
        ("each has one", {"PACK": 3, "IT": 4}, {}, []),
        ("the branch above counts", {"PACK": 3, "IT": 4}, {"categories": frozenset({"WRAP"})}, []),
        ("one has none", {"PACK": 3}, {}, ["Row 1, stage 1: nobody manages IT."]),
        ("none of the row's", {"PACK": 3}, {"categories": frozenset({"PACK"})}, []),
        ("nobody at all", {}, {}, ["Row 1, stage 1: nobody manages Packaging, Wrap or IT."]),
    ],
)  # fmt: skip
def test_category_without_a_manager_is_found(  # AP-2
    _case: str, managers: dict[str, int], axes: dict[str, object], expected: list[str]
) -> None:
    bare = found("unstaffed", [rule(MANAGED, **axes), rule(REGION)], roster(managers=managers))

    assert [f.sentence for f in bare] == expected


def test_nothing_is_said_of_a_place_where_rows_above_decide_everything() -> None:
    empty = replace(roster(), held=tuple(h for h in HELD if h.person != 6))

    assert found("unstaffed", [rule(REGION, sites=frozenset({"HUL"})), rule(MANAGER)], empty) == []


def test_example_of_a_stage_without_people_is_a_document_that_its_row_decides() -> None:
    empty = replace(roster(), held=tuple(h for h in HELD if h.person != 6))
    rules = [rule(REGION, high="1000"), rule(MANAGER, urgent=True), rule(REGION)]
    matrix = Matrix("approval/2", tuple(replace(one, position=n) for n, one in enumerate(rules, start=1)))

    [finding] = [f for f in unstaffed(matrix, WORLD, empty, "finance_director") if f.code == "unstaffed"]

    assert finding.example is not None
    assert finding.example.site == "HUL"
    assert matrix.first(finding.example) == matrix.rules[1]
    assert matches(matrix.rules[1], finding.example)
