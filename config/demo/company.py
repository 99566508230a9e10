"""The demo company from nothing: what `manage.py seed_demo` runs, all of it in one transaction."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from config.demo import goods, hire, partners, places
from config.demo.trade.weeks import play_weeks
from foundation.models import Role
from policies.services import install_default_policies

HISTORY = timedelta(days=400)


@transaction.atomic
def found_company(now: datetime, out: Any) -> None:
    """Write places, people, goods, policies and suppliers; everything is dated relative to `now`."""
    opened = now - HISTORY
    _number_from_the_start()
    places.plant()
    people = hire.hire(opened)
    places.open_cost_centres(hire.by_site(people, Role.SITE_MANAGER))
    goods.stock()
    install_default_policies(author=people["demo.policy1"], publisher=people["demo.policy2"], at=opened)
    suppliers = partners.engage(people, now.date(), opened)
    out.write(f"    {len(people)} people, 12 sites, goods, suppliers and contracts")
    play_weeks(people, suppliers, now, out)


def _number_from_the_start() -> None:
    """Begin with the first document number: an attempt that was rolled back has used some."""
    with connection.cursor() as cursor:
        cursor.execute("alter sequence crossdock_number restart")
