"""A price list is read by a worker: rows as written, then judged in parts, then compared with what is in force (SO-1).

Each part is one transaction with how far it came, so a worker that is killed costs one part at most.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from foundation import audit
from foundation.documents import lock, touch
from foundation.errors import ConflictError
from foundation.purchases import purchases
from foundation.registries import Slice
from foundation.selectors import system_user
from suppliers.decisions.price_list import Fault, read_row
from suppliers.models import PriceList, PriceListRow, PriceListState, RowOutcome
from suppliers.selectors.price_lists import counted
from suppliers.services.price_file import open_file
from suppliers.services.price_rows import Meant, Shelf

KIND = "price_list_read"
PART = 2_500  # rows judged in one transaction
YEAR = timedelta(days=365)

STORE_ROWS = "copy suppliers_pricelistrow (price_list_id, line, cells, outcome, faults, supplier_part, gtin, open_lines, year_quantity) from stdin"
JUDGED = """
update suppliers_pricelistrow r set outcome = j.outcome, faults = j.faults, item_id = j.item_id, unit_id = j.unit_id,
       supplier_part = j.part, gtin = j.gtin, unit_price = j.price, minimum_quantity = j.minimum, multiple = j.multiple,
       lead_time_days = j.lead
  from jsonb_to_recordset(%s::jsonb) as j (id bigint, outcome text, faults jsonb, item_id bigint, unit_id bigint,
       part text, gtin text, price numeric, minimum numeric, multiple numeric, lead smallint)
 where r.id = j.id"""
TWICE = """
update suppliers_pricelistrow r set outcome = 'fault', faults = jsonb_build_array(jsonb_build_object(
         'field', 'item', 'value', i.code, 'cure', 'Line ' || d.first || ' has a price for it in this unit already. Keep one.'))
  from (select id, item_id, min(line) over same as first, row_number() over same as place
          from suppliers_pricelistrow where price_list_id = %(list)s and outcome = 'new'
        window same as (partition by item_id, unit_id order by line)) d
  join foundation_item i on i.id = d.item_id
 where r.id = d.id and d.place > 1"""
OTHER_CURRENCY = """
update suppliers_pricelistrow r set outcome = 'fault', faults = jsonb_build_array(jsonb_build_object(
         'field', 'currency', 'value', c.currency, 'cure', 'The catalogue has it in ' || c.currency || '. Withdraw that offer first.'))
  from suppliers_catalogueitem c
 where r.price_list_id = %(list)s and r.outcome = 'new' and c.supplier_id = %(supplier)s and c.state = 'active'
   and c.item_id = r.item_id and c.unit_id = r.unit_id and c.currency <> %(currency)s"""
COMPARED = """
update suppliers_pricelistrow r set offer_id = c.id, old_price = c.unit_price,
       change_percent = round((r.unit_price - c.unit_price) / nullif(c.unit_price, 0) * 100, 2),
       outcome = case when r.unit_price > c.unit_price then 'raised' when r.unit_price < c.unit_price then 'lowered'
                      when (coalesce(nullif(r.supplier_part, ''), c.supplier_part), coalesce(nullif(r.gtin, ''), c.gtin),
                            coalesce(r.minimum_quantity, c.minimum_quantity), coalesce(r.multiple, c.multiple),
                            coalesce(r.lead_time_days, c.lead_time_days))
                           is distinct from (c.supplier_part, c.gtin, c.minimum_quantity, c.multiple, c.lead_time_days)
                      then 'terms' else 'same' end
  from suppliers_catalogueitem c
 where r.price_list_id = %(list)s and r.outcome = 'new' and c.supplier_id = %(supplier)s and c.state = 'active'
   and c.item_id = r.item_id and c.unit_id = r.unit_id"""
BOUGHT = """
update suppliers_pricelistrow r set open_lines = b.lines, year_quantity = b.quantity
  from jsonb_to_recordset(%(bought)s::jsonb) as b (item bigint, unit bigint, lines int, quantity numeric)
 where r.price_list_id = %(list)s and r.item_id = b.item and r.unit_id = b.unit"""
HASH = """
select encode(sha256(convert_to(coalesce(string_agg(jsonb_build_array(item_id, unit_id, trim_scale(unit_price), supplier_part,
         gtin, trim_scale(minimum_quantity), trim_scale(multiple), lead_time_days, trim_scale(old_price))::text, ',' order by line),
         ''), 'UTF8')), 'hex')
  from suppliers_pricelistrow where price_list_id = %s and outcome <> 'fault'"""


def read_slice(params: Mapping[str, Any], reached: Mapping[str, Any], at: datetime) -> Slice:
    """Do the next part: take the rows in, judge some of them, or compare them all; part of the job's transaction.

    :raises ConflictError: the list is not being read any more.
    """
    price_list = lock(PriceList, params["price_list"], with_=("supplier",))
    if price_list.state != PriceListState.READING:
        raise ConflictError("not_being_read", f"{price_list} is {price_list.get_state_display().lower()}.")
    if not reached:
        total = _take_in(price_list)
        return Slice({"part": "rows", "total": total}, 0, total, "Judging the rows")
    total = int(reached["total"])
    if reached["part"] == "rows":
        done = total - _judge_some(price_list)
        part = "rows" if done < total else "compare"
        return Slice(
            {"part": part, "total": total}, done, total, "Judging the rows" if done < total else "Comparing prices"
        )
    _compare(price_list, at)
    return Slice({}, total, total, "Done", is_last=True)


def _take_in(price_list: PriceList) -> int:
    """Store the rows of the file as written; returns how many."""
    table = open_file(price_list.kind, bytes(price_list.content))
    price_list.rows.all().delete()
    with connection.cursor() as cursor, cursor.copy(STORE_ROWS) as copy:
        for row in table.rows:
            faults = json.dumps([asdict(fault) for fault in row.faults])
            copy.write_row((price_list.pk, row.line, row.cells, RowOutcome.UNREAD.value, faults, "", "", 0, 0))
    with connection.cursor() as cursor:
        cursor.execute("analyze suppliers_pricelistrow")  # the planner has never seen these rows
    return len(table.rows)


def _judge_some(price_list: PriceList) -> int:
    """Judge the next rows; returns how many are left."""
    unread = PriceListRow.objects.filter(price_list=price_list, outcome=RowOutcome.UNREAD).order_by("line")
    rows = list(unread.values_list("pk", "line", "cells", "faults")[:PART])
    sign, currency, places = price_list.decimal_sign, price_list.currency, price_list.columns
    read = [read_row(line, cells, places, sign=sign, currency=currency) for _, line, cells, _ in rows]
    shelf = Shelf(price_list.supplier_id, read)
    judged = [_stored(pk, faults, shelf.find(row)) for (pk, _, _, faults), row in zip(rows, read, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(JUDGED, [json.dumps(judged)])
    return unread.count()


def _stored(pk: int, before: Sequence[Mapping[str, str]], meant: Meant) -> dict[str, Any]:
    """Return what is stored of a row; a row that can be used is new until it is compared."""
    faults = [*before, *(asdict(_short(fault)) for fault in meant.faults)] if not before else list(before)
    row = meant.row
    return {
        "id": pk, "outcome": RowOutcome.FAULT if faults else RowOutcome.NEW, "faults": faults,
        "item_id": None if faults else meant.item_id, "unit_id": None if faults else meant.unit_id,
        "part": row.part[:40], "gtin": "" if faults else row.gtin, "price": _text(row.unit_price),
        "minimum": _text(row.minimum), "multiple": _text(row.multiple), "lead": row.lead_time_days,
    }  # fmt: skip


def _short(fault: Fault) -> Fault:
    return Fault(fault.field, fault.value[:80], fault.cure)


def _text(number: object) -> str | None:
    return None if number is None else f"{number:f}"


def _compare(price_list: PriceList, at: datetime) -> None:
    """Compare every usable row with what is in force, count what follows, and say that the list is read."""
    known: dict[str, Any] = {"list": price_list.pk, "supplier": price_list.supplier_id, "currency": price_list.currency}
    bought = [
        {"item": item, "unit": unit, "lines": found.open_lines, "quantity": f"{found.quantity:f}"}
        for ask in purchases
        for (item, unit), found in ask(price_list.supplier_id, at - YEAR).items()
    ]
    with connection.cursor() as cursor:
        for statement in (TWICE, OTHER_CURRENCY, COMPARED):
            cursor.execute(statement, known)
        cursor.execute(BOUGHT, {**known, "bought": json.dumps(bought)})
        cursor.execute(HASH, [price_list.pk])
        price_list.content_hash = cursor.fetchone()[0]
    price_list.totals = counted(price_list)
    price_list.judge()
    worker = system_user("worker")
    fields = ["state", "totals", "content_hash", *touch(price_list, by_id=worker.pk, at=at)]
    price_list.save(update_fields=fields)
    audit.record(price_list, "judge_price_list", actor=worker, at=at, after=price_list.state, **price_list.totals)
