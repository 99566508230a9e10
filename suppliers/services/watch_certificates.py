"""Certificates that end: the supplier and its keepers are told before, orders stop after (SU-1)."""

from datetime import date, datetime
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings
from django.urls import reverse

from foundation import access as ground
from foundation.journal import use_case
from foundation.models import Delivery, NoticeKind, Role
from foundation.selectors import system_user
from foundation.services import Letter, News, notify
from foundation.services.letters import store_letters, write_letter
from suppliers.decisions.certificates import reason_of, warning_due
from suppliers.models import MAY_ORDER, Certificate, RestrictionCause, Supplier, SupplierRestriction
from suppliers.selectors.certificates import ending, standings_of
from suppliers.services.restrict_by_rule import follow_cause

ACTOR = "certificates"


@use_case
def warn_of_certificates(*, today: date, at: datetime) -> int:
    """Write 90, 60 and 30 days before a certificate's last day to the supplier, and tell who keeps suppliers.

    Each warning goes once for a certificate; one that a later certificate follows is not warned of. Returns how many
    letters and notices are new.
    """
    keepers = set(ground.people_with_role(Role.SUPPLIER_MANAGER, scope="enterprise").values_list("pk", flat=True))
    told = 0
    for certificate in ending(today).filter(supplier__state__in=[*MAY_ORDER, "restricted", "qualified"]):
        days = warning_due(certificate.valid_until, today) if certificate.valid_until else None
        if days is None or certificate.valid_until is None:
            continue
        last = f"{certificate.valid_until.day} {certificate.valid_until:%b %Y}"
        left = (certificate.valid_until - today).days
        told += store_letters(_letters(certificate, days, f"ends on {last}, in {left} days"), at)
        news = News(
            kind=NoticeKind.CASE, source=uuid5(NAMESPACE_OID, f"certificate:{certificate.pk}:{days}"),
            subject=("certificate", certificate.pk, certificate.supplier.code),
            sentence=f"{certificate.supplier}: {certificate.kind} ends on {last}, in {left} days",
            path=reverse("supplier_certificates", args=[certificate.supplier.code]), at=at,
        )  # fmt: skip
        told += notify(news=news, people=keepers, at=at)
    return told


def _letters(certificate: Certificate, days: int, words: str) -> list[Delivery]:
    supplier = certificate.supplier
    people = supplier.people.filter(is_active=True).exclude(user__email="").values_list("user__email", flat=True)
    letter = Letter(
        f"{certificate.kind} {words.partition(',')[0]}",
        facts=(("Certificate", f"{certificate.kind} {certificate.number}"), ("Issued by", certificate.issuer)),
        verb="Send the new one", closing="Without a valid one we place no new orders from the day after.",
    )  # fmt: skip
    return [
        write_letter(
            address, letter, sentence=f"Your {certificate.kind} {words}.",
            url=settings.PUBLIC_URL + reverse("portal_certificates"), subject=("supplier", supplier.pk, supplier.code),
            key=f"certificate:{certificate.pk}:{days}:{address}"[:120],
        )
        for address in sorted({supplier.order_email, *people} - {""})
    ]  # fmt: skip


def restrict_for_certificates(*, today: date, at: datetime) -> int:
    """Restrict who lacks a needed certificate and lift it for who has it again; returns how many changed.

    `today` is the day of the earliest site, so that a last day is over everywhere. Each supplier is a transaction of its
    own; done twice it is done once.
    """
    actor = system_user(ACTOR)
    standing = dict(
        SupplierRestriction.objects.filter(cause=RestrictionCause.CERTIFICATE, lifted_at=None).values_list(
            "supplier_id", "reason"
        )
    )
    rows = Supplier.objects.filter(state__in=MAY_ORDER) | Supplier.objects.filter(pk__in=standing)
    changed = 0
    for asked in standings_of(rows.order_by("pk"), today):
        reason = reason_of(asked.found)
        if reason != standing.get(asked.supplier.pk, ""):
            follow_cause(
                supplier_id=asked.supplier.pk, cause=RestrictionCause.CERTIFICATE, reason=reason, actor=actor, at=at
            )
            changed += 1
    return changed
