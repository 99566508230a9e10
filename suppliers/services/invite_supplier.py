"""Inviting a company to be a supplier: by a letter whose link opens once, to a mailbox that proves itself by a code (SU-1)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from django.conf import settings
from django.core import signing
from django.urls import reverse

from foundation import audit, outbox
from foundation.codes import code_from
from foundation.duties import chain_of
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Category, Organisation, Site, User
from foundation.services import SECRET_PLACE, Letter, PersonDetails, open_account
from foundation.services.letters import store_letters, write_letter
from foundation.validators import known_country, known_currency, one_line
from suppliers import access
from suppliers.decisions.plain_names import read_name
from suppliers.events import SupplierInvited
from suppliers.models import Onboarding, Supplier, SupplierState, SupplierUser
from suppliers.selectors.checks import like, suspects_of
from workflow.services import DoneOn, record_duty, require_duty

GOOD_FOR = timedelta(days=14)
INVITATION_LINK, SALT = "supplier_invitation", "suppliers.invitation"
PROPOSE = "propose_supplier"
_CODE = 16


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom we invite and why. `sites` empty means every site; `nevertheless` says why in spite of a likely duplicate."""

    name: str
    country: str
    currency: str
    email: str
    person_name: str
    why: str
    categories: Sequence[str]
    sites: Sequence[str] = field(default_factory=tuple)
    nevertheless: str = ""


@use_case
def invite_supplier(*, invitation: Invitation, supplier_id: int | None = None, actor: User, at: datetime) -> Onboarding:
    """Invite a company: one that is here as requested, or a new one; a letter with a link goes out.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: there is no such supplier.
    :raises ConflictError: the supplier is past being invited.
    :raises InvalidError: a value that cannot be one, an address of one of ours, no category, or a likely duplicate
        without a word why nevertheless.
    """
    require(access.can_maintain(actor))
    categories, sites = _places(invitation)
    email = invitation.email.strip()
    if User.objects.filter(email__iexact=email).exclude(kind=User.Kind.SUPPLIER).exists():
        raise InvalidError("address_of_ours", "One of us has this address.", field="email", value=email[:254])
    supplier = _supplier(invitation, supplier_id, at)
    suspects = _suspects(supplier)
    if suspects and not invitation.nevertheless.strip():
        raise InvalidError(
            "supplier_known", f"This may be a supplier we have: {suspects[0]} Use that one, or say why nevertheless.",
            field="nevertheless", value=supplier.name,
        )  # fmt: skip
    onboarding = Onboarding.objects.create(
        supplier=supplier, email=email, person_name=read_name(invitation.person_name, field="person_name"),
        why=one_line(invitation.why, longest=300, field="why", what="why we invite them"), categories=categories,
        sites=sites, invited_by=actor, invited_at=at, expires_at=at + GOOD_FOR,
        profile={"company": {"name": supplier.name, "country": supplier.country},
                 "serves": {"categories": categories, "sites": sites}},
    )  # fmt: skip
    supplier.invite(at=at)
    supplier.version += 1
    supplier.save(update_fields=["state", "changed_at", "version"])
    chain = chain_of("supplier", supplier.pk)
    judged = require_duty(duty=PROPOSE, person=actor, chains=[chain], at=at)
    record_duty(judged=judged, on=DoneOn("supplier", supplier.pk, supplier.code), at=at)
    audit.record(
        supplier, "invite_supplier", actor=actor, at=at, before=SupplierState.REQUESTED, after=supplier.state,
        email=email, why=onboarding.why, suspects=suspects, nevertheless=invitation.nevertheless.strip()[:300],
    )  # fmt: skip
    outbox.publish(
        SupplierInvited(
            subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version,
            supplier_id=supplier.pk, actor_id=actor.pk, reason=onboarding.why,
        )
    )  # fmt: skip
    _mail(onboarding, at)
    return onboarding


