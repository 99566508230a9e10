"""Spend authorisation on the approval machine (SU-1, ADR 12): what may be bought from a supplier, apart from its registration."""

from collections.abc import Sequence
from datetime import datetime

from foundation import audit, outbox
from foundation.documents import content_hash, lock, next_number, require_unchanged, touch
from foundation.duties import chain_of
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Category, Site, User
from suppliers import access
from suppliers.events import SupplierActivated
from suppliers.models import (
    Onboarding,
    SpendAuthorisation,
    SpendRequest,
    SpendRequestState,
    SpendState,
    Supplier,
    SupplierState,
)
from workflow.models import ApprovalRequest, RequestState
from workflow.selectors.matters import enterprise_facts, no_money
from workflow.services import (
    Asking,
    DoneOn,
    open_approval,
    record_decision,
    record_duty,
    require_duty,
    withdraw_approval,
)

MAY_ASK = (SupplierState.QUALIFIED, SupplierState.ACTIVE, SupplierState.RESTRICTED)
PROPOSE, APPROVE = "propose_supplier", "approve_supplier"
SUBJECT = "supplier_spend"


@use_case
def ask_spend(
    *, supplier_id: int, categories: Sequence[str], sites: Sequence[str], reason: str, actor: User, at: datetime
) -> SpendRequest:
    """Ask that categories may be bought from a registered supplier at sites; without sites at every one.

    What is authorised already is left out.

    :raises NotPermittedError: not a supplier manager, or a hard duty pair.
    :raises NotFoundError: there is no such supplier.
    :raises ConflictError: it is not registered, or another wish waits.
    :raises InvalidError: nothing new, an unknown category or site, or no reason.
    """
    require(access.can_maintain(actor))
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why we want to buy from them.", field="reason")
    return ask_for(supplier, categories, sites, reason=reason.strip(), actor=actor, at=at)


def ask_for(
    supplier: Supplier, categories: Sequence[str], sites: Sequence[str], *, reason: str, actor: User, at: datetime
) -> SpendRequest:
    """Ask for a supplier the caller has locked.

    :raises ConflictError: it is not registered, or another wish waits.
    :raises InvalidError: nothing new, or an unknown category or site.
    """
    if supplier.state not in MAY_ASK:
        raise ConflictError(
            "not_registered", f"{supplier} is {supplier.get_state_display().lower()}. Register it first."
        )
    if supplier.spend_requests.filter(state=SpendRequestState.ASKED).exists():
        raise ConflictError("spend_asked", f"Another wish to buy from {supplier} waits. Decide about it first.")
    cells = _new_cells(supplier, categories, sites)
    paths = sorted({category.path for category, _ in cells})
    asked = SpendRequest.objects.create(
        number=next_number("SP"), supplier=supplier, reason=reason[:300], created_at=at, created_by=actor,
        changed_at=at, changed_by=actor,
        content_hash=content_hash([supplier.pk, [[c.code, s.code if s else ""] for c, s in cells]]),
    )  # fmt: skip
    SpendAuthorisation.objects.bulk_create(
        SpendAuthorisation(supplier=supplier, request=asked, category=category, site=site, since=at)
        for category, site in cells
    )
    chains = (chain_of("supplier", supplier.pk), chain_of(SUBJECT, asked.pk))
    judged = require_duty(duty=PROPOSE, person=actor, chains=chains, at=at)
    record_duty(judged=judged, on=DoneOn(SUBJECT, asked.pk, asked.number), at=at)
    audit.record(
        asked, "ask_spend", actor=actor, at=at, supplier=supplier.code, after=asked.state, reason=asked.reason,
        cells=[f"{c.code} at {s.code if s else 'every site'}" for c, s in cells],
    )  # fmt: skip
    asking = Asking(
        subject_type=SUBJECT, subject_id=asked.pk, subject_number=asked.number, subject_version=asked.version,
        content_hash=asked.content_hash, title=f"Buy from {supplier.name}", site=None, requester=actor, amount=None,
        currency="", need_by=None, rate=no_money(at), duty=APPROVE, chains=chains,
    )  # fmt: skip
    facts = enterprise_facts(
        SUBJECT, requester=actor, supplier_states=[supplier.state], supplier_risks={supplier.risk} - {""},
        categories=[path.strip("/").split("/") for path in paths],
    )  # fmt: skip
    open_approval(asking=asking, facts=facts, actor=actor, at=at)
    return asked


def _new_cells(
    supplier: Supplier, categories: Sequence[str], sites: Sequence[str]
) -> list[tuple[Category, Site | None]]:
    found = list(Category.objects.filter(code__in=categories).order_by("path"))
    places: list[Site | None] = list(Site.objects.filter(code__in=sites).order_by("code"))
    if not categories or len(found) != len(set(categories)):
        raise InvalidError("category_unknown", "Choose categories from the list.", field="categories")
    if len(places) != len(set(sites)):
        raise InvalidError("site_unknown", "Choose sites from the list.", field="sites")
    held = set(
        supplier.spend_authorisations.filter(state__in=[SpendState.ASKED, SpendState.IN_FORCE]).values_list(
            "category_id", "site_id"
        )
    )
    cells = [
        (category, site)
        for category in found
        for site in places or [None]
        if (category.pk, site.pk if site else None) not in held
    ]
    if not cells:
        raise InvalidError("spend_there", "All of it is authorised already.", field="categories")
    return cells


