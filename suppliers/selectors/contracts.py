"""Contracts as their pages read them: lists by what presses, one contract with its versions and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet

from suppliers.decisions.contract_terms import (
    NEARLY_USED_PERCENT,
    WARN_DAYS,
    Difference,
    PriceTerm,
    Terms,
    differences,
    terms_of,
)
from suppliers.models import Contract, ContractPrice, ContractState, ContractVersion

EXPIRING, NEARLY_USED, WAITING = "expiring", "nearly_used", "waiting"


def contract_list(rows: QuerySet[Contract], *, text: str, state: str, today: date) -> QuerySet[Contract]:
    """Narrow contracts to a state, or to those that end within 90 days, are used to 90 %, or wait for somebody."""
    if text:
        rows = rows.filter(
            Q(number__icontains=text) | Q(title__icontains=text) | Q(supplier__name__icontains=text)
            | Q(supplier__code__iexact=text) | Q(prices__item__code__iexact=text)
        ).distinct()  # fmt: skip
    if state in ContractState.values:
        rows = rows.filter(state=state)
    elif state == EXPIRING:
        rows = rows.filter(state=ContractState.ACTIVE, valid_to__lte=today + timedelta(days=max(WARN_DAYS)))
    elif state == NEARLY_USED:
        rows = rows.filter(
            state=ContractState.ACTIVE, ordered_amount__gte=F("ceiling_amount") * NEARLY_USED_PERCENT / 100
        )
    elif state == WAITING:
        rows = rows.filter(pk__in=open_versions().values("contract"))
    left = ExpressionWrapper(
        F("ceiling_amount") - F("ordered_amount"), output_field=DecimalField(max_digits=18, decimal_places=4)
    )
    return rows.select_related("supplier").annotate(left_amount=left)


def open_versions() -> QuerySet[ContractVersion]:
    """Return what was proposed and waits for a second person."""
    return ContractVersion.objects.filter(agreed_at=None, withdrawn_at=None)


def written_terms(contract: Contract) -> Terms:
    """Return what a contract's row and prices say; one statement."""
    rows = contract.prices.select_related("item", "unit").order_by("item__code", "unit__code", "from_quantity", "pk")
    return Terms(
        contract.title, contract.kind, contract.currency, contract.valid_from, contract.valid_to,
        contract.ceiling_amount, contract.floor_amount, tuple(contract.site_codes), tuple(map(_price, rows)),
    )  # fmt: skip


def _price(row: ContractPrice) -> PriceTerm:
    return PriceTerm(row.item.code, row.unit.code, row.from_quantity, row.unit_price, tuple(row.site_codes))


@dataclass(frozen=True, slots=True)
class Revision:
    """A version with what it changes against the one before it; the first changes nothing."""

    version: ContractVersion
    changes: tuple[Difference, ...]


def revisions_of(contract: Contract) -> Sequence[Revision]:
    """Return the versions of a contract, the newest first, each against the last one agreed before it; one statement."""
    found: list[Revision] = []
    before: Terms | None = None
    for version in contract.versions.select_related("proposed_by", "agreed_by").order_by("revision"):
        terms = terms_of(version.content)
        found.append(Revision(version, differences(before, terms) if before else ()))
        if version.agreed_at is not None or before is None:
            before = terms
    return found[::-1]


def left_of(contract: Contract) -> Decimal | None:
    """Return what may still be ordered under a contract, in its currency; nothing when it has no ceiling."""
    if contract.ceiling_amount is None:
        return None
    return max(contract.ceiling_amount - contract.ordered_amount, Decimal(0))


TOLD = (  # what a supplier may read of a contract; the fence holds it too
    "id", "number", "supplier_id", "title", "state", "currency", "valid_from", "valid_to", "kind", "ceiling_amount",
    "floor_amount", "site_codes", "ordered_amount",
)  # fmt: skip


def shown_to_supplier(supplier_id: int) -> QuerySet[Contract]:
    """Return a supplier's contracts that are or were in force, with what it may read of them; the newest first."""
    rows = Contract.objects.filter(supplier_id=supplier_id).exclude(state=ContractState.DRAFT)
    return rows.only(*TOLD).order_by("-pk")


def contract_prices(contract: Contract) -> QuerySet[ContractPrice]:
    """Return the prices in force of a contract as they were written."""
    return contract.prices.select_related("item", "unit").order_by("-pk")


def used_percent(contract: Contract) -> Decimal | None:
    """Return how much of a contract's ceiling is ordered, in percent, at most 100; nothing without a ceiling."""
    if not contract.ceiling_amount:
        return None
    return min(contract.ordered_amount * 100 / contract.ceiling_amount, Decimal(100))


def contracts_to_amend(supplier_id: int, currency: str) -> Sequence[Contract]:
    """Return a supplier's contracts that could take further prices now: drafts, and those in force with nothing waiting."""
    rows = Contract.objects.filter(supplier=supplier_id, currency=currency)
    in_force = Q(state=ContractState.ACTIVE) & ~Q(pk__in=open_versions().values("contract"))
    return list(rows.filter(Q(state=ContractState.DRAFT) | in_force).order_by("-pk")[:20])
