"""What upper rooms furnish for lower ones. Filled in each AppConfig.ready; nothing else crosses upwards.

- `subjects`: document type -> title, address, who may see it, and the verbs its room offers to the inbox;
- `panels`: page slot -> functions that return a small fragment or nothing;
- `search`: what a query finds;
- `subscriptions`: event kind -> handlers;
- `navigation`: entries of the staff menu;
- `role_rules`: what stands against a person holding one more role;
- `invariants`: what must always be true of a room's rows, checked by `check_invariants`;
- `works`: long work that is done in slices, and who may follow it;
- `item_numbers`: whose numbers besides ours find an item.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from django.db.models import QuerySet
from django.http import HttpRequest

from foundation.verdict import ALLOWED, Verdict

log = structlog.get_logger(__name__)
Handler = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in a list of another room: its number, its site and what it is worth, net, in its currency.

    `url` is empty for who may not open it.
    """

    number: str
    url: str = ""
    site: str = ""
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A document type that other rooms may show or act on without importing its room.

    `url(pk)` is its staff page, `page(number)` the same by its printed number and without a query, for lists;
    `title(pk)` is one line, `facts(pk)` label/value pairs for a decision maker,
    `visible(user, pk)` whether the person may see it, `actions` verb -> service called as
    `action(pk=..., expected_version=..., seen_hash=..., actor=..., reason=..., at=...)`,
    `panel(request, pk)` the HTML of its lines for the inbox, or empty;
    `lines(pk)` its lines, a sentence each, `unusual(pk, flags)` the sentences behind the flags of its approval,
    `papers(user, pks)` many documents for a list, whoever may open them, in two statements at most,
    `at_sites` its table and the column that names its site, for lists that ask many rooms at once.
    """

    type: str
    label: str
    url: Callable[[int], str]
    title: Callable[[int], str]
    visible: Callable[[Any, int], bool]
    facts: Callable[[Any, int], list[tuple[str, str]]] = lambda _user, _pk: []
    panel: Callable[[HttpRequest, int], str] = lambda _request, _pk: ""
    actions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    page: Callable[[str], str] | None = None
    lines: Callable[[int], list[str]] = lambda _pk: []
    unusual: Callable[[int, list[str]], list[str]] = lambda _pk, flags: flags
    papers: Callable[[Any, Collection[int]], Mapping[int, Paper]] = lambda _user, _pks: {}
    at_sites: tuple[str, str] | None = None


class Subjects:
    """Document types by name."""

    def __init__(self) -> None:
        self._by_type: dict[str, Subject] = {}

    def add(self, subject: Subject) -> None:
        """Register a document type; the last registration wins so that a reload is harmless."""
        self._by_type[subject.type] = subject

    def get(self, type_: str) -> Subject | None:
        """Return the subject, or nothing when its room is not installed."""
        return self._by_type.get(type_)

    def all(self) -> list[Subject]:
        """Return every type."""
        return list(self._by_type.values())


class Subscriptions:
    """Who is told about which event; a consumer's name is its identity in the effect ledger."""

    def __init__(self) -> None:
        self._handlers: dict[str, dict[str, Handler]] = {}

    def add(self, kind: str, handler: Handler) -> None:
        """Tell `handler` about events of `kind`; it may be told twice after a crash and keeps one effect."""
        name = f"{handler.__module__}.{handler.__qualname__}"
        self._handlers.setdefault(kind, {})[name] = handler

    def handlers(self, kind: str) -> list[tuple[str, Handler]]:
        """Return name and handler of each subscriber, in order of registration."""
        return list(self._handlers.get(kind, {}).items())


