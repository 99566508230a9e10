"""Who works here: invited, changed, given duties, shut out and let in again by a user administrator."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from foundation import access, audit, outbox
from foundation.documents import content_hash
from foundation.errors import ConflictError, InvalidError, NotFoundError, StaleError, require
from foundation.events import PersonLetIn, PersonShutOut
from foundation.journal import use_case
from foundation.models import Region, Role, RoleAssignment, Site, User
from foundation.services.grant_role import grant_role, revoke_role
from foundation.services.password_letter import store_password_letter
from foundation.validators import full_amount, new_address, new_username

_DETAILS = ("first_name", "last_name", "email", "approval_limit", "manager_id", "is_staff")


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What an administrator writes about a person. The limit is in the enterprise's base currency; none means none."""

    first_name: str
    last_name: str
    email: str
    approval_limit: Decimal | None = None
    manager_id: int | None = None
    is_staff: bool = False  # may open the support pages under /admin/


def seen_of(*, person: User) -> str:
    """Return a fingerprint of what was on screen, to be sent back with a change."""
    return content_hash(facts_of_person(person))


@use_case
def invite_person(*, username: str, details: PersonDetails, actor: User, at: datetime) -> User:
    """Open an account for somebody of ours without password or duty; a letter with the link that sets one goes out.

    :raises NotPermittedError: the actor is no user administrator.
    :raises InvalidError: user name or e-mail address is taken, or a value cannot be used.
    """
    require(access.can_administer_people(actor))
    person = open_account(username=username, details=details, kind=User.Kind.STAFF)
    store_password_letter(person, at)
    audit.record(person, "invite_person", actor=actor, at=at, user=person.username, after=facts_of_person(person))
    return person


def open_account(*, username: str, details: PersonDetails, kind: str) -> User:
    """Write an account that cannot sign in before its owner sets a password. The calling service audits it."""
    person = User(username=new_username(username), kind=kind)
    write_details(person, details)
    person.set_unusable_password()
    person.save(force_insert=True)
    return person


@use_case
def change_person(*, person_id: int, seen: str, details: PersonDetails, actor: User, at: datetime) -> User:
    """Change name, address, approval limit, manager and the door to the support pages.

    :raises NotPermittedError: the actor is no user administrator, or it is their own account.
    :raises StaleError: somebody changed the person since the page was opened.
    :raises InvalidError: the address is taken, the limit cannot be used, or nobody can be their own manager.
    """
    person, by = _locked(person_id, actor)
    before = facts_of_person(person)
    if seen != content_hash(before):
        raise StaleError("changed_since_opened", f"{person} changed since you opened the page.", number=person.username)
    write_details(person, details)
    after = facts_of_person(person)
    if after != before:
        person.save(update_fields=["first_name", "last_name", "email", "approval_limit", "manager", "is_staff"])
        changed = {name for name in after if after[name] != before[name]}
        audit.record(
            person, "change_person", actor=by, at=at, user=person.username,
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)},
        )  # fmt: skip
    return person


@use_case
def grant_duty(
    *, person_id: int, role: str, actor: User, at: datetime, site: Site | None = None, region: Region | None = None
) -> RoleAssignment:
    """Give somebody of ours a duty at a site, in a region, or everywhere. Given twice, it is held once.

    :raises NotPermittedError: the actor is no user administrator, or it is their own account.
    :raises InvalidError: no such role, two places, or a pair of roles kept apart (SD-1).
    """
    person, by = _locked(person_id, actor)
    if role not in Role.values:
        raise InvalidError("role_unknown", "Choose a duty of the list.", field="role", value=role)
    if site and region:
        raise InvalidError("two_places", "Choose a site or a region, not both.", field="place")
    return grant_role(user=person, role=role, actor=by, at=at, site=site, region=region)


@use_case
def revoke_duty(*, person_id: int, assignment_id: int, actor: User, at: datetime) -> None:
    """Take a duty away; effective with the person's next request. One that is gone already is no error.

    :raises NotPermittedError: the actor is no user administrator, or it is their own account.
    """
    person, by = _locked(person_id, actor)
    held = RoleAssignment.objects.select_related("user").filter(pk=assignment_id, user=person).first()
    if held is not None:
        revoke_role(assignment=held, actor=by, at=at)


