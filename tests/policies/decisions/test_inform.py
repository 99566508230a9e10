"""AP-2: a stage that only tells people; it never blocks, in notation, decision, stored form and analysis."""

from decimal import Decimal

import pytest

from policies.decisions.approval import ApprovalFacts, Matrix, Rule, StageAsk, decide
from policies.decisions.staff_checks import unstaffed
from policies.decisions.staffing import Held, Person, Roster, chain
from policies.decisions.stored import decision_to_json, differences
from policies.decisions.world import Place, World

LEEDS = Place("LDS", "Leeds", "NORTH", "North")
WORLD = World((LEEDS,), (("PACK",),), {"PACK": "Packaging"}, requesting=frozenset({"requester"}))
ROSTER = Roster(
    {1: Person(1, "Rita"), 2: Person(2, "Mona"), 3: Person(3, "Regina"), 4: Person(4, "Frank")},
    (
        Held("requester", 1, site="LDS"), Held("site_manager", 2, site="LDS"), Held("region_manager", 3, region="NORTH"),
        Held("finance_director", 4),
    ),
    frozenset({"requester"}),
)  # fmt: skip
MANAGER = StageAsk("site_role", "site_manager")
TELL_REGION = StageAsk("region_role", "region_manager", completion="inform")
TELL_MANAGER = StageAsk("site_role", "site_manager", completion="inform")
TELL_NOBODY = StageAsk("site_role", "buyer", completion="inform")


def rule(*stages: StageAsk, touchless: bool = False, position: int = 1) -> Rule:
    return Rule(position, "Everything", stages, is_touchless=touchless)


def decided(
    *stages: StageAsk, touchless: bool = False, additional: tuple[Rule, ...] = ()
) -> tuple[list[str], list[str], bool]:
    """Return who decides, who is told, and whether nobody decides because the row says so."""
    facts = ApprovalFacts("requisition", Decimal(100), "LDS", "NORTH")
    found = decide(facts, Matrix("approval/1", (rule(*stages, touchless=touchless),), additional))
    return [s.role for _, s in found.stages], [s.role for _, s in found.informed], found.is_touchless


@pytest.mark.parametrize(
    ("_case", "stages", "touchless", "additional", "result"),
    [
        ("told after",           (MANAGER, TELL_REGION), False, (), (["site_manager"], ["region_manager"], False)),
        ("told first",           (TELL_REGION, MANAGER), False, (), (["site_manager"], ["region_manager"], False)),
        ("touchless and told",   (TELL_REGION,),         True,  (), ([], ["region_manager"], True)),
        ("an added row tells",   (MANAGER,),             False, (rule(TELL_REGION),), (["site_manager"], ["region_manager"], False)),
        ("touchless, an added row tells", (),            True,  (rule(TELL_REGION),), ([], ["region_manager"], True)),
        ("touchless, an added row asks",  (TELL_REGION,), True, (rule(MANAGER),), (["site_manager"], ["region_manager"], False)),
    ],
)  # fmt: skip
def test_who_is_told_never_decides(
    _case: str, stages: tuple[StageAsk, ...], touchless: bool, additional: tuple[Rule, ...], result: object
) -> None:
    assert decided(*stages, touchless=touchless, additional=additional) == result


@pytest.mark.parametrize(
    ("_case", "stages", "findings"),
    [
        ("somebody is told",             (MANAGER, TELL_REGION),  []),
        ("told and asked, both at once", (TELL_MANAGER, MANAGER), []),
        ("nobody to tell is shown, not refused", (MANAGER, TELL_NOBODY), [("informs_nobody", False)]),
    ],
)  # fmt: skip
def test_analysis(_case: str, stages: tuple[StageAsk, ...], findings: list[tuple[str, bool]]) -> None:
    matrix = Matrix("approval/1", (rule(*stages),))

    assert [(f.code, f.blocks) for f in unstaffed(matrix, WORLD, ROSTER, "finance_director")] == findings


def test_chain_names_who_is_told_last() -> None:
    facts = ApprovalFacts("requisition", Decimal(100), "LDS", "NORTH")
    decision = decide(facts, Matrix("approval/1", (rule(TELL_REGION, MANAGER),)))

    links = chain(decision, ROSTER, LEEDS, 1, facts.base_amount, "finance_director")

    assert [([p.name for p in link.people], link.informs) for link in links] == [(["Mona"], False), (["Regina"], True)]


def test_stored_decision_without_it_is_as_before_and_with_it_is_compared() -> None:
    facts = ApprovalFacts("requisition", Decimal(100), "LDS", "NORTH")
    plain, telling = (
        decision_to_json(decide(facts, Matrix("approval/1", (rule(*stages),))))
        for stages in ((MANAGER,), (MANAGER, TELL_REGION))
    )

    assert "informed" not in plain
    assert telling["informed"] == [
        {"rule": "row 1: Everything", "who": "region_role", "role": "region_manager", "person": None}
    ]
    assert differences(plain, telling) == ("informed",)
    assert differences(telling, telling) == ()
