"""What must be mended before a version is published (AP-9, GR-3, EX-1)."""

from datetime import datetime

from foundation.errors import InvalidError
from policies.decisions.tolerances import LIMITS
from policies.models import ApprovalRule, ExceptionRoute, MatchTolerance, PolicyKind, PolicyVersion
from policies.selectors.analysis import analyse


def check_publishable(*, draft: PolicyVersion, at: datetime) -> None:
    """Refuse a version that would leave documents undecided; `at` is now, for who is away.

    :raises InvalidError: says which row, limit, gap or stage to mend, with an example.
    """
    if draft.kind == PolicyKind.APPROVAL:
        _check_matrix(draft, at)
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
    if draft.kind == PolicyKind.APPROVAL:
        blocking = sum(1 for finding in analyse(draft, at=at).findings if finding.blocks)
        if blocking:
            return blocking
    try:
        check_publishable(draft=draft, at=at)
    except InvalidError:
        return 1
    return 0


def _check_matrix(draft: PolicyVersion, at: datetime) -> None:
    rules = list(ApprovalRule.objects.filter(policy=draft).prefetch_related("stages"))
    if not any(not rule.is_additional for rule in rules):
        raise InvalidError("matrix_empty", "The matrix has no row. Add at least one.")
    for rule in rules:
        if not rule.is_touchless and not rule.stages.all():
            raise InvalidError("rule_without_stage", f"{rule} asks nobody. Add a stage or mark it touchless.")
        if rule.is_touchless and rule.stages.all():
            raise InvalidError("touchless_with_stage", f"{rule} is touchless but has stages. Choose one.")
    blocking = [finding for finding in analyse(draft, at=at).findings if finding.blocks]
    if blocking:
        more = f" {len(blocking) - 1} more like this." if len(blocking) > 1 else ""
        raise InvalidError(blocking[0].code, f"Mend this first. {blocking[0].sentence}{more}")
