"""What an absence hands over, and which two cannot stand beside one another. Source: SEMANTICS AP-5."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Away:
    """An absence as the rules read it; `until` is exclusive. Amounts in base currency, sites and duties by code.

    `deputy` None: nobody decides for them. `is_away` False: present, and only hands over what the scope names.
    """

    person: int
    deputy: int | None
    starts: datetime
    until: datetime
    is_away: bool = True
    duties: frozenset[str] = field(default_factory=frozenset)
    sites: frozenset[str] = field(default_factory=frozenset)
    limit: Decimal | None = None

    def hands_over(self, *, duty: str, site: str, amount: Decimal) -> bool:
        """Say whether the deputy decides this; an amount exactly at the limit is within it."""
        return (
            self.deputy is not None
            and (not self.duties or duty in self.duties)
            and (not self.sites or site in self.sites)
            and (self.limit is None or amount <= self.limit)
        )

    def clashes(self, other: "Away") -> bool:
        """Say whether two of one person would answer the same question twice: same days, and a duty and site in common.

        Two times of being away clash whatever their scope.
        """
        same_days = self.starts < other.until and other.starts < self.until
        shared = _meet(self.duties, other.duties) and _meet(self.sites, other.sites)
        return same_days and (shared or (self.is_away and other.is_away))


def _meet(one: frozenset[str], two: frozenset[str]) -> bool:
    return not one or not two or bool(one & two)


def stand_in(absences: Iterable[Away], *, duty: str, site: str, amount: Decimal) -> int | None:
    """Return who decides for somebody with these absences in force, or nobody."""
    return next((a.deputy for a in absences if a.hands_over(duty=duty, site=site, amount=amount)), None)


def is_away(absences: Iterable[Away]) -> bool:
    """Say whether one of the absences in force means that the person is not at work."""
    return any(absence.is_away for absence in absences)
