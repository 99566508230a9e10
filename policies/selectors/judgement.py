"""What a document would do as a version: every fault, and how it would differ from the version in force (AP-9)."""

from dataclasses import dataclass, replace
from datetime import datetime

from foundation.errors import NotFoundError
from policies.decisions.exchange import Document, Fault, Numbered, Taken
from policies.decisions.exchange_checks import again, check, overlaps
from policies.decisions.switches import LATER
from policies.models import PolicyKind, PolicyVersion
from policies.selectors.analysis import MOST_AT_ONCE, Analysis, analyse
from policies.selectors.comparison import content_of, content_to_be, told
from policies.selectors.content import Ground, document_of, ground_today, missing_levels
from policies.selectors.in_force import version_in_force


@dataclass(frozen=True, slots=True)
class Judgement:
    """A document with what may be named today, every fault, and the version it would follow."""

    document: Document
    ground: Ground
    faults: tuple[Fault, ...]
    base: PolicyVersion | None


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a fit document would change, and what is worth a look: overlaps, and what the analyser finds."""

    lines: tuple[str, ...]
    notes: tuple[str, ...]
    analysis: Analysis | None


def in_force_or_none(kind: str, at: datetime) -> PolicyVersion | None:
    """Return the version of a policy in force at an instant, or nothing before the first."""
    try:
        return version_in_force(kind, at)
    except NotFoundError:
        return None


def judge(taken: Taken, ground: Ground, at: datetime) -> Judgement:
    """Judge what was read of a file against what may be named today and the switches the policy has.

    A switch that came after the file was written has the value that changes nothing.
    """
    base = in_force_or_none(taken.kind, at)
    later = LATER.get(taken.kind, {})
    whole = replace(taken, settings={**later, **taken.settings})
    names = sorted({*later, *(base.settings if base else taken.settings)})
    is_levels = taken.kind == PolicyKind.TOLERANCE
    missing = missing_levels([row.values for row in taken.rows]) if is_levels else frozenset()
    faults = check(whole, ground.known, names, missing)
    return Judgement(whole.document(), ground, faults, base)


def judge_again(version: PolicyVersion, at: datetime) -> Judgement:
    """Judge what an old version says by what is there today: what it names may be gone."""
    ground, document = ground_today(), document_of(version)
    rows = [Numbered(f"Row {row.get('position', n)}", row) for n, row in enumerate(document.rows, start=1)]
    stored = Taken(version.kind, document.settings, tuple(rows), ())
    return judge(named_today(stored, ground), ground, at)


def named_today(taken: Taken, ground: Ground) -> Taken:
    """Return what was read and found fit at some time, with a fault wherever it names what is gone by now."""
    return replace(taken, faults=(*taken.faults, *again(taken.rows, taken.kind, ground.known)))


def foresee(judged: Judgement, at: datetime) -> Prospect:
    """Say in words what a fit document would change; nothing is written. A long matrix is analysed as a draft only."""
    document, base = judged.document, judged.base
    after = content_to_be(document, judged.ground)
    lines = told(content_of(base), after, document.kind) if base else ()
    if after.matrix is None:
        return Prospect(lines, (), None)
    version = PolicyVersion(kind=document.kind, number=0, settings=dict(document.settings))
    notes = tuple(overlaps(document.rows))
    if len(document.rows) > MOST_AT_ONCE:
        later = f"With more than {MOST_AT_ONCE} rows the matrix is analysed when it is a draft, not here."
        return Prospect(lines, (later, *notes), None)
    return Prospect(lines, notes, analyse(version, after.matrix, at=at))
