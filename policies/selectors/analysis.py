"""What is wrong with a matrix today (AP-9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from policies.decisions.coverage import cover
from policies.decisions.matrix import Matrix
from policies.decisions.matter_checks import unfit_rows
from policies.decisions.staff_checks import unstaffed
from policies.decisions.staffing import Roster
from policies.decisions.world import Finding, World
from policies.models import PolicyVersion
from policies.selectors.in_force import matrix_of
from policies.selectors.today import today


@dataclass(frozen=True, slots=True)
class Analysis:
    """A matrix with what was found in it, where and whom it was checked against."""

    matrix: Matrix
    world: World
    roster: Roster
    findings: tuple[Finding, ...]
    shadowed: Mapping[str, tuple[str, ...]]  # base row -> rows above that go before it for a part


def analyse(version: PolicyVersion, matrix: Matrix | None = None, *, at: datetime | None = None) -> Analysis:
    """Check a version's matrix against the places and people of today; blocking findings come first.

    `at` is now: absences declared that end after it count. Without it only who is here counts, not who will be away.
    """
    matrix = matrix or matrix_of(version)
    world, roster = today(matrix, at)
    covered = cover(matrix, world)
    staff = tuple(unstaffed(matrix, world, roster, fallback_role_of(version)))
    unfit = tuple(unfit_rows(matrix, world))
    found = sorted((*unfit, *covered.findings, *staff), key=lambda finding: not finding.blocks)
    return Analysis(matrix, world, roster, tuple(found), covered.shadowed)


def fallback_role_of(version: PolicyVersion) -> str:
    """Return the role that decides, enterprise-wide, what nobody else may (AP-3)."""
    return str(version.settings.get("fallback_role", "finance_director"))
