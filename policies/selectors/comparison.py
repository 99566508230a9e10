"""How one version differs from another, or from a document that is not stored yet, in words (AP-9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.decisions.budgets import MODES
from policies.decisions.exchange import Document
from policies.decisions.matrix import Matrix, Rule
from policies.decisions.rule_words import conditions, differences, stage_words
from policies.decisions.staffing import Roster, called
from policies.decisions.vocabulary import DUTIES, FLAGS, LIMITS, RUNGS, SWITCHES, listed, words
from policies.decisions.world import World
from policies.models import ApprovalStage, DutyPair, ExceptionRoute, MatchTolerance, PolicyKind, PolicyVersion
from policies.selectors.analysis import Analysis
from policies.selectors.content import MODELS, Ground, Rows, rows_of
from policies.selectors.in_force import RuleRow, assemble, matrix_of, rule_of
from policies.selectors.today import ROLE_NAMES, today


@dataclass(frozen=True, slots=True)
class Content:
    """What a version says, ready to be told: its matrix, or its rows, and its switches."""

    settings: Mapping[str, Any]
    matrix: Matrix | None = None
    rows: Sequence[Any] = ()


def content_of(version: PolicyVersion) -> Content:
    """Return what a stored version says."""
    if version.kind == PolicyKind.APPROVAL:
        return Content(version.settings, matrix_of(version))
    model = MODELS.get(version.kind)
    return Content(version.settings, None, list(model.objects.filter(policy=version).order_by("pk")) if model else ())


def content_to_be(document: Document, ground: Ground) -> Content:
    """Return what a fit document would say as a version."""
    version = PolicyVersion(kind=document.kind, number=0, settings=dict(document.settings))
    found = rows_of(document, ground, version)
    if document.kind != PolicyKind.APPROVAL:
        return Content(document.settings, None, found.rows)
    return Content(document.settings, assemble(version, _rule_rows(found)))


def _rule_rows(found: Rows) -> tuple[RuleRow, ...]:
    return tuple(
        RuleRow(0, row.is_additional, rule_of(row, [_ask(stage) for stage in stages]))
        for row, stages in zip(found.rows, found.stages, strict=True)
    )


def _ask(stage: ApprovalStage) -> dict[str, Any]:
    columns = [field.attname for field in ApprovalStage._meta.concrete_fields]  # noqa: SLF001 - Django's own way
    return {name: getattr(stage, name) for name in columns if name not in {"id", "rule_id", "position"}}


def differences_between(
    before: PolicyVersion, after: PolicyVersion, analysis: Analysis | None = None
) -> tuple[str, ...]:
    """Return in words how `after` differs from `before`, both of one kind; nothing when they are equal.

    An `analysis` of `after` that was just made spares reading its rows, the places and the people again.
    """
    content = content_of(after) if analysis is None else Content(after.settings, analysis.matrix)
    seen = None if analysis is None else (analysis.world, analysis.roster)
    return told(content_of(before), content, after.kind, seen)


def told(before: Content, after: Content, kind: str, seen: tuple[World, Roster] | None = None) -> tuple[str, ...]:
    """Return in words how one content of a kind differs from another; nothing when they are equal.

    `seen` are the places and people of today, when they were read already.
    """
    switches = tuple(_changed(_switches(before.settings), _switches(after.settings)))
    if before.matrix is not None and after.matrix is not None:
        world, roster = seen or today(after.matrix)

        def describe(rule: Rule) -> Sequence[str]:
            stages = [stage_words(n, s, called(s, roster)) for n, s in enumerate(rule.stages, start=1)]
            return (*conditions(rule, world, ROLE_NAMES), *(["Touchless"] if rule.is_touchless else stages))

        return (*differences(before.matrix, after.matrix, describe), *switches)
    return (*_changed(_named(kind, before.rows), _named(kind, after.rows)), *switches)


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    lines = [
        f"{name}: {before[name]} becomes {after[name]}."
        for name in after
        if before.get(name, after[name]) != after[name]
    ]
    lines += [f"{name} is new: {after[name]}." for name in after if name not in before]
    return [*lines, *(f"{name} is gone (was {before[name]})." for name in before if name not in after)]


def _switches(settings: Mapping[str, Any]) -> dict[str, str]:
    return {SWITCHES.get(name, (name, ""))[0]: switch_words(value) for name, value in settings.items()}


def switch_words(value: object) -> str:
    """Write a switch's value as people say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return listed((words(code, FLAGS, RUNGS).lower() for code in value), most=9) or "none"
    return words(str(value), ROLE_NAMES, MODES) or "none"


def _named(kind: str, rows: Sequence[Any]) -> dict[str, str]:
    """Return rows as name and words, those of an approval matrix aside."""
    if kind == PolicyKind.TOLERANCE:
        return {f"{level}, {label}": text for level in rows for label, text in limit_words(level).items()}
    if kind == PolicyKind.DUTY:
        return {pair_words(pair): _strength(pair) for pair in rows}
    routes: Sequence[ExceptionRoute] = rows
    return {r.name: f"{words(r.owner_role, ROLE_NAMES)}, {r.due_hours} h" for r in routes}


def limit_words(level: MatchTolerance) -> dict[str, str]:
    """Return each limit a level writes, by its name in words; what it inherits is left out."""
    written = {"Match": level.get_mode_display()} if level.mode else {}
    for name, (label, unit) in LIMITS.items():
        value = getattr(level, name)
        if name in level.unlimited:
            written[label] = "unlimited"
        elif value is not None:
            written[label] = f"{value.normalize():f} {unit}"
    return written


def pair_words(pair: DutyPair) -> str:
    """Return the two duties of a pair in words, in one order whichever was written first."""
    return " and ".join(sorted(words(code, DUTIES, ROLE_NAMES) for code in (pair.first, pair.second)))


def _strength(pair: DutyPair) -> str:
    days = f" within {pair.countersign_days} days" if pair.countersign_days else ""
    return f"{pair.get_strength_display()}{days}"
