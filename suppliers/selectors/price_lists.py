"""Price lists as their pages read them: what becomes of the rows, what a year costs more, what moves too far (SO-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, ExpressionWrapper, F, Max, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from policies.selectors import ordering_policy_in_force
from suppliers.decisions.price_list import Tolerance
from suppliers.models import PriceList, PriceListRow, PriceListState, RowOutcome

ABOVE, AFFECTED = "above", "affected"
OPEN = (
    PriceListState.RECEIVED,
    PriceListState.READING,
    PriceListState.JUDGED,
    PriceListState.WAITING,
    PriceListState.AGREED,
)
_MONEY = DecimalField(max_digits=24, decimal_places=6)
_EFFECT = ExpressionWrapper((F("unit_price") - F("old_price")) * F("year_quantity"), output_field=_MONEY)
ZERO = Decimal(0)


def counted(price_list: PriceList) -> dict[str, Any]:
    """Return the totals of a list that was read, as plain JSON; amounts in its currency, as texts."""
    rows = price_list.rows.annotate(effect=_EFFECT)
    by_outcome = {
        outcome: Count("pk", filter=Q(outcome=outcome)) for outcome in RowOutcome.values if outcome != RowOutcome.UNREAD
    }
    found = rows.aggregate(
        rows=Count("pk"), **by_outcome,
        dearer=Coalesce(Sum("effect", filter=Q(outcome=RowOutcome.RAISED)), ZERO, output_field=_MONEY),
        cheaper=Coalesce(Sum("effect", filter=Q(outcome=RowOutcome.LOWERED)), ZERO, output_field=_MONEY),
        open_lines=Coalesce(Sum("open_lines", filter=Q(outcome__in=MOVED)), 0),
        most=Max("change_percent"),
    )  # fmt: skip
    return {name: f"{value:.2f}" if isinstance(value, Decimal) else value for name, value in found.items()}


MOVED = (RowOutcome.RAISED, RowOutcome.LOWERED)


def beyond(tolerance: Tolerance) -> Q:
    """Return the rows whose price moves further than one person may let it; from nothing nothing can be measured."""
    return Q(outcome__in=MOVED) & (
        Q(change_percent=None)
        | Q(unit_price__gt=F("old_price") * (1 + tolerance.rise_percent / 100))
        | Q(unit_price__lt=F("old_price") * (1 - tolerance.fall_percent / 100))
    )


def rows_above(price_list: PriceList, tolerance: Tolerance) -> int:
    """Return how many prices move further than the policy lets one person decide."""
    return price_list.rows.filter(beyond(tolerance)).count()


def rows_of(price_list: PriceList, which: str, tolerance: Tolerance) -> QuerySet[PriceListRow]:
    """Return the rows of one outcome, those above tolerance, those open needs wait for, or all that can be used."""
    rows = price_list.rows.select_related("item", "unit").annotate(effect=_EFFECT)
    if which == ABOVE:
        return rows.filter(beyond(tolerance))
    if which == AFFECTED:
        return rows.filter(outcome__in=MOVED, open_lines__gt=0)
    return rows.filter(outcome=which) if which in RowOutcome.values else rows.exclude(outcome=RowOutcome.FAULT)


def steepest_first(rows: QuerySet[PriceListRow]) -> QuerySet[PriceListRow]:
    """Order rows by what they cost a year more, then by how far they move."""
    moved = Case(When(change_percent__lt=0, then=-F("change_percent")), default=F("change_percent"))
    return rows.order_by(F("effect").desc(nulls_last=True), moved.desc(nulls_last=True), "line")


def lists_for(rows: QuerySet[PriceList], *, text: str, state: str) -> QuerySet[PriceList]:
    """Narrow price lists to a state, or to those somebody still has to do something with."""
    if text:
        rows = rows.filter(
            Q(number__icontains=text) | Q(supplier__name__icontains=text) | Q(supplier__code__iexact=text)
        )
    if state == "open":
        rows = rows.filter(state__in=OPEN)
    elif state in PriceListState.values:
        rows = rows.filter(state=state)
    return rows.defer("content", "sample").select_related("supplier", "created_by")


def due(today: date, limit: int = 20) -> list[int]:
    """Return the agreed lists whose first day has come and that no worker is at, the oldest first."""
    rows = PriceList.objects.filter(state=PriceListState.AGREED, valid_from__lte=today, job=None)
    return list(rows.order_by("valid_from", "pk").values_list("pk", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class Effect:
    """What a year's purchases cost more and less, in the currency of the list."""

    dearer: Decimal
    cheaper: Decimal


def tolerance_at(at: datetime) -> Tolerance:
    """Return how far a price list may move a price without a second person, by the policy in force."""
    policy = ordering_policy_in_force(at)
    return Tolerance(policy.price_list_rise_percent, policy.price_list_fall_percent)


def effect_of(totals: Mapping[str, Any]) -> Effect:
    """Return the effect as numbers; nothing before a list is read."""
    return Effect(Decimal(totals.get("dearer", 0)), Decimal(totals.get("cheaper", 0)))


def facts_of_list(pk: int) -> list[tuple[str, str]]:
    """Return what a decision maker reads of a price list."""
    price_list = PriceList.objects.defer("content").select_related("supplier", "created_by").get(pk=pk)
    said, effect, money = price_list.totals, effect_of(price_list.totals), price_list.currency
    return [
        ("Supplier", str(price_list.supplier)), ("From", f"{price_list.valid_from:%d %b %Y}"),
        ("Prices", f"{said['rows']:,} rows: {said['raised']:,} dearer, {said['lowered']:,} cheaper, {said['new']:,} new"),
        ("Steepest rise", f"{said['most']} %" if said.get("most") else "none"),
        ("A year at last year's quantities", f"{effect.dearer:,.2f} {money} more, {-effect.cheaper:,.2f} {money} less"),
        ("Open needs at another price", f"{said['open_lines']:,}"),
        ("Why", price_list.note or "not said"), ("Brought in by", str(price_list.created_by)),
    ]  # fmt: skip
