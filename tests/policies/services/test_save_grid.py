"""The rows of a draft stored at once: all of them or none (AP-9)."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.errors import DomainError
from foundation.models import AuditEvent
from policies.models import ApprovalRule, PolicyVersion
from policies.selectors import build_matrix, rule_rows
from policies.services import RowInput, StageInput, save_grid
from tests.factories import NOW, Company, company
from tests.policies.factories import MANAGER, REGION, add_rule, draft, publish

pytestmark = pytest.mark.django_db
NEW = RowInput(None, False, {"name": "Services", "spend_kinds": ["service"]}, (REGION, MANAGER))


def kept(version: PolicyVersion, **changes: Mapping[str, Any]) -> list[RowInput]:
    """Return the stored rows as the grid sends them, with the columns of some changed: row3={...}."""
    return [
        RowInput(row.pk, row.is_additional, changes.get(f"row{row.rule.position}", {}), None)
        for row in rule_rows(version)
    ]


def save(made: Company, version: PolicyVersion, rows: list[RowInput], **changes: Any) -> PolicyVersion:
    seen = {"expected_version": 1, "actor": made.polly, "at": NOW, **changes}
    return save_grid(version_id=version.pk, rows=rows, **seen)


def names(version: PolicyVersion) -> list[str]:
    matrix = build_matrix(version.pk)
    return [rule.name for rule in matrix.rules] + [f"+{rule.name}" for rule in matrix.additional]


def test_rows_are_changed_added_moved_and_taken_out_by_one_press_with_one_audit_row() -> None:
    made = company()
    version = draft(made)
    first, second, third, fourth = kept(
        version, row3={"amount_to": Decimal(30000)}, row4={"amount_from": Decimal(30000)}
    )
    extra = replace(NEW, is_additional=True, axes={"name": "Watch"}, stages=(MANAGER,))

    save(made, version, [NEW, third, first, fourth, extra])

    assert names(version) == [
        "Services",
        "5,000 to 25,000",
        "Catalogue items up to 1,000, nothing unusual",
        "Above 25,000",
        "+Watch",
    ]
    new = build_matrix(version.pk).rules[0]
    assert (new.spend_kinds, [(s.who, s.role) for s in new.stages]) == (
        frozenset({"service"}), [("region_role", "region_manager"), ("site_role", "site_manager")],
    )  # fmt: skip
    [row] = AuditEvent.objects.filter(action="save_grid")
    assert {what: row.data[what] for what in ("changed", "added", "removed")} == {
        "changed": [
            "row 2: 5,000 to 25,000",
            "row 3: Catalogue items up to 1,000, nothing unusual",
            "row 4: Above 25,000",
        ],
        "added": ["row 1: Services", "row 1: Watch"],
        "removed": ["row 2: Up to 5,000"],
    }
    version.refresh_from_db()
    assert (version.version, second.rule_id in {rule.pk for rule in version.approval_rules.all()}) == (2, False)


def test_nothing_is_written_when_nothing_differs() -> None:
    made = company()
    version = draft(made)

    save(made, version, kept(version))

    version.refresh_from_db()
    assert (version.version, AuditEvent.objects.filter(action="save_grid").exists()) == (1, False)


@pytest.mark.parametrize(
    ("_case", "axes", "stages", "code"),
    [
        ("ends before it begins", {"amount_from": Decimal(9), "amount_to": Decimal(9)}, None,      "band_empty"),
        ("below nothing",         {"amount_from": Decimal(-1)},                         None,      "amount_negative"),
        ("without a name",        {"name": " "},                                        None,      "rule_name"),
        ("asks nobody",           {},                                                   (),        "rule_without_stage"),
        ("touchless, but asks",   {"is_touchless": True},                               (REGION,), "touchless_with_stage"),
        ("a role without a name", {},                            (StageInput("site_role"),),       "stage_role"),
        ("a site that is none",   {"sites": ["XXX"]},                                   None,      "code_unknown"),
    ],
)  # fmt: skip
def test_row_that_cannot_be_is_refused_with_its_place_and_nothing_is_stored(
    _case: str, axes: dict[str, Any], stages: tuple[StageInput, ...] | None, code: str
) -> None:
    made = company()
    version = draft(made)
    before = build_matrix(version.pk)
    rows = kept(version)
    rows[2] = replace(rows[2], axes=axes, stages=stages)

    with pytest.raises(DomainError) as refused:
        save(made, version, [NEW, *rows])

    assert refused.value.code == code
    assert refused.value.details.get("row", 3) == 3
    assert build_matrix(version.pk) == before


@pytest.mark.parametrize(
    ("_case", "who", "seen", "code"),
    [
        ("somebody else saved first", "polly", 0, "changed_since_opened"),
        ("no policy administrator", "rita", 1, "not_your_role"),
    ],
)
def test_person_or_moment_that_may_not_changes_nothing(_case: str, who: str, seen: int, code: str) -> None:
    made = company()
    version = draft(made)

    with pytest.raises(DomainError) as refused:
        save(made, version, [NEW, *kept(version)], actor=made.people[who], expected_version=seen)

    assert refused.value.code == code
    assert "Services" not in names(version)


@pytest.mark.parametrize(
    ("_case", "code"),
    [
        ("no row at all", "matrix_empty"), ("a row of another version", "not_found"), ("one row twice", "not_found"),
        ("a published version", "policy_published"),
    ],
)  # fmt: skip
def test_rows_that_are_not_this_drafts_are_refused(_case: str, code: str) -> None:
    made = company()
    version = draft(made)
    other = RowInput(ApprovalRule.objects.filter(policy__number=1).earliest("pk").pk, False, {}, None)
    rows = {
        "no row at all": [],
        "a row of another version": [other],
        "one row twice": [*kept(version), kept(version)[0]],
    }
    if _case == "a published version":
        version = publish(made, version)

    with pytest.raises(DomainError) as refused:
        save(made, version, rows.get(_case, [NEW]), expected_version=version.version)

    assert refused.value.code == code
    assert names(version)[0] == "Catalogue items up to 1,000, nothing unusual"


def test_statements_do_not_grow_with_the_rows() -> None:
    made = company()
    counts = []
    for more in (1, 60):
        version = draft(made)
        rows = [replace(row, axes={"name": f"Was {row.rule_id}"}) for row in kept(version)]
        with CaptureQueriesContext(connection) as seen:
            save(made, version, [*rows, *[NEW] * more])
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_stages_left_alone_keep_what_they_are() -> None:
    made = company()
    version = add_rule(
        made, draft(made), "Both", StageInput("site_role", "site_manager", completion="all", due_hours=3)
    )
    rows = kept(version, row5={"name": "Both of them"})

    save(made, version, rows, expected_version=version.version)

    rule = build_matrix(version.pk).rules[-1]
    assert (rule.name, rule.stages[0].completion, rule.stages[0].due_hours) == ("Both of them", "all", 3)
