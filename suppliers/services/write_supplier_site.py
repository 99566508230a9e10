"""Writing the locations of a supplier: where its orders go and where it is paid."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from foundation import audit
from foundation.errors import ConflictError, InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import Site, User
from foundation.validators import known_country, known_currency, new_code, one_line
from suppliers import access
from suppliers.decisions.plain_names import read_name
from suppliers.models import BankAccount, SiteUse, Supplier, SupplierSite
from suppliers.models.sites import MAIN
from suppliers.models.supplier import COMING
from suppliers.selectors.master_data import rules


@dataclass(frozen=True, slots=True)
class GivenSite:
    """A location as typed; `orders` and `payments` are codes of `SiteUse`, `serves` are codes of our sites."""

    code: str
    name: str
    orders: str = SiteUse.NO
    payments: str = SiteUse.NO
    address: str = ""
    country: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    edi_id: str = ""
    currency: str = ""
    is_active: bool = True
    serves: tuple[str, ...] = ()


@use_case
def write_supplier_site(
    *, supplier_id: int, site_id: int | None, expected_version: int | None, given: GivenSite, actor: User, at: datetime
) -> SupplierSite:
    """Add a location, or change one; a new default takes the place of the old one, which stays in use.

    The code of a location never changes: orders and bills name it.

    :raises NotFoundError: no such supplier, or no such location of it.
    :raises NotPermittedError: not a supplier manager.
    :raises StaleError: the location changed since it was opened.
    :raises InvalidError: a value cannot be one, the code is taken, or a default would end.
    :raises ConflictError: the account in force is paid at a location that would end.
    """
    supplier = Supplier.objects.select_for_update(of=("self",), no_key=True).filter(pk=supplier_id).first()
    if supplier is None:
        raise NotFoundError("not_found", "There is no such supplier.")
    require(access.can_maintain(actor))
    site = _found(supplier, site_id, expected_version, given, at)
    before = _said(site) if site.pk else {}
    _require_keeps_defaults(site, given)
    _require_no_side_door(supplier, site, given)
    serves = _ours(given.serves)
    for name, value in _judged(given).items():
        setattr(site, name, value)
    _make_way(site)
    site.changed_at = at
    site.save()
    site.serves.set(serves)
    after = {**_said(site), "serves": [one.code for one in serves]}
    action = "change_supplier_site" if before else "add_supplier_site"
    audit.record(supplier, action, actor=actor, at=at, before=before, after_site=after)
    return site


def _found(
    supplier: Supplier, site_id: int | None, expected_version: int | None, given: GivenSite, at: datetime
) -> SupplierSite:
    if site_id is None:
        code = new_code(given.code, longest=16)
        if supplier.sites.filter(code=code).exists():
            raise InvalidError("code_taken", f"{supplier} has a location {code}.", field="code", value=code)
        return SupplierSite(supplier=supplier, code=code, created_at=at)
    site = supplier.sites.select_for_update(of=("self",), no_key=True).filter(pk=site_id).first()
    if site is None:
        raise NotFoundError("not_found", "There is no such location.")
    if site.version != expected_version:
        raise StaleError("changed_since_opened", f"{site} changed since you opened it.", number=site.code)
    site.version += 1
    return site


def _judged(given: GivenSite) -> dict[str, Any]:
    for field in ("orders", "payments"):
        value = getattr(given, field)
        if value not in SiteUse.values:
            raise InvalidError("use_unknown", f"Use one of {', '.join(SiteUse.values)}.", field=field, value=value)
    if SiteUse.NO == given.orders == given.payments and given.is_active:
        raise InvalidError("site_without_use", "Say whether it takes orders, payments or both.", field="orders")
    return {
        "name": read_name(given.name), "orders": given.orders, "payments": given.payments, "is_active": given.is_active,
        "address": given.address.strip()[:500], "email": _mail(given.email),
        "country": known_country(given.country) if given.country.strip() else "",
        "currency": known_currency(given.currency) if given.currency.strip() else "",
        "contact": _line(given.contact, 120, "contact", "a name"),
        "phone": _line(given.phone, 40, "phone", "a telephone number"), "edi_id": _line(given.edi_id, 35, "edi_id", "an id"),
    }  # fmt: skip


def _line(text: str, longest: int, field: str, what: str) -> str:
    return one_line(text, longest=longest, field=field, what=what) if text.strip() else ""


def _mail(text: str) -> str:
    address = text.strip()
    try:
        if address:
            validate_email(address)
    except ValidationError as error:
        raise InvalidError("email_unfit", "Write a mail address.", field="email", value=address[:80]) from error
    return address


def _require_keeps_defaults(site: SupplierSite, given: GivenSite) -> None:
    """A default ends by naming another one, and where the account in force is paid stays in use."""
    for field in ("orders", "payments"):
        was, wanted = getattr(site, field), getattr(given, field)
        if site.pk and was == SiteUse.DEFAULT and (wanted != SiteUse.DEFAULT or not given.is_active):
            raise InvalidError(
                "default_needed", f"{site} is the one for {field} unless another is named. Make another the default first.",
                field=field, value=wanted,
            )  # fmt: skip
        if wanted == SiteUse.DEFAULT and not given.is_active:
            raise InvalidError("default_needed", "A default is in use.", field="is_active")
    ends = site.pk and (given.payments == SiteUse.NO or not given.is_active)
    if ends and BankAccount.objects.filter(change__remit_to=site.pk, ended_at=None).exists():
        raise ConflictError("account_in_force", f"The account in force is paid at {site}. Change the account first.")


def _require_no_side_door(supplier: Supplier, site: SupplierSite, given: GivenSite) -> None:
    """Where payments go by default is a field of the record like others: when it is controlled, a request moves it."""
    if given.payments != SiteUse.DEFAULT or site.payments == SiteUse.DEFAULT or supplier.state in COMING:
        return
    if rules()["remit_to"].is_controlled and supplier.sites.filter(payments=SiteUse.DEFAULT).exists():
        raise InvalidError(
            "controlled_field", "Where payments go is controlled: keep this location as paid, then ask for the change in the"
            " record.", field="payments", value=given.payments,
        )  # fmt: skip


def _make_way(site: SupplierSite) -> None:
    for field in ("orders", "payments"):
        if getattr(site, field) == SiteUse.DEFAULT:
            rows = SupplierSite.objects.filter(supplier=site.supplier, **{field: SiteUse.DEFAULT}).exclude(pk=site.pk)
            rows.update(**{field: SiteUse.YES})


def _ours(codes: Sequence[str]) -> list[Site]:
    found = list(Site.objects.filter(code__in=codes).order_by("code"))
    missing = sorted(set(codes) - {one.code for one in found})
    if missing:
        raise InvalidError("site_unknown", f"We have no site {missing[0]}.", field="serves", value=missing[0])
    return found


def _said(site: SupplierSite) -> dict[str, Any]:
    names = [field.name for field in fields(GivenSite) if field.name != "serves"]
    return {name: getattr(site, name) for name in names}


def open_main_sites(*, suppliers: Sequence[Supplier], at: datetime) -> None:
    """Give each new supplier its first location, which says what the company's record says."""
    SupplierSite.objects.bulk_create(
        (
            SupplierSite(
                supplier=supplier, code=MAIN, name="Main", orders=SiteUse.DEFAULT, payments=SiteUse.DEFAULT,
                created_at=at, changed_at=at,
            )
            for supplier in suppliers
        ),
        ignore_conflicts=True, batch_size=1_000,
    )  # fmt: skip
