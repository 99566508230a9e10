"""Locks, versions, hashes and numbers: how every document is held while it changes."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import BigIntegerField, Func, Model, QuerySet, Value

from foundation.errors import NotFoundError, StaleError
from foundation.models import Document

D = TypeVar("D", bound=Document)
M = TypeVar("M", bound=Model)


def lock(model: type[D], pk: int, **related: Any) -> D:
    """Return the document, fresh and locked for the rest of the transaction.

    The lock leaves the key free, so children may still be inserted by others that need no lock.

    :raises NotFoundError: there is no such document.
    """
    document = lock_first(model._default_manager.filter(pk=pk), *related.get("with_", ()))  # noqa: SLF001 - Django's own way
    if document is None:
        raise NotFoundError("not_found", f"There is no such {model._meta.verbose_name}.")  # noqa: SLF001 - same
    return document


def lock_first(rows: QuerySet[D], *names: str) -> D | None:
    """Return the first of the rows, fresh and locked, or nothing when there is none; `names` are keys to follow."""
    # Without a name select_related would follow every key, into tables a supplier's request may not read.
    asked = rows.select_related(*names) if names else rows.select_related(None)
    document: D | None = asked.select_for_update(of=("self",), no_key=True).first()
    if names and not (document and _joined(document, names)):
        # PostgreSQL drops a joined row whose key changed while we waited for the lock: read again what is ours now.
        held = rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True).first()
        document = asked.first() if held else None
    return document


def _joined(document: Document, names: tuple[str, ...]) -> bool:
    """Tell whether the rows beside a document are those its keys name."""
    for name in {name.partition("__")[0] for name in names}:
        key = document._meta.get_field(name).attname  # type: ignore[union-attr]  # noqa: SLF001 - Django's own way; the names are foreign keys
        beside = getattr(document, name)
        if getattr(document, key) != (beside.pk if beside else None):
            return False
    return True


def require_unchanged(document: Document, expected_version: int | None, seen_hash: str | None = None) -> None:
    """Refuse when the document moved on since the person opened it. Machines that send no version pass `None`.

    :raises StaleError: names who changed it and when.
    """
    stale = expected_version is not None and document.version != expected_version
    if stale or (seen_hash and seen_hash != document.content_hash):
        raise StaleError(
            "changed_since_opened",
            f"{document.number} changed since you opened it: {document.changed_by} changed it.",
            number=document.number,
            changed_by=str(document.changed_by),
            changed_at=document.changed_at.isoformat(),
            version=document.version,
        )


def touch(document: Document, *, by_id: int, at: datetime) -> list[str]:
    """Count a change and say who made it; returns the field names to save."""
    document.version += 1
    document.changed_by_id, document.changed_at = by_id, at
    return ["version", "changed_by", "changed_at"]


def content_hash(content: Any) -> str:
    """Return the SHA-256 of a document's content in canonical JSON; decimals are compared by value, not by zeros."""
    text = json.dumps(_canonical(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(k): _canonical(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(v) for v in value]
    return value


DRAWN = "drawn_number"


def with_number(rows: QuerySet[M]) -> QuerySet[M]:
    """Let the statement that reads and locks one row also draw a number; `drawn` forms it."""
    number = Func(Value("crossdock_number"), function="nextval", output_field=BigIntegerField())
    return cast("QuerySet[M]", rows.annotate(**{DRAWN: number}))


def drawn(row: Any, kind: str, site_code: str = "") -> str:
    """Return the document number drawn with a row, such as `GR-LDS-100042` (PO-4); see `next_number`."""
    return "-".join(part for part in (kind, site_code, str(getattr(row, DRAWN))) if part)


def next_number(kind: str, site_code: str = "") -> str:
    """Return the next document number, such as `PO-LDS-100042` (PO-4): never reused, gaps allowed, no lock held."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('crossdock_number')")
        value = cursor.fetchone()[0]
    return "-".join(part for part in (kind, site_code, str(value)) if part)


def next_numbers(kind: str, site_codes: list[str]) -> list[str]:
    """Return one number per site code with one statement, for bulk work."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval('crossdock_number') from generate_series(1, %s)", [len(site_codes)])
        values = [row[0] for row in cursor.fetchall()]
    return ["-".join(p for p in (kind, code, str(value)) if p) for code, value in zip(site_codes, values, strict=True)]
