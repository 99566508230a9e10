"""AP-9: what a row names and is gone is said by row and column, and refuses publication where the row would mean another."""

from typing import Any

import pytest

from policies.decisions.gone_checks import gone_names
from policies.decisions.matrix import Matrix, Rule, StageAsk
from policies.decisions.staffing import Roster
from policies.decisions.world import Place, World

WORLD = World((Place("LDS", "Leeds", "NORTH", "North"),), (("PACK",),), {"PACK": "Packaging"})
ROSTER = Roster({}, (), frozenset(), {}, {"site_manager": "Site manager", "buyer": "Buyer"})
ASK = StageAsk("site_role", "site_manager")


@pytest.mark.parametrize(
    ("_case", "row", "is_additional", "said"),
    [
        ("all there", {"categories": {"PACK"}, "sites": {"LDS"}, "requester_roles": {"buyer"}}, False, []),
        ("a category that went", {"categories": {"PACK", "OLD"}}, False,
         [("1", True, "Row 1, Categories: there is no category OLD any more. Take it out, or name another.")]),
        ("a role that went", {"requester_roles": {"clerk"}}, True,
         [("+1", True, "Additional row 1, Raised by a: there is no role clerk any more. Take it out, or name another.")]),
        ("a role of a stage", {"stages": (StageAsk("site_role", "clerk"),)}, False,
         [("1", True, "Row 1, Who approves: there is no role clerk any more. Take it out, or name another.")]),
        ("a site that closed", {"sites": {"LDS", "HUL"}}, False,
         [("1", False, "Row 1, Sites: HUL orders nothing now.")]),
        ("a region without a site", {"regions": {"SOUTH"}}, False,
         [("1", False, "Row 1, Regions: SOUTH orders nothing now.")]),
    ],
)  # fmt: skip
def test_what_is_gone_is_said_where_it_stands(
    _case: str, row: dict[str, Any], is_additional: bool, said: list[tuple[str, bool, str]]
) -> None:
    columns = {name: frozenset(value) if isinstance(value, set) else value for name, value in row.items()}
    rule = Rule(position=1, name="Row", **{"stages": (ASK,), **columns})
    matrix = Matrix("approval/2", () if is_additional else (rule,), (rule,) if is_additional else ())

    found = list(gone_names(matrix, WORLD, ROSTER))

    assert [(one.row, one.blocks, one.sentence) for one in found] == said


def test_nothing_is_judged_where_nothing_is_known() -> None:
    rule = Rule(
        position=1, name="Row", stages=(ASK,), categories=frozenset({"ANY"}), requester_roles=frozenset({"any"})
    )
    nowhere = Roster({}, (), frozenset(), {}, {})

    assert list(gone_names(Matrix("approval/2", (rule,)), World((), ()), nowhere)) == []
