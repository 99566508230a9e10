"""Certificates as pages and sweeps read them: what is needed of a supplier, and how it stands (SU-1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from foundation.models import Category
from suppliers.decisions.certificates import WARN_DAYS, Held, Need, Place, Standing, standings
from suppliers.models import (
    CatalogueItem,
    CatalogueState,
    Certificate,
    CertificateKind,
    CertificateNeed,
    CertificateState,
    Onboarding,
    SpendAuthorisation,
    SpendState,
    Supplier,
)

COUNTING = (CertificateState.WAITING, CertificateState.ACCEPTED)
LATELY = timedelta(days=400)  # how long one that ended is still told of


@dataclass(frozen=True, slots=True)
class Asked:
    """A supplier with how each certificate needed of it stands."""

    supplier: Supplier
    found: tuple[Standing, ...]


def standings_of(suppliers: Iterable[Supplier], today: date) -> list[Asked]:
    """Return how the certificates of suppliers stand; six statements, whatever their number."""
    rows = list(suppliers)
    needs = _needs()
    if not needs or not rows:
        return [Asked(one, ()) for one in rows]
    keys = [one.pk for one in rows]
    held, served = _held(keys), _served(keys)
    return [
        Asked(one, standings(needs, held.get(one.pk, ()), served.get(one.pk, ()), country=one.country, today=today))
        for one in rows
    ]


def standing_of(supplier: Supplier, today: date) -> tuple[Standing, ...]:
    """Return how each certificate needed of a supplier stands."""
    return standings_of([supplier], today)[0].found


def _needs() -> list[Need]:
    rows = CertificateNeed.objects.values_list(
        "kind_id", "kind__name", "needed_from", "category__path", "site__code", "country"
    )
    return [Need(kind, name, start, path or "", site or "", country) for kind, name, start, path, site, country in rows]


def _held(keys: Sequence[int]) -> Mapping[int, list[Held]]:
    found: dict[int, list[Held]] = defaultdict(list)
    rows = Certificate.objects.filter(supplier__in=keys, state__in=COUNTING)
    for supplier, kind, state, start, end in rows.values_list(
        "supplier_id", "kind_id", "state", "valid_from", "valid_until"
    ):
        found[supplier].append(Held(kind, state == CertificateState.ACCEPTED, start, end))
    return found


def _served(keys: Sequence[int]) -> Mapping[int, list[Place]]:
    """Return what a supplier serves: what it offers, what it may or wants to sell, and what it said it sells.

    An authorisation for everything says nothing of what it sells.
    """
    found: dict[int, list[Place]] = defaultdict(list)
    cells = SpendAuthorisation.objects.filter(supplier__in=keys, state__in=[SpendState.ASKED, SpendState.IN_FORCE])
    named = cells.exclude(category=None).order_by().values_list("supplier_id", "category__path", "site__code")
    for supplier, path, site in named:
        found[supplier].append(Place(path, site or ""))
    said = Onboarding.objects.filter(supplier__in=keys, closed_at=None).values_list(
        "supplier_id", "categories", "sites"
    )
    coming = list(said)
    paths = dict(
        Category.objects.filter(code__in={c for _, codes, _ in coming for c in codes}).values_list("code", "path")
    )
    for supplier, codes, sites in coming:
        found[supplier] += [Place(paths[code], site) for code in codes if code in paths for site in sites or [""]]
    rows = CatalogueItem.objects.filter(supplier__in=keys, state=CatalogueState.ACTIVE)
    for supplier, path in rows.order_by().values_list("supplier_id", "item__category__path").distinct():
        found[supplier].append(Place(category=path))
    return found


def certificates_of(supplier: Supplier) -> Sequence[Certificate]:
    """Return what a supplier sent, the newest first, without the bytes."""
    rows = Certificate.objects.filter(supplier=supplier).defer("file")
    return list(rows.select_related("kind", "sent_by", "decided_by").order_by("-pk")[:60])


def waiting_certificates() -> QuerySet[Certificate]:
    """Return what waits for a person, the oldest first."""
    rows = Certificate.objects.filter(state=CertificateState.WAITING).defer("file")
    return rows.select_related("kind", "supplier", "sent_by")


def ending(today: date) -> QuerySet[Certificate]:
    """Return accepted certificates that end within 90 days, or ended lately, and that no later one follows."""
    later = Certificate.objects.filter(
        supplier=OuterRef("supplier"), kind=OuterRef("kind"), state=CertificateState.ACCEPTED,
        valid_until__gt=OuterRef("valid_until"),
    )  # fmt: skip
    rows = Certificate.objects.filter(
        state=CertificateState.ACCEPTED, valid_until__gte=today - LATELY,
        valid_until__lte=today + timedelta(days=max(WARN_DAYS)),
    )  # fmt: skip
    return rows.filter(~Exists(later)).defer("file").select_related("kind", "supplier")


def needs_and_kinds() -> tuple[Sequence[CertificateNeed], Sequence[CertificateKind]]:
    """Return what is needed of whom, and every kind there is."""
    needs = CertificateNeed.objects.select_related("kind", "category", "site")
    return list(needs), list(CertificateKind.objects.all())
