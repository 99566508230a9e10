"""The approval matrix on screen: rows in words, findings, and a case that lights its row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from foundation.web.typed import seen_version, whole
from policies.decisions.matrix import Rule
from policies.decisions.rule_words import conditions
from policies.decisions.staffing import called
from policies.decisions.vocabulary import listed
from policies.decisions.world import Finding
from policies.models import PolicyVersion
from policies.selectors import ROLE_NAMES, Analysis, RuleRow, analysis_of, assemble, fallback_role_of, rule_rows
from policies.services import delete_rule, move_rule
from policies.web.case import CaseForm, Outcome, as_query, outcome
from policies.web.shared import StaffRequest, draft_to_edit, now

CASE_FIELDS = ("amount", "site", "document_type")
MOST_SHOWN = 200  # rows on a page


@dataclass(frozen=True, slots=True)
class RowOnScreen:
    """A row as people read it."""

    pk: int
    key: str
    rule: Rule
    when: tuple[str, ...]
    stages: tuple[str, ...]
    is_hit: bool
    findings: tuple[Finding, ...]
    after: str  # rows above that leave it only a part, in words

    @property
    def is_additional(self) -> bool:
        """Say whether the row adds stages to whatever base row decides."""
        return self.key.startswith("+")


def body(request: StaffRequest, policy: PolicyVersion) -> dict[str, Any]:
    """Return a version's rows, what is wrong with them and the case that is being tried."""
    rows = rule_rows(policy)
    analysis = analysis_of(policy, assemble(policy, rows), at=now())
    shown, windows, first = _window(rows, whole(request.GET.get("from"), 4) or 1)
    tried = any(name in request.GET for name in CASE_FIELDS)
    case = CaseForm(request.GET if tried else None, analysis.world, analysis.roster)
    result = outcome(case, policy, analysis) if tried and case.is_valid() else None
    return {
        "rows": [on_screen(row, analysis, result) for row in shown],
        "windows": windows,
        "first": first,
        **checks(analysis),
        "case": case,
        "outcome": result,
        "fallback": ROLE_NAMES.get(fallback_role_of(policy), ""),
    }


def checks(analysis: Analysis) -> dict[str, Any]:
    """Return what is wrong, each with the address of a document that shows it."""
    found = [(one, as_query(one.example) if one.example else "") for one in analysis.findings]
    blocking = sum(1 for one in analysis.findings if one.blocks)
    return {"findings": found, "blocking": blocking, "analysis": analysis}


def _window(rows: Sequence[RuleRow], asked: int) -> tuple[Sequence[RuleRow], list[tuple[int, int]], int]:
    """Return the rows shown at a time, every stretch there is (first, last), and the first of the one shown."""
    starts = range(1, len(rows) + 1, MOST_SHOWN)
    first = max((start for start in starts if start <= asked), default=1)
    windows = [(start, min(start + MOST_SHOWN - 1, len(rows))) for start in starts]
    return rows[first - 1 : first - 1 + MOST_SHOWN], windows if len(windows) > 1 else [], first


def on_screen(row: RuleRow, analysis: Analysis, result: Outcome | None) -> RowOnScreen:
    """Return a row in words."""
    key = f"+{row.rule.position}" if row.is_additional else str(row.rule.position)
    stages = tuple(
        f"{'inform ' if stage.informs else ''}{called(stage, analysis.roster)}"
        f"{', all of them' if stage.completion == 'all' else ''}"
        for stage in row.rule.stages
    )
    return RowOnScreen(
        pk=row.pk,
        key=key,
        rule=row.rule,
        when=conditions(row.rule, analysis.world, ROLE_NAMES),
        stages=stages,
        is_hit=result is not None and key in result.rows,
        findings=tuple(found for found in analysis.findings if found.row == key),
        after=_leaving(analysis.shadowed.get(key, ())),
    )


def _leaving(above: Sequence[str]) -> str:
    """Say what rows go before another for a part of what it could take (AP-9: shown, never refused)."""
    if not above:
        return ""
    return f"row {above[0]} leaves" if len(above) == 1 else f"rows {listed(above)} leave"


@require_POST
@login_required
def move(request: StaffRequest, number: int, rule_id: int, verb: str) -> HttpResponse:
    """Move a row up or down, or take it out."""
    policy = draft_to_edit(request, "approvals", number)
    seen = seen_version(request)
    if verb == "remove":
        delete_rule(version_id=policy.pk, expected_version=seen, rule_id=rule_id, actor=request.user, at=now())
    elif verb in {"up", "down"}:
        move_rule(
            version_id=policy.pk, expected_version=seen, rule_id=rule_id, up=verb == "up", actor=request.user, at=now()
        )
    else:
        raise Http404
    return redirect("policy", "approvals", number)
