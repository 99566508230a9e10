"""What is wrong with a matrix today, and how one version differs from another (AP-9)."""

from collections.abc import Sequence
from dataclasses import dataclass

from policies.decisions.coverage import cover
from policies.decisions.matrix import Matrix, Rule
from policies.decisions.rule_words import conditions, differences, stage_words
from policies.decisions.staffing import Roster, called, unstaffed
from policies.decisions.vocabulary import DUTIES, FLAGS, LIMITS, SWITCHES, listed, words
from policies.decisions.world import Finding, World
from policies.models import DutyPair, ExceptionRoute, MatchTolerance, PolicyKind, PolicyVersion
from policies.selectors.in_force import build_matrix, matrix_of
from policies.selectors.today import ROLE_NAMES, today


@dataclass(frozen=True, slots=True)
class Analysis:
    """A matrix with what was found in it, where and whom it was checked against."""

    matrix: Matrix
    world: World
    roster: Roster
    findings: tuple[Finding, ...]
    examples: int


def analyse(version: PolicyVersion, matrix: Matrix | None = None) -> Analysis:
    """Check a version's matrix against the places and people of today; blocking findings come first."""
    matrix = matrix or matrix_of(version)
    world, roster = today(matrix)
    covered = cover(matrix, world)
    staff = tuple(unstaffed(matrix, world, roster, fallback_role_of(version)))
    found = sorted((*covered.findings, *staff), key=lambda finding: not finding.blocks)
    return Analysis(matrix, world, roster, tuple(found), covered.examples)


def fallback_role_of(version: PolicyVersion) -> str:
    """Return the role that decides, enterprise-wide, what nobody else may (AP-3)."""
    return str(version.settings.get("fallback_role", "finance_director"))


def differences_between(before: PolicyVersion, after: PolicyVersion) -> tuple[str, ...]:
    """Return in words how `after` differs from `before`, both of one kind; nothing when they are equal."""
    switches = tuple(_changed(_switches(before), _switches(after)))
    if after.kind == PolicyKind.APPROVAL:
        old, new = build_matrix(before.pk), build_matrix(after.pk)
        world, roster = today(new)

        def describe(rule: Rule) -> Sequence[str]:
            stages = [stage_words(n, s, called(s, roster)) for n, s in enumerate(rule.stages, start=1)]
            return (*conditions(rule, world, ROLE_NAMES), *(["Touchless"] if rule.is_touchless else stages))

        return (*differences(old, new, describe), *switches)
    return (*_changed(_rows(before), _rows(after)), *switches)


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    lines = [
        f"{name}: {before[name]} becomes {after[name]}."
        for name in after
        if before.get(name, after[name]) != after[name]
    ]
    lines += [f"{name} is new: {after[name]}." for name in after if name not in before]
    return [*lines, *(f"{name} is gone (was {before[name]})." for name in before if name not in after)]


def _switches(version: PolicyVersion) -> dict[str, str]:
    return {SWITCHES.get(name, (name, ""))[0]: switch_words(value) for name, value in version.settings.items()}


def switch_words(value: object) -> str:
    """Write a switch's value as people say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return listed((words(code, FLAGS).lower() for code in value), most=9) or "none"
    return ROLE_NAMES.get(str(value), str(value)) or "none"


def _rows(version: PolicyVersion) -> dict[str, str]:
    """Return a version's rows as name and words, those of an approval matrix aside."""
    if version.kind == PolicyKind.TOLERANCE:
        levels = MatchTolerance.objects.filter(policy=version).order_by("pk")
        return {f"{level}, {label}": text for level in levels for label, text in limit_words(level).items()}
    if version.kind == PolicyKind.DUTY:
        pairs = DutyPair.objects.filter(policy=version).order_by("pk")
        return {pair_words(pair): _strength(pair) for pair in pairs}
    routes = ExceptionRoute.objects.filter(policy=version).order_by("pk")
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
