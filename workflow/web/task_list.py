"""What the inbox and the list of all tasks share: the filters and the place in the list that an address names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict

from foundation.worklist import PAGE, Spot, Stretch, TaskFilters

DUE = (("", "Any time"), ("overdue", "Overdue"), ("today", "In the next 24 hours"))
FILTERS = ("kind", "site", "due", "q")
_NAMES = (*FILTERS, "before", "after")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A page of the list, and where its neighbours begin; as `foundation.web.keyset.Page` for the pager."""

    rows: Sequence[Any]
    newer: str | None
    older: str | None
    words: tuple[str, str] = ("Back", "On")


def filters_of(given: QueryDict) -> TaskFilters:
    """Return what the list is narrowed to."""
    kind, site, due, q = (given.get(name, "").strip()[:60] for name in FILTERS)
    return TaskFilters(kind, site, due, q)


def stretch_of(given: QueryDict) -> Stretch:
    """Return which page an address asks for, one row longer than it; nonsense is the first page.

    As the pager says it: `before` a place is what follows it down the list, `after` it what leads up to it.
    """
    return Stretch(PAGE + 1, after=Spot.read(given.get("before", "")), before=Spot.read(given.get("after", "")))


def part_of(found: Sequence[Any], stretch: Stretch, spot: Callable[[Any], Spot]) -> Part:
    """Return a page of rows read with one too many, in the order of the list."""
    has_more = len(found) > PAGE
    rows = (found[-PAGE:] if stretch.is_back else found[:PAGE]) if has_more else found
    goes_back = bool(rows) and (has_more if stretch.is_back else stretch.after is not None)
    goes_on = bool(rows) and (stretch.is_back or has_more)
    return Part(rows, str(spot(rows[0])) if goes_back else None, str(spot(rows[-1])) if goes_on else None)


def kept(given: QueryDict) -> list[tuple[str, str]]:
    """Return the filters and the place of an address, to be kept by a form."""
    return [(name, value) for name in _NAMES if (value := given.get(name, "")[:_LONGEST])]


def query_of(request: HttpRequest) -> str:
    """Return the filters and the place of the present address as a query string; empty for none."""
    query = QueryDict(mutable=True)
    query.update(dict(kept(request.GET)))
    return f"?{query.urlencode()}" if query else ""