@use_case
def set_active(*, person_id: int, is_active: bool, reason: str, actor: User, at: datetime) -> User:
    """Shut a person out or let them in again. Shut out, their sessions end at once and their duties rest.

    Nobody who rests is asked for an approval, what waits for them is asked of others, and every verdict about them is no;
    the duties are there again when they return. Done twice, it is done once.

    :raises NotPermittedError: the actor is no user administrator, or it is their own account.
    :raises InvalidError: no reason.
    """
    person, by = _locked(person_id, actor)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    if person.is_active == is_active:
        return person
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    if not is_active:
        end_sessions(person, at=at)
    audit.record(
        person, "reactivate_person" if is_active else "deactivate_person", actor=by, at=at, user=person.username,
        reason=reason.strip()[:300], before=not is_active, after=is_active,
    )  # fmt: skip
    told = PersonLetIn if is_active else PersonShutOut
    outbox.publish(told(subject_id=person.pk, subject_number=person.username, at=at, actor_id=by.pk))
    return person


def end_sessions(person: User, *, at: datetime) -> None:
    """End every session of a person: none of them comes back to life when the account does.

    A session names its person only inside, so all open ones are read; there are no more than people at work.
    """
    mine = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=at).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(person.pk)
    ]
    Session.objects.filter(session_key__in=mine).delete()
    UserSession.objects.filter(user=person).delete()


@use_case
def reset_second_factor(*, person_id: int, reason: str, actor: User, at: datetime) -> User:
    """Take passkeys, app and recovery codes away from somebody who lost them; every session ends at once.

    Whoever must have a second factor sets a new one up at the next sign-in. Without any it is no error.

    :raises NotPermittedError: the actor is no user administrator, or it is their own account.
    :raises InvalidError: no reason.
    """
    person, by = _locked(person_id, actor)
    forget_factors(person, reason, actor=by, at=at)
    return person


def forget_factors(person: User, reason: str, *, actor: User, at: datetime) -> None:
    """Take every second factor of a locked person away, for a service that has judged who asks.

    :raises InvalidError: no reason.
    """
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    kinds = sorted(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    if kinds:
        Authenticator.objects.filter(user=person).delete()
        end_sessions(person, at=at)
        audit.record(
            person, "reset_second_factor", actor=actor, at=at, user=person.username, reason=reason.strip()[:300],
            before=kinds,
        )  # fmt: skip


@use_case
def send_link(*, person_id: int, actor: User, at: datetime) -> User:
    """Write a person the link to set a password once more.

    :raises NotPermittedError: the actor is no user administrator, or it is their own account.
    :raises ConflictError: the account is shut out.
    :raises InvalidError: the person has no e-mail address.
    """
    person, by = _locked(person_id, actor)
    if not person.is_active:
        raise ConflictError("person_inactive", f"{person} is shut out. Let them in again first.")
    if not person.email:
        raise InvalidError("address_missing", f"{person} has no e-mail address.", field="email")
    store_password_letter(person, at)
    audit.record(person, "send_password_link", actor=by, at=at, user=person.username, address=person.email)
    return person


def _locked(person_id: int, actor: User) -> tuple[User, User]:
    """Return person and actor, fresh and locked in one order: two administrators cannot shut out one another at once."""
    rows = User.objects.select_for_update(no_key=True).filter(pk__in={person_id, actor.pk}).order_by("pk")
    found = {user.pk: user for user in rows}
    require(access.can_administer_people(found[actor.pk]))
    person = found.get(person_id)
    if person is None or person.kind != User.Kind.STAFF:
        raise NotFoundError("not_found", "There is no such person.")
    require(access.can_change_person(found[actor.pk], person))
    return person, found[actor.pk]


def write_details(person: User, details: PersonDetails) -> None:
    """Judge and write what is said of a person; the calling service saves and audits it.

    :raises InvalidError: a value cannot be used.
    """
    if not f"{details.first_name}{details.last_name}".strip():
        raise InvalidError("name_missing", "Say what the person is called.", field="first_name")
    person.first_name, person.last_name = details.first_name.strip()[:150], details.last_name.strip()[:150]
    person.email = new_address(details.email, but=person.pk)
    person.approval_limit = full_amount(details.approval_limit)
    if details.manager_id is not None and not _may_manage(details.manager_id, person):
        raise InvalidError("manager_unfit", "Choose an active person of ours, and not the person.", field="manager")
    person.manager_id, person.is_staff = details.manager_id, details.is_staff


def _may_manage(manager_id: int, person: User) -> bool:
    if manager_id == person.pk:
        return False
    known = manager_id == person.manager_id
    return User.objects.filter(pk=manager_id, kind=User.Kind.STAFF, **({} if known else {"is_active": True})).exists()


def facts_of_person(person: User) -> dict[str, Any]:
    """Return what an auditor reads of a person."""
    found = {name: getattr(person, name) for name in _DETAILS}
    limit = person.approval_limit
    return {**found, "approval_limit": None if limit is None else f"{limit.normalize():f}"}
