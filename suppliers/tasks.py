"""What the worker does for suppliers without being told by an event."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from foundation.selectors import system_user
from suppliers.selectors.bank import cooled_off
from suppliers.selectors.price_lists import due
from suppliers.services import (
    apply_when_due,
    check_waiting,
    close_due_quotations,
    expire_contracts,
    put_bank_change_in_force,
    restrict_for_certificates,
    warn_of_certificates,
    warn_of_contracts,
)

BEHIND = timedelta(hours=12)  # the earliest clock of any site


@shared_task(name="suppliers.end_cooling_off")
def end_cooling_off(**_unknown: Any) -> int:
    """Let bank accounts come into force whose cooling-off period is over (SU-2); returns how many were looked at."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    due, actor = cooled_off(now), system_user("sweeper")
    for pk in due:
        put_bank_change_in_force(change_id=pk, actor=actor, at=now)
    return len(due)


@shared_task(name="suppliers.sweep_contracts")
def sweep_contracts(**_unknown: Any) -> int:
    """End contracts whose last day has passed everywhere and tell of those that soon do; returns how many ended."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    ended = expire_contracts(today=(now - BEHIND).date(), at=now)
    warn_of_contracts(today=now.date(), at=now)
    return ended


@shared_task(name="suppliers.sweep_certificates")
def sweep_certificates(**_unknown: Any) -> int:
    """Warn of certificates that end and restrict who lacks a needed one (SU-1); returns how many suppliers changed."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    warn_of_certificates(today=now.date(), at=now)
    check_waiting(at=now)
    return restrict_for_certificates(today=(now - BEHIND).date(), at=now)


@shared_task(name="suppliers.put_price_lists_in_force")
def put_price_lists_in_force(**_unknown: Any) -> int:
    """Let workers put agreed price lists in force whose first day has come (SO-1); returns how many."""
    now = timezone.now()  # noqa: TID251 - the porch reads the clock
    lists, actor = due(now.date()), system_user("sweeper")
    for pk in lists:
        apply_when_due(price_list_id=pk, actor=actor, at=now)
    return len(lists)


@shared_task(name="suppliers.close_quotations")
def close_quotations(**_unknown: Any) -> int:
    """Close the requests for quotation whose closing time has come (SO-4); returns how many."""
    return close_due_quotations(at=timezone.now())  # noqa: TID251 - the porch reads the clock
