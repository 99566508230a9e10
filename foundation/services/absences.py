"""Being away and handing decisions over (AP-5): declared by the person or an administrator, begun and ended by the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from foundation import access, audit, outbox, registries
from foundation.errors import InvalidError, NotFoundError, require
from foundation.events import AbsenceBegan, AbsenceEnded
from foundation.journal import use_case
from foundation.models import Absence, RoleAssignment, Site, User
from foundation.roles import DELEGATED
from foundation.selectors.absences import away_of
from foundation.selectors.system import system_user
from foundation.validators import full_amount

LONGEST = timedelta(days=366)
BATCH = 200


@dataclass(frozen=True, slots=True)
class AbsencePlan:
    """What somebody writes: from when, until when (exclusive), who decides meanwhile and about what.

    Empty duties or sites mean all of them; the limit is in base currency. See `Absence`.
    """

    starts_at: datetime
    ends_at: datetime
    deputy_id: int | None = None
    is_away: bool = True
    duties: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    amount_limit: Decimal | None = None
    reason: str = ""


@use_case
def declare_absence(*, person_id: int, plan: AbsencePlan, actor: User, at: datetime) -> Absence:
    """Say that a person is away or hands decisions over; from its start their waiting tasks go to the deputy.

    One that starts now takes effect with this change. Two declared at once: the second waits and sees the first.

    :raises NotFoundError: no such person.
    :raises NotPermittedError: neither the person themselves nor a user administrator.
    :raises InvalidError: dates that are past, turned round or too long, another absence at that time, a deputy who
        cannot decide, nothing said, or an administrator without a reason.
    """
    people = _locked(person_id, plan.deputy_id, actor.pk)
    person = people.get(person_id)
    if person is None or person.kind != User.Kind.STAFF:
        raise NotFoundError("not_found", "There is no such person.")
    require(access.can_declare_absence(people[actor.pk], person))
    if actor.pk != person.pk and not plan.reason.strip():
        raise InvalidError("reason_missing", f"Say why you do this for {person}.", field="reason")
    _check_times(plan, at)
    _check_scope(plan)
    absence = Absence(
        person=person, deputy_id=plan.deputy_id, is_away=plan.is_away, starts_at=plan.starts_at, ends_at=plan.ends_at,
        duties=list(plan.duties), sites=list(plan.sites), amount_limit=full_amount(plan.amount_limit),
        reason=plan.reason.strip()[:300], set_by=actor, set_at=at,
    )  # fmt: skip
    _check_overlap(absence)
    if plan.deputy_id is not None:
        _check_deputy(absence, people.get(plan.deputy_id), at)
    absence.began_at = at if plan.starts_at <= at else None
    absence.save(force_insert=True)
    audit.record(absence, "declare_absence", actor=actor, at=at, on_behalf_of=_other(person, actor), **_said(absence))
    if absence.began_at:
        outbox.publish(AbsenceBegan(**_about(absence), at=at, actor_id=actor.pk))
    return absence


@use_case
def end_absence(*, absence_id: int, person_id: int, actor: User, at: datetime) -> Absence:
    """End an absence before its time, or take a planned one back; what is not decided goes back to the person.

    One that has ended already is no error.

    :raises NotFoundError: the person has no such absence.
    :raises NotPermittedError: neither the person themselves nor a user administrator.
    """
    people = _locked(person_id, None, actor.pk)
    absence = Absence.objects.select_for_update(no_key=True).filter(pk=absence_id, person_id=person_id).first()
    if absence is None:
        raise NotFoundError("not_found", "There is no such absence.")
    require(access.can_declare_absence(people[actor.pk], people[person_id]))
    if absence.ended_at is None:
        _end(absence, actor=actor, at=at)
    return absence


@use_case
def turn_absences(*, at: datetime) -> int:
    """Begin and end what is due by the clock; returns how many. What another worker holds waits for the next minute."""
    waiting = Absence.objects.select_for_update(skip_locked=True, no_key=True).filter(ended_at=None).order_by("pk")
    beginning = list(waiting.filter(began_at=None, starts_at__lte=at, ends_at__gt=at)[:BATCH])
    ending = list(waiting.filter(ends_at__lte=at)[:BATCH])
    clock = system_user("sweeper") if beginning or ending else None
    for absence in beginning:
        absence.began_at = at
        absence.save(update_fields=["began_at"])
        audit.record(absence, "begin_absence", actor=clock, at=at, **_said(absence))
        outbox.publish(AbsenceBegan(**_about(absence), at=at, is_human=False))
    for absence in ending:
        _end(absence, actor=None, at=at)
    return len(beginning) + len(ending)


def _end(absence: Absence, *, actor: User | None, at: datetime) -> None:
    absence.ended_at, absence.ended_by = at, actor
    absence.save(update_fields=["ended_at", "ended_by"])
    audit.record(absence, "end_absence", actor=actor or system_user("sweeper"), at=at, **_said(absence))
    outbox.publish(
        AbsenceEnded(**_about(absence), at=at, actor_id=actor.pk if actor else None, is_human=actor is not None)
    )


def _locked(*ids: int | None) -> dict[int, User]:
    """Return the people, locked in one order, so that two absences cannot overlook one another."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in={pk for pk in ids if pk is not None})
    return {user.pk: user for user in rows.order_by("pk")}