@use_case
def invite_again(*, supplier_id: int, actor: User, at: datetime) -> Onboarding:
    """Send the invitation once more; links of earlier letters open no longer.

    :raises NotPermittedError: the actor is no supplier manager.
    :raises NotFoundError: no invitation of the supplier runs.
    :raises ConflictError: it was accepted already.
    """
    require(access.can_maintain(actor))
    rows = Onboarding.objects.select_for_update(of=("self",), no_key=True).select_related("supplier")
    onboarding = rows.filter(supplier=supplier_id, closed_at=None).first()
    if onboarding is None:
        raise NotFoundError("not_found", "No invitation runs.")
    if onboarding.accepted_at is not None:
        raise ConflictError("invitation_used", f"{onboarding.supplier} has accepted. They sign in with their address.")
    onboarding.letters += 1
    onboarding.expires_at = at + GOOD_FOR
    onboarding.save(update_fields=["letters", "expires_at"])
    audit.record(onboarding.supplier, "invite_again", actor=actor, at=at, letters=onboarding.letters)
    _mail(onboarding, at)
    return onboarding


@use_case
def accept_invitation(*, token: str, at: datetime) -> Onboarding:
    """Use the link of an invitation, once: whoever has the mailbox may sign in for the company from now on by a code.

    Nobody is signed in by it.

    :raises NotFoundError: it is no link of ours.
    :raises ConflictError: it was used, a later letter replaced it, it is over, or the invitation has ended.
    """
    onboarding = read_invitation(token, for_update=True)
    refusal = refusal_of(onboarding, token, at)
    if refusal:
        raise ConflictError("invitation_closed", refusal)
    person = _person(onboarding)
    _, is_new = SupplierUser.objects.get_or_create(supplier=onboarding.supplier, user=person)
    onboarding.accepted_by, onboarding.accepted_at = person, at
    onboarding.save(update_fields=["accepted_by", "accepted_at"])
    audit.record(
        onboarding.supplier, "accept_invitation", actor=person, at=at, user=person.username, joined=is_new,
        email=onboarding.email,
    )  # fmt: skip
    return onboarding


def token_of(onboarding: Onboarding) -> str:
    """Return what the link of the last letter carries; it proves the mailbox and signs nobody in."""
    return signing.Signer(salt=SALT).sign_object([onboarding.pk, onboarding.letters])


def invitation_link(pk: int) -> str:
    """Return the link of a supplier's running invitation, put into the letter when it is sent; or nothing."""
    onboarding = Onboarding.objects.filter(supplier=pk, closed_at=None, accepted_at=None).first()
    return settings.PUBLIC_URL + reverse("invitation", args=[token_of(onboarding)]) if onboarding else ""


def read_invitation(token: str, *, for_update: bool = False) -> Onboarding:
    """Return the invitation a link belongs to.

    :raises NotFoundError: it is no link of ours.
    """
    try:
        pk, _letters = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFoundError("not_found", "This is no invitation.") from error
    rows = Onboarding.objects.select_related("supplier")
    found = (rows.select_for_update(of=("self",), no_key=True) if for_update else rows).filter(pk=pk).first()
    if found is None:
        raise NotFoundError("not_found", "This is no invitation.")
    return found


def refusal_of(onboarding: Onboarding, token: str, at: datetime) -> str:
    """Return why a link does not open any more, in words, or nothing."""
    _pk, letters = signing.Signer(salt=SALT).unsign_object(token)
    if onboarding.closed_at is not None:
        return "This invitation has ended."
    if onboarding.accepted_at is not None:
        return "This link was used already. Sign in with your e-mail address."
    if letters != onboarding.letters:
        return "A later letter replaced this one. Open the link in that letter."
    if onboarding.expires_at <= at:
        return "This link is over. Ask whoever invited you for a new letter."
    return ""


