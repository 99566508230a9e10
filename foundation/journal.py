"""What a change leaves behind: its audit rows, its duties and its events, written together, once, at its end.

`use_case` opens the one transaction of a service. Inside it `audit.record`, `duties.record` and `outbox.publish` note;
the outermost use case writes everything noted in one statement just before it commits, so the head of the audit chain,
which every change of the house needs, is locked last and for the shortest time (STYLE "Transactions and locks"). Events somebody waits for
ring for the relay in the same statement; the database passes the call on at the commit, once a transaction.
What a savepoint takes back is not written. Outside a use case a note is written at once.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

from foundation.models import DomainEvent

P = ParamSpec("P")
T = TypeVar("T")

DUTIES = """
duties as (
  insert into foundation_dutyrecord (chain, document_type, document_id, duty, person_id, at)
  select chain, document_type, document_id, duty, person_id, at
    from jsonb_to_recordset(%s::jsonb) as noted(chain text, document_type text, document_id bigint, duty text,
                                                person_id bigint, at timestamptz)
  on conflict do nothing)"""
EVENTS = """
events as (
  insert into foundation_domainevent (msg_id, kind, subject_type, subject_id, subject_number, site_id, supplier_id,
         actor_id, is_human, occurred_at, payload, related, dedupe_key, schema_version, attempts, claimed_by, done_at,
         last_error)
  select msg_id, kind, subject_type, subject_id, subject_number, site_id, supplier_id, actor_id, is_human, occurred_at,
         payload, related, dedupe_key, 1, 0, '', done_at, ''
    from rows from (jsonb_to_recordset(%s::jsonb) as (
           msg_id uuid, kind text, subject_type text, subject_id bigint, subject_number text, site_id bigint,
           supplier_id bigint, actor_id bigint, is_human boolean, occurred_at timestamptz, payload jsonb, related jsonb,
           dedupe_key text, done_at timestamptz)) with ordinality order by ordinality
  returning case when %s then pg_notify('crossdock_events', '') end)"""
# The same, done as they are stored unless an earlier one of their subject waits; for a relay that tells them at once.
FOLLOWING = """
following as (
  insert into foundation_domainevent (msg_id, kind, subject_type, subject_id, subject_number, site_id, supplier_id,
         actor_id, is_human, occurred_at, payload, related, dedupe_key, schema_version, attempts, claimed_by, done_at,
         last_error)
  select msg_id, kind, subject_type, subject_id, subject_number, site_id, supplier_id, actor_id, is_human, occurred_at,
         payload, related, dedupe_key, 1, 0, '',
         case when noted.done_at is null and not exists (
                select from foundation_domainevent earlier
                 where earlier.subject_type = noted.subject_type and earlier.subject_id = noted.subject_id
                   and earlier.done_at is null)
              then statement_timestamp() else noted.done_at end, ''
    from rows from (jsonb_to_recordset(%s::jsonb) as (
           msg_id uuid, kind text, subject_type text, subject_id bigint, subject_number text, site_id bigint,
           supplier_id bigint, actor_id bigint, is_human boolean, occurred_at timestamptz, payload jsonb, related jsonb,
           dedupe_key text, done_at timestamptz)) with ordinality as noted order by ordinality
  returning *),
ledger as (
  insert into foundation_effectledger (consumer, msg_id)
  select told.consumer, told.msg_id
    from unnest(%s::uuid[], %s::text[]) as told(msg_id, consumer)
    join following on following.msg_id = told.msg_id and following.done_at is not null)"""
AUDIT = """
insert into foundation_auditevent (chain, seq, actor_id, on_behalf_of_id, action, object_type, object_id, object_number,
       request_id, address, policy_version, data, prev_hash, hash)
select 1, 0, actor_id, on_behalf_of_id, action, object_type, object_id, object_number, request_id, address,
       policy_version, data, '', ''
  from rows from (jsonb_to_recordset(%s::jsonb) as (
         actor_id bigint, on_behalf_of_id bigint, action text, object_type text, object_id bigint, object_number text,
         request_id text, address text, policy_version text, data jsonb)) with ordinality order by ordinality"""


class Note:
    """Rows of one table to be written; it waits among the hooks of the transaction, which forget what is rolled back."""

    __slots__ = ("rows", "table", "written")

    def __init__(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        self.table, self.rows, self.written = table, rows, False

    def __call__(self) -> None:
        """Do nothing: by the time of the commit it is written."""


_muted: ContextVar[list[str] | None] = ContextVar("ringing_muted", default=None)
_depth: ContextVar[int] = ContextVar("use_case_depth", default=0)


def use_case(function: Callable[P, T]) -> Callable[P, T]:
    """Make a service one transaction whose audit rows, duties and events are written together at its end.

    Called by another use case it is part of that one: an error undoes both.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with one_change():
            return function(*args, **kwargs)

    return run


