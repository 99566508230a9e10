"""What waits for a person, of every kind: each room says what its kind is and reads its own rows, a page at a time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

PAGE = 50  # tasks
NEVER = datetime.max.replace(tzinfo=UTC)  # stands for no hour at all, so that what has none comes last
_PARTS = 3


@dataclass(frozen=True, slots=True)
class TaskFilters:
    """What the list is narrowed to; empty means any. `due` is overdue or today, `q` a number, a name or words.

    `picks` narrows it to some tasks by name, as a form calls them.
    """

    kind: str = ""
    site: str = ""
    due: str = ""
    q: str = ""
    picks: frozenset[str] | None = None

    def keys(self, kind: str) -> list[int]:
        """Return the keys of the picked tasks of a kind."""
        pairs = (pick.rpartition("-") for pick in self.picks or ())
        return [int(key) for found, _, key in pairs if found == kind and key.isascii() and key.isdigit()]


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in the list, ordered as the list is: what is due first, then by kind and key."""

    due_at: datetime
    kind: str
    key: int

    def __str__(self) -> str:
        return f"{self.due_at.isoformat()}~{self.kind}~{self.key}"

    @classmethod
    def read(cls, text: str) -> "Spot | None":
        """Return the place an address names; nothing for nonsense."""
        parts = text[:100].split("~")
        try:
            due_at, key = datetime.fromisoformat(parts[0]), int(parts[-1])
        except ValueError:
            return None
        is_whole = len(parts) == _PARTS and due_at.tzinfo is not None and 0 <= key < 1 << 63
        return cls(due_at, parts[1], key) if is_whole else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list: at most `size` tasks after a place, or before it; from the top when no place is named."""

    size: int = PAGE + 1
    after: Spot | None = None
    before: Spot | None = None

    @property
    def is_back(self) -> bool:
        """Say whether it leads up to a place, so that the nearest are the last."""
        return self.before is not None


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

    @property
    def spot(self) -> Spot:
        """Return where it stands in the list."""
        return Spot(self.due_at or NEVER, self.kind, self.key)


@dataclass(frozen=True, slots=True)
class SiteTally:
    """How much of a kind waits at a site, and how much of that is overdue; no code is what is of no site."""

    code: str
    name: str
    waiting: int
    overdue: int


@dataclass(frozen=True, slots=True)
class TaskSource:
    """A kind of task.

    `rows(user, filters, now, stretch)` returns the tasks of a stretch, nearest first; `tally(user, filters, now)` how
    many there are by site, whatever site the filters name. Each is one statement.
    """

    kind: str
    label: str
    rows: Callable[[Any, TaskFilters, datetime, Stretch], Iterable[Task]]
    tally: Callable[[Any, TaskFilters, datetime], Iterable[SiteTally]]


sources: dict[str, TaskSource] = {}


def add(source: TaskSource) -> None:
    """Register a kind; the last registration wins so that a reload is harmless."""
    sources[source.kind] = source


def tasks_of(user: Any, filters: TaskFilters, now: datetime, stretch: Stretch) -> list[Task]:
    """Return a stretch of what waits for a person, what is due first on top; one statement for each kind."""
    found = [task for source in _chosen(filters) for task in source.rows(user, filters, now, stretch)]
    found.sort(key=lambda task: task.spot, reverse=stretch.is_back)
    return sorted(found[: stretch.size], key=lambda task: task.spot)


def tallies_of(user: Any, filters: TaskFilters, now: datetime) -> Sequence[SiteTally]:
    """Return how much waits for a person by site, of every kind together; one statement for each kind."""
    found: dict[str, SiteTally] = {}
    for one in (one for source in _chosen(filters) for one in source.tally(user, filters, now)):
        so_far = found.get(one.code, SiteTally(one.code, one.name, 0, 0))
        found[one.code] = SiteTally(one.code, one.name, so_far.waiting + one.waiting, so_far.overdue + one.overdue)
    return sorted(found.values(), key=lambda one: one.name)


def _chosen(filters: TaskFilters) -> list[TaskSource]:
    return [source for source in sources.values() if filters.kind in {"", source.kind}]
