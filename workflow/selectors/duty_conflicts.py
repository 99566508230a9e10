"""Who is on both sides of a pair of duties: on documents of the past, and by roles held today. Source: SD-1, SD-2.

Set-based: one statement however many pairs and documents there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from foundation import registries
from foundation.selectors.system import INTERNAL
from policies.decisions.duties import COMPENSATED, HARD, ROLE, Pair

PAGE = 50
BATCH = 2_000
BOTH_SIDES = """
with pair (one, other, strength) as (select * from unnest(%(one)s::text[], %(other)s::text[], %(strength)s::text[])),
both_sides as (
  select distinct on (b.document_type, b.document_id, b.duty, b.person_id, a.duty)
         b.id, b.at, b.document_type, b.document_id, b.duty, b.person_id, p.strength, a.duty as held, a.at as held_at,
         a.document_type as held_type, a.document_id as held_id
    from pair p
    join foundation_dutyrecord b on b.duty = p.one
    join foundation_dutyrecord a on a.chain = b.chain and a.person_id = b.person_id and a.duty = p.other
         and (a.at, a.id) < (b.at, b.id)
   where {where}
   order by b.document_type, b.document_id, b.duty, b.person_id, a.duty, b.id, a.id)
select c.id, c.at, c.document_type, c.document_id, c.duty, c.person_id,
       coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username), c.strength, c.held, c.held_at,
       c.held_type, c.held_id, count(*) over ()
  from both_sides c join foundation_user u on u.id = c.person_id
 where u.kind <> 'supplier' and u.username not like %(internal)s and {page}
 order by c.id {way}, c.held {way} limit %(limit)s
