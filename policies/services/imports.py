"""A file brought in as a policy: judged whole, shown as what it would change, then made a draft (AP-9).

A short one is done while its sender waits, a long one by a worker in slices. Whatever comes of it, the version in force
stays in force: all there ever is, is a draft.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from foundation import audit
from foundation.errors import ConflictError, InvalidError, require
from foundation.intake import uploads
from foundation.journal import use_case
from foundation.models import User
from foundation.registries import Slice
from foundation.services import start_job
from policies import access
from policies.decisions.exchange import Taken
from policies.models import PolicyImport
from policies.selectors import foresee, ground_today, judge
from policies.selectors.imports import (
    MOST_BYTES,
    faults_to_json,
    is_large,
    is_many,
    read_file,
    taken_from_json,
    taken_to_json,
)
from policies.selectors.judgement import Judgement, named_today
from policies.services.drafts import import_draft

KIND = "policy_import"
KEPT = timedelta(days=7)
MOST_FAULTS = 25_000  # kept of one file
MOST_LINES = 5_000
_CHECK, _MAKE = "check", "make"


@use_case
def bring_in_file(*, kind: str, name: str, content: bytes, note: str, actor: User, at: datetime) -> PolicyImport:
    """Judge a file and say what it would change; one of many rows is judged by a worker. Nothing is made of it yet.

    :raises NotPermittedError: not a policy administrator.
    :raises InvalidError: no workbook and no JSON, empty, too large, or damaged.
    """
    require(access.can_draft(actor))
    sent = uploads.check(name, content, kinds=frozenset({"xlsx", "json"}))
    if len(content) > MOST_BYTES:
        raise InvalidError(
            "import_too_large", f"Send a file of at most {MOST_BYTES // 1024 // 1024} MiB.", field="file"
        )
    PolicyImport.objects.filter(draft=None, asked_at__lt=at - KEPT).delete()
    brought = PolicyImport(
        kind=kind, name=sent.shown_name, form=sent.kind, sha256=sent.sha256, note=note, asked_by=actor, asked_at=at
    )  # fmt: skip
    taken = None if is_large(sent.kind, content) else read_file(sent.kind, content, kind, ground_today())
    is_long = taken is None or is_many(len(taken.rows))
    brought.content = content if taken is None else b""
    if taken is not None:
        _keep(brought, taken)
    brought.save()
    if is_long:
        brought.job = _ask(brought, _CHECK, f"Check {brought.name}", actor, at)
        brought.save(update_fields=["job"])
    else:
        _foresee(brought, _judge(brought, at), at)
        brought.save()
    audit.record(
        brought, "bring_in_policy", actor=actor, at=at, kind=kind, name=brought.name, sha256=brought.sha256,
        faults=None if is_long else brought.fault_count,
    )  # fmt: skip
    return brought


@use_case
def make_draft_of_file(*, import_id: int, actor: User, at: datetime) -> PolicyImport:
    """Make the draft of a file that was judged; one of many rows is written by a worker, all of it or nothing.

    Pressed twice, there is one draft.

    :raises NotPermittedError: not a policy administrator.
    :raises InvalidError: something in the file is to be mended, also what was there when it was judged and is gone.
    :raises ConflictError: a worker is at it.
    """
    require(access.can_draft(actor))
    brought = PolicyImport.objects.select_for_update(of=("self",), no_key=True).select_related("job").get(pk=import_id)
    if brought.draft_id is not None:
        return brought
    if brought.job is not None and brought.job.is_open:
        raise ConflictError("import_running", f"A worker is at {brought.name}. Its page shows how far it is.")
    if not brought.is_fit:
        raise InvalidError("import_unfit", f"Nothing came in. Mend {brought.name} and bring it in again.", field="file")
    if is_many(brought.rows or 0):
        brought.job = _ask(brought, _MAKE, f"Make a draft of {brought.name}", actor, at)
        brought.save(update_fields=["job"])
    else:
        _make(brought, actor, at)
    return brought


def import_slice(params: Mapping[str, Any], reached: Mapping[str, Any], at: datetime) -> Slice:
    """Do the next part of a long file: read it, judge it, compare it, or write its draft; part of the job's transaction.

    :raises InvalidError: it cannot be read at all, or something in it is unfit by now.
    :raises NotPermittedError: whoever asked may not change policies any more.
    """
    brought = PolicyImport.objects.select_for_update(of=("self",), no_key=True).get(pk=params["import"])
    if params["act"] == _MAKE:
        return _make_slice(brought, User.objects.get(pk=params["by"]), reached, at)
    part = reached.get("part", "")
    if not part and brought.rows is None:
        _keep(brought, read_file(brought.form, bytes(brought.content), brought.kind, ground_today()))
        brought.content = b""
        brought.save()
    total = 3 * (brought.rows or 0)
    if not part:
        return Slice({"part": "judge"}, total // 3, total, "Reading each cell")
    judged = _judge(brought, at)
    if part == "judge" and not judged.faults:
        return Slice({"part": "compare"}, 2 * total // 3, total, "Judging the rows together")
    _foresee(brought, judged, at)
    brought.save()
    return Slice({}, total, total, "Comparing with the version in force", is_last=True)


def _make_slice(brought: PolicyImport, actor: User, reached: Mapping[str, Any], at: datetime) -> Slice:
    rows = brought.rows or 0
    if not reached:
        return Slice({"part": "write"}, 0, rows, "Writing the rows")
    if brought.draft_id is None:
        _make(brought, actor, at)
    return Slice({}, rows, rows, "Written", is_last=True)


def _ask(brought: PolicyImport, act: str, title: str, actor: User, at: datetime) -> Any:
    params = {"import": brought.pk, "kind": brought.kind, "act": act, "by": actor.pk}
    return start_job(kind=KIND, title=title, params=params, actor=actor, at=at)


def _keep(brought: PolicyImport, taken: Taken) -> None:
    brought.taken, brought.rows = taken_to_json(taken), len(taken.rows)


def _judge(brought: PolicyImport, at: datetime) -> Judgement:
    return judge(taken_from_json(brought.kind, brought.taken), ground_today(), at)


def _foresee(brought: PolicyImport, judged: Judgement, at: datetime) -> None:
    """Write down what is to be mended, or else what the file would change."""
    brought.judged_at, brought.base = at, judged.base
    brought.faults, brought.fault_count = faults_to_json(judged.faults[:MOST_FAULTS]), len(judged.faults)
    if judged.faults:
        brought.taken = {}
        return
    prospect = foresee(judged, at)
    brought.lines, brought.notes = list(prospect.lines[:MOST_LINES]), list(prospect.notes)
    if len(prospect.lines) > MOST_LINES:
        brought.notes.append(f"And {len(prospect.lines) - MOST_LINES:,} more differences.")
    findings = prospect.analysis.findings if prospect.analysis else ()
    brought.findings = [[finding.sentence, finding.blocks] for finding in findings]


def _make(brought: PolicyImport, actor: User, at: datetime) -> None:
    taken = named_today(taken_from_json(brought.kind, brought.taken), ground_today())
    brought.draft = import_draft(taken=taken, note=brought.note, actor=actor, at=at)
    brought.taken = {}
    brought.save(update_fields=["draft", "taken"])
    audit.record(brought, "make_draft_of_file", actor=actor, at=at, draft=brought.draft.label, sha256=brought.sha256)
