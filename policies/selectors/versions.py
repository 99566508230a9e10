from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from foundation.errors import NotFoundError
from foundation.models import AuditEvent
from policies.models import PolicyKind, PolicyState, PolicyVersion

IN_FORCE = (PolicyState.PUBLISHED, PolicyState.SUPERSEDED)


def versions_of(kind: str) -> QuerySet[PolicyVersion]:
    """Return every version of a policy, newest first."""
    return PolicyVersion.objects.filter(kind=kind).select_related("created_by", "published_by").order_by("-number")


def version_numbered(kind: str, number: int) -> PolicyVersion:
    """Return a version by its kind and number, with who wrote and published it.

    :raises NotFoundError: there is none.
    """
    version = versions_of(kind).filter(number=number).first()
    if version is None:
        raise NotFoundError("not_found", "There is no such policy version.")
    return version


@dataclass(frozen=True, slots=True)
class Beside:
    """A version beside the one in force, and another it is compared with when that was asked for."""

    version: PolicyVersion
    in_force: PolicyVersion | None
    other: PolicyVersion | None


def version_beside(kind: str, number: int, at: datetime, other: int | None = None) -> Beside:
    """Return a version, the one of its kind in force at an instant, and another by its number; one statement.

    :raises NotFoundError: one of the numbers is no version.
    """
    started = Q(state__in=IN_FORCE, effective_from__lte=at) & (Q(effective_until=None) | Q(effective_until__gt=at))
    numbers = [number] if other is None else [number, other]
    rows = {row.number: row for row in versions_of(kind).filter(started | Q(number__in=numbers))}
    if not set(numbers) <= set(rows):
        raise NotFoundError("not_found", "There is no such policy version.")
    in_force = [row for row in rows.values() if row.state in IN_FORCE and row.is_in_force(at)]
    newest = max(in_force, key=lambda row: (row.effective_from, row.number), default=None)
    return Beside(rows[number], newest, None if other is None else rows[other])


@dataclass(frozen=True, slots=True)
class KindToday:
    """A policy with the version in force, those that wait for their day, and its drafts."""

    kind: PolicyKind
    in_force: PolicyVersion | None
    waiting: tuple[PolicyVersion, ...]
    drafts: tuple[PolicyVersion, ...]


def kinds_today(at: datetime) -> Sequence[KindToday]:
    """Return every policy as it stands at an instant; one statement."""
    rows = list(
        PolicyVersion.objects.exclude(state=PolicyState.DISCARDED)
        .exclude(effective_until__lte=at)
        .select_related("created_by", "published_by")
        .order_by("kind", "-number")
    )
    return [_today(kind, [row for row in rows if row.kind == kind], at) for kind in PolicyKind]


def _today(kind: PolicyKind, rows: Sequence[PolicyVersion], at: datetime) -> KindToday:
    started = [row for row in rows if row.state in IN_FORCE and row.effective_from and row.effective_from <= at]
    waiting = [row for row in rows if row.state in IN_FORCE and row not in started]
    drafts = [row for row in rows if row.state == PolicyState.DRAFT]
    return KindToday(kind, started[0] if started else None, tuple(waiting), tuple(drafts))


def history_of(version: PolicyVersion, most: int = 50) -> QuerySet[AuditEvent]:
    """Return the audit rows of a version, newest first: who changed what, when."""
    label = version._meta.label_lower  # noqa: SLF001 - Django's own way
    rows = AuditEvent.objects.filter(object_type=label, object_id=version.pk)
    return rows.select_related("actor").order_by("-pk")[:most]