class Panels:
    """Fragments of upper rooms on lower rooms' pages."""

    def __init__(self) -> None:
        self._slots: dict[str, list[Callable[..., str]]] = {}

    def add(self, slot: str, panel: Callable[..., str]) -> None:
        """Show `panel(request, pk)` in `slot`, such as `order.side` or `home`."""
        if panel not in self._slots.setdefault(slot, []):
            self._slots[slot].append(panel)

    def render(self, slot: str, request: HttpRequest, pk: int | None = None) -> list[str]:
        """Return the fragments of a slot; one that fails is left out and logged, the page stays whole."""
        fragments = []
        for panel in self._slots.get(slot, []):
            try:
                html = panel(request, pk)
            except Exception:  # a guest's failure must not take the host's page down
                log.exception("panel.failed", slot=slot, panel=panel.__qualname__)
                continue
            if html:
                fragments.append(html)
        return fragments


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result."""

    label: str
    url: str
    kind: str
    exact: bool = False


class Search:
    """What the box at the top of every page finds."""

    def __init__(self) -> None:
        self._finders: list[Callable[[Any, str], Iterable[Hit]]] = []

    def add(self, finder: Callable[[Any, str], Iterable[Hit]]) -> None:
        """Ask `finder(user, query)`; it returns only what the user may see, at most ten hits."""
        if finder not in self._finders:
            self._finders.append(finder)

    def find(self, user: Any, query: str) -> list[Hit]:
        """Return all hits, exact document numbers first."""
        hits = [hit for finder in self._finders for hit in finder(user, query)]
        return sorted(hits, key=lambda hit: not hit.exact)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """An entry of the staff menu, shown when `allowed(user)`; `badge(user)`: rows that wait, of one kind or of several."""

    label: str
    url_name: str
    order: int
    allowed: Callable[[Any], bool]
    badge: Callable[[Any], QuerySet[Any] | tuple[QuerySet[Any], ...]] | None = None

    def waiting(self, user: Any) -> tuple[QuerySet[Any], ...]:
        """Return what waits behind it, one query for each kind."""
        found = self.badge(user) if self.badge else ()
        return found if isinstance(found, tuple) else (found,)


class Navigation:
    """The staff menu."""

    def __init__(self) -> None:
        self._entries: dict[str, MenuEntry] = {}

    def add(self, entry: MenuEntry) -> None:
        """Register an entry under its url name."""
        self._entries[entry.url_name] = entry

    def for_user(self, user: Any) -> list[MenuEntry]:
        """Return the entries the person may open, in order."""
        return sorted((e for e in self._entries.values() if e.allowed(user)), key=lambda e: e.order)


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that must always be true, as one set-based statement that finds every document it is not true of.

    `code` is public and never renamed, `law` says what must be true in the trade's words. `sql` takes no parameters
    and returns two columns: the number of an offending document, and a sentence that says what is wrong with it.
    """

    code: str
    law: str
    sql: str


class Invariants:
    """Every room's own list."""

    def __init__(self) -> None:
        self._by_code: dict[str, Invariant] = {}

    def add(self, *invariants: Invariant) -> None:
        """Register checks; the last registration of a code wins so that a reload is harmless."""
        self._by_code.update({invariant.code: invariant for invariant in invariants})

    def all(self) -> list[Invariant]:
        """Return every check, in order of registration: the ground's first."""
        return list(self._by_code.values())


@dataclass(frozen=True, slots=True)
class Held:
    """A role where it is held: at one site, in a region, or everywhere when both are empty."""

    role: str
    site_id: int | None = None
    region_id: int | None = None


class RoleRules:
    """Who may not hold which roles together (SD-1); asked inside the service that grants, whatever the door."""

    def __init__(self) -> None:
        self._rules: list[Callable[[Held, Iterable[Held], datetime], Verdict]] = []

    def add(self, rule: Callable[[Held, Iterable[Held], datetime], Verdict]) -> None:
        """Ask `rule(wanted, held, at)`; it refuses with pair, place and cure."""
        if rule not in self._rules:
            self._rules.append(rule)

    def judge(self, wanted: Held, held: Iterable[Held], at: datetime) -> Verdict:
        """Return the first refusal, or that nothing stands against it."""
        known = tuple(held)
        return next((verdict for rule in self._rules if not (verdict := rule(wanted, known, at))), ALLOWED)


@dataclass(frozen=True, slots=True)
class Slice:
    """How far a slice of long work came: `reached` is what the next one is given; `total` empty while unknown."""

    reached: dict[str, Any]
    done: int
    total: int | None = None
    phase: str = ""
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of long work (UX 7).

    `slice(params, reached, at)` does the next part in the caller's transaction, a second or two at most; a DomainError
    ends the work. `visible(user, params)` says who besides its owner may follow it, `url(params)` where it is shown.
    """

    kind: str
    slice: Callable[[dict[str, Any], dict[str, Any], datetime], Slice]
    visible: Callable[[Any, dict[str, Any]], bool]
    url: Callable[[dict[str, Any]], str]


class Works:
    """Kinds of long work by name."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Work] = {}

    def add(self, work: Work) -> None:
        """Register a kind; the last registration wins so that a reload is harmless."""
        self._by_kind[work.kind] = work

    def get(self, kind: str) -> Work | None:
        """Return the work, or nothing when its room is not installed."""
        return self._by_kind.get(kind)

    def forget(self, kind: str) -> None:
        """Take a kind out again."""
        self._by_kind.pop(kind, None)


subjects = Subjects()
subscriptions = Subscriptions()
panels = Panels()
search = Search()
navigation = Navigation()
invariants = Invariants()
role_rules = RoleRules()
works = Works()
# text -> ids of the items somebody else calls so; a query, never a list.
item_numbers: list[Callable[[str], Any]] = []
# (when, text, who, tone) lines an upper room adds to a document's timeline: functions (user, type, pk) -> iterable.
timelines: list[Callable[[Any, str, int], Iterable[Any]]] = []