def _other(person: User, actor: User) -> User | None:
    return person if person.pk != actor.pk else None


def _check_times(plan: AbsencePlan, at: datetime) -> None:
    if plan.ends_at <= plan.starts_at:
        raise InvalidError("absence_turned_round", "The last day is before the first.", field="until")
    if plan.ends_at <= at:
        raise InvalidError("absence_past", "These days are over. Choose a last day from today on.", field="until")
    if plan.starts_at < at - timedelta(days=1):
        raise InvalidError("absence_past", "The first day is past. Begin today or later.", field="since")
    if plan.ends_at - plan.starts_at > LONGEST:
        raise InvalidError("absence_too_long", "Choose at most a year; declare it again after that.", field="until")


def _check_scope(plan: AbsencePlan) -> None:
    if not plan.is_away and plan.deputy_id is None:
        raise InvalidError(
            "absence_says_nothing", "Name who decides for you, or say that you are away.", field="deputy"
        )
    unknown = [code for code in plan.duties if code not in DELEGATED]
    if unknown:
        raise InvalidError(
            "duty_unknown", f"“{unknown[0]}” cannot be handed over.", field="duties", value=unknown[0]
        )  # fmt: skip
    known = set(Site.objects.filter(code__in=plan.sites).values_list("code", flat=True)) if plan.sites else set()
    missing = [code for code in plan.sites if code not in known]
    if missing:
        raise InvalidError("site_unknown", f"There is no site {missing[0]}.", field="sites", value=missing[0])


def _days(absence: Absence) -> str:
    return f"{absence.starts_at:%d %b} to {absence.ends_at - timedelta(seconds=1):%d %b %Y}"


def _check_overlap(absence: Absence) -> None:
    others = Absence.objects.filter(person=absence.person, ended_at=None, ends_at__gt=absence.starts_at)
    clash = next((other for other in others if away_of(absence).clashes(away_of(other))), None)
    if clash:
        raise InvalidError(
            "absence_overlaps", f"{absence.person} is away {_days(clash)} already. End that first, or choose other days.",
            field="since",
        )  # fmt: skip


def _check_deputy(absence: Absence, deputy: User | None, at: datetime) -> None:
    """Refuse a deputy who could not decide: the same person, not ours, shut out, away too, or kept apart (SD-1)."""
    person = absence.person
    if deputy is None or deputy.kind != User.Kind.STAFF:
        whose = f"{deputy} belongs to a supplier" if deputy else "There is no such person"
        raise InvalidError("deputy_unfit", f"{whose}. Choose somebody of ours.", field="deputy")
    if deputy.pk == person.pk:
        raise InvalidError("deputy_self", f"{person} cannot stand in for themselves.", field="deputy")
    if not deputy.is_active or not deputy.has_usable_password():
        raise InvalidError("deputy_cannot_sign_in", f"{deputy} cannot sign in, so would never decide.", field="deputy")
    away = Absence.objects.filter(
        person=deputy, ended_at=None, is_away=True, starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at
    ).first()
    if away:
        raise InvalidError(
            "deputy_away", f"{deputy} is away too, {_days(away)}, and what was handed over is not handed on.",
            field="deputy",
        )  # fmt: skip
    held = RoleAssignment.objects.filter(user__in=[person, deputy]).order_by("pk")
    roles = [(row.user_id, registries.Held(row.role, row.site_id, row.region_id)) for row in held]
    theirs = [role for user, role in roles if user == deputy.pk]
    for user, role in roles:
        verdict = registries.role_rules.judge(role, theirs, at)
        if user == person.pk and not verdict:
            raise InvalidError(verdict.code, f"{deputy} cannot decide for {person}: {verdict.reason}", field="deputy")


def _said(absence: Absence) -> dict[str, Any]:
    limit = absence.amount_limit
    return {
        "user": absence.person.username,
        "deputy": absence.deputy.username if absence.deputy else "",
        "away": absence.is_away,
        "from": absence.starts_at.isoformat(),
        "until": absence.ends_at.isoformat(),
        "duties": absence.duties,
        "sites": absence.sites,
        "limit": None if limit is None else f"{limit.normalize():f}",
        "reason": absence.reason,
    }


def _about(absence: Absence) -> dict[str, Any]:
    return {
        "subject_id": absence.pk,
        "subject_number": absence.person.username,
        "person_id": absence.person_id,
        "deputy_id": absence.deputy_id,
    }
