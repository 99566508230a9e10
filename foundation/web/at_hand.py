"""Rows that a page has read already, so that the panels on it need not read them again.

A panel of an upper room gets a key only. What the page keeps at hand lives as long as its request.
"""

from typing import TypeVar
from weakref import WeakKeyDictionary

from django.db.models import Model
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
_kept: WeakKeyDictionary[HttpRequest, dict[tuple[type[Model], object], Model]] = WeakKeyDictionary()


def keep_at_hand(request: HttpRequest, row: Model) -> None:
    """Keep a row for the panels of the page; the page has judged that its reader may see it."""
    _kept.setdefault(request, {})[type(row), row.pk] = row


def at_hand(request: HttpRequest, model: type[M], pk: int | None) -> M | None:
    """Return the row that the page keeps, or nothing: then it is read as usual."""
    row = _kept.get(request, {}).get((model, pk))
    return row if isinstance(row, model) else None
