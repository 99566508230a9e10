"""An agreed price list comes into force on its first day: every price in one transaction, or none (SO-1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from foundation import audit
from foundation.documents import lock, touch
from foundation.errors import ConflictError
from foundation.journal import use_case
from foundation.models import Job, User
from foundation.registries import Slice
from foundation.selectors import system_user
from foundation.services import start_job
from suppliers.models import PriceList, PriceListState

APPLY = "price_list_apply"
MOVED_ON = """
select count(*) from suppliers_pricelistrow r left join suppliers_catalogueitem c
    on c.supplier_id = %(supplier)s and c.item_id = r.item_id and c.unit_id = r.unit_id and c.state = 'active'
 where r.price_list_id = %(list)s and r.outcome <> 'fault'
   and (c.id is distinct from r.offer_id or c.unit_price is distinct from r.old_price)"""
CHANGED = """
update suppliers_catalogueitem c set unit_price = r.unit_price, version = c.version + 1, price_list_id = %(list)s,
       supplier_part = coalesce(nullif(r.supplier_part, ''), c.supplier_part), gtin = coalesce(nullif(r.gtin, ''), c.gtin),
       minimum_quantity = coalesce(r.minimum_quantity, c.minimum_quantity), multiple = coalesce(r.multiple, c.multiple),
       lead_time_days = coalesce(r.lead_time_days, c.lead_time_days),
       priced_from = case when r.outcome = 'terms' then c.priced_from else %(day)s end
  from suppliers_pricelistrow r
 where r.price_list_id = %(list)s and r.outcome in ('raised', 'lowered', 'terms') and c.id = r.offer_id"""
ADDED = """
insert into suppliers_catalogueitem (supplier_id, item_id, supplier_part, gtin, unit_id, unit_price, currency,
       minimum_quantity, multiple, lead_time_days, valid_from, priced_from, price_list_id, state, version)
select %(supplier)s, item_id, supplier_part, gtin, unit_id, unit_price, %(currency)s, coalesce(minimum_quantity, 1),
       coalesce(multiple, 1), coalesce(lead_time_days, 3), %(day)s, %(day)s, %(list)s, 'active', 1
  from suppliers_pricelistrow where price_list_id = %(list)s and outcome = 'new' order by line"""


def start_applying(price_list: PriceList, *, actor: User, at: datetime) -> Job:
    """Let a worker put an agreed list in force; the caller keeps the job with it."""
    title = f"Put the prices of {price_list.supplier} in force ({price_list})"
    params = {"price_list": price_list.pk, "number": price_list.number}
    return start_job(kind=APPLY, title=title, params=params, actor=actor, at=at)


@use_case
def apply_when_due(*, price_list_id: int, actor: User, at: datetime) -> PriceList:
    """Let a worker put a list in force whose first day has come; asked for twice it is done once."""
    price_list = lock(PriceList, price_list_id, with_=("supplier", "job"))
    is_due = price_list.state == PriceListState.AGREED and price_list.valid_from <= at.date()
    if is_due and price_list.job is None:
        price_list.job = start_applying(price_list, actor=actor, at=at)
        price_list.save(update_fields=["job"])
    return price_list


def apply_slice(params: Mapping[str, Any], _reached: Mapping[str, Any], at: datetime) -> Slice:
    """Put an agreed list in force; part of the job's transaction.

    :raises ConflictError: it is not agreed any more, or the catalogue moved on since it was read.
    """
    price_list = lock(PriceList, params["price_list"], with_=("supplier",))
    if price_list.state != PriceListState.AGREED:
        raise ConflictError("price_list_not_agreed", f"{price_list} is {price_list.get_state_display().lower()}.")
    known: dict[str, Any] = {
        "list": price_list.pk, "supplier": price_list.supplier_id, "currency": price_list.currency,
        "day": price_list.valid_from,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(MOVED_ON, known)
        moved = cursor.fetchone()[0]
        if moved:
            raise ConflictError(
                "catalogue_moved_on",
                f"The catalogue changed for {moved:,} row{'s' * (moved != 1)} since the list was read. Read it again.",
            )
        cursor.execute(CHANGED, known)
        changed = cursor.rowcount
        cursor.execute(ADDED, known)
        added = cursor.rowcount
    price_list.put_in_force(at=at)
    worker = system_user("worker")
    price_list.save(update_fields=["state", "in_force_at", *touch(price_list, by_id=worker.pk, at=at)])
    audit.record(
        price_list, "put_price_list_in_force", actor=worker, at=at, after=price_list.state, changed=changed, added=added,
        hash=price_list.content_hash,
    )  # fmt: skip
    return Slice({}, changed + added, changed + added, "Done", is_last=True)
