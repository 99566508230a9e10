"""What must be mended before a version is published (AP-9, GR-3, EX-1)."""

from datetime import datetime

from foundation.errors import InvalidError
from policies.decisions.tolerances import LIMITS
from policies.models import ExceptionRoute, MatchTolerance, PolicyKind, PolicyVersion
from policies.selectors.analysis import KEPT, Analysis, analysis_of


def check_publishable(*, draft: PolicyVersion, at: datetime, analysis: Analysis | None = None) -> None:
    """Refuse a version that would leave documents undecided; `at` is now, for who is away.

    A short matrix is analysed here and now, unless `analysis` is of this moment; a long one must have been analysed by
    a worker as it is, within a day.

    :raises InvalidError: says which row, limit, gap or stage to mend, with an example.
    """
    if draft.kind == PolicyKind.APPROVAL:
        _check_matrix(analysis or analysis_of(draft, at=at), at)
    if draft.kind == PolicyKind.ROUTING and not ExceptionRoute.objects.filter(policy=draft, category="other").exists():
        raise InvalidError("route_missing", "Add the kind “other”: it takes what no other kind does.")
    if draft.kind == PolicyKind.TOLERANCE:
        base = MatchTolerance.objects.filter(policy=draft, scope="enterprise").first()
        missing = [n for n in LIMITS if base is None or (getattr(base, n) is None and n not in base.unlimited)]
        if missing:
            raise InvalidError(
                "tolerance_blank", f"The enterprise level must set {', '.join(missing)} (GR-3).", field=missing[0]
            )


def count_blocking(draft: PolicyVersion, at: datetime) -> int:
    """Return how many findings stand in the way of publishing a version."""
    analysis = None
    if draft.kind == PolicyKind.APPROVAL:
        analysis = analysis_of(draft, at=at)
        blocking = sum(1 for finding in analysis.findings if finding.blocks)
        if blocking:
            return blocking
    try:
        check_publishable(draft=draft, at=at, analysis=analysis)
    except InvalidError:
        return 1
    return 0


def _check_matrix(analysis: Analysis, at: datetime) -> None:
    matrix = analysis.matrix
    if not matrix.rules:
        raise InvalidError("matrix_empty", "The matrix has no row. Add at least one.")
    for rule in (*matrix.rules, *matrix.additional):
        row = f"row {rule.position}: {rule.name}"
        if not rule.is_touchless and not rule.asks and (rule not in matrix.additional or not rule.stages):
            raise InvalidError("rule_without_stage", f"{row} asks nobody. Add a stage or mark it touchless.")
        if rule.is_touchless and rule.asks:
            raise InvalidError("touchless_with_stage", f"{row} is touchless but asks somebody. Choose one.")
    if not analysis.is_done:
        raise InvalidError(
            "not_analysed",
            "A draft this long is analysed in the background, and this one is not as it stands. Press Analyse.",
        )
    if analysis.analysed_at is not None and analysis.analysed_at < at - KEPT:
        raise InvalidError(
            "analysed_long_ago", "It was analysed more than a day ago, and places and people move. Press Analyse."
        )
    blocking = [finding for finding in analysis.findings if finding.blocks]
    if blocking:
        more = f" {len(blocking) - 1} more like this." if len(blocking) > 1 else ""
        raise InvalidError(blocking[0].code, f"Mend this first. {blocking[0].sentence}{more}")