"""
ROLES_HELD = """
with pair (one, other) as (select * from unnest(%(one)s::text[], %(other)s::text[]))
select u.id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username), a.role, b.role,
       array_agg(distinct s.name order by s.name)
  from pair p
  join foundation_roleassignment a on a.role = p.one
  join foundation_roleassignment b on b.role = p.other and b.user_id = a.user_id
  join foundation_user u on u.id = a.user_id and u.is_active
  join foundation_site s on (a.site_id = s.id or a.site_id is null and coalesce(a.region_id, s.region_id) = s.region_id)
       and (b.site_id = s.id or b.site_id is null and coalesce(b.region_id, s.region_id) = s.region_id)
 where %(sites)s::bigint[] is null or s.id = any(%(sites)s::bigint[])
 group by u.id, a.role, b.role order by 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of conflicts is narrowed to; empty means any. `since` is of the later act, `sites` of its document.

    `duties` are both sides of one pair. `sites` is None for who reads every site.
    """

    people: tuple[int, ...] | None = None
    duties: tuple[str, str] | None = None
    since: datetime | None = None
    sites: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Conflicting:
    """One person did `duty` on a document after having done `held` on the same chain; `total` counts the whole list."""

    record_id: int
    at: datetime
    document_type: str
    document_id: int
    duty: str
    person_id: int
    person: str
    strength: str
    held: str
    held_at: datetime
    held_type: str
    held_id: int
    total: int

    @property
    def key(self) -> str:
        """Return where the row stands in the list."""
        return f"{self.record_id}.{self.held}"


@dataclass(frozen=True, slots=True)
class RolesHeld:
    """One person holds two roles that are kept apart, at these sites."""

    person_id: int
    person: str
    one: str
    other: str
    sites: tuple[str, ...]


def document_conflicts(
    pairs: Iterable[Pair], asked: Asked, *, before: str = "", after: str = "", limit: int = PAGE
) -> list[Conflicting]:
    """Return who did both duties of a hard or compensated pair on one chain, the newest first; one statement.

    `before` and `after` are keys of rows: what follows or leads up to them. A key that is none shows the first page.
    """
    wanted = [p for p in pairs if p.strength in {HARD, COMPENSATED} and _is_asked(p, asked)]
    if not wanted:
        return []
    where, values = _where(asked)
    page, way, at = _page(before, after)
    sides = [(p.first, p.second, p.strength) for p in wanted] + [(p.second, p.first, p.strength) for p in wanted]
    one, other, strength = (list(column) for column in zip(*sides, strict=True))
    values |= {"one": one, "other": other, "strength": strength, "internal": f"{INTERNAL}%", "limit": limit, **at}
    with connection.cursor() as cursor:
        cursor.execute(BOTH_SIDES.format(where=where, page=page, way=way), values)
        rows = [Conflicting(*row) for row in cursor.fetchall()]
    return rows[::-1] if way == "asc" else rows


def every_conflict(pairs: Sequence[Pair], asked: Asked) -> Iterator[Conflicting]:
    """Yield the whole list, in batches."""
    before = ""
    while rows := document_conflicts(pairs, asked, before=before, limit=BATCH):
        yield from rows
        before = rows[-1].key


def _is_asked(pair: Pair, asked: Asked) -> bool:
    return asked.duties is None or {pair.first, pair.second} == set(asked.duties)


def _page(before: str, after: str) -> tuple[str, str, dict[str, Any]]:
    number, _, held = (before or after).partition(".")
    if not number.isdecimal() or len(number) > 18 or not held:  # noqa: PLR2004 - digits of a key
        return "true", "desc", {}
    at: dict[str, Any] = {"at_id": int(number), "at_held": held}
    if before:
        return "(c.id, c.held) < (%(at_id)s, %(at_held)s)", "desc", at
    return "(c.id, c.held) > (%(at_id)s, %(at_held)s)", "asc", at


def _where(asked: Asked) -> tuple[str, dict[str, Any]]:
    parts, values = ["true"], dict[str, Any]()
    if asked.people is not None:
        parts.append("b.person_id = any(%(people)s::bigint[])")
        values["people"] = list(asked.people)
    if asked.since is not None:
        parts.append("b.at >= %(since)s")
        values["since"] = asked.since
    if asked.sites is not None:
        kinds = [subject for subject in registries.subjects.all() if subject.at_sites is not None]
        parts.append(f"({' or '.join(_of_sites(subject, asked.sites, values) for subject in kinds) or 'false'})")
    return " and ".join(parts), values


def _of_sites(subject: registries.Subject, sites: Sequence[int], values: dict[str, Any]) -> str:
    """Return the condition that a record is about a document of these sites."""
    assert subject.at_sites is not None  # noqa: S101 - the caller asked; for the type checker
    table, column = subject.at_sites
    values["sites"] = list(sites)
    kind = f"kind_{subject.type}"
    values[kind] = subject.type
    name = connection.ops.quote_name
    inside = f"select id from {name(table)} where {name(column)} = any(%(sites)s::bigint[])"  # noqa: S608 - a model's own names
    return f"(b.document_type = %({kind})s and b.document_id in ({inside}))"


def role_conflicts(pairs: Iterable[Pair], sites: Sequence[int] | None = None) -> list[RolesHeld]:
    """Return who holds both roles of a pair today, and where they meet; one statement."""
    wanted = [p for p in pairs if p.strength == ROLE]
    if not wanted:
        return []
    values = {
        "one": [p.first for p in wanted], "other": [p.second for p in wanted],
        "sites": None if sites is None else list(sites),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ROLES_HELD, values)
        return [RolesHeld(pk, who, one, other, tuple(at)) for pk, who, one, other, at in cursor.fetchall()]


_STRICT = {ROLE: 0, COMPENSATED: 0, HARD: 1}


def new_pairs(pairs: Iterable[Pair], known: Iterable[Pair]) -> tuple[Pair, ...]:
    """Return what is kept apart by `pairs` and was not, or not so strictly, by `known`."""
    before = {(frozenset((p.first, p.second)), p.strength == ROLE): _STRICT[p.strength] for p in known}
    return tuple(
        p for p in pairs if before.get((frozenset((p.first, p.second)), p.strength == ROLE), -1) < _STRICT[p.strength]
    )
