from foundation.selectors.breaches import Breach, breaches
from foundation.selectors.organisation import base_currency, organisation
from foundation.selectors.people import people_of_ours, person_history
from foundation.selectors.rates import FrozenRate, rate_on
from foundation.selectors.sites import all_sites
from foundation.selectors.system import system_user
from foundation.selectors.timeline import Entry, timeline
from foundation.selectors.units import unit_table, unit_tables
from foundation.selectors.worktime import hours_of, next_working_day_at, working_deadline

__all__ = [
    "Breach", "Entry", "FrozenRate", "all_sites", "base_currency", "breaches", "hours_of", "next_working_day_at", "organisation",
    "people_of_ours", "person_history", "rate_on", "system_user", "timeline", "unit_table", "unit_tables", "working_deadline",
]  # fmt: skip
