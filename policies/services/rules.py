"""The rows of a draft matrix. Published versions are refused here, whatever the door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.db.models import QuerySet

from foundation import audit
from foundation.errors import InvalidError, NotFoundError
from foundation.journal import use_case
from foundation.models import Role, User
from policies.decisions.matrix import StageAsk
from policies.models import ApprovalRule, ApprovalStage, PolicyVersion, StageCompletion, StageWho
from policies.services.codes import check_codes
from policies.services.versions import count_change, lock_draft

_BY_ROLE = {StageWho.SITE_ROLE, StageWho.REGION_ROLE, StageWho.ENTERPRISE_ROLE}
_PERCENT = {None, *range(1, 101)}


@dataclass(frozen=True, slots=True)
class StageInput:
    """A stage as typed; see `StageAsk`."""

    who: str
    role: str = ""
    person_id: int | None = None
    completion: str = "one"
    due_hours: int = 8
    percent: int | None = None
    with_previous: bool = False
    may_repeat: bool = False

    @classmethod
    def of(cls, stage: ApprovalStage | StageAsk) -> Self:
        """Return a stage that is stored or frozen as it would be typed."""
        return cls(**{name: getattr(stage, name) for name in cls.__dataclass_fields__})


@use_case
def save_rule(
    *,
    version_id: int,
    expected_version: int,
    actor: User,
    at: datetime,
    rule_id: int | None = None,
    stages: list[StageInput],
    **axes: Any,
) -> ApprovalRule:
    """Add or change a row of a draft matrix; `axes` are the rule's columns.

    A new row, or one that changes between base and additional, comes last in its list.

    :raises InvalidError: an empty band, a touchless row with stages, or a stage that names nobody.
    """
    draft = lock_draft(version_id, expected_version, actor)
    check_row(axes=axes, stages=stages)
    check_codes(axes)
    rule = _rule_of(draft, rule_id) if rule_id else ApprovalRule(policy=draft)
    moves = rule_id is None or rule.is_additional != axes.get("is_additional", rule.is_additional)
    for name, value in axes.items():
        setattr(rule, name, value)
    if moves:
        rule.position = _rows(draft, additional=rule.is_additional).exclude(pk=rule.pk).count() + 1
    rule.save()
    if moves and rule_id:
        _renumber(list(_rows(draft, additional=not rule.is_additional)))
    rule.stages.all().delete()
    ApprovalStage.objects.bulk_create(stage_rows(rule, stages))
    count_change(draft, actor, at)
    audit.record(draft, "save_rule", actor=actor, at=at, rule=str(rule))
    return rule


def stage_rows(rule: ApprovalRule, stages: Sequence[StageInput]) -> list[ApprovalStage]:
    """Return stages as the rows that keep them."""
    return [
        ApprovalStage(
            rule=rule, position=number, who=s.who, role=s.role, person_id=s.person_id, completion=s.completion,
            due_hours=s.due_hours, percent=s.percent, with_previous=s.with_previous, may_repeat=s.may_repeat,
        )
        for number, s in enumerate(stages, start=1)
    ]  # fmt: skip


def _rows(draft: PolicyVersion, *, additional: bool) -> QuerySet[ApprovalRule]:
    return ApprovalRule.objects.filter(policy=draft, is_additional=additional).order_by("position")


def _rule_of(draft: PolicyVersion, rule_id: int) -> ApprovalRule:
    rule = ApprovalRule.objects.filter(policy=draft, pk=rule_id).first()
    if rule is None:
        raise NotFoundError("not_found", "There is no such row in this draft.")
    return rule


def _check_band(name: str, low: Decimal | None, high: Decimal | None) -> None:
    if not name.strip():
        raise InvalidError("rule_name", "Give the row a name: people read it as the reason.", field="name")
    if low is not None and low < 0:
        raise InvalidError("amount_negative", "An amount cannot be negative.", field="amount_from", value=str(low))
    if low is not None and high is not None and high <= low:
        raise InvalidError(
            "band_empty",
            f"The band above {low:,} up to {high:,} is empty: the end must be above the start.",
            field="amount_to",
        )


def check_row(*, axes: Mapping[str, Any], stages: Sequence[StageInput]) -> None:
    """Refuse a row that could not be decided by, whatever its codes; `field` in the details names the column.

    :raises InvalidError: an empty band or name, a touchless row with stages, or a stage that names nobody.
    """
    _check_band(axes.get("name", "-"), axes.get("amount_from"), axes.get("amount_to"))
    asks = [stage for stage in stages if stage.completion != StageCompletion.INFORM]
    if axes.get("is_touchless") and asks:
        raise InvalidError(
            "touchless_with_stage", "A touchless row asks nobody. Remove the stages.", field="is_touchless"
        )
    if not axes.get("is_touchless") and not (asks or (stages and axes.get("is_additional"))):
        raise InvalidError(
            "rule_without_stage", "The row asks nobody. Add a stage or mark it touchless.", field="stages"
        )
    if axes.get("is_touchless") and axes.get("is_additional"):
        raise InvalidError("touchless_additional", "Only a base row can be touchless.", field="is_touchless")
    for number, stage in enumerate(stages, start=1):
        _check_stage(number, stage)


def _check_stage(number: int, stage: StageInput) -> None:
    if stage.who not in StageWho.values:
        raise InvalidError("stage_who", f"Stage {number}: choose who is asked.", field="stages", value=stage.who)
    if (stage.who in _BY_ROLE) != (stage.role in Role.values):
        raise InvalidError(
            "stage_role", f"Stage {number}: choose a role for a stage by role, and none for another.", field="stages"
        )
    if (stage.who == StageWho.PERSON) != (stage.person_id is not None):
        raise InvalidError("stage_person", f"Stage {number}: name the person for a named person.", field="stages")
    if stage.completion not in StageCompletion.values:
        raise InvalidError(
            "stage_completion", f"Stage {number}: choose how many of them agree.", field="stages", value=stage.completion
        )  # fmt: skip
    if (stage.completion == StageCompletion.PERCENT) != (stage.percent is not None) or stage.percent not in _PERCENT:
        raise InvalidError(
            "stage_percent", f"Stage {number}: write 1 to 100 for a percentage of those asked, and nothing for another.",
            field="stages", value=str(stage.percent),
        )  # fmt: skip
    if stage.due_hours < 1:
        raise InvalidError("stage_hours", f"Stage {number}: give at least one business hour.", field="stages")


@use_case
def move_rule(*, version_id: int, expected_version: int, rule_id: int, up: bool, actor: User, at: datetime) -> None:
    """Swap a row with its neighbour; at the end of the list nothing happens."""
    draft = lock_draft(version_id, expected_version, actor)
    rule = _rule_of(draft, rule_id)
    rows = list(_rows(draft, additional=rule.is_additional))
    here = rows.index(rule)
    there = here - 1 if up else here + 1
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        _renumber(rows)
        count_change(draft, actor, at)
        audit.record(draft, "move_rule", actor=actor, at=at, rule=rule.name, up=up)


@use_case
def delete_rule(*, version_id: int, expected_version: int, rule_id: int, actor: User, at: datetime) -> None:
    """Take a row out of a draft; the rows below move up."""
    draft = lock_draft(version_id, expected_version, actor)
    rule = _rule_of(draft, rule_id)
    name, additional = rule.name, rule.is_additional
    rule.delete()
    _renumber(list(_rows(draft, additional=additional)))
    count_change(draft, actor, at)
    audit.record(draft, "delete_rule", actor=actor, at=at, rule=name)


def _renumber(rows: list[ApprovalRule]) -> None:
    for number, row in enumerate(rows, start=1):
        row.position = number
    ApprovalRule.objects.bulk_update(rows, ["position"])
