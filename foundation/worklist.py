"""What waits for a person, of every kind: each room says what its kind is and reads its own rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

LIMIT = 500  # rows of one kind; nobody works through more at a sitting


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What the list is narrowed to; empty means any. `due` is overdue or today, `q` a number, a name or words."""

    kind: str = ""
    site: str = ""
    due: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits for a person.

    `bulk` is what may be done to it together with others (approve, assign) and `barred` why not; `seen` is what was on
    the screen: the hash or version a decision binds to.
    """

    kind: str
    key: int
    number: str
    title: str
    url: str
    site_code: str
    site: str
    due_at: datetime | None
    why: str
    amount: Decimal | None = None
    currency: str = ""
    bulk: str = ""
    barred: str = ""
    seen: str = ""

    @property
    def pick(self) -> str:
        """Return the name a form calls it by."""
        return f"{self.kind}-{self.key}"


@dataclass(frozen=True, slots=True)
class TaskSource:
    """A kind of task; `rows(user, filters, now)` returns at most `LIMIT`, the ones due first, in one statement."""

    kind: str
    label: str
    rows: Callable[[Any, TaskFilters, datetime], Iterable[Task]]


sources: dict[str, TaskSource] = {}


def add(source: TaskSource) -> None:
    """Register a kind; the last registration wins so that a reload is harmless."""
    sources[source.kind] = source


def tasks_of(user: Any, filters: TaskFilters, now: datetime) -> list[Task]:
    """Return what waits for a person, what is due first on top, what has no hour last; one statement for each kind."""
    chosen = [source for source in sources.values() if filters.kind in {"", source.kind}]
    found = [task for source in chosen for task in source.rows(user, filters, now)]
    return sorted(found, key=lambda task: (task.due_at is None, task.due_at or now, task.kind, task.key))
