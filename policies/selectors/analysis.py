"""What is wrong with a matrix today (AP-9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from foundation.models import Job
from policies.decisions.coverage import cover
from policies.decisions.fingerprint import finding_from_json, fingerprint
from policies.decisions.gone_checks import gone_names
from policies.decisions.matrix import Matrix
from policies.decisions.matter_checks import unfit_rows
from policies.decisions.staff_checks import unstaffed
from policies.decisions.staffing import Roster
from policies.decisions.world import Finding, World
from policies.models import PolicyAnalysis, PolicyVersion
from policies.selectors.in_force import matrix_of
from policies.selectors.today import asking, today

MOST_AT_ONCE = 300  # rows that are analysed while somebody waits for the page
KEPT = timedelta(days=1)  # places and people move: an older analysis does not let a version be published


Seen = tuple[World, Roster]


@dataclass(frozen=True, slots=True)
class Analysis:
    """A matrix with what was found in it, where and whom it was checked against."""

    matrix: Matrix
    world: World
    roster: Roster
    findings: tuple[Finding, ...]
    shadowed: Mapping[str, tuple[str, ...]]  # base row -> rows above that go before it for a part
    is_done: bool = True  # a long draft is analysed by a worker; until it is, nothing was found and nothing proved
    analysed_at: datetime | None = None  # of a long draft
    job: Job | None = None  # the work that looks at exactly this content


def analyse(
    version: PolicyVersion, matrix: Matrix | None = None, *, at: datetime | None = None, seen: Seen | None = None
) -> Analysis:
    """Check a version's matrix against the places and people of today; blocking findings come first.

    `at` is now: absences declared that end after it count. Without it only who is here counts, not who will be away.
    `seen` are the places and people of now, when they were read already for all that the matrix asks.
    """
    matrix = matrix or matrix_of(version)
    world, roster = seen or today(matrix, at)
    covered = cover(matrix, world)
    staff = tuple(unstaffed(matrix, world, roster, fallback_role_of(version)))
    found = sorted(
        (*plain_faults(matrix, world, roster), *covered.findings, *staff), key=lambda finding: not finding.blocks
    )
    return Analysis(matrix, world, roster, tuple(found), covered.shadowed)


def plain_faults(matrix: Matrix, world: World, roster: Roster) -> tuple[Finding, ...]:
    """Return what is wrong with rows by themselves: what they name is gone, or their matter has no such thing."""
    return (*gone_names(matrix, world, roster), *unfit_rows(matrix, world))


def is_long(matrix: Matrix) -> bool:
    """Say whether a matrix has more rows than are analysed while somebody waits."""
    return len(matrix.rules) + len(matrix.additional) > MOST_AT_ONCE


def analysis_of(version: PolicyVersion, matrix: Matrix | None = None, *, at: datetime) -> Analysis:
    """Return what is wrong with a version: looked up at once, or of a long one what a worker found in exactly this."""
    matrix = matrix or matrix_of(version)
    if not is_long(matrix):
        return analyse(version, matrix, at=at)
    content = fingerprint(matrix, version.settings)
    kept = PolicyAnalysis.objects.select_related("job").filter(policy=version, content=content).first()
    world, roster = today(matrix, at)
    if kept is None or kept.analysed_at is None:
        return Analysis(matrix, world, roster, (), {}, is_done=False, job=kept.job if kept else None)
    found = tuple(map(finding_from_json, kept.findings))
    shadowed = {row: tuple(above) for row, above in kept.shadowed.items()}
    return Analysis(matrix, world, roster, found, shadowed, analysed_at=kept.analysed_at, job=kept.job)


def typed_analysis(version: PolicyVersion, matrix: Matrix, *, at: datetime, seen: Seen, stored: Matrix) -> Analysis:
    """Return what is wrong with rows as they are typed; a long matrix is not looked at before it is stored.

    `seen` are the places and people of now as the `stored` matrix asks for them; they are read anew for what it does not.
    """
    if not asking(matrix) <= asking(stored):
        seen = today(matrix, at)
    if not is_long(matrix):
        return analyse(version, matrix, at=at, seen=seen)
    world, roster = seen
    return Analysis(matrix, world, roster, (), {}, is_done=False)


def fallback_role_of(version: PolicyVersion) -> str:
    """Return the role that decides, enterprise-wide, what nobody else may (AP-3)."""
    return str(version.settings.get("fallback_role", "finance_director"))
