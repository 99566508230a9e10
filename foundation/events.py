"""What every event says. A room's events are frozen dataclasses that derive from `Event`."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event says. Subclasses add facts: ids and primitives, decimals as Decimal."""

    kind: ClassVar[str]
    subject_type: ClassVar[str]

    subject_id: int
    subject_number: str
    at: datetime
    version: int = 0
    site_id: int | None = None
    supplier_id: int | None = None
    actor_id: int | None = None
    is_human: bool = True
    related: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceBegan(Event):
    """Somebody is away from now on, or hands decisions over (AP-5)."""

    kind: ClassVar[str] = "foundation.absence.began"
    subject_type: ClassVar[str] = "absence"

    person_id: int
    deputy_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceEnded(Event):
    """Somebody is back, or a planned absence was taken back."""

    kind: ClassVar[str] = "foundation.absence.ended"
    subject_type: ClassVar[str] = "absence"

    person_id: int
    deputy_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyGranted(Event):
    """Somebody holds one more role; `version` is the grant, so that several at one instant are several events."""

    kind: ClassVar[str] = "foundation.duty.granted"
    subject_type: ClassVar[str] = "person"

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRevoked(Event):
    """A role was taken away; `version` is the grant that ended."""

    kind: ClassVar[str] = "foundation.duty.revoked"
    subject_type: ClassVar[str] = "person"

    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShutOut(Event):
    """Somebody may no longer sign in; their duties rest."""

    kind: ClassVar[str] = "foundation.person.shut_out"
    subject_type: ClassVar[str] = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLetIn(Event):
    """Somebody who was shut out may sign in again, with the duties they had."""

    kind: ClassVar[str] = "foundation.person.let_in"
    subject_type: ClassVar[str] = "person"
