"""Long drafts are analysed by a worker, and what was found is kept with what the draft said (AP-9, UX 7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from foundation import audit
from foundation.errors import ConflictError, StaleError
from foundation.models import User
from foundation.registries import Slice
from foundation.services import start_job
from policies.decisions.coverage import cover
from policies.decisions.fingerprint import finding_from_json, finding_to_json, fingerprint
from policies.decisions.staff_checks import unstaffed
from policies.models import PolicyAnalysis, PolicyVersion
from policies.selectors.analysis import fallback_role_of, is_long, plain_faults
from policies.selectors.in_force import build_matrix
from policies.selectors.today import today

KIND = "policy_analysis"


def ask_for_analysis(draft: PolicyVersion, *, actor: User, at: datetime) -> PolicyAnalysis | None:
    """Let a worker analyse a draft that is long, as it is now; nothing for one that is analysed on its page.

    The draft is locked.

    :raises ConflictError: exactly this is being analysed already.
    """
    matrix = build_matrix(draft.pk)
    if not is_long(matrix):
        return None
    content = fingerprint(matrix, draft.settings)
    earlier = PolicyAnalysis.objects.select_related("job").filter(policy=draft).first()
    if earlier is not None:
        if earlier.content == content and earlier.job is not None and earlier.job.is_open:
            raise ConflictError("analysis_running", f"{draft} is being analysed already. Its page shows what is found.")
        earlier.delete()
    rows = len(matrix.rules) + len(matrix.additional)
    params = {"version": draft.pk, "number": draft.number, "content": content}
    job = start_job(kind=KIND, title=f"Analyse {draft}, {rows:,} rows", params=params, actor=actor, at=at)
    return PolicyAnalysis.objects.create(
        policy=draft, content=content, rows=rows, job=job, asked_by=actor, asked_at=at
    )  # fmt: skip


def analysis_slice(params: Mapping[str, Any], reached: Mapping[str, Any], at: datetime) -> Slice:
    """Do the next part of an analysis: first documents and rows, then people; part of the job's transaction.

    :raises StaleError: the draft was changed since the analysis was asked for.
    """
    version = PolicyVersion.objects.select_for_update(of=("self",), no_key=True).get(pk=params["version"])
    matrix = build_matrix(version.pk)
    rows = len(matrix.rules) + len(matrix.additional)
    if not reached:
        return Slice({"part": "rows"}, 0, 2 * rows, "Looking for documents nobody decides and rows that never decide")
    if fingerprint(matrix, version.settings) != params["content"]:
        raise StaleError("changed_since_opened", f"{version} was changed while it was analysed. Analyse it again.")
    world, roster = today(matrix, at)
    if reached["part"] == "rows":
        covered = cover(matrix, world)
        kept = {"findings": list(map(finding_to_json, covered.findings)), "shadowed": dict(covered.shadowed)}
        return Slice({"part": "people", **kept}, rows, 2 * rows, "Looking for stages without people")
    findings = [
        *plain_faults(matrix, world, roster),
        *map(finding_from_json, reached["findings"]),
        *unstaffed(matrix, world, roster, fallback_role_of(version)),
    ]
    findings.sort(key=lambda finding: not finding.blocks)
    done = PolicyAnalysis.objects.get(policy=version, content=params["content"])
    done.findings, done.shadowed, done.analysed_at = list(map(finding_to_json, findings)), reached["shadowed"], at
    done.save(update_fields=["findings", "shadowed", "analysed_at"])
    blocking = sum(1 for finding in findings if finding.blocks)
    version.analysed_at, version.analysed_version, version.analysed_blocking = at, version.version, blocking
    version.save(update_fields=["analysed_at", "analysed_version", "analysed_blocking"])
    audit.record(version, "analyse_policy", actor=done.asked_by, at=at, blocking=blocking)
    return Slice({}, 2 * rows, 2 * rows, "Done", is_last=True)
