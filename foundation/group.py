"""Events that the relay handles together, so that their subscribers read once for all of them what each would read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from foundation.models import DomainEvent

T = TypeVar("T")
_running: ContextVar[tuple[Sequence[DomainEvent], dict[str, Any]]] = ContextVar("events_handled_together")


@contextmanager
def together(events: Iterable[DomainEvent]) -> Iterator[None]:
    """Name the events that are handled now; what was read for them is forgotten at the end."""
    token = _running.set((list(events), {}))
    try:
        yield
    finally:
        _running.reset(token)


def read_once(event: DomainEvent, name: str, read: Callable[[Sequence[DomainEvent]], T]) -> T:
    """Return what `read` finds for all events handled with this one; a second caller of that name gets the same.

    What it reads must not change by what subscribers of the same group do, or not matter when it did. An event that
    is told outside the relay is a group of one.
    """
    events, known = _running.get(((), {}))
    if not any(other is event for other in events):
        return read([event])
    if name not in known:
        known[name] = read(events)
    found: T = known[name]
    return found
