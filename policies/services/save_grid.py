"""Every row of a draft matrix at once, as the grid sends them: all of them are stored, or none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import audit
from foundation.errors import InvalidError, NotFoundError
from foundation.journal import use_case
from foundation.models import User
from policies.models import ApprovalRule, ApprovalStage, PolicyVersion
from policies.services.codes import check_codes
from policies.services.rules import StageInput, check_row, stage_rows
from policies.services.versions import count_change, lock_draft


@dataclass(frozen=True, slots=True)
class RowInput:
    """A row as typed: the key of the row it was, its columns, its stages.

    No key is a new row. Columns left out, and stages that are None, stay as they are stored.
    """

    rule_id: int | None
    is_additional: bool
    axes: Mapping[str, Any]
    stages: Sequence[StageInput] | None


@use_case
def save_grid(
    *, version_id: int, expected_version: int, rows: Sequence[RowInput], actor: User, at: datetime
) -> PolicyVersion:
    """Store the rows of a draft in the order given; rows that are not among them are taken out.

    Statements do not grow with the rows. When nothing differs nothing is written and the draft keeps its version.

    :raises NotFoundError: a row is not in this draft, or stands twice.
    :raises InvalidError: no row at all, or a row that could not be decided by; `row` in the details is its place,
        from zero, and `field` its column.
    """
    draft = lock_draft(version_id, expected_version, actor)
    if not rows:
        raise InvalidError("matrix_empty", "The grid has no row. A matrix needs at least one.", field="name")
    found = {rule.pk: rule for rule in ApprovalRule.objects.filter(policy=draft).prefetch_related("stages")}
    kept = [row.rule_id for row in rows if row.rule_id is not None]
    if len(set(kept)) != len(kept) or not set(kept) <= set(found):
        raise NotFoundError("not_found", "There is no such row in this draft.")
    _check(rows, found)
    stands = {rule.pk: _contents(rule) for rule in found.values()}
    typed = list(_laid_out(draft, rows, found))
    gone = [rule for pk, rule in found.items() if pk not in set(kept)]
    fresh = [rule for rule, _ in typed if rule.pk is None]
    differs = {
        rule.pk: _differing(stands[rule.pk], _contents(rule, stages)) for rule, stages in typed if rule.pk is not None
    }
    changed = [rule for rule, _ in typed if differs.get(rule.pk)]
    if gone or fresh or changed:
        columns = set[str]().union(*differs.values()) - {_STAGES}
        _store(typed, gone, fresh, changed, sorted(columns))
        count_change(draft, actor, at)
        names: dict[str, Any] = {"changed": changed, "added": fresh, "removed": gone}
        done = {what: [str(rule) for rule in of] for what, of in names.items() if of}
        audit.record(draft, "save_grid", actor=actor, at=at, **dict[str, Any](done))
    return draft


def _check(rows: Sequence[RowInput], found: Mapping[int, ApprovalRule]) -> None:
    codes: dict[str, set[str]] = {}
    for place, row in enumerate(rows):
        rule = found.get(row.rule_id or 0)
        axes = {**(_axes_of(rule) if rule else {}), **row.axes, "is_additional": row.is_additional}
        stages = row.stages if row.stages is not None else list(map(StageInput.of, rule.stages.all())) if rule else []
        try:
            check_row(axes=axes, stages=stages)
        except InvalidError as error:
            error.details["row"] = place
            raise
        for axis, named in row.axes.items():
            if isinstance(named, list):
                codes.setdefault(axis, set()).update(named)
    check_codes(codes)


def _axes_of(rule: ApprovalRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in ("name", "amount_from", "amount_to", "is_touchless")}


def _laid_out(
    draft: PolicyVersion, rows: Sequence[RowInput], found: Mapping[int, ApprovalRule]
) -> Iterator[tuple[ApprovalRule, Sequence[StageInput] | None]]:
    """Yield each row with its columns set and its place counted, and the stages it brings; None keeps what it has."""
    places = {True: 0, False: 0}
    for row in rows:
        rule = found[row.rule_id] if row.rule_id is not None else ApprovalRule(policy=draft)
        places[row.is_additional] += 1
        rule.position, rule.is_additional = places[row.is_additional], row.is_additional
        for name, value in row.axes.items():
            setattr(rule, name, value)
        yield rule, row.stages


_COLUMNS = [field.name for field in ApprovalRule._meta.concrete_fields if field.name not in {"id", "policy"}]  # noqa: SLF001 - Django's own way

_STAGES = "stages"


def _contents(rule: ApprovalRule, stages: Sequence[StageInput] | None = None) -> tuple[Any, ...]:
    """Return what a row says, lists in one order, so that two of it can be compared."""
    own = stages if stages is not None else map(StageInput.of, rule.stages.all())
    values = [getattr(rule, name) for name in _COLUMNS]
    return (*(sorted(value) if isinstance(value, list) else value for value in values), tuple(own))


def _differing(before: Sequence[Any], now: Sequence[Any]) -> set[str]:
    """Return the columns in which two contents of a row differ."""
    return {name for name, was, is_now in zip([*_COLUMNS, _STAGES], before, now, strict=True) if was != is_now}


def _store(
    typed: Sequence[tuple[ApprovalRule, Sequence[StageInput] | None]], gone: Sequence[ApprovalRule],
    fresh: Sequence[ApprovalRule], changed: Sequence[ApprovalRule], columns: Sequence[str],
) -> None:  # fmt: skip
    ApprovalRule.objects.filter(pk__in=[rule.pk for rule in gone]).delete()
    if columns:
        ApprovalRule.objects.bulk_update(changed, columns)
    ApprovalRule.objects.bulk_create(fresh)
    written = {id(rule) for rule in (*fresh, *changed)}
    new = [(rule, stages) for rule, stages in typed if stages is not None and id(rule) in written]
    ApprovalStage.objects.filter(rule__in=[rule for rule, _ in new]).delete()
    ApprovalStage.objects.bulk_create(row for rule, stages in new for row in stage_rows(rule, stages))
