"""Changing the rows of a draft. Published versions are refused here, whatever the door."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from foundation import audit
from foundation.errors import InvalidError, NotFoundError, require
from foundation.models import User
from policies import access
from policies.models import ApprovalRule, ApprovalStage, MatchTolerance
from policies.services.versions import lock_version


@dataclass(frozen=True, slots=True)
class StageInput:
    """A stage as typed."""

    who: str
    role: str = ""
    person_id: int | None = None
    completion: str = "one"
    due_hours: int = 8


@transaction.atomic
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
    """Add or change a row of a draft matrix; `axes` are the rule's columns, the position last when it is new.

    :raises InvalidError: an empty band, or a touchless row with stages.
    """
    draft = lock_version(version_id, expected_version)
    require(access.can_edit(actor, draft))
    _check(axes, stages)
    if rule_id is None:
        last = ApprovalRule.objects.filter(policy=draft, is_additional=axes.get("is_additional", False)).count()
        rule = ApprovalRule(policy=draft, position=last + 1)
    else:
        found = ApprovalRule.objects.filter(policy=draft, pk=rule_id).first()
        if found is None:
            raise NotFoundError("not_found", "There is no such row in this draft.")
        rule = found
    for name, value in axes.items():
        setattr(rule, name, value)
    rule.save()
    rule.stages.all().delete()
    ApprovalStage.objects.bulk_create(
        ApprovalStage(
            rule=rule, position=number, who=s.who, role=s.role, person_id=s.person_id, completion=s.completion,
            due_hours=s.due_hours,
        )
        for number, s in enumerate(stages, start=1)
    )  # fmt: skip
    _count(draft)
    audit.record(draft, "save_rule", actor=actor, at=at, rule=str(rule))
    return rule


def _check(axes: dict[str, Any], stages: list[StageInput]) -> None:
    low, high = axes.get("amount_from"), axes.get("amount_to")
    if low is not None and high is not None and high <= low:
        raise InvalidError(
            "band_empty", f"The band from {low} to {high} is empty: the end must be above the start.", field="amount_to"
        )
    if axes.get("is_touchless") and stages:
        raise InvalidError(
            "touchless_with_stage", "A touchless row asks nobody. Remove the stages.", field="is_touchless"
        )
    if not axes.get("is_touchless") and not stages:
        raise InvalidError(
            "rule_without_stage", "The row asks nobody. Add a stage or mark it touchless.", field="stages"
        )


@transaction.atomic
def move_rule(*, version_id: int, expected_version: int, rule_id: int, up: bool, actor: User, at: datetime) -> None:
    """Swap a row with its neighbour; at the end of the list nothing happens."""
    draft = lock_version(version_id, expected_version)
    require(access.can_edit(actor, draft))
    rule = ApprovalRule.objects.filter(policy=draft, pk=rule_id).first()
    if rule is None:
        raise NotFoundError("not_found", "There is no such row in this draft.")
    rows = list(ApprovalRule.objects.filter(policy=draft, is_additional=rule.is_additional).order_by("position"))
    here = rows.index(rule)
    there = here - 1 if up else here + 1
    if 0 <= there < len(rows):
        rows[here], rows[there] = rows[there], rows[here]
        _renumber(rows)
        _count(draft)
        audit.record(draft, "move_rule", actor=actor, at=at, rule=rule.name, up=up)


@transaction.atomic
def delete_rule(*, version_id: int, expected_version: int, rule_id: int, actor: User, at: datetime) -> None:
    """Take a row out of a draft; the rows below move up."""
    draft = lock_version(version_id, expected_version)
    require(access.can_edit(actor, draft))
    rule = ApprovalRule.objects.filter(policy=draft, pk=rule_id).first()
    if rule is None:
        raise NotFoundError("not_found", "There is no such row in this draft.")
    name, additional = rule.name, rule.is_additional
    rule.delete()
    _renumber(list(ApprovalRule.objects.filter(policy=draft, is_additional=additional).order_by("position")))
    _count(draft)
    audit.record(draft, "delete_rule", actor=actor, at=at, rule=name)


def _renumber(rows: list[ApprovalRule]) -> None:
    for number, row in enumerate(rows, start=1):
        row.position = number
    ApprovalRule.objects.bulk_update(rows, ["position"])


@transaction.atomic
def save_tolerance(
    *,
    version_id: int,
    expected_version: int,
    actor: User,
    at: datetime,
    scope: str,
    scope_code: str,
    limits: dict[str, Decimal | None],
    unlimited: list[str],
    mode: str = "",
) -> MatchTolerance:
    """Add or change one level of a draft's tolerances; a limit is a number, None (inherit) or named in `unlimited`."""
    draft = lock_version(version_id, expected_version)
    require(access.can_edit(actor, draft))
    both = [name for name in unlimited if limits.get(name) is not None]
    if both:
        raise InvalidError("limit_twice", f"{both[0]} has a number and is unlimited. Choose one.", field=both[0])
    negative = [name for name, value in limits.items() if value is not None and value < 0]
    if negative:
        raise InvalidError("limit_negative", f"{negative[0]} cannot be negative.", field=negative[0])
    row, _ = MatchTolerance.objects.update_or_create(
        policy=draft, scope=scope, scope_code=scope_code, defaults={**limits, "unlimited": unlimited, "mode": mode}
    )
    _count(draft)
    audit.record(draft, "save_tolerance", actor=actor, at=at, level=str(row))
    return row


def _count(draft: Any) -> None:
    draft.version += 1
    draft.save(update_fields=["version"])
