"""A draft of a policy is published by a second person, on the machine that decides every other matter (AP-9, SD-1)."""

from datetime import datetime

from foundation import audit
from foundation.documents import content_hash
from foundation.errors import InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import base_currency, system_user
from policies.access import can_edit, can_publish
from policies.decisions.exchange import to_json
from policies.models import PolicyVersion
from policies.selectors.content import document_of
from policies.services import check_publishable, put_in_force
from policies.services.versions import chain_of_version, lock_version
from workflow.models import ApprovalRequest, RequestState
from workflow.selectors.matters import enterprise_facts, no_money
from workflow.services.open_approval import Asking, open_approval
from workflow.services.record_decision import record_decision
from workflow.services.withdraw_approval import withdraw_approval

SUBJECT = "policy"
AT_ONCE = ""


@use_case
def ask_publication(
    *, version_id: int, expected_version: int, actor: User, at: datetime, effective_from: datetime | None = None
) -> ApprovalRequest:
    """Ask whom the matrix in force names to publish a draft, from an instant or at once; asked again, the newest counts.

    :raises NotPermittedError: not a policy administrator, or no draft any more.
    :raises StaleError: somebody changed the draft since it was opened.
    :raises InvalidError: the start lies in the past, or something stands in the way of publication (AP-9).
    """
    draft = lock_version(version_id, expected_version)
    require(can_edit(actor, draft))
    return _ask(draft, actor, at, effective_from)


def _ask(draft: PolicyVersion, actor: User, at: datetime, effective_from: datetime | None) -> ApprovalRequest:
    if effective_from is not None and effective_from < at:
        raise InvalidError("start_in_past", "A policy cannot start in the past.", field="effective_from")
    check_publishable(draft=draft, at=at)
    withdraw_approval(subject_type=SUBJECT, subject_id=draft.pk, actor=actor, at=at)
    starts = effective_from.isoformat() if effective_from else AT_ONCE
    asking = Asking(
        subject_type=SUBJECT, subject_id=draft.pk, subject_number=str(draft)[:40], subject_version=draft.version,
        content_hash=_content_of(draft, starts), title="to be put in force", site=None, requester=actor, amount=None,
        currency="", need_by=None, rate=no_money(at), duty="publish_policy", chains=(chain_of_version(draft),),
        frozen={"starts": starts},
    )  # fmt: skip
    request = open_approval(asking=asking, facts=enterprise_facts(SUBJECT, requester=actor), actor=actor, at=at)
    audit.record(draft, "ask_publication", actor=actor, at=at, starts=starts)
    return request


def _content_of(draft: PolicyVersion, starts: str) -> str:
    """Return the hash of what a person agrees to: every row, every switch, and when it takes force."""
    document = to_json(document_of(draft), base_currency(), {})
    return content_hash({"policy": draft.label, "version": draft.version, "starts": starts, "document": document})


@use_case
def publish_draft(
    *, version_id: int, expected_version: int, actor: User, at: datetime, effective_from: datetime | None = None
) -> PolicyVersion:
    """Publish a draft from its own page: the same decision as in the inbox, asked for now if nobody has asked.

    The version comes back published, or still a draft when the matrix asks for more people.

    :raises NotPermittedError: the person wrote in the draft, or the matrix asks somebody else (AP-4, SD-1).
    :raises StaleError: somebody changed the draft since it was opened.
    :raises InvalidError: the start lies in the past, or something stands in the way of publication (AP-9).
    """
    draft = lock_version(version_id, expected_version)
    require(can_publish(actor, draft))
    waiting = open_publication(draft.pk)
    starts = effective_from.isoformat() if effective_from else AT_ONCE
    if waiting is None or waiting.content_hash != _content_of(draft, starts):
        _ask(draft, waiting.requester if waiting else draft.created_by, at, effective_from)
    return _decide(draft, "approved", actor, "", at)


@use_case
def approve_publication(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> PolicyVersion:
    """Agree to a publication that waits; the last who must agree puts the draft in force.

    Two people pressing at once: the second waits for the row, then reads who was faster.

    :raises StaleError: the draft changed since it was opened, or somebody decided first.
    :raises NotPermittedError: they wrote in the draft, are not asked, or the role is gone (AP-4, SD-1).
    :raises InvalidError: something stands in the way of publication now (AP-9).
    """
    return _decide(lock_version(pk, expected_version), "approved", actor, reason, at, seen_hash)


@use_case
def reject_publication(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> PolicyVersion:
    """Send a draft back to whoever writes it, with a reason; it stays a draft and may be asked for again.

    :raises InvalidError: the reason is missing.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", "Say what should change.", field="reason")
    draft = lock_version(pk, expected_version)
    _decide(draft, "rejected", actor, reason, at, seen_hash)
    audit.record(draft, "refuse_publication", actor=actor, at=at, reason=reason[:500])
    return draft


def _decide(
    draft: PolicyVersion, verdict: str, actor: User, reason: str, at: datetime, seen_hash: str | None = None
) -> PolicyVersion:
    waiting = open_publication(draft.pk)
    starts = str(waiting.facts["starts"]) if waiting else AT_ONCE
    request = record_decision(
        subject_type=SUBJECT, subject_id=draft.pk, content_hash=seen_hash or _content_of(draft, starts), verdict=verdict,
        actor=actor, reason=reason, at=at, ends=True,
    )  # fmt: skip
    if request.state != RequestState.APPROVED:
        return draft
    wanted = datetime.fromisoformat(starts) if starts else at
    return put_in_force(
        version_id=draft.pk,
        expected_version=request.subject_version,
        actor=actor,
        at=at,
        effective_from=max(wanted, at),
    )


def open_publication(version_id: int) -> ApprovalRequest | None:
    """Return the publication of a draft that waits, or nothing."""
    found = ApprovalRequest.objects.filter(subject_type=SUBJECT, subject_id=version_id, state=RequestState.OPEN)
    return found.select_related("requester").first()


@use_case
def drop_publication(*, version_id: int, before: int | None, at: datetime) -> None:
    """Take back a publication that waits, asked before its draft became version `before`, or ever; none is no error."""
    waiting = open_publication(version_id)
    if waiting is None or (before is not None and waiting.subject_version >= before):
        return
    withdraw_approval(subject_type=SUBJECT, subject_id=version_id, actor=system_user("workflow"), at=at)