@contextmanager
def one_change() -> Iterator[None]:
    """Open a use case around a block; see `use_case`."""
    outermost = _depth.get() == 0
    token = _depth.set(_depth.get() + 1)
    try:
        with transaction.atomic(savepoint=outermost):
            yield
            if outermost:
                write_notes()
    finally:
        _depth.reset(token)


@contextmanager
def without_ringing() -> Iterator[list[str]]:
    """Write events without waking the relay: it is the relay that runs. Yields the kinds it would have been woken for."""
    kinds: list[str] = []
    token = _muted.set(kinds)
    try:
        yield kinds
    finally:
        _muted.reset(token)


def note(table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows with the rest of the running use case, or at once when none runs; `table`: duties, events or audit."""
    if not rows:
        return
    if _depth.get():
        transaction.on_commit(Note(table, rows))
    else:
        _write({table: list(rows)})


def write_notes() -> None:
    """Write what was noted so far; called by the outermost use case, and before the database role changes."""
    rows = _take_notes()
    if rows:
        _write(rows)


def _take_notes() -> dict[str, list[dict[str, Any]]]:
    """Return what was noted by table, for the caller to write."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for found in _waiting():
        rows.setdefault(found.table, []).extend(found.rows)
        found.written = True
    return rows


def write_what_follows(limit: int, consumers: Callable[[str], Iterable[str]]) -> list[DomainEvent]:
    """Write the running use case's notes when somebody listens to few of their events, and return these, done.

    `consumers` names who listens to a kind; each is in the ledger then, and the caller tells them at once. An event
    that must wait for an earlier one of its subject is stored and left out. Nothing is written when nobody listens or
    more than `limit` events are heard.
    """
    heard = {str(row["msg_id"]): str(row["kind"]) for row in noted("events") if row["done_at"] is None}
    if not 0 < len(heard) <= limit:
        return []
    rows = _take_notes()
    told = [(msg_id, name) for msg_id, kind in heard.items() for name in consumers(kind)]
    parts = [DUTIES, FOLLOWING, f"written as ({AUDIT})"]
    values: list[Any] = [json.dumps(rows.get("duties", [])), json.dumps(rows["events"])]
    values += [[msg_id for msg_id, _ in told], [name for _, name in told], json.dumps(rows.get("audit", []))]
    asked = f"with {','.join(parts)}\nselect * from following where msg_id = any(%s::uuid[]) and done_at is not null order by id"
    found = list(DomainEvent.objects.raw(asked, [*values, list(heard)]))
    if len(found) < len(heard):
        look_again(list(heard.values()))
    return found


def noted(table: str) -> list[dict[str, Any]]:
    """Return the rows of a table that the running use case has noted and not written yet."""
    return [row for found in _waiting() if found.table == table for row in found.rows]


def _waiting() -> list[Note]:
    """Return the notes that no savepoint took back and nobody wrote, in their order."""
    waiting: list[Note] = []
    for entry in reversed(connection.run_on_commit):
        hook = entry[1]
        if isinstance(hook, Note):
            if hook.written:
                break  # all before it are
            waiting.append(hook)
    return waiting[::-1]


def _write(rows: dict[str, list[dict[str, Any]]]) -> None:
    parts: list[tuple[str, list[Any]]] = []
    if "duties" in rows:
        parts.append((DUTIES, [json.dumps(rows["duties"])]))
    if "events" in rows:
        parts.append((EVENTS, [json.dumps(rows["events"]), _rings(rows["events"])]))
    ctes = "with " + ",".join(text for text, _ in parts) if parts else ""
    last = (AUDIT, [json.dumps(rows["audit"])]) if "audit" in rows else ("select", [])
    with connection.cursor() as cursor:
        cursor.execute(f"{ctes}\n{last[0]}", [value for _, values in [*parts, last] for value in values])


def _rings(events: Sequence[dict[str, Any]]) -> bool:
    """Tell whether these events wake the relay; losing the call costs at most one poll."""
    heard = [row["kind"] for row in events if row["done_at"] is None]
    return bool(heard) and not look_again(heard)


def look_again(kinds: Sequence[str]) -> bool:
    """Have a relay that runs in this process look again for events; false when none runs."""
    muted = _muted.get()
    if muted is not None:
        muted += kinds
    return muted is not None
