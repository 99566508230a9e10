"""Which certificates there are, and of whom each is needed: rows, changed by who keeps suppliers (SU-1)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from foundation import audit
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Category, Site, User
from foundation.validators import known_country, new_code, one_line
from suppliers import access
from suppliers.models import CertificateKind, CertificateNeed

FURTHEST = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class NeedDetails:
    """Of whom a certificate is needed, and from which day on; empty means every category, site or country."""

    kind: CertificateKind
    needed_from: date
    category: Category | None = None
    site: Site | None = None
    country: str = ""


@use_case
def add_certificate_kind(*, code: str, name: str, has_end: bool, actor: User, at: datetime) -> CertificateKind:
    """Add a kind of certificate.

    :raises NotPermittedError: nobody who keeps certificates.
    :raises InvalidError: the code is taken or cannot be one, or the name is missing.
    """
    require(access.can_keep_certificates(actor))
    wanted = new_code(code, longest=16)
    if CertificateKind.objects.filter(code=wanted).exists():
        raise InvalidError("code_taken", f"There is a kind {wanted} already.", field="code", value=wanted)
    kind = CertificateKind.objects.create(
        code=wanted, name=one_line(name, longest=80, field="name", what="what it certifies"), has_end=has_end
    )
    audit.record(kind, "add_certificate_kind", actor=actor, at=at, name=kind.name, has_end=has_end)
    return kind


@use_case
def need_certificate(*, details: NeedDetails, actor: User, at: datetime) -> CertificateNeed:
    """Ask for a certificate from a day on; from then on who has none gets no new orders.

    :raises NotPermittedError: nobody who keeps certificates.
    :raises ConflictError: it is needed there already.
    :raises InvalidError: a country that is none, or a day that lies far away.
    """
    require(access.can_keep_certificates(actor))
    country = known_country(details.country) if details.country.strip() else ""
    if not at.date() - FURTHEST <= details.needed_from <= at.date() + FURTHEST:
        raise InvalidError(
            "needed_from_far", "Choose a day within two years.", field="needed_from",
            value=details.needed_from.isoformat(),
        )  # fmt: skip
    where = {"kind": details.kind, "category": details.category, "site": details.site, "country": country}
    if CertificateNeed.objects.filter(**where).exists():
        raise ConflictError("needed_already", "This certificate is asked for there already.")
    need = CertificateNeed.objects.create(**where, needed_from=details.needed_from)
    audit.record(need, "need_certificate", actor=actor, at=at, need=str(need), needed_from=str(need.needed_from))
    return need


@use_case
def drop_certificate_need(*, need_id: int, actor: User, at: datetime) -> None:
    """Ask for a certificate no longer; restrictions for want of it go with the next sweep.

    :raises NotPermittedError: nobody who keeps certificates.
    :raises NotFoundError: it is not asked for.
    """
    require(access.can_keep_certificates(actor))
    rows = CertificateNeed.objects.select_for_update(of=("self",), no_key=True)
    need = rows.select_related("kind", "category", "site").filter(pk=need_id).first()
    if need is None:
        raise NotFoundError("not_found", "This certificate is not asked for.")
    audit.record(need, "drop_certificate_need", actor=actor, at=at, need=str(need))
    need.delete()
