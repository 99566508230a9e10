"""Figures of the measures over a period, the period before and its parts: two statements, whatever their number.

A number and the list behind it come from the same condition of `parts_of`, so they cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    BooleanField,
    Case,
    Count,
    F,
    FloatField,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)

from foundation.models import Site, User
from intelligence.access import sites_read_by, visible_measurements
from intelligence.decisions.metrics import METRICS, Metric, Subset
from intelligence.decisions.period import Period
from intelligence.decisions.trend import Trend, trend_of_hours, trend_of_share
from intelligence.models import Measurement, ReadingMark


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: a period and, empty meaning any, codes of site, region and supplier (or its name's start)."""

    period: Period
    site: str = ""
    region: str = ""
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """Median and 90th percentile, interpolated between neighbours as PostgreSQL's percentile_cont does."""

    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """One measure over one stretch of days."""

    counts: Mapping[Subset, int] = field(default_factory=dict)
    elapsed: Hours = Hours()
    business: Hours = Hours()

    def share(self, metric: Metric) -> float | None:
        """Return the headline share between 0 and 1, or nothing without documents."""
        if metric.share is None:
            return None
        part, whole = metric.share
        return self.counts[part] / self.counts[whole] if self.counts.get(whole) else None

    def headline(self, metric: Metric) -> float | None:
        """Return what the chart draws: the share, or the median of elapsed hours."""
        return self.share(metric) if metric.share else self.elapsed.median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure with its period, the one before, and the parts of the period."""

    metric: Metric
    now: Stats
    before: Stats
    parts: Sequence[tuple[Period, Stats]]
    trend: Trend


_PAIR = ArrayField(FloatField())


class Percentiles(Aggregate):
    """Median and 90th percentile in one sort."""

    function = "percentile_cont"
    template = "%(function)s(array[0.5, 0.9]) within group (order by %(expressions)s)"
    output_field = _PAIR


def parts_of(as_of: datetime | None) -> dict[Subset, Q]:
    """Return the condition of every countable part; what is late is judged at `as_of`, when the log was last read."""
    ended, open_, overdue = Q(ended_at__isnull=False), Q(ended_at=None), Q(due_at__lt=as_of) if as_of else Q(pk__in=[])
    in_time = ended & Q(due_at__isnull=False, ended_at__lte=F("due_at"))
    late = ended & Q(ended_at__gt=F("due_at")) | open_ & overdue
    return {
        Subset.ALL: Q(),
        Subset.MEASURED: Q(elapsed_hours__isnull=False),
        Subset.AUTOMATIC: Q(is_automatic=True),
        Subset.EXCEPTION: Q(is_exception=True),
        Subset.JUDGED: Q(first_time__isnull=False),
        Subset.FIRST_TIME: Q(first_time=True),
        Subset.DUE: in_time | late,
        Subset.IN_TIME: in_time,
        Subset.LATE: late,
    }


def read_until() -> datetime | None:
    """Return when the event log was last read; nothing before the first time."""
    return ReadingMark.objects.values_list("read_at", flat=True).first()


def readable_sites(user: User) -> list[Site]:
    """Return the sites whose measures the person may read, with their regions."""
    return list(sites_read_by(user).select_related("region").only("code", "name", "region__code", "region__name"))


def measurements(user: User, scope: Scope) -> QuerySet[Measurement]:
    """Return what the person may read of a scope; a code they may not see finds nothing."""
    found = visible_measurements(user).filter(counted_on__range=(scope.period.first, scope.period.last))
    if scope.site:
        found = found.filter(site__code=scope.site)
    if scope.region:
        found = found.filter(site__region__code=scope.region)
    if scope.supplier:
        found = found.filter(Q(supplier__code=scope.supplier) | Q(supplier__name__istartswith=scope.supplier))
    return found


def figures(user: User, scope: Scope, as_of: datetime | None) -> list[Figure]:
    """Return every measure of a scope."""
    period = scope.period
    both = measurements(user, Scope(Period(period.before.first, period.last), scope.site, scope.region, scope.supplier))
    halves = _stats(
        both, as_of, Case(When(counted_on__gte=period.first, then=True), default=False, output_field=BooleanField())
    )
    number = _part_number(period.first, period.part_days)
    slices = _stats(
        measurements(user, scope), as_of, number, business=Value(None, output_field=_PAIR)
    )  # nobody reads it
    return [_figure(metric, period, halves, slices) for metric in METRICS]


def _figure(metric: Metric, period: Period, halves: dict[Any, Stats], slices: dict[Any, Stats]) -> Figure:
    none = Stats(dict.fromkeys(Subset, 0))
    now, before = halves.get((metric.code, True), none), halves.get((metric.code, False), none)
    parts = [(part, slices.get((metric.code, number), none)) for number, part in enumerate(period.parts())]
    if metric.share:
        trend = trend_of_share(now.share(metric), before.share(metric), lower_is_better=metric.lower_is_better)
    else:
        trend = trend_of_hours(now.elapsed.median, before.elapsed.median)
    return Figure(metric, now, before, parts, trend)


def _part_number(first: date, days: int) -> Any:
    passed = Func(
        F("counted_on"), Value(first), arg_joiner=" - ", template="(%(expressions)s)", output_field=IntegerField()
    )
    return passed / Value(days)


def _stats(rows: QuerySet[Measurement], as_of: datetime | None, stretch: Any, business: Any = None) -> dict[Any, Stats]:
    """Return statistics by measure and stretch of days; one statement."""
    counted = {f"n_{part.name.lower()}": Count("pk", filter=which) for part, which in parts_of(as_of).items()}
    grouped = (
        rows.annotate(stretch=stretch)
        .values("metric", "stretch")
        .annotate(elapsed=Percentiles("elapsed_hours"), business=business or Percentiles("business_hours"), **counted)
        .order_by()
    )
    return {(row["metric"], row["stretch"]): _row(row) for row in grouped}


def _row(row: Any) -> Stats:
    counts = {part: row[f"n_{part.name.lower()}"] for part in Subset}
    return Stats(counts, Hours(*(row["elapsed"] or ())), Hours(*(row["business"] or ())))
