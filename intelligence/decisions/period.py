"""The days a page looks at, the days before them, and the even parts a chart draws. Days are the ship-to site's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MOST_PARTS = 13
USUAL_DAYS = 91
MOST_DAYS = 366 * 20
ENDS_TOO_EARLY = "The last day comes before the first. Exchange them."
TOO_LONG = "Choose at most twenty years."
UNREADABLE = "{} is not a day. Write it as 2026-03-31."


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Count the days."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """Return the same number of days just before."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def part_days(self) -> int:
        """Return how many days a part of the chart has, so that there are at most thirteen."""
        return -(-self.days // MOST_PARTS)

    def parts(self) -> Sequence["Period"]:
        """Return the parts, oldest first; the last may be shorter."""
        step = timedelta(days=self.part_days)
        starts = [self.first + step * number for number in range(-(-self.days // self.part_days))]
        return [Period(start, min(start + step - timedelta(days=1), self.last)) for start in starts]


def usual(today: date) -> Period:
    """Return the thirteen weeks that end today."""
    return Period(today - timedelta(days=USUAL_DAYS - 1), today)


def read_period(first: str, last: str, today: date) -> tuple[Period, dict[str, str]]:
    """Return the period of two typed days, empty meaning the usual one, and what is wrong by field.

    With anything wrong the usual period comes back, so that the page still shows something.
    """
    errors: dict[str, str] = {}
    ending = _day(last, "to", errors) or today
    beginning = _day(first, "from", errors) or ending - timedelta(days=USUAL_DAYS - 1)
    if not errors and beginning > ending:
        errors["to"] = ENDS_TOO_EARLY
    if not errors and (ending - beginning).days > MOST_DAYS:
        errors["from"] = TOO_LONG
    return (usual(today) if errors else Period(beginning, ending)), errors


def _day(text: str, field: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 2200:  # noqa: PLR2004 - what arithmetic on days survives
        errors[field] = UNREADABLE.format(text[:20])
        return None
    return found
