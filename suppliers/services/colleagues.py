"""A supplier's own people, looked after by its administrators; the last administrator stays (SU-4).

An address that somebody uses already is answered as any other: nobody learns here who acts for another company.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop

from foundation import audit
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Organisation, User
from foundation.portal_role import as_owner
from foundation.services import PersonDetails, open_account
from foundation.services.letters import Letter, about, plain, store_letters, write_letter
from foundation.services.people import end_sessions
from suppliers import access
from suppliers.decisions.company_roles import Act, leaves_nobody
from suppliers.decisions.plain_names import read_name
from suppliers.models import CompanyRole, Supplier, SupplierState, SupplierUser
from suppliers.selectors.company import administrators_besides

MOST_PEOPLE = 100  # active people of one company
_UNFIT = gettext_noop("This address cannot be used here. Write another one, or ask us.")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Whom an administrator of a supplier invites; `role` is one of CompanyRole."""

    first_name: str
    last_name: str
    email: str
    role: str


@use_case
def invite_colleague(*, supplier_id: int, colleague: Colleague, actor: User, at: datetime) -> SupplierUser:
    """Let a colleague act for the company; a letter with the way in goes out.

    Somebody who was removed comes back under the new role. Who acts for another company acts for this one too.

    :raises NotPermittedError: the actor is no administrator of the company.
    :raises ConflictError: the relation with the supplier has ended.
    :raises InvalidError: a name, address or role that cannot be used, somebody who is there already, or too many people.
    """
    with as_owner():
        supplier = _locked_supplier(supplier_id, actor)
        if supplier.state == SupplierState.OFFBOARDED:
            raise ConflictError("supplier_offboarded", f"{supplier} is offboarded: nobody new signs in for it.")
        _require_role(colleague.role)
        name = " ".join(read_name(x, field=f, longest=59) for x, f in _names(colleague))
        person = _person_of(colleague, supplier)
        held = SupplierUser.objects.filter(supplier=supplier, user=person).first()
        if held is not None and held.is_active:
            raise InvalidError(
                "acts_already", gettext_noop("This person acts for your company already."), field="email"
            )
        if supplier.people.filter(is_active=True).count() >= MOST_PEOPLE:
            raise InvalidError(
                "too_many_people", gettext_noop("No more people can act for your company. Remove somebody first.")
            )
        held, _ = SupplierUser.objects.update_or_create(
            supplier=supplier, user=person, defaults={"role": colleague.role, "known_as": name, "is_active": True}
        )
        _write(person, supplier, actor, held.get_role_display(), at)
        audit.record(
            person, "invite_person", actor=actor, at=at, user=person.username, supplier=supplier.code,
            role=colleague.role, after=colleague.role,
        )  # fmt: skip
    return held


@use_case
def change_colleague_role(*, supplier_id: int, person_id: int, role: str, actor: User, at: datetime) -> SupplierUser:
    """Give a colleague another role; given twice, it is given once.

    :raises NotPermittedError: the actor is no administrator of the company.
    :raises NotFoundError: nobody of the company.
    :raises InvalidError: there is no such role.
    :raises ConflictError: it is the last administrator, or a machine.
    """
    with as_owner():
        supplier = _locked_supplier(supplier_id, actor)
        return change_role(supplier, person_id, role, actor=actor, at=at)


@use_case
def remove_colleague(*, supplier_id: int, person_id: int, actor: User, at: datetime) -> SupplierUser:
    """Let a colleague, or oneself, act for the company no more; their sessions end. Done twice, it is done once.

    :raises NotPermittedError: the actor removes somebody else and is no administrator of the company.
    :raises NotFoundError: nobody of the company.
    :raises ConflictError: it is the last administrator, or a machine.
    """
    with as_owner():
        act = Act.PEOPLE if person_id != actor.pk else None
        supplier = _locked_supplier(supplier_id, actor, act)
        held = _locked(supplier, person_id)
        if not held.is_active:
            return held
        _keep_an_administrator(held, "")
        held.is_active = False
        held.save(update_fields=["is_active"])
        if not SupplierUser.objects.filter(user=held.user, is_active=True).exists():
            held.user.is_active = False
            held.user.save(update_fields=["is_active"])
        end_sessions(held.user, at=at)
        audit.record(
            held.user, "deactivate_person", actor=actor, at=at, user=held.user.username, supplier=supplier.code,
            reason="Removed by the company", before=True, after=False,
        )  # fmt: skip
    return held


