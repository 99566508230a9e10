"""AP-4, AP-9: two stages of one chain that only the same people could decide, each with a document that meets both."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest

from policies.decisions.approval import Matrix, Rule, StageAsk, decide
from policies.decisions.documents import Documents, Wanted
from policies.decisions.staff_checks import unstaffed
from policies.decisions.staffing import Held, Roster, asked
from policies.decisions.world import Finding
from tests.policies.decisions.test_staff_checks import HELD, LEEDS, MANAGER, REGION, WORLD, roster

MONA_TOO = (*HELD, Held("region_manager", 2, region="NORTH"), Held("buyer", 2))
ONLY_MONA = (*(h for h in HELD if h.role != "region_manager"), Held("region_manager", 2, region="NORTH"))
BUYER = StageAsk("enterprise_role", "buyer")
DIRECTOR = StageAsk("enterprise_role", "finance_director")
NAMED = StageAsk("person", person_id=2)
CURE = "Let stage {} accept who agreed before, or ask somebody else."


def clashes(matrix: Matrix, people: Roster) -> list[Finding]:
    return [one for one in unstaffed(matrix, WORLD, people, "finance_director") if one.code == "asked_twice"]


def held(*roles: Held) -> Roster:
    return replace(roster(), held=roles)


def matrix(*stages: StageAsk, more: tuple[StageAsk, ...] = (), sites: str = "") -> Matrix:
    extra = (Rule(1, "extra", more, sites=frozenset(sites.split()), any_flags=frozenset({"off_contract"})),)
    return Matrix("draft", (Rule(1, "all", stages),), extra if more else ())


@pytest.mark.parametrize(
    ("_case", "people", "drawn", "said"),
    [
        ("different people",           HELD,      matrix(MANAGER, REGION), ""),
        ("the same single person",     ONLY_MONA, matrix(MANAGER, REGION),
         "Row 1, stage 2 asks only Mona at Leeds, who by then decided stage 1. " + CURE.format(2)),
        ("two may decide the later",   MONA_TOO,  matrix(MANAGER, REGION), ""),
        ("one of two may be the same", MONA_TOO,  matrix(REGION, NAMED), ""),
        ("all of two use both up",     MONA_TOO,  matrix(replace(REGION, completion="all"), NAMED),
         "Row 1, stage 2 asks only Mona at Hull, who by then decided stage 1, and so at 1 more. " + CURE.format(2)),
        ("more than half of two",      MONA_TOO,  matrix(replace(REGION, completion="majority"), BUYER),
         "Row 1, stage 2 asks only Mona at Hull, who by then decided stage 1, and so at 1 more. " + CURE.format(2)),
        ("half of two",                MONA_TOO,  matrix(replace(REGION, completion="percent", percent=50), BUYER), ""),
        ("AP-4 may repeat",            ONLY_MONA, matrix(MANAGER, replace(REGION, may_repeat=True)), ""),
        ("open together",              ONLY_MONA, matrix(MANAGER, replace(REGION, with_previous=True)),
         "Row 1, stage 2 asks only Mona at Leeds, who by then decided stage 1. " + CURE.format(2)),
        ("one stage between",          ONLY_MONA, matrix(MANAGER, DIRECTOR, REGION),
         "Row 1, stage 3 asks only Mona at Leeds, who by then decided stage 1. " + CURE.format(3)),
        ("by an additional row",       MONA_TOO,  matrix(MANAGER, more=(BUYER,)),
         "Additional row 1, stage 1 asks only Mona at Leeds, who by then decided stage 1 of row 1. " + CURE.format(1)),
        ("which is for another site",  MONA_TOO,  matrix(MANAGER, more=(BUYER,), sites="HUL"), ""),
        ("nobody asked is another finding", HELD, matrix(MANAGER, BUYER), ""),
    ],
)  # fmt: skip
def test_stages_that_only_the_same_people_could_decide(
    _case: str, people: tuple[Held, ...], drawn: Matrix, said: str
) -> None:
    found = clashes(drawn, held(*people))

    assert [one.sentence for one in found] == ([said] if said else [])
    assert all(one.blocks is one.sentence.startswith("Row ") and one.example for one in found)


STAGES = (
    MANAGER, REGION, BUYER, NAMED, replace(REGION, may_repeat=True), replace(REGION, completion="all"),
    replace(BUYER, completion="all", with_previous=True),
)  # fmt: skip


@pytest.mark.parametrize("people", [HELD, MONA_TOO, ONLY_MONA], ids=["apart", "both", "one"])
def test_found_exactly_where_pressing_in_every_way_leaves_a_stage_without_people(people: tuple[Held, ...]) -> None:
    """Brute force: of each three stages, some may always be left open; the example of a finding is such a document."""
    here = held(*people)
    for stages in product(STAGES, repeat=3):
        drawn = matrix(*stages)
        found = clashes(drawn, here)
        stuck = {place.code for place in WORLD.places if always_stuck(stages, here, place.code)}

        assert bool(found) == bool(stuck), stages
        for one in found:
            assert one.example is not None
            assert one.example.site in stuck
            assert decide(one.example, drawn).rule is drawn.rules[0]


def always_stuck(stages: tuple[StageAsk, ...], people: Roster, site: str) -> bool:
    """Say whether a later stage asks somebody, and every way of deciding the stages before it uses them all up."""
    place = next(one for one in WORLD.places if one.code == site)
    groups = [{p.pk for p in asked(stage, people, place, None, Decimal(0))[0]} for stage in stages]
    for number in range(1, len(stages)):
        if not groups[number] or stages[number].may_repeat:
            continue
        if all(groups[number] <= spent for spent in ways(stages[:number], groups[:number])):
            return True
    return False


def ways(stages: tuple[StageAsk, ...], groups: list[set[int]]) -> list[set[int]]:
    """Return who has spoken after the stages, for each way their people may press; who spoke does not speak again."""
    found: list[set[int]] = [set()]
    for stage, group in zip(stages, groups, strict=True):
        grown = []
        for spent in found:
            left = group - spent
            if not left:
                grown.append(spent)
            elif stage.completion == "all":
                grown.append(spent | left)
            else:
                grown += [spent] if stage.may_repeat and group & spent else [spent | {one} for one in left]
        found = grown
    return found


def test_document_of_a_base_and_an_additional_row_meets_both() -> None:
    drawn = matrix(MANAGER, more=(BUYER,))
    facts = Documents(drawn, WORLD).decided_by(drawn.rules[0], Wanted(LEEDS.code), drawn.additional[0])

    assert facts is not None
    decision = decide(facts, drawn)
    assert (decision.rule, decision.additional, facts.site) == (drawn.rules[0], drawn.additional, "LDS")
