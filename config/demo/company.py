"""The demo company from nothing: what `manage.py seed_demo` runs, part by part, each in transactions of its own."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from config.demo import agreements, budgets, goods, hire, partners, places, price_lists, quotations, talk, years
from config.demo.trade import banks, newcomers, proofs, records, risks, weeks
from config.demo.trade.cast import Cast
from foundation import audit
from foundation.journal import use_case
from foundation.models import AuditEvent, Role
from intelligence.services import read_events
from policies.services import install_default_policies
from suppliers.services import find_duplicates

HISTORY = timedelta(days=400)
A_DAY = 5.0  # orders on a usual working day of the year before
A_LARGE_DAY = 215.0  # makes 100,000 order lines in the year
FOUNDED = "found_demo_company"  # the audit action that says the company is whole


def found_company(now: datetime, out: Any, *, a_day: float = A_DAY) -> None:
    """Write the company with a year of trade; everything is dated relative to `now`.

    One transaction would be slow: the audit chain's head has a version for each row until it ends. So an attempt that
    is stopped leaves a part; `is_founded` tells.
    """
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit to off")  # it can be made again; a crash loses it whole
    try:
        cast = open_company(now, out)
        years.write_years(cast, cast.almanac.at(weeks.DAYS, "07:00"), a_day, out)
        analyse()
        budgets.set_budgets(cast, cast.almanac.at(weeks.DAYS, "07:00"))
        weeks.play_weeks(cast, out)
        find_duplicates(actor=cast.people["demo.supplier.manager"], at=now)
        agreements.agree_and_propose(cast)
        price_lists.send_price_lists(cast)
        quotations.ask_for_quotations(cast)
        banks.open_accounts(cast)
        records.keep_records(cast)
        records.keep_a_bill(cast)
        proofs.send_certificates(cast)
        newcomers.take_on_board(cast)
        risks.rate_suppliers(cast)
        talk.write_messages(cast)
        _measure(now)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("reset synchronous_commit")
    audit.record_fact("demo.company", None, "", FOUNDED, actor=None, at=now)


def _measure(now: datetime) -> None:
    """Let the measures read the whole event log, as the worker does minute by minute."""
    while read_events(at=now):
        pass


def is_founded() -> bool:
    """Tell whether the company was written to its end."""
    return AuditEvent.objects.filter(action=FOUNDED).exists()


def analyse() -> None:
    """Tell the planner how full the tables are: the database's own look comes too late."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")


@use_case
def open_company(now: datetime, out: Any) -> Cast:
    """Write places, people, goods, suppliers and contracts; document numbers begin again."""
    with connection.cursor() as cursor:
        cursor.execute("alter sequence crossdock_number restart")
    opened = now - HISTORY
    places.plant()
    people = hire.hire(opened)
    places.open_cost_centres(hire.by_site(people, Role.SITE_MANAGER))
    goods.stock()
    install_default_policies(author=people["demo.policy1"], publisher=people["demo.policy2"], at=opened)
    suppliers = partners.engage(people, now.date(), opened)
    out.write(f"    {len(people)} people, 12 sites, goods, suppliers and contracts")
    return Cast(now, people, suppliers)
