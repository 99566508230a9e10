"""A supplier's people at the portal: invited, corrected, shut out and let in again by a supplier manager.

A person may serve several companies. Shut out of one they still serve the others; shut out of the last they sign in no
more.
"""

from datetime import datetime

from foundation import audit
from foundation.errors import ConflictError, InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.services import PersonDetails, open_account, seen_of
from foundation.services.password_letter import store_password_letter
from foundation.services.people import end_sessions, facts_of_person, forget_factors, write_details
from suppliers import access
from suppliers.models import Supplier, SupplierState, SupplierUser

_LONGEST_REASON = 300


@use_case
def invite_supplier_person(
    *, supplier_id: int, username: str, details: PersonDetails, join: bool = False, actor: User, at: datetime
) -> User:
    """Open an account without password for somebody of a supplier; a letter with the link that sets one goes out.

    When a person of another supplier has the address, `join` lets that person act for this one too, under the account
    that is there.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: there is no such supplier.
    :raises ConflictError: the relation with the supplier has ended.
    :raises InvalidError: user name or address is taken, or a value cannot be used.
    """
    require(access.can_maintain(actor))
    supplier = _supplier(supplier_id)
    if supplier.state == SupplierState.OFFBOARDED:
        raise ConflictError("supplier_offboarded", f"{supplier} is offboarded: nobody new signs in for it.")
    known = _serving_others(details.email, supplier)
    if known is not None and not join:
        raise InvalidError(
            "serves_others", f"{known} of another supplier has this address. Say that they act for {supplier} too.",
            field="join", value=details.email,
        )  # fmt: skip
    person = known or open_account(username=username, details=details, kind=User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=supplier, user=person)
    if not person.has_usable_password():
        store_password_letter(person, at)
    audit.record(
        person, "invite_person", actor=actor, at=at, user=person.username, supplier=supplier.code,
        after=facts_of_person(person),
    )  # fmt: skip
    return person


@use_case
def change_supplier_person(
    *, supplier_id: int, person_id: int, seen: str, details: PersonDetails, actor: User, at: datetime
) -> User:
    """Correct name and address of somebody of a supplier.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: there is no such person at this supplier.
    :raises StaleError: somebody changed the person since the page was opened.
    :raises ConflictError: it is the account of a machine.
    :raises InvalidError: the address is taken, or a value cannot be used.
    """
    person = _locked(supplier_id, person_id, actor).user
    before = facts_of_person(person)
    if seen != seen_of(person=person):
        raise StaleError("changed_since_opened", f"{person} changed since you opened the page.", number=person.username)
    write_details(person, PersonDetails(details.first_name, details.last_name, details.email))
    after = facts_of_person(person)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        person.save(update_fields=["first_name", "last_name", "email"])
        audit.record(
            person, "change_person", actor=actor, at=at, user=person.username,
            before={name: before[name] for name in changed}, after={name: after[name] for name in changed},
        )  # fmt: skip
    return person


@use_case
def set_supplier_person_active(
    *, supplier_id: int, person_id: int, is_active: bool, reason: str, actor: User, at: datetime
) -> SupplierUser:
    """Shut somebody of a supplier out, or let them in again; shut out, their sessions end at once.

    Done twice, it is done once.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: there is no such person at this supplier.
    :raises ConflictError: it is the account of a machine.
    :raises InvalidError: no reason.
    """
    held = _locked(supplier_id, person_id, actor)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    if held.is_active == is_active and (held.user.is_active or not is_active):
        return held
    held.is_active = is_active
    held.save(update_fields=["is_active"])
    others = SupplierUser.objects.filter(user=held.user, is_active=True).exclude(pk=held.pk)
    held.user.is_active = is_active or others.exists()
    held.user.save(update_fields=["is_active"])
    if not is_active:
        end_sessions(held.user, at=at)
    audit.record(
        held.user, "reactivate_person" if is_active else "deactivate_person", actor=actor, at=at,
        user=held.user.username, supplier=held.supplier.code, reason=reason.strip()[:_LONGEST_REASON],
        before=not is_active, after=is_active,
    )  # fmt: skip
    return held


@use_case
def reset_supplier_second_factor(*, supplier_id: int, person_id: int, reason: str, actor: User, at: datetime) -> User:
    """Take passkeys, app and recovery codes away from somebody of a supplier who lost them; every session ends.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: there is no such person at this supplier.
    :raises ConflictError: it is the account of a machine.
    :raises InvalidError: no reason.
    """
    person = _locked(supplier_id, person_id, actor).user
    forget_factors(person, reason, actor=actor, at=at)
    return person


@use_case
def send_supplier_link(*, supplier_id: int, person_id: int, actor: User, at: datetime) -> User:
    """Write somebody of a supplier the link to set a password once more.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: there is no such person at this supplier.
    :raises ConflictError: the person is shut out, or it is the account of a machine.
    """
    held = _locked(supplier_id, person_id, actor)
    if not held.is_active or not held.user.is_active:
        raise ConflictError("person_inactive", f"{held.user} is shut out. Let them in again first.")
    store_password_letter(held.user, at)
    audit.record(held.user, "send_password_link", actor=actor, at=at, user=held.user.username, address=held.user.email)
    return held.user


def _supplier(supplier_id: int) -> Supplier:
    """Return the supplier, locked: two invitations of one person come one after the other."""
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    return supplier


def _serving_others(address: str, supplier: Supplier) -> User | None:
    """Return the person of another supplier who has the address and serves this one not yet."""
    others = User.objects.filter(kind=User.Kind.SUPPLIER, is_active=True, email__iexact=address.strip())
    return others.exclude(supplier_memberships__supplier=supplier).exclude(email="").first()


def _locked(supplier_id: int, person_id: int, actor: User) -> SupplierUser:
    """Return the membership with its person, both fresh and locked, the person first as everywhere."""
    require(access.can_maintain(actor))
    person = User.objects.select_for_update(no_key=True).filter(pk=person_id, kind=User.Kind.SUPPLIER).first()
    rows = SupplierUser.objects.select_for_update(of=("self",), no_key=True).select_related("supplier")
    held = rows.filter(supplier_id=supplier_id, user=person).first() if person else None
    if person is None or held is None:
        raise NotFoundError("not_found", "There is no such person.")
    if not person.email:
        raise ConflictError("machine_account", f"{person} is a machine. It is let in and shut out under API clients.")
    held.user = person
    return held
