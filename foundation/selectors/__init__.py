from foundation.selectors.absences import absences_in_force, absences_of, declared_absences, deputising
from foundation.selectors.breaches import Breach, breaches
from foundation.selectors.changes import Change, changes_of
from foundation.selectors.items import ItemFilters, category_choices, items_for_keeping, packs_of
from foundation.selectors.notices import unread_notices
from foundation.selectors.organisation import base_currency, organisation
from foundation.selectors.organisation import forget as _forget_organisation
from foundation.selectors.people import has_second_factor, people_of_ours, person_history
from foundation.selectors.rates import FrozenRate, rate_on, rate_row_on, rates_for_keeping
from foundation.selectors.sites import all_sites
from foundation.selectors.system import forget as _forget_system_users
from foundation.selectors.system import system_user
from foundation.selectors.timeline import Entry, timeline
from foundation.selectors.units import unit_table, unit_tables, unit_tables_of, with_packs
from foundation.selectors.usage import used_by, uses_of
from foundation.selectors.worktime import (
    clocks_by_site,
    hours_of,
    known_holidays,
    next_working_day_at,
    public_days_off,
    working_deadline,
)
from foundation.selectors.worktime import forget as _forget_calendars


def forget() -> None:
    """Drop what this process remembers of rows that never change; tests empty the tables."""
    _forget_organisation()
    _forget_system_users()
    _forget_calendars()


__all__ = [
    "Breach",
    "Change",
    "Entry",
    "FrozenRate",
    "ItemFilters",
    "absences_in_force",
    "absences_of",
    "all_sites",
    "base_currency",
    "breaches",
    "category_choices",
    "changes_of",
    "clocks_by_site",
    "declared_absences",
    "deputising",
    "forget",
    "has_second_factor",
    "hours_of",
    "items_for_keeping",
    "known_holidays",
    "next_working_day_at",
    "organisation",
    "packs_of",
    "people_of_ours",
    "person_history",
    "public_days_off",
    "rate_on",
    "rate_row_on",
    "rates_for_keeping",
    "system_user",
    "timeline",
    "unit_table",
    "unit_tables",
    "unit_tables_of",
    "unread_notices",
    "used_by",
    "uses_of",
    "with_packs",
    "working_deadline",
]  # fmt: skip