@use_case
def approve_spend(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> SpendRequest:
    """Agree to buy from a supplier on the approval machine; after the last stage orders may go.

    :raises NotPermittedError: the machine does not ask the person.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: the supplier is blocked or its relation ended meanwhile.
    :raises InvalidError: it is decided already.
    """
    asked, supplier = _open(pk, expected_version, seen_hash)
    if supplier.state not in MAY_ASK:
        raise ConflictError("not_registered", f"{supplier} is {supplier.get_state_display().lower()} meanwhile.")
    request = _decide(asked, "approved", actor, reason, at)
    if request.state != RequestState.APPROVED:
        return asked
    asked.approve(at=at)
    _save(asked, "approve_spend", actor, at, SpendRequestState.ASKED)
    for authorisation in asked.cells.filter(state=SpendState.ASKED):
        authorisation.put_in_force(at=at)
        authorisation.save(update_fields=["state", "since"])
    if supplier.state == SupplierState.QUALIFIED:
        _authorise(supplier, asked, actor, at)
    return asked


def _authorise(supplier: Supplier, asked: SpendRequest, actor: User, at: datetime) -> None:
    before = supplier.state
    supplier.authorise(at=at)
    supplier.version += 1
    supplier.save(update_fields=["state", "state_reason", "changed_at", "version"])
    Onboarding.objects.filter(supplier=supplier, closed_at=None).update(
        closed_at=at, outcome=f"{asked.number} is approved"
    )
    audit.record(supplier, "authorise_supplier", actor=actor, at=at, before=before, after=supplier.state)
    outbox.publish(
        SupplierActivated(
            subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version,
            supplier_id=supplier.pk, actor_id=actor.pk, reason=f"{asked.number} is approved",
        )
    )  # fmt: skip


@use_case
def reject_spend(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> SpendRequest:
    """Say no to buying from a supplier on the approval machine.

    :raises NotPermittedError: the machine does not ask the person.
    :raises StaleError: it changed since it was opened.
    :raises InvalidError: it is decided already, or no reason.
    """
    asked, _supplier = _open(pk, expected_version, seen_hash)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    _decide(asked, "rejected", actor, reason, at, ends=True)
    asked.refuse(at=at, reason=reason.strip()[:300])
    _drop(asked, at)
    return _save(asked, "reject_spend", actor, at, SpendRequestState.ASKED)


@use_case
def withdraw_spend(*, request_id: int, reason: str, actor: User, at: datetime) -> SpendRequest:
    """Take a wish to buy from a supplier back.

    :raises NotPermittedError: not a supplier manager.
    :raises InvalidError: it is decided already, or no reason.
    """
    require(access.can_maintain(actor))
    asked, _supplier = _open(request_id, None, None)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    withdraw_approval(subject_type=SUBJECT, subject_id=asked.pk, actor=actor, at=at)
    asked.withdraw(at=at, reason=reason.strip()[:300])
    _drop(asked, at)
    return _save(asked, "withdraw_spend", actor, at, SpendRequestState.ASKED)


@use_case
def end_spend(*, authorisation_id: int, reason: str, actor: User, at: datetime) -> SpendAuthorisation:
    """Buy a category from a supplier at a site no longer; orders that are placed go on.

    :raises NotPermittedError: not a supplier manager.
    :raises NotFoundError: there is no such authorisation.
    :raises ConflictError: it is not in force.
    :raises InvalidError: no reason.
    """
    require(access.can_maintain(actor))
    rows = SpendAuthorisation.objects.select_for_update(of=("self",), no_key=True)
    authorisation = rows.select_related("supplier", "category", "site").filter(pk=authorisation_id).first()
    if authorisation is None:
        raise NotFoundError("not_found", "There is no such authorisation.")
    if authorisation.state != SpendState.IN_FORCE:
        raise ConflictError("not_in_force", f"{authorisation} is {authorisation.get_state_display().lower()}.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    authorisation.end(by_id=actor.pk, at=at, reason=reason.strip()[:200])
    authorisation.save(update_fields=["state", "since", "ended_by", "reason"])
    audit.record(
        authorisation, "end_spend", actor=actor, at=at, supplier=authorisation.supplier.code, cell=str(authorisation),
        before=SpendState.IN_FORCE, after=authorisation.state, reason=authorisation.reason,
    )  # fmt: skip
    return authorisation


def _open(pk: int, expected_version: int | None, seen_hash: str | None) -> tuple[SpendRequest, Supplier]:
    """Return the wish with its supplier, the supplier locked first as everywhere."""
    known = SpendRequest.objects.filter(pk=pk).values_list("supplier_id", flat=True).first()
    if known is None:
        raise NotFoundError("not_found", "There is no such wish.")
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).get(pk=known)
    asked = lock(SpendRequest, pk, with_=("changed_by",))
    require_unchanged(asked, expected_version, seen_hash)
    if asked.state != SpendRequestState.ASKED:
        raise InvalidError("decided_already", f"{asked.number} is {asked.get_state_display().lower()}.")
    return asked, supplier


def _decide(
    asked: SpendRequest, verdict: str, actor: User, reason: str, at: datetime, *, ends: bool = False
) -> ApprovalRequest:
    return record_decision(
        subject_type=SUBJECT, subject_id=asked.pk, content_hash=asked.content_hash, verdict=verdict, actor=actor,
        reason=reason, at=at, ends=ends,
    )  # fmt: skip


def _drop(asked: SpendRequest, at: datetime) -> None:
    for authorisation in asked.cells.filter(state=SpendState.ASKED):
        authorisation.drop(at=at)
        authorisation.save(update_fields=["state", "since"])


def _save(asked: SpendRequest, action: str, actor: User, at: datetime, before: str) -> SpendRequest:
    asked.save(update_fields=["state", "closed_at", "closed_reason", *touch(asked, by_id=actor.pk, at=at)])
    audit.record(asked, action, actor=actor, at=at, before=before, after=asked.state, reason=asked.closed_reason)
    return asked
