"""The profile a company writes before it is registered: saved step by step, sent when nothing is missing (SU-1)."""

from collections.abc import Mapping
from datetime import datetime

from foundation import audit, outbox
from foundation.documents import content_hash
from foundation.errors import ConflictError, InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import Category, Site, User
from foundation.portal_role import as_owner
from foundation.validators import known_country, known_currency
from suppliers import access
from suppliers.decisions.profile import COMPANY, CONTACTS, ORDERS, SERVES, WRITTEN, missing, read_step
from suppliers.events import SupplierRegistered
from suppliers.models import Onboarding, Supplier, SupplierContact, SupplierState
from suppliers.selectors.onboarding import beside
from suppliers.services.check_supplier import run_checks
from suppliers.services.decide_supplier import open_onboarding
from suppliers.services.write_supplier_site import open_main_sites


@use_case
def save_profile(
    *, supplier_id: int, step: str, given: Mapping[str, object], expected_version: int, actor: User, at: datetime
) -> Onboarding:
    """Keep one step of the profile; what is left empty may be filled in later.

    :raises NotPermittedError: not a person of the supplier, and no supplier manager.
    :raises NotFoundError: the supplier is not being taken on board, or there is no such step.
    :raises ConflictError: the profile was sent.
    :raises StaleError: somebody saved it since the page was opened.
    :raises InvalidError: a value that cannot be one.
    """
    with as_owner():
        _supplier, onboarding = _writing(supplier_id, actor)
        if step not in WRITTEN:
            raise NotFoundError("not_found", "There is no such step.")
        if onboarding.version != expected_version:
            raise StaleError("changed_since_opened", "Somebody of you saved this since you opened it. Open it again.")
        values = read_step(step, given)
        _require_known(step, values)
        onboarding.profile = {**onboarding.profile, step: values}
        onboarding.version += 1
        onboarding.save(update_fields=["profile", "version"])
        audit.record(onboarding.supplier, "save_profile", actor=actor, at=at, step=step)
    return onboarding


@use_case
def send_profile(*, supplier_id: int, expected_version: int, actor: User, at: datetime) -> Supplier:
    """Send the profile: it becomes the supplier's record, the checks run, and when all pass the registration is asked for.

    :raises NotPermittedError: not a person of the supplier, and no supplier manager.
    :raises NotFoundError: the supplier is not being taken on board.
    :raises ConflictError: it was sent already.
    :raises StaleError: somebody saved it since the page was opened.
    :raises InvalidError: something is missing; names the step.
    """
    with as_owner():
        supplier, onboarding = _writing(supplier_id, actor)
        if onboarding.version != expected_version:
            raise StaleError("changed_since_opened", "Somebody of you saved this since you opened it. Open it again.")
        lacking = missing(onboarding.profile, beside(supplier, at.date()))
        if lacking:
            words = ", ".join(one.words for one in lacking[:4])
            raise InvalidError("profile_incomplete", f"Missing: {words}.", field=lacking[0].step)
        _write(supplier, onboarding, at)
        onboarding.sent_by, onboarding.sent_at, onboarding.returned_reason = actor, at, ""
        onboarding.content_hash = content_hash([supplier.pk, onboarding.version, onboarding.profile])
        onboarding.save(update_fields=["sent_by", "sent_at", "returned_reason", "content_hash", "categories", "sites"])
        audit.record(
            supplier, "register_supplier", actor=actor, at=at, before=SupplierState.INVITED, after=supplier.state,
            profile=onboarding.profile, hash=onboarding.content_hash,
        )  # fmt: skip
        outbox.publish(
            SupplierRegistered(
                subject_id=supplier.pk, subject_number=supplier.code, at=at, version=supplier.version,
                supplier_id=supplier.pk, actor_id=actor.pk, reason="",
            )
        )  # fmt: skip
        run_checks(supplier_id=supplier.pk, actor=actor, at=at)
    supplier.refresh_from_db(fields=["state", "version"])
    return supplier


def _writing(supplier_id: int, actor: User) -> tuple[Supplier, Onboarding]:
    require(access.can_write_profile(actor, supplier_id))
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    onboarding = open_onboarding(supplier)
    onboarding.supplier = supplier
    if supplier.state != SupplierState.INVITED:
        raise ConflictError("profile_sent", "This was sent already. We write when something must be changed.")
    return supplier, onboarding


def _require_known(step: str, values: Mapping[str, object]) -> None:
    if step == COMPANY and values["country"]:
        known_country(str(values["country"]))
    if step == ORDERS and values["currency"]:
        known_currency(str(values["currency"]))
    if step == SERVES:
        categories, sites = _codes(values, "categories"), _codes(values, "sites")
        if Category.objects.filter(code__in=categories).count() != len(categories):
            raise InvalidError("category_unknown", "Choose what you sell from the list.", field="categories")
        if Site.objects.filter(code__in=sites, is_active=True).count() != len(sites):
            raise InvalidError("site_unknown", "Choose sites from the list.", field="sites")


def _codes(values: Mapping[str, object], name: str) -> list[str]:
    found = values[name]
    return [str(code) for code in found] if isinstance(found, list) else []


def _write(supplier: Supplier, onboarding: Onboarding, at: datetime) -> None:
    """Let the profile be the supplier's record."""
    company, orders = onboarding.profile[COMPANY], onboarding.profile[ORDERS]
    contacts, serves = onboarding.profile[CONTACTS], onboarding.profile[SERVES]
    supplier.name, supplier.country, supplier.tax_id = company["name"], company["country"], company["tax_id"]
    supplier.address = company["address"]
    supplier.order_email, supplier.currency = orders["order_email"], orders["currency"]
    supplier.payment_terms_days = orders["terms_days"]
    supplier.register(at=at)
    supplier.version += 1
    supplier.save(
        update_fields=[
            "name", "country", "tax_id", "address", "order_email", "currency", "payment_terms_days", "state",
            "changed_at", "version",
        ]
    )  # fmt: skip
    if not supplier.sites.exists():
        open_main_sites(suppliers=[supplier], at=at)
    onboarding.categories, onboarding.sites = serves["categories"], serves["sites"]
    for role in SupplierContact.Role.values:
        SupplierContact.objects.update_or_create(
            supplier=supplier, role=role,
            defaults={name: contacts[f"{role}_{name}"] for name in ("name", "email", "phone")},
        )  # fmt: skip
