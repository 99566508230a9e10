"""Life of a policy version (AP-9): draft, published by a second person, superseded by the next."""

from datetime import datetime
from typing import Any

from foundation import audit, duties, outbox
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from policies import access
from policies.decisions.switches import LATER
from policies.events import PolicyDraftChanged, PolicyPublished
from policies.models import (
    ApprovalRule,
    ApprovalStage,
    DutyPair,
    ExceptionRoute,
    MatchTolerance,
    PolicyKind,
    PolicyState,
    PolicyVersion,
)
from policies.selectors import forget, in_force_or_none
from policies.services.analysis import ask_for_analysis
from policies.services.publishable import check_publishable, count_blocking


def chain_of_version(version: PolicyVersion) -> str:
    """Name the duty chain of a version: who wrote it, who published it (SD-2)."""
    return duties.chain_of("policy", version.pk)


def lock_draft(version_id: int, expected_version: int, actor: User) -> PolicyVersion:
    """Return a draft locked for a change by `actor`.

    :raises NotPermittedError: not a policy administrator, or no draft any more.
    :raises StaleError: somebody changed the draft since it was opened.
    """
    draft = lock_version(version_id, expected_version)
    require(access.can_edit(actor, draft))
    return draft


def count_change(draft: PolicyVersion, actor: User, at: datetime) -> None:
    """Count a change of a draft and remember who wrote in it: none of them publishes it (SD-1)."""
    draft.version += 1
    draft.save(update_fields=["version"])
    duties.record(chain_of_version(draft), "policy", draft.pk, "draft_policy", person_id=actor.pk, at=at)
    tell_changed(draft, actor, at)


def tell_changed(draft: PolicyVersion, actor: User, at: datetime) -> None:
    """Tell that a draft is not what it was: whoever is asked to publish it is asked no longer."""
    outbox.publish(
        PolicyDraftChanged(
            subject_id=draft.pk, subject_number=draft.label, at=at, version=draft.version, actor_id=actor.pk,
            policy_kind=draft.kind, draft_version=draft.version,
        )
    )  # fmt: skip


def lock_kind(kind: str) -> None:
    """Let one person at a time number or publish versions of a kind."""
    rows = PolicyVersion.objects.select_for_update(no_key=True).filter(kind=kind)
    list(rows.order_by("pk").values_list("pk", flat=True))


def lock_version(version_id: int, expected_version: int | None = None) -> PolicyVersion:
    """Return a version locked for the transaction.

    :raises StaleError: somebody changed the draft since it was opened.
    """
    version = PolicyVersion.objects.select_for_update(of=("self",), no_key=True).filter(pk=version_id).first()
    if version is None:
        raise NotFoundError("not_found", "There is no such policy version.")
    if expected_version is not None and version.version != expected_version:
        raise StaleError("changed_since_opened", f"{version} changed since you opened it.", number=version.label)
    return version


@use_case
def create_draft(
    *, kind: str, actor: User, at: datetime, note: str = "", settings: dict[str, Any] | None = None
) -> PolicyVersion:
    """Start a draft: a copy of the version in force, or empty when there is none yet.

    :raises NotPermittedError: not a policy administrator.
    """
    require(access.can_draft(actor))
    lock_kind(kind)
    base = in_force_or_none(kind, at)
    if settings is None:
        settings = {**LATER.get(kind, {}), **base.settings} if base else {}
    draft = begin_draft(kind=kind, settings=settings, note=note, actor=actor, at=at)
    if base:
        copy_rows(base, draft)
    return draft


def begin_draft(
    *, kind: str, settings: dict[str, Any], note: str, actor: User, at: datetime, **told: Any
) -> PolicyVersion:
    """Start a draft without rows under the next number; the kind is locked. `told` goes into the audit row."""
    last = PolicyVersion.objects.filter(kind=kind).order_by("-number").values_list("number", flat=True).first() or 0
    draft = PolicyVersion.objects.create(
        kind=kind, number=last + 1, created_at=at, created_by=actor, note=note, settings=settings
    )
    duties.record(chain_of_version(draft), "policy", draft.pk, "draft_policy", person_id=actor.pk, at=at)
    audit.record(draft, "draft_policy", actor=actor, at=at, kind=kind, number=draft.number, **told)
    return draft


def copy_rows(base: PolicyVersion, draft: PolicyVersion) -> None:
    """Copy every row of a version into an empty draft of the same kind, column by column."""
    for rule in ApprovalRule.objects.filter(policy=base).prefetch_related("stages"):
        stages = list(rule.stages.all())
        rule.pk, rule.policy = None, draft
        rule.save(force_insert=True)
        for stage in stages:
            stage.pk, stage.rule = None, rule
        ApprovalStage.objects.bulk_create(stages)
    models: tuple[Any, ...] = (MatchTolerance, DutyPair, ExceptionRoute)
    for model in models:
        rows = list(model.objects.filter(policy=base))
        for row in rows:
            row.pk, row.policy = None, draft
        model.objects.bulk_create(rows)


@use_case
def publish_version(
    *, version_id: int, expected_version: int, actor: User, at: datetime, effective_from: datetime | None = None
) -> PolicyVersion:
    """Put a draft in force; the version before it ends where this one begins.

    :raises NotPermittedError: not a policy administrator, or the one who made the draft (SD-1).
    :raises InvalidError: the start lies in the past, or a gap, dead row or stage without people is open (AP-9).
    """
    draft = lock_draft(version_id, expected_version, actor)
    require(access.can_publish(actor, draft))
    return put_in_force(
        version_id=version_id, expected_version=expected_version, actor=actor, at=at, effective_from=effective_from
    )


