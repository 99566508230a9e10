"""AP-10: what a draft would have done with documents that were decided already."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.decisions.approval import ApprovalFacts, Matrix, Rule, StageAsk, decide
from policies.decisions.staffing import Held, Person, Roster
from policies.decisions.stored import decision_to_json, facts_to_json
from policies.decisions.world import Place
from workflow.decisions.replay import Load, Past, Replay, Tally, stored_way
from workflow.decisions.replay_summary import summary

RITA, MONA, MARK, REGINA, FRANK = 1, 2, 3, 4, 5
ROSTER = Roster(
    {
        RITA: Person(RITA, "Rita", manager=MONA),
        MONA: Person(MONA, "Mona", manager=REGINA, limit=Decimal(1000)),
        MARK: Person(MARK, "Mark"),
        REGINA: Person(REGINA, "Regina", limit=Decimal(50000)),
        FRANK: Person(FRANK, "Frank"),
    },
    (
        Held("site_manager", MONA, site="LDS"), Held("site_manager", MARK, site="LDS"),
        Held("region_manager", REGINA, region="NORTH"), Held("finance_director", FRANK),
    ),
    requesting=frozenset({"requester"}),
    role_names={"site_manager": "Site manager", "region_manager": "Regional lead"},
)  # fmt: skip
LEEDS = Place("LDS", "Leeds", "NORTH", "North")
MANAGER, REGION, CLIMB = (
    StageAsk("site_role", "site_manager"),
    StageAsk("region_role", "region_manager"),
    StageAsk("climb"),
)
BOTH = StageAsk("site_role", "site_manager", completion="all")


def row(position: int, name: str, to: str = "", *stages: StageAsk) -> Rule:
    return Rule(position, name, stages, is_touchless=not stages, amount_to=Decimal(to) if to else None)


NOW = Matrix(
    "approval/1", (row(1, "Small", "500"), row(2, "Middle", "5000", MANAGER), row(3, "Large", "", MANAGER, REGION))
)


def past(matrix: Matrix, amount: str, requester: int = RITA, key: int = 1, **facts: object) -> Past:
    """Return a document as it is kept after the matrix decided it."""
    asked = ApprovalFacts("requisition", Decimal(amount), "LDS", "NORTH", **facts)  # type: ignore[arg-type]  # named axes
    kept = decision_to_json(decide(asked, matrix))
    shape = {name: value for name, value in facts_to_json(asked).items() if name != "base_amount"}
    before = stored_way(kept["rule"], kept["rule_name"], json.dumps(kept["stages"]), is_touchless=kept["touchless"])
    return Past(key, json.dumps(shape), asked.base_amount, requester, before)


def replayed(draft: Matrix, *documents: Past) -> Tally:
    replay = Replay(draft, ROSTER, (LEEDS,), "finance_director", Tally())
    for document in documents:
        replay.take(document)
    return replay.tally


@pytest.mark.parametrize(
    ("_case", "amount", "draft", "shifts"),
    [
        ("the same rows",            "2400", NOW.rules, []),
        ("a row's number and name move nobody", "2400", (row(7, "Other", "", MANAGER),), []),
        ("hours move nobody",        "2400", (row(2, "Middle", "", StageAsk("site_role", "site_manager", due_hours=99)),), []),
        ("the limit itself is in",   "500",  (row(1, "Small", "500"), row(2, "Rest", "", MANAGER)), []),
        ("turns touchless",          "2400", (row(1, "Small", "3000"), row(2, "Rest", "", MANAGER)),
         [("row 2: Middle, Site manager at the site", "row 1: Small, touchless", "touchless", "2400")]),
        ("no longer touchless",      "400",  (row(1, "All", "", MANAGER),),
         [("row 1: Small, touchless", "row 1: All, Site manager at the site", "asked", "400")]),
        ("somebody else",            "2400", (row(1, "All", "", REGION),),
         [("row 2: Middle, Site manager at the site", "row 1: All, Regional lead in the region", "", "2400")]),
        ("all instead of one",       "2400", (row(1, "All", "", BOTH),),
         [("row 2: Middle, Site manager at the site", "row 1: All, Site manager at the site", "", "2400")]),
        ("one stage more",           "2400", (row(1, "All", "", MANAGER, REGION),),
         [("row 2: Middle, Site manager at the site", "row 1: All, Site manager at the site, then Regional lead in the region",
           "", "2400")]),
        ("nobody takes it",          "2400", (row(1, "Small", "500"),),
         [("row 2: Middle, Site manager at the site", "no row: fallback owner", "", "2400")]),
    ],
)  # fmt: skip
def test_document_goes_otherwise(
    _case: str, amount: str, draft: tuple[Rule, ...], shifts: list[tuple[str, ...]]
) -> None:
    tally = replayed(Matrix("approval/2", draft), past(NOW, amount))

    assert [(s.before, s.after, s.turns, str(s.amount)) for s in tally.shifts] == shifts
    assert (tally.documents, tally.different) == (1, len(shifts))


@pytest.mark.parametrize(
    ("_case", "requester", "stages", "load"),
    [
        ("two share what one may do",      RITA, (MANAGER,), {MONA: 0.5, MARK: 0.5}),
        ("AP-2 more than half of two",     RITA, (StageAsk("site_role", "site_manager", completion="majority"),), {MONA: 1, MARK: 1}),
        ("AP-2 half of them",              RITA, (StageAsk("site_role", "site_manager", completion="percent", percent=50),),
         {MONA: 0.5, MARK: 0.5}),
        ("all of them have it whole",      RITA, (BOTH,), {MONA: 1, MARK: 1}),
        ("AP-4 the requester is not asked", MONA, (MANAGER,), {MARK: 1}),
        ("two stages",                     RITA, (MANAGER, REGION), {MONA: 0.5, MARK: 0.5, REGINA: 1}),
        ("AP-3 a climb asks each manager", RITA, (CLIMB,), {MONA: 1, REGINA: 1}),
        ("AP-3 nobody: the fallback owner", REGINA, (REGION,), {FRANK: 1}),
        ("touchless asks nobody",          RITA, (), {}),
    ],
)  # fmt: skip
def test_load_of_each_approver(
    _case: str, requester: int, stages: tuple[StageAsk, ...], load: dict[int, float]
) -> None:
    before, after = Matrix("approval/1", (row(1, "Nobody"),)), Matrix("approval/2", (row(1, "All", "", *stages),))

    tally = replayed(after, past(before, "2400", requester))

    assert tally.load == {person: Load(0, 1, 0, share) for person, share in load.items()}


def test_fallback_owner_comes_after_what_additional_rows_ask() -> None:
    draft = Matrix("approval/2", (row(1, "Small", "500"),), (row(1, "Besides", "", REGION),))

    tally = replayed(draft, past(NOW, "2400"))

    assert [s.after for s in tally.shifts] == ["no row: Regional lead in the region, then fallback owner"]
    assert (tally.nobody, tally.load[FRANK].asked_after, tally.load[REGINA].asked_after) == (1, 1, 1)


def test_people_of_a_route_are_those_of_today_on_both_sides() -> None:
    tally = replayed(NOW, past(NOW, "2400"), past(NOW, "9600"))

    assert tally.load[MONA] == Load(2, 2, 1.0, 1.0)
    assert tally.load[REGINA] == Load(1, 1, 1.0, 1.0)
    assert tally.different == 0


def test_tally_goes_on_where_it_was_stopped() -> None:
    documents = [past(NOW, amount) for amount in ("400", "2400", "9600", "600")]
    draft = Matrix("approval/2", (row(1, "Small", "3000"), row(2, "Rest", "", REGION)))

    stopped = json.loads(json.dumps(replayed(draft, *documents[:2]).to_json()))
    goes_on = Replay(draft, ROSTER, (LEEDS,), "finance_director", Tally.from_json(stopped))
    numbers = [goes_on.take(document) for document in documents[2:]]

    assert goes_on.tally == replayed(draft, *documents)
    assert numbers == [1, 0]  # the second kind is new, the first is known from before


def test_summary_counts_money_and_hours_by_each_own_median() -> None:
    draft = Matrix("approval/2", (row(1, "Small", "3000"), row(2, "Rest", "", REGION)))
    tally = replayed(draft, past(NOW, "2400"), past(NOW, "2400.50"), past(NOW, "9600"))

    told = summary(tally, {MONA: 4.0, REGINA: 2.5}, typical=3.0, roster=ROSTER)

    assert told["newly_touchless"] == {"count": 2, "amount": "4800.50"}
    assert told["no_longer_touchless"] == {"count": 0, "amount": "0"}
    assert (told["hours_before"], told["hours_after"]) == (13.0, 2.5)  # Mona 3/2 x 4, Mark 3/2 x 3, Regina 2.5
    assert [(r["name"], r["before"], r["after"], r["hours_before"], r["hours_after"], r["is_typical"]) for r in told["load"]] == [
        ("Mark", 3, 0, 4.5, 0.0, True), ("Mona", 3, 0, 6.0, 0.0, False), ("Regina", 1, 1, 2.5, 2.5, False),
    ]  # fmt: skip


EDGES = [Decimal(n) for n in (0, 1, 500, 501, 5000, 6000)]
STAGES = st.lists(st.sampled_from([MANAGER, REGION, BOTH, CLIMB]), max_size=2).map(tuple)


@st.composite
def matrices(draw: st.DrawFn) -> Matrix:
    def rule(position: int, *, extra: bool) -> Rule:
        low, high = sorted(draw(st.lists(st.sampled_from(EDGES), min_size=2, max_size=2, unique=True)))
        stages = draw(STAGES)
        return Rule(
            position, f"r{position}", stages, is_touchless=not stages and not extra, amount_from=low,
            amount_to=draw(st.sampled_from([high, None])), urgent=draw(st.sampled_from([None, True, False])),
            any_flags=draw(st.sampled_from([frozenset[str](), frozenset({"over_budget"})])),
        )  # fmt: skip

    base = tuple(rule(n, extra=False) for n in range(1, draw(st.integers(1, 4)) + 1))
    return Matrix("approval/1", base, tuple(rule(n, extra=True) for n in range(1, draw(st.integers(0, 2)) + 1)))


DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(["0", "0.01", "1", "499.99", "500", "500.01", "5000", "7000"]), st.booleans(),
        st.sampled_from([frozenset[str](), frozenset({"over_budget"})]), st.sampled_from([RITA, MONA, REGINA]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(matrices(), DOCUMENTS)
def test_a_version_over_its_own_decisions_changes_nothing(
    matrix: Matrix, documents: list[tuple[str, bool, frozenset[str], int]]
) -> None:
    tally = replayed(
        matrix,
        *(past(matrix, amount, person, urgent=urgent, flags=flags) for amount, urgent, flags, person in documents),
    )

    assert (tally.documents, tally.different, tally.shifts) == (len(documents), 0, [])
    assert tally.touchless_before == tally.touchless_after
    assert all(
        (one.asked_before, one.share_before) == (one.asked_after, one.share_after) for one in tally.load.values()
    )


@given(matrices(), matrices(), DOCUMENTS)
def test_remembering_shapes_decides_as_deciding_each_alone(
    before: Matrix, after: Matrix, documents: list[tuple[str, bool, frozenset[str], int]]
) -> None:
    asked = [past(before, amount, person, urgent=urgent, flags=flags) for amount, urgent, flags, person in documents]

    together = replayed(after, *asked)
    alone = [replayed(after, one) for one in asked]

    assert together.different == sum(one.different for one in alone)
    assert together.amount == sum((one.amount for one in alone), Decimal(0))
    assert together.nobody == sum(one.nobody for one in alone)


THEN = json.dumps({"climb": [[MARK, "1000"], [REGINA, None], [FRANK, "50000"]], "owners": [FRANK], "managers": {"PACK": MARK, "IT": None}})  # fmt: skip
FIRST_COVERS, OWNER, CATEGORY = StageAsk("climb_one"), StageAsk("cost_centre_owner"), StageAsk("category_manager")


@pytest.mark.parametrize(
    ("_case", "stage", "amount", "people", "asked_after", "counted"),
    [
        ("managers of then, up to the limit", CLIMB, "900", THEN, [MARK], {"climb": [1, 0]}),
        ("all of them above every limit", CLIMB, "2400", THEN, [MARK, REGINA, FRANK], {"climb": [1, 0]}),
        ("only who covers it", FIRST_COVERS, "2400", THEN, [FRANK], {"climb_one": [1, 0]}),
        ("the owner of then", OWNER, "2400", THEN, [FRANK], {"cost_centre_owner": [1, 0]}),
        ("the category manager of then", CATEGORY, "2400", THEN, [MARK], {"category_manager": [1, 0]}),
        ("asked before it was kept: managers of today", CLIMB, "900", "", [MONA], {"climb": [0, 1]}),
        ("roles are always of today", MANAGER, "900", THEN, [MONA, MARK], {"site_role": [0, 1]}),
    ],
)  # fmt: skip
def test_people_of_then_are_counted_and_said(
    _case: str, stage: StageAsk, amount: str, people: str, asked_after: list[int], counted: dict[str, list[int]]
) -> None:
    touchless = Matrix("approval/1", (row(1, "All", ""),))
    document = replace(past(touchless, amount, categories=(("PACK", "WRAP"),)), people=people)

    tally = replayed(Matrix("approval/2", (row(1, "All", "", stage),)), document)

    assert sorted(pk for pk, load in tally.load.items() if load.asked_after) == sorted(asked_after)
    assert tally.people_of == counted
    assert Tally.from_json(json.loads(json.dumps(tally.to_json()))) == tally
