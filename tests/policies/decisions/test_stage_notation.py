"""One way to write stages: what the grid writes a file reads, what a file writes the grid reads (AP-2)."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.decisions.cells import Names
from policies.decisions.exchange_columns import COLUMNS
from policies.decisions.exchange_known import Known
from policies.decisions.matrix import StageAsk
from policies.decisions.stage_notation import Stages
from policies.decisions.unfit import Unfit

ROLES = {"site_manager": "Site manager", "finance_director": "Finance director", "buyer": "Buyer"}
PEOPLE = {"1": "Mona Khan", "2": "Sam Lee", "3": "Sam Lee", "4": "Lee; Ann, 4 h", "5": "Two  blanks"}
USERNAMES = {"1": "mona", "2": "sam", "3": "sam.lee", "4": "lee", "5": "two", "6": "gone"}
GRID = {"roles": Names("role", ROLES), "people": Names("person of ours", PEOPLE, USERNAMES)}
KNOWN = Known({"roles": ROLES, "people": {USERNAMES[pk]: name for pk, name in PEOPLE.items()}}, "GBP")
FILE = next(column.value for column in COLUMNS["approval"] if column.name == "stages")
BY_ROLE = ("site_role", "region_role", "enterprise_role")


@st.composite
def stages(draw: st.DrawFn) -> StageAsk:
    who = draw(st.sampled_from([*BY_ROLE, "climb", "climb_one", "cost_centre_owner", "category_manager", "person"]))
    completion = draw(st.sampled_from(["one", "all", "majority", "percent", "inform"]))
    asked = StageAsk(
        who,
        draw(st.sampled_from(sorted(ROLES))) if who in BY_ROLE else "",
        int(draw(st.sampled_from(sorted(PEOPLE)))) if who == "person" else None,
        completion,
        draw(st.integers(1, 999)),
        draw(st.integers(1, 100)) if completion == "percent" else None,
        draw(st.booleans()),
        draw(st.booleans()),
    )
    return replace(asked, due_hours=8, with_previous=False, may_repeat=False) if asked.informs else asked


def plain(stage: StageAsk) -> dict[str, Any]:
    columns = {name: getattr(stage, name) for name in StageAsk.__dataclass_fields__ if name != "person_id"}
    return {**columns, "person": USERNAMES[str(stage.person_id)] if stage.person_id else ""}


@given(st.lists(stages(), min_size=1, max_size=20))
def test_grid_and_file_write_the_same_words_and_read_them_back(asked: list[StageAsk]) -> None:
    written = Stages().write(asked, GRID)
    in_file = str(FILE.to_cell([plain(stage) for stage in asked], KNOWN))

    assert in_file.split("\n") == written.split("; ")
    assert Stages().read(in_file, GRID) == tuple(asked)
    assert FILE.from_cell(written, KNOWN) == [plain(stage) for stage in asked]


@pytest.mark.parametrize(
    "line",
    ["inform all of site manager", "inform site manager, 4 h", "inform with site manager", "inform site manager, may repeat",
     "inform 60% of buyer", "inform", "inform zebra"],
)  # fmt: skip
def test_who_is_informed_decides_nothing(line: str) -> None:
    with pytest.raises(Unfit):
        Stages().read(line, GRID)
