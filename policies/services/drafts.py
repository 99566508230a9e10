"""Drafts that do not start from the version in force: from a file, or from an older version (AP-9)."""

from datetime import datetime
from hashlib import sha256
from json import dumps

from foundation.errors import InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from policies import access
from policies.decisions.exchange import Fault, Taken, to_json
from policies.decisions.switches import LATER
from policies.models import ApprovalStage, PolicyKind, PolicyVersion
from policies.selectors import ground_today
from policies.selectors.content import MODELS, rows_of
from policies.selectors.judgement import Judgement, judge, judge_again
from policies.services.analysis import ask_for_analysis
from policies.services.versions import begin_draft, copy_rows, lock_kind, lock_version

_TOLD = 3  # faults named in a refusal; the page shows all


@use_case
def import_draft(*, taken: Taken, actor: User, at: datetime, note: str = "") -> PolicyVersion:
    """Make a draft of exactly what a file says; the version in force stays as it is, and in force.

    :raises NotPermittedError: not a policy administrator.
    :raises InvalidError: anything in the file is unfit; says where, and nothing is written.
    """
    require(access.can_draft(actor))
    lock_kind(taken.kind)
    judged = judge(taken, ground_today(), at)
    _require_fit(judged.faults, "import_unfit", "Nothing came in.")
    document = judged.document
    digest = sha256(dumps(to_json(document, judged.ground.known.currency, {})).encode()).hexdigest()
    draft = begin_draft(
        kind=taken.kind, settings=dict(document.settings), note=note, actor=actor, at=at, source="file",
        rows=len(document.rows), sha256=digest,
    )  # fmt: skip
    _store(judged, draft)
    if draft.kind == PolicyKind.APPROVAL:
        ask_for_analysis(draft, actor=actor, at=at)
    return draft


def _require_fit(faults: tuple[Fault, ...], code: str, start: str) -> None:
    if faults:
        named = " ".join(f"{f.where}{f', {f.column}' if f.column else ''}: {f.cure}" for f in faults[:_TOLD])
        more = f" And {len(faults) - _TOLD} more." if len(faults) > _TOLD else ""
        raise InvalidError(code, f"{start} {named}{more}", field="file", value=faults[0].value)


def _store(judged: Judgement, draft: PolicyVersion) -> None:
    found = rows_of(judged.document, judged.ground, draft)
    if found.rows:
        MODELS[draft.kind].objects.bulk_create(found.rows, batch_size=500)
    ApprovalStage.objects.bulk_create([stage for stages in found.stages for stage in stages], batch_size=1000)


@use_case
def roll_forward(*, version_id: int, actor: User, at: datetime) -> PolicyVersion:
    """Make a draft equal to an older version; it is analysed and published by a second person like any other.

    :raises NotPermittedError: not a policy administrator, or the version was never in force, or is in force now.
    :raises InvalidError: it names what is no longer there, such as a site or a person; says where.
    """
    old = lock_version(version_id)
    require(access.can_roll_forward(actor, old, at))
    _require_fit(
        judge_again(old, at).faults, "names_gone",
        f"{old} cannot come back as it was, because it names what is no longer there. Make a new draft instead.",
    )  # fmt: skip
    draft = begin_draft(
        kind=old.kind, settings={**LATER.get(old.kind, {}), **old.settings}, note=f"as v{old.number}", actor=actor, at=at,
        source=old.label,
    )  # fmt: skip
    copy_rows(old, draft)
    if draft.kind == PolicyKind.APPROVAL:
        ask_for_analysis(draft, actor=actor, at=at)
    return draft
