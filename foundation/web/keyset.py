"""Lists by position: a page costs the same at row 50 and at row 5,000,000, and nothing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from foundation.web.typed import whole

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50
ALONG = ("Back", "On")
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, newest first, and where the neighbours begin; `words` are what the two ways are called."""

    rows: Sequence[Any]
    newer: int | str | None
    older: int | str | None
    words: tuple[str, str] = (gettext_noop("Newer"), gettext_noop("Older"))

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def paginate(request: HttpRequest, queryset: QuerySet[M], size: int = PAGE_SIZE) -> Page:
    """Return the page the query string asks for: `?before=<pk>` or `?after=<pk>`; nonsense shows the first page.

    The queryset is ordered by primary key, newest first; one statement.
    """
    before, after = whole(request.GET.get("before")), whole(request.GET.get("after"))
    if after is not None:
        rows = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        if not rows:
            return paginate_first(queryset, size)
        return Page(rows, rows[0].pk if more else None, rows[-1].pk)
    if before is not None:
        rows = list(queryset.filter(pk__lt=before).order_by("-pk")[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        return Page(rows, rows[0].pk if rows else None, rows[-1].pk if more else None)
    return paginate_first(queryset, size)


def paginate_first(queryset: QuerySet[M], size: int = PAGE_SIZE) -> Page:
    """Return the newest page."""
    rows = list(queryset.order_by("-pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return Page(rows, None, rows[-1].pk if more else None)


def paginate_along(request: HttpRequest, queryset: QuerySet[M], key: str, size: int = PAGE_SIZE) -> Page:
    """Return a page in ascending order of a unique text, such as a code or the path of a tree; one statement.

    The address says `?before=<text>` for what follows a row and `?after=<text>` for what leads up to it, so that the
    pager of the other lists serves.
    """
    follows, leads = request.GET.get("before", "")[:_LONGEST_KEY], request.GET.get("after", "")[:_LONGEST_KEY]
    if leads:
        rows = list(queryset.filter(**{f"{key}__lt": leads}).order_by(f"-{key}")[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        if rows:
            return Page(rows, getattr(rows[0], key) if more else None, getattr(rows[-1], key), ALONG)
    rows = list(queryset.filter(**{f"{key}__gt": follows}).order_by(key)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    first = getattr(rows[0], key) if rows and follows else None
    return Page(rows, first, getattr(rows[-1], key) if more else None, ALONG)