def _supplier(invitation: Invitation, supplier_id: int | None, at: datetime) -> Supplier:
    if supplier_id is not None:
        found = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
        if found is None:
            raise NotFoundError("not_found", "There is no such supplier.")
        if found.state != SupplierState.REQUESTED:
            raise ConflictError("not_requested", f"{found} is {found.get_state_display().lower()} already.")
        return found
    name, country = read_name(invitation.name), known_country(invitation.country)
    return Supplier.objects.create(
        code=_free_code(name), name=name, country=country, currency=known_currency(invitation.currency),
        order_email=invitation.email.strip(), created_at=at, changed_at=at,
    )  # fmt: skip


def _free_code(name: str) -> str:
    base = code_from(name, _CODE)
    taken = set(Supplier.objects.filter(code__startswith=base[: _CODE - 3]).values_list("code", flat=True))
    tries = [base, *(f"{base[: _CODE - 3]}-{number}" for number in range(2, 99))]
    return next((code for code in tries if code not in taken), f"S-{token_hex(5).upper()}")


def _suspects(supplier: Supplier) -> list[str]:
    found = suspects_of(supplier.pk)
    others = Supplier.objects.in_bulk([key for _, key in found])
    return [like(one, others[key]) for one, key in found[:5]]


def _places(invitation: Invitation) -> tuple[list[str], list[str]]:
    """Return codes of categories and sites that exist.

    :raises InvalidError: no category, or a code nobody knows.
    """
    categories, sites = sorted(set(invitation.categories)), sorted(set(invitation.sites))
    if not categories:
        raise InvalidError("category_missing", "Say what they may sell.", field="categories")
    known = set(Category.objects.filter(code__in=categories).values_list("code", flat=True))
    places = set(Site.objects.filter(code__in=sites).values_list("code", flat=True))
    unknown = [code for code in categories if code not in known] + [code for code in sites if code not in places]
    if unknown:
        raise InvalidError(
            "place_unknown", f"{unknown[0][:16]} is not known here.", field="categories", value=unknown[0][:16]
        )
    return categories, sites


def _person(onboarding: Onboarding) -> User:
    """Return whoever of a supplier signs in with the address, or an account made for them."""
    known = User.objects.filter(email__iexact=onboarding.email, kind=User.Kind.SUPPLIER, is_active=True)
    found = known.order_by("pk").first()
    if found is not None:
        return found
    if User.objects.filter(email__iexact=onboarding.email).exists():
        raise ConflictError("invitation_closed", "This address cannot be used. Ask whoever invited you.")
    first, _, last = onboarding.person_name.partition(" ")
    base = (
        "".join(c for c in onboarding.email.partition("@")[0].lower() if c.isalnum() or c in ".-_")[:60] or "supplier"
    )
    username = base if not User.objects.filter(username__iexact=base).exists() else f"{base}-{token_hex(4)}"
    details = PersonDetails(first_name=first[:150], last_name=last[:150], email=onboarding.email)
    return open_account(username=username, details=details, kind=User.Kind.SUPPLIER)


def _mail(onboarding: Onboarding, at: datetime) -> None:
    house = str(Organisation.objects.values_list("name", flat=True).first() or "We")
    supplier, last = onboarding.supplier, onboarding.expires_at
    letter = Letter(
        f"{house} invites {supplier.name} to be a supplier",
        facts=(("Company", supplier.name), ("Why", onboarding.why), ("Good until", f"{last.day} {last:%B %Y}")),
        verb="Begin", closing="The link opens once. You sign in with six digits we mail to this address; no password.",
    )  # fmt: skip
    written = write_letter(
        onboarding.email, letter, sentence=f"Hello {onboarding.person_name}, {house} would like to buy from you.",
        url=SECRET_PLACE, subject=("supplier", supplier.pk, supplier.code),
        key=f"invitation:{onboarding.pk}:{onboarding.letters}", secret=INVITATION_LINK,
    )  # fmt: skip
    store_letters([written], at)
