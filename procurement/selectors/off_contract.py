"""What was ordered outside a contract that covers it, by site, with the lines behind it. Source: SEMANTICS SO-3.

A contract covers a line when it had a price of the item, in the order's currency and for the order's site, on the day
the order was issued there. The line is off contract when it was ordered under none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from foundation.selectors.breaches import minor_units_sql

SHOWN = 100
_DAY = "(o.issued_at at time zone s.time_zone)::date"
_WORTH = (
    "round((l.ordered - l.closed_short)::numeric(40, 24) / l.base_factor * l.unit_price,"
    f" {minor_units_sql('o.currency')})"
)
_COVERS = f"""
  from suppliers_contractprice p join suppliers_contract c on c.id = p.contract_id
 where p.item_id = l.item_id and c.currency = o.currency and c.state in ('active', 'expired')
   and {_DAY} between c.valid_from and c.valid_to
   and (coalesce(nullif(p.site_codes, '{{}}'), c.site_codes) = '{{}}'
        or s.code = any(coalesce(nullif(p.site_codes, '{{}}'), c.site_codes)))"""
_LINES = """
  from procurement_purchaseorderline l join procurement_purchaseorder o on o.id = l.order_id
  join foundation_site s on s.id = o.ship_to_id"""
_COUNTED = f"o.revision > 0 and o.state <> 'cancelled' and o.ship_to_id = any(%(sites)s) and {_DAY} >= %(since)s"
_BY_SITE = f"""
select code, name, currency, sum(worth) filter (where is_off), sum(worth), count(*) filter (where is_off)
  from (select s.code, s.name, o.currency, {_WORTH} as worth, l.contract_id is null as is_off {_LINES}
         where {_COUNTED} and (l.contract_id is not null or exists (select 1 {_COVERS}))) held
 group by 1, 2, 3 order by 4 desc nulls last, 1"""  # noqa: S608 - constants of this module, no input
_BEHIND = f"""
select o.number, s.name, l.description, u.name, o.currency, {_WORTH}, l.unit_price, due.number, due.unit_price
  {_LINES} join suppliers_supplier u on u.id = o.supplier_id
  join lateral (select c.number, case when p.unit_id = l.unit_id then p.unit_price end as unit_price {_COVERS}
                 order by p.unit_id <> l.unit_id, p.from_quantity > l.quantity, p.unit_price, c.number limit 1) due on true
 where {_COUNTED} and l.contract_id is null and s.code = %(site)s order by 6 desc, 1, l.line_no limit {SHOWN + 1}"""


@dataclass(frozen=True, slots=True)
class AtSite:
    """A site in one currency: what was ordered off contract of all that a contract covers, net; 2 means 2 %."""

    code: str
    name: str
    currency: str
    off: Decimal
    covered: Decimal
    lines: int

    @property
    def percent(self) -> Decimal:
        """Return the share of the covered amount that went outside."""
        return self.off / self.covered * 100 if self.covered else Decimal(0)


@dataclass(frozen=True, slots=True)
class Behind:
    """A line outside: what it cost, and the contract with its price per the same unit, or none in that unit."""

    order: str
    site: str
    description: str
    supplier: str
    currency: str
    amount: Decimal
    unit_price: Decimal
    contract: str
    agreed_price: Decimal | None


def off_contract_by_site(site_ids: Collection[int], since: date) -> Sequence[AtSite]:
    """Return each site's amount off contract since a day, the largest first; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_SITE, {"sites": list(site_ids), "since": since})
        return [
            AtSite(code, name, currency, off or Decimal(0), covered, lines)
            for code, name, currency, off, covered, lines in cursor.fetchall()
        ]


def off_contract_lines(site_ids: Collection[int], since: date, site: str) -> Sequence[Behind]:
    """Return the lines behind a site's figure, the largest first, one more than are shown; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, {"sites": list(site_ids), "since": since, "site": site})
        return [Behind(*row) for row in cursor.fetchall()]
