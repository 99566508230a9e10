"""What was ordered under a contract, by month and by site, as its page shows it (SO-2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from foundation.selectors.breaches import minor_units_sql

MONTHS = 12
_WORTH = (
    "round((l.ordered - l.closed_short)::numeric(40, 24) / l.base_factor * l.unit_price,"
    f" {minor_units_sql('o.currency')})"
)
_USED = f"""
select date_trunc('month', o.issued_at)::date as month, s.name as site, sum({_WORTH}) as amount,
       count(distinct o.id) as orders
  from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
  join foundation_site s on s.id = o.ship_to_id
 where l.contract_id = %s and o.revision > 0 and o.state <> 'cancelled' group by 1, 2 order by 1 desc, 2"""  # noqa: S608 - constants of this module, no input


@dataclass(frozen=True, slots=True)
class Used:
    """What one month or one site ordered, net, in the contract's currency, with its share of the largest in percent."""

    name: str
    amount: Decimal
    orders: int
    share: int


def usage_of(contract_id: int) -> tuple[Sequence[Used], Sequence[Used]]:
    """Return what was ordered by month, the newest twelve with orders first, and by site, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [contract_id])
        rows = cursor.fetchall()
    months: dict[str, tuple[Decimal, int]] = {}
    sites: dict[str, tuple[Decimal, int]] = {}
    for month, site, amount, orders in rows:
        for into, name in ((months, _month(month)), (sites, site)):
            had = into.get(name, (Decimal(0), 0))
            into[name] = (had[0] + amount, had[1] + orders)
    by_site = sorted(sites.items(), key=lambda pair: (-pair[1][0], pair[0]))
    return _shares(list(months.items())[:MONTHS]), _shares(by_site)


def _month(day: date) -> str:
    return f"{day:%b %Y}"


def _shares(rows: Sequence[tuple[str, tuple[Decimal, int]]]) -> Sequence[Used]:
    most = max((amount for _, (amount, _) in rows), default=Decimal(0)) or Decimal(1)
    return [Used(name, amount, orders, round(amount / most * 100)) for name, (amount, orders) in rows]
