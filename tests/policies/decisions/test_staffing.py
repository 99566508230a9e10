"""AP-2, AP-3, AP-9: who is asked, and stages that would ask nobody."""

from decimal import Decimal

import pytest

from policies.decisions.approval import ApprovalFacts, Matrix, Rule, StageAsk, decide
from policies.decisions.staff_checks import unstaffed
from policies.decisions.staffing import Held, Person, Roster, asked, chain
from policies.decisions.world import Place, World

LEEDS, HULL = Place("LDS", "Leeds", "NORTH", "North"), Place("HUL", "Hull", "NORTH", "North")
WORLD = World((LEEDS, HULL))
PEOPLE = {
    1: Person(1, "Rita", manager=2),
    2: Person(2, "Mona", manager=3, limit=Decimal(1000)),
    3: Person(3, "Regina", manager=4, limit=Decimal(2400)),
    4: Person(4, "Frank", limit=Decimal(500000)),
    5: Person(5, "Gone", is_active=False),
    6: Person(6, "Mark", manager=3),
}
HELD = (
    Held("requester", 1, site="LDS"), Held("site_manager", 2, site="LDS"), Held("site_manager", 6, site="LDS"),
    Held("site_manager", 5, site="HUL"), Held("region_manager", 3, region="NORTH"), Held("finance_director", 4),
)  # fmt: skip
ROSTER = Roster(
    PEOPLE, HELD, requesting=frozenset({"requester", "site_manager"}), owners={"LDS": frozenset({2})},
    role_names={"site_manager": "Site manager", "region_manager": "Regional lead", "finance_director": "Finance director"},
)  # fmt: skip
MANAGER, REGION = StageAsk("site_role", "site_manager"), StageAsk("region_role", "region_manager")


@pytest.mark.parametrize(
    ("_case", "stage", "place", "requester", "amount", "expected"),
    [
        ("role at the site",            MANAGER,                             LEEDS, 1,    "10",   [["Mona", "Mark"]]),
        ("the requester is not asked",  MANAGER,                             LEEDS, 2,    "10",   [["Mark"]]),
        ("who left is not asked",       MANAGER,                             HULL,  1,    "10",   [[]]),
        ("role in the region",          REGION,                              HULL,  1,    "10",   [["Regina"]]),
        ("role of the enterprise",      StageAsk("enterprise_role", "finance_director"), HULL, 1, "10", [["Frank"]]),
        ("a region's role is no site's", StageAsk("site_role", "region_manager"), LEEDS, 1, "10", [[]]),
        ("cost-centre owner",           StageAsk("cost_centre_owner"),       LEEDS, 1,    "10",   [["Mona"]]),
        ("a named person",              StageAsk("person", person_id=3),     LEEDS, 1,    "10",   [["Regina"]]),
        ("AP-3 the limit itself covers", StageAsk("climb"),                  LEEDS, 1,    "1000", [["Mona"]]),
        ("AP-3 up to the first",        StageAsk("climb"),                   LEEDS, 1,    "1001", [["Mona"], ["Regina"]]),
        ("climb of nobody known",       StageAsk("climb"),                   LEEDS, None, "10",   [[]]),
    ],
)  # fmt: skip
def test_asked(
    _case: str, stage: StageAsk, place: Place, requester: int | None, amount: str, expected: list[list[str]]
) -> None:
    rounds = asked(stage, ROSTER, place, requester, Decimal(amount))

    assert [[person.name for person in people] for people in rounds] == expected


@pytest.mark.parametrize(
    ("_case", "stages", "fallback", "expected"),
    [
        ("nobody at one site", [MANAGER], "finance_director", ["Row 1, stage 1: nobody is Site manager of Hull."]),
        ("everybody there", [REGION], "finance_director", []),
        ("a person who left", [StageAsk("person", person_id=5)], "finance_director", ["Row 1, stage 1: Gone is no longer here."]),
        ("no owner at one site", [StageAsk("cost_centre_owner")], "finance_director",
         ["Row 1, stage 1: no cost centre of Hull has an owner.",
          "At Leeds row 1 asks only Mona, who may also raise requests there. A request of their own goes to the fallback owner."]),
        ("AP-3 a climb that ends below the band", [StageAsk("climb")], "finance_director",
         ["Row 1, stage 1: the managers of Rita end with Frank and a highest limit of 500,000.00: nobody covers 500,000.01."]),
        ("no fallback owner", [REGION], "auditor", ["The fallback owner is the auditor, and nobody holds that role."]),
    ],
)  # fmt: skip
def test_unstaffed(_case: str, stages: list[StageAsk], fallback: str, expected: list[str]) -> None:
    matrix = Matrix("approval/2", (Rule(1, "All", tuple(stages)),))

    assert [f.sentence for f in unstaffed(matrix, WORLD, ROSTER, fallback)] == expected


def test_additional_row_is_checked_too_and_is_named_with_a_plus() -> None:
    matrix = Matrix("approval/2", (Rule(1, "All", (REGION,)),), (Rule(1, "Extra", (MANAGER,)),))

    [finding] = unstaffed(matrix, WORLD, ROSTER, "finance_director")

    assert (finding.sentence, finding.row) == ("Additional row 1, stage 1: nobody is Site manager of Hull.", "+1")


@pytest.mark.parametrize(
    ("_case", "place", "requester", "expected"),
    [
        ("everybody there", LEEDS, 1, [("Mona or Mark", False), ("Regina", False)]),
        ("AP-3 the fallback owner stands in", HULL, 1, [("Frank", True), ("Regina", False)]),
    ],
)
def test_chain(_case: str, place: Place, requester: int, expected: list[tuple[str, bool]]) -> None:
    matrix = Matrix("approval/2", (Rule(1, "All", (MANAGER, REGION)),))
    decision = decide(ApprovalFacts("requisition", Decimal(10), place.code, place.region), matrix)

    links = chain(decision, ROSTER, place, requester, Decimal(10), "finance_director")

    assert [(" or ".join(p.name for p in link.people), link.is_fallback) for link in links] == expected


def test_chain_is_the_fallback_owner_when_no_row_takes_the_document() -> None:
    decision = decide(ApprovalFacts("requisition", Decimal(10), "LDS", "NORTH"), Matrix("approval/2", ()))

    [link] = chain(decision, ROSTER, LEEDS, 1, Decimal(10), "finance_director")

    assert ([p.name for p in link.people], link.is_fallback) == (["Frank"], True)
