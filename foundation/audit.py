"""The audit log (AU-1): append-only and hash-chained by trigger; a use case takes its lock last.

`context` is set by middleware and workers so that every row says where a change came from.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, models

from foundation.journal import note
from foundation.models import AuditEvent, User

_NOTED = (
    "actor_id", "on_behalf_of_id", "action", "object_type", "object_id", "object_number", "request_id", "address",
    "policy_version", "data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from: request id, network address, and the API client that acts in the person's name."""

    request_id: str = ""
    address: str = ""
    client: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=_NOWHERE)


@contextmanager
def context(origin: Origin) -> Iterator[None]:
    """Stamp the audit rows written inside with `origin`."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def through_client(client_id: str) -> None:
    """Stamp the rows of the running request with the API client it came through, besides the person."""
    _origin.set(replace(_origin.get(), client=client_id))


def current_origin() -> Origin:
    """Return where the running change comes from."""
    return _origin.get()


def record(
    subject: models.Model,
    action: str,
    *,
    actor: User | None,
    at: datetime,
    on_behalf_of: User | None = None,
    policy_version: str = "",
    **data: Any,
) -> None:
    """Write the one audit row of a change.

    `data` holds what an auditor needs: before and after, the reason, amounts as strings. `at` is the business
    instant; the row's own `at` is the database clock's.
    """
    record_fact(
        subject._meta.label_lower,  # noqa: SLF001 - Django's own way
        subject.pk,
        str(getattr(subject, "number", "") or getattr(subject, "code", "") or ""),
        action,
        actor=actor,
        at=at,
        on_behalf_of=on_behalf_of,
        policy_version=policy_version,
        **data,
    )


def record_fact(
    object_type: str,
    object_id: int | None,
    object_number: str,
    action: str,
    *,
    actor: User | None,
    at: datetime,
    on_behalf_of: User | None = None,
    policy_version: str = "",
    **data: Any,
) -> None:
    """Write an audit row about something that has no model instance at hand, such as a refusal or a sign-in."""
    written = row(
        object_type, object_id, object_number, action, actor=actor, at=at, on_behalf_of=on_behalf_of,
        policy_version=policy_version, **data,
    )  # fmt: skip
    record_rows([written])


def row(
    object_type: str,
    object_id: int | None,
    object_number: str,
    action: str,
    *,
    actor: User | None,
    at: datetime,
    on_behalf_of: User | None = None,
    policy_version: str = "",
    **data: Any,
) -> AuditEvent:
    """Return an audit row that is not stored yet, for work in bulk."""
    origin = _origin.get()
    if origin.client:
        data["client"] = origin.client
    return AuditEvent(
        actor=actor,
        on_behalf_of=on_behalf_of,
        action=action,
        object_type=object_type,
        object_id=object_id,
        object_number=object_number[:40],
        request_id=origin.request_id,
        address=origin.address,
        policy_version=policy_version,
        data={"business_at": at.isoformat(), **data},
    )


def record_rows(rows: Iterable[AuditEvent]) -> None:
    """Write many audit rows in their order, each chained to the one before.

    Keep one transaction to a few thousand: until it ends the chain's head has a version for each row, and every link
    walks over them.
    """
    note("audit", [{name: getattr(row, name) for name in _NOTED} for row in rows])


VERIFY_SQL = """
with rows as (
  select seq, prev_hash, hash,
         lag(hash) over (order by seq) as expected_prev, lag(seq) over (order by seq) as expected_seq,
         sha256(prev_hash || convert_to(audit_canonical(e)::text, 'UTF8')) as recomputed
  from foundation_auditevent e where chain = %s)
select seq, case
    when recomputed is distinct from hash then 'content changed'
    when expected_prev is not null and expected_prev is distinct from prev_hash then 'link broken'
    when seq <> coalesce(expected_seq, 0) + 1 then 'row missing before' end as fault
from rows
where recomputed is distinct from hash
   or (expected_prev is not null and expected_prev is distinct from prev_hash)
   or seq <> coalesce(expected_seq, 0) + 1
order by seq limit 1
"""


def first_fault(chain: int = 1) -> tuple[int, str] | None:
    """Return sequence number and kind of the chain's first broken link, or nothing when it is whole.

    A cut tail shows as a head that is ahead of the last row.
    """
    with connection.cursor() as cursor:
        cursor.execute(VERIFY_SQL, [chain])
        row = cursor.fetchone()
        if row:
            return int(row[0]), str(row[1])
        cursor.execute(
            "select h.seq, coalesce(max(e.seq), 0) from foundation_audithead h"
            " left join foundation_auditevent e on e.chain = h.chain where h.chain = %s group by h.seq",
            [chain],
        )
        head = cursor.fetchone()
    if head and head[0] != head[1]:
        return int(head[1]) + 1, "tail cut"
    return None
