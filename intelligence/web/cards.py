"""Figures as a page shows them: each number with the address of the documents behind it, and the marks of the chart."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from foundation.templatetags.ui import day, number
from intelligence.decisions.metrics import Metric, Subset
from intelligence.decisions.period import Period
from intelligence.selectors import Figure, Hours, Scope, Stats

WIDTH, HEIGHT, GAP = 640, 120, 6  # of the drawing, in its own units
_SHORT = 100  # hours; above that a decimal says nothing
DASH = "\u2013"


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its words and the list it counts."""

    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One mark of a chart: where it stands, what it says, how many documents, and where they are."""

    left: float
    width: float
    top: float
    height: float
    label: str
    value: str
    documents: int
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """One measure as a page shows it."""

    metric: Metric
    headline: Number
    before: Number
    trend: str
    tone: str
    numbers: Sequence[Number]
    bars: Sequence[Bar]
    highest: str
    is_empty: bool
    has_scope: bool

    @property
    def all_zero(self) -> bool:
        """Say whether the chart would be an empty frame."""
        return all(bar.height == 0 for bar in self.bars)

    @property
    def table_caption(self) -> str:
        """Name the table that says what the chart draws."""
        return f"{self.metric.title}, part by part"


def hours_text(hours: float | None) -> str:
    """Write hours: minutes below one hour, one decimal below a hundred."""
    if hours is None:
        return DASH
    if hours < 1:
        return f"{round(hours * 60)} min"
    return f"{number(round(hours, 1) if hours < _SHORT else round(hours))} h"


def share_text(share: float | None) -> str:
    """Write a share between 0 and 1 as percent with one decimal."""
    return DASH if share is None else f"{number(round(share * 100, 1))} %"


def scope_query(scope: Scope, period: Period | None = None) -> dict[str, str]:
    """Return a scope as the parameters of an address, without empty ones."""
    days = period or scope.period
    words = {"site": scope.site, "region": scope.region, "supplier": scope.supplier}
    return {"from": days.first.isoformat(), "to": days.last.isoformat()} | {k: v for k, v in words.items() if v}


def address(metric: Metric, scope: Scope, part: Subset, period: Period | None = None) -> str:
    """Return where the documents of a part of a measure are listed."""
    query = urlencode(scope_query(scope, period) | {"part": part.value})
    return f"{reverse('insight', args=[metric.slug])}?{query}"


def card_of(figure: Figure, scope: Scope) -> Card:
    """Lay a measure out for a page."""
    metric = figure.metric
    whole = metric.share[1] if metric.share else Subset.MEASURED
    bars, highest = _bars(figure, scope)
    return Card(
        metric=metric,
        headline=Number(
            _headline_label(metric), _headline(metric, figure.now), address(metric, scope, metric.parts[0][0])
        ),
        before=Number(
            "Before", _headline(metric, figure.before), address(metric, scope, metric.parts[0][0], scope.period.before)
        ),
        trend=figure.trend.sentence,
        tone=figure.trend.tone,
        numbers=[*_counts(figure, scope), *_hours(figure, scope)],
        bars=bars,
        highest=highest,
        is_empty=not any(figure.now.counts[part] for part in (whole, Subset.ALL)),
        has_scope=metric.has_supplier or not scope.supplier,
    )


def _headline_label(metric: Metric) -> str:
    return {"MX-4": "of invoices had an exception", "MX-5": "of answers came in time"}.get(
        metric.code, "median, elapsed"
    )


def _headline(metric: Metric, stats: Stats) -> str:
    return share_text(stats.share(metric)) if metric.share else hours_text(stats.elapsed.median)


def _counts(figure: Figure, scope: Scope) -> list[Number]:
    counts, metric = figure.now.counts, figure.metric
    numbers = [Number(label, number(counts[part]), address(metric, scope, part)) for part, label in metric.parts]
    if metric.code == "MX-4":
        tested = counts[Subset.JUDGED]
        rate = counts[Subset.FIRST_TIME] / tested if tested else None
        numbers.insert(0, Number("First-time match rate", share_text(rate), address(metric, scope, Subset.FIRST_TIME)))
    return numbers


def _hours(figure: Figure, scope: Scope) -> list[Number]:
    url = address(figure.metric, scope, Subset.MEASURED)
    rows: tuple[tuple[str, Hours], ...] = (("elapsed", figure.now.elapsed), ("business hours", figure.now.business))
    return [
        Number(f"{name}, {kind}", hours_text(value), url)
        for kind, hours in rows
        for name, value in (("Median", hours.median), ("90th percentile", hours.p90))
    ]


def _bars(figure: Figure, scope: Scope) -> tuple[list[Bar], str]:
    """Return the marks, as high as their part of the highest, and what the highest says."""
    metric = figure.metric
    values = [stats.headline(metric) for _, stats in figure.parts]
    highest = 1.0 if metric.share else max((v for v in values if v is not None), default=0.0)
    slot = WIDTH / len(figure.parts)
    part = metric.share[1] if metric.share else Subset.MEASURED
    bars = []
    for place, ((days, stats), value) in enumerate(zip(figure.parts, values, strict=True)):
        height = round(value / highest * HEIGHT, 1) if value and highest else 0.0
        bars.append(
            Bar(
                left=round(place * slot + GAP / 2, 1), width=round(slot - GAP, 1), top=HEIGHT - height, height=height,
                label=_days(days), value=_headline(metric, stats), documents=stats.counts[part],
                url=address(metric, scope, part, days),
            )
        )  # fmt: skip
    return bars, share_text(highest) if metric.share else hours_text(highest)


def _days(period: Period) -> str:
    return day(period.first) if period.days == 1 else f"{day(period.first)} to {day(period.last)}"
