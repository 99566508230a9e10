"""AP-9: whatever a version says leaves in a file and comes back as it was, for every kind of policy."""

import pytest

from policies.decisions.exchange_columns import COLUMNS, STAGE_COLUMNS
from policies.models import ApprovalStage, PolicyKind
from policies.selectors.comparison import content_of, content_to_be, told
from policies.selectors.content import MODELS
from tests.factories import company
from tests.policies import exchange

pytestmark = pytest.mark.django_db
OURS = {"id", "policy"}  # the version's own business


@pytest.mark.parametrize("kind", PolicyKind.values)
@pytest.mark.parametrize("way", [exchange.through_json, exchange.through_workbook])
def test_version_comes_back_from_a_file_as_it_was(way: object, kind: str) -> None:
    version = exchange.rich(company(), kind)
    document, ground = exchange.said(version)
    assert callable(way)

    taken = way(document, ground)

    assert (taken.faults, taken.document()) == ((), document)
    assert told(content_of(version), content_to_be(taken.document(), ground), kind) == ()


@pytest.mark.parametrize("kind", MODELS)
def test_every_column_of_a_table_has_its_column_in_the_files(kind: str) -> None:
    stored = {field.name for field in MODELS[kind]._meta.concrete_fields} - OURS - {"unlimited"}

    assert {column.name for column in COLUMNS[kind]} - {"stages"} == stored


def test_every_column_of_a_stage_has_its_part_in_the_files() -> None:
    stored = {field.name for field in ApprovalStage._meta.concrete_fields} - {"id", "rule", "position"}

    assert {column.name for column in STAGE_COLUMNS} == stored


def test_stages_are_lines_that_a_person_reads() -> None:
    document, ground = exchange.said(exchange.rich(company(), PolicyKind.APPROVAL))
    stages = next(column.value for column in COLUMNS["approval"] if column.name == "stages")

    lines = stages.to_cell(document.rows[4]["stages"], ground.known)

    assert str(lines).split("\n") == [
        "climb, 2 h",
        "cost-centre owner",
        f"with 60% of person {ground.known.words['people']['petra']}",
        "majority of manager of the category, may repeat",
        "climb one",
        "all of finance director of the enterprise, 999 h",
    ]


def test_stages_of_a_file_of_before_are_still_read() -> None:
    document, ground = exchange.said(exchange.rich(company(), PolicyKind.APPROVAL))
    stages = next(column.value for column in COLUMNS["approval"] if column.name == "stages")
    before = """Managers, up to the first whose limit covers the amount; One of them; 2 h
        Cost-centre owner; One of them; 8 h
        A named person: petra; A percentage of them; 60 %; 8 h; together with the stage before
        Manager of the category; More than half of them; 8 h; also by who agreed before
        Only the first manager whose limit covers the amount; One of them; 8 h
        Role enterprise-wide: Finance director; All of them; 999 h"""

    assert stages.from_cell(before, ground.known) == document.rows[4]["stages"]