@use_case
def set_company_role(
    *, supplier_id: int, person_id: int, role: str, reason: str, actor: User, at: datetime
) -> SupplierUser:
    """Give somebody of a supplier a role, by a supplier manager: so a company without an administrator gets one again.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: there is no such person at this supplier.
    :raises InvalidError: no reason, or there is no such role.
    :raises ConflictError: it is the last administrator, or a machine.
    """
    require(access.can_maintain(actor))
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    return change_role(supplier, person_id, role, actor=actor, at=at, reason=reason.strip()[:300])


def change_role(
    supplier: Supplier, person_id: int, role: str, *, actor: User, at: datetime, reason: str = ""
) -> SupplierUser:
    """Change the role of somebody of a locked supplier; the calling service has judged the actor."""
    _require_role(role)
    held = _locked(supplier, person_id)
    if held.role == role:
        return held
    _keep_an_administrator(held, role)
    before, held.role = held.role, role
    held.save(update_fields=["role"])
    audit.record(
        held.user, "change_company_role", actor=actor, at=at, user=held.user.username, supplier=supplier.code,
        reason=reason, before=before, after=role,
    )  # fmt: skip
    return held


def _locked_supplier(supplier_id: int, actor: User, act: Act | None = Act.PEOPLE) -> Supplier:
    """Return the company, locked: two administrators who remove one another come one after the other."""
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    if act is not None:
        require(access.can_act_for(actor, supplier_id, act))
    return supplier


def _locked(supplier: Supplier, person_id: int) -> SupplierUser:
    """Return the membership with its person, both locked, the person first as everywhere."""
    person = User.objects.select_for_update(no_key=True).filter(pk=person_id, kind=User.Kind.SUPPLIER).first()
    rows = SupplierUser.objects.select_for_update(of=("self",), no_key=True)
    held = rows.filter(supplier=supplier, user=person).first() if person else None
    if person is None or held is None:
        raise NotFoundError("not_found", "There is no such person.")
    if not person.email:
        raise ConflictError("machine_account", f"{person} is a machine. We look after it.")
    held.user = person
    return held


def _keep_an_administrator(held: SupplierUser, role: str) -> None:
    if held.is_active and leaves_nobody(held.role, role, administrators_besides(held)):
        raise ConflictError(
            "last_administrator",
            gettext_noop("This is the only administrator. Make somebody else administrator first."),
        )


def _require_role(role: str) -> None:
    if role not in CompanyRole.values:
        raise InvalidError("role_unknown", gettext_noop("Choose a role of the list."), field="role", value=role[:40])


def _names(colleague: Colleague) -> tuple[tuple[str, str], ...]:
    return (colleague.first_name, "first_name"), (colleague.last_name, "last_name")


def _person_of(colleague: Colleague, supplier: Supplier) -> User:
    """Return whose address it is among suppliers' people, else a new account.

    :raises InvalidError: somebody of ours has it, a machine, or somebody who was shut out elsewhere.
    """
    known = User.objects.filter(email__iexact=colleague.email.strip()).first() if colleague.email.strip() else None
    if known is None:
        details = PersonDetails(colleague.first_name.strip(), colleague.last_name.strip(), colleague.email)
        return open_account(username=_username(colleague.email), details=details, kind=User.Kind.SUPPLIER)
    was_here = SupplierUser.objects.filter(user=known, supplier=supplier).exists()
    if known.kind != User.Kind.SUPPLIER or not (known.is_active or was_here):
        raise InvalidError("address_unfit", _UNFIT, field="email")
    if not known.is_active:
        known.is_active = True
        known.save(update_fields=["is_active"])
    return known


def _username(email: str) -> str:
    """Return a user name nobody has; people of suppliers sign in by their address and never type it."""
    start = re.sub(r"[^a-z0-9.]+", "", email.partition("@")[0].lower())[:40] or "person"
    return f"{start}-{uuid4().hex[:8]}"


def _write(person: User, supplier: Supplier, actor: User, role: str, at: datetime) -> None:
    house = plain(Organisation.objects.values_list("name", flat=True).first() or "Crossdock")
    letter = Letter(
        subject=f"You may act for {plain(supplier.name)} at {house}",
        facts=(("Your address", person.email), ("Your role", role)), verb="Sign in",
        closing="You sign in with this address and six digits that we mail you. There is no password.",
    )  # fmt: skip
    sentence = f"{actor} lets you act for {supplier.name} in the supplier portal of {house}."
    written = write_letter(
        person.email, letter, sentence=sentence, url=settings.PUBLIC_URL + reverse("portal_home"), subject=about(person),
        key=f"colleague:{supplier.pk}:{person.pk}:{at.isoformat()}",
    )  # fmt: skip
    store_letters([written], at)
