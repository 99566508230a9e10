"""Who is away and who decides for them (AP-5)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from foundation.decisions.absence import Away
from foundation.models import Absence, User

M = TypeVar("M", bound=Model)


def declared_absences(*, since: datetime, until: datetime) -> tuple[Away, ...]:
    """Return every absence that counts at some instant of a period, planned ones included; one statement."""
    rows = Absence.objects.filter(ended_at=None, starts_at__lt=until, ends_at__gt=since)
    return tuple(away_of(row) for row in rows.order_by("starts_at", "pk"))


def absences_in_force(people: Collection[int], at: datetime) -> dict[int, tuple[Away, ...]]:
    """Return the absences in force of some people at an instant, by person; one statement, none for nobody."""
    found: dict[int, tuple[Away, ...]] = {}
    if people:
        for row in in_force(at).filter(person_id__in=people).order_by("pk"):
            found[row.person_id] = (*found.get(row.person_id, ()), away_of(row))
    return found


def in_force(at: datetime) -> QuerySet[Absence]:
    """Return the absences in force at an instant."""
    return Absence.objects.filter(ended_at=None, starts_at__lte=at, ends_at__gt=at)


def away_of(row: Absence) -> Away:
    """Return an absence as the rules read it."""
    return Away(
        person=row.person_id,
        deputy=row.deputy_id,
        starts=row.starts_at,
        until=row.ends_at,
        is_away=row.is_away,
        duties=frozenset(row.duties),
        sites=frozenset(row.sites),
        limit=row.amount_limit,
    )


def with_absences(rows: QuerySet[M], key: str, at: datetime) -> Any:
    """Let a statement about people also bring their absences in force; `key` names the person, see `read_absences`."""
    columns = JSONObject(
        person="person_id", deputy="deputy_id", starts="starts_at", until="ends_at", is_away="is_away",
        duties="duties", sites="sites", limit=Cast("amount_limit", TextField()),
    )  # fmt: skip
    found = in_force(at).filter(person_id=OuterRef(key)).order_by("pk").values(found=columns)
    return rows.annotate(absences_now=ArraySubquery(found))


def read_absences(row: Any) -> tuple[Away, ...]:
    """Return the absences that a statement brought with a row."""
    return tuple(
        Away(
            person=found["person"],
            deputy=found["deputy"],
            starts=datetime.fromisoformat(found["starts"]),
            until=datetime.fromisoformat(found["until"]),
            is_away=found["is_away"],
            duties=frozenset(found["duties"]),
            sites=frozenset(found["sites"]),
            limit=None if found["limit"] is None else Decimal(found["limit"]),
        )
        for found in row.absences_now
    )


def absences_of(person: User, *, since: datetime) -> Sequence[Absence]:
    """Return a person's absences that are planned, in force, or ended after an instant; the newest first."""
    rows = Absence.objects.filter(Q(ends_at__gt=since), person=person).select_related("deputy", "set_by", "ended_by")
    return list(rows.order_by("-starts_at", "-pk")[:50])


def deputising(person: User, at: datetime) -> Sequence[Absence]:
    """Return the absences, planned or in force, in which a person decides for others."""
    rows = Absence.objects.filter(deputy=person, ended_at=None, ends_at__gt=at).select_related("person")
    return list(rows.order_by("starts_at", "pk")[:50])