@use_case
def put_in_force(
    *, version_id: int, expected_version: int, actor: User, at: datetime, effective_from: datetime | None = None
) -> PolicyVersion:
    """Put a draft in force that `actor` may publish: the caller has judged that, by the approval machine or by role.

    :raises InvalidError: it is no draft, the start lies in the past, or something stands in the way (AP-9).
    """
    draft = lock_version(version_id, expected_version)
    if draft.state != PolicyState.DRAFT:
        raise InvalidError("policy_published", f"{draft} is {draft.get_state_display().lower()}. Make a new draft.")
    starts = effective_from or at
    if starts < at:
        raise InvalidError("start_in_past", "A policy cannot start in the past.", field="effective_from")
    check_publishable(draft=draft, at=at)
    draft.analysed_at, draft.analysed_version, draft.analysed_blocking = at, draft.version + 1, 0
    _end_the_one_before(draft, starts, actor=actor, at=at)
    draft.publish(by_id=actor.pk, at=at, effective_from=starts)
    draft.version += 1
    draft.save(
        update_fields=[
            "state", "published_by", "published_at", "effective_from", "version", "analysed_at", "analysed_version",
            "analysed_blocking",
        ]
    )  # fmt: skip
    forget()
    duties.record(chain_of_version(draft), "policy", draft.pk, "publish_policy", person_id=actor.pk, at=at)
    audit.record(draft, "publish_policy", actor=actor, at=at, policy_version=draft.label, starts=starts.isoformat())
    outbox.publish(
        PolicyPublished(
            subject_id=draft.pk,
            subject_number=draft.label,
            at=at,
            version=draft.version,
            actor_id=actor.pk,
            policy_kind=draft.kind,
            effective_from=starts.isoformat(),
        )
    )
    return draft


def _end_the_one_before(draft: PolicyVersion, starts: datetime, *, actor: User, at: datetime) -> None:
    lock_kind(draft.kind)
    open_ended = PolicyVersion.objects.filter(kind=draft.kind, state=PolicyState.PUBLISHED, effective_until=None)
    for old in open_ended:
        begins = old.effective_from
        if begins is not None and (begins > starts or at < begins == starts):
            raise InvalidError(
                "later_version_waits",
                f"{old} already starts at {begins:%d %b %Y %H:%M} UTC. Start this one after it, or withdraw that one first.",
                field="effective_from",
            )
        old.supersede(effective_until=starts)
        old.save(update_fields=["state", "effective_until"])
        audit.record(old, "supersede_policy", actor=actor, at=at, by=draft.label, ends=starts.isoformat())


@use_case
def withdraw_version(*, version_id: int, expected_version: int, actor: User, at: datetime) -> PolicyVersion:
    """Take back a published version before it starts; the one before goes on without an end.

    One person is enough: what is in force stays in force.

    :raises NotPermittedError: not a policy administrator, it has started, or a later version waits as well.
    """
    version = lock_version(version_id, expected_version)
    lock_kind(version.kind)
    require(access.can_withdraw(actor, version, at))
    starts = version.effective_from
    version.withdraw()
    version.version += 1
    version.save(update_fields=["state", "effective_from", "version"])
    audit.record(version, "withdraw_policy", actor=actor, at=at, would_start=starts.isoformat() if starts else "")
    old = (
        PolicyVersion.objects.filter(kind=version.kind, state=PolicyState.SUPERSEDED, effective_until=starts)
        .order_by("-effective_from", "-number")
        .first()
    )
    if old is not None:
        old.reopen()
        old.save(update_fields=["state", "effective_until"])
        audit.record(old, "reopen_policy", actor=actor, at=at, withdrawn=version.label)
    forget()
    return version


@use_case
def analyse_draft(*, version_id: int, actor: User, at: datetime) -> PolicyVersion:
    """Analyse a draft as it is now and remember when, and how much stands in the way of publication (AP-9).

    Publication analyses once more inside its own lock: places and people move. A long matrix is analysed by a worker.

    :raises NotPermittedError: not a policy administrator, or no draft any more.
    :raises ConflictError: a worker is at it already.
    """
    draft = lock_version(version_id)
    require(access.can_edit(actor, draft))
    if draft.kind == PolicyKind.APPROVAL and ask_for_analysis(draft, actor=actor, at=at) is not None:
        return draft
    draft.analysed_at, draft.analysed_version, draft.analysed_blocking = at, draft.version, count_blocking(draft, at)
    draft.save(update_fields=["analysed_at", "analysed_version", "analysed_blocking"])
    audit.record(draft, "analyse_policy", actor=actor, at=at, blocking=draft.analysed_blocking)
    return draft


@use_case
def discard_draft(*, version_id: int, expected_version: int, actor: User, at: datetime) -> PolicyVersion:
    """Throw a draft away; it stays readable."""
    draft = lock_draft(version_id, expected_version, actor)
    draft.discard()
    draft.version += 1
    draft.save(update_fields=["state", "version"])
    audit.record(draft, "discard_policy", actor=actor, at=at)
    tell_changed(draft, actor, at)
    return draft
