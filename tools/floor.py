"""The floor of the bench: the eight steps of a 5-line order in the least SQL that a careful hand would write.

Tables of their own in a schema of their own, with the keys and indexes such a system needs, one transaction a step; no
permissions, duties, audit, events or state machine. What the product adds to this is what the bench measures.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psycopg

LINES = 5
QUANTITY, PRICE = Decimal(10), Decimal("12.5")

SCHEMA = """
drop schema if exists floor cascade;
create schema floor;
set search_path = floor;
create table requisition (id bigint generated always as identity primary key, site int not null, requester int not null,
  state text not null default 'submitted', version int not null default 1, approved_by int, approved_at timestamptz);
create table requisition_line (id bigint generated always as identity primary key,
  requisition_id bigint not null references requisition, no int not null, item int not null, quantity numeric not null,
  price numeric not null, unique (requisition_id, no));
create table purchase_order (id bigint generated always as identity primary key, supplier int not null,
  site int not null, state text not null default 'approved', version int not null default 1, acknowledged text);
create table order_line (id bigint generated always as identity primary key,
  order_id bigint not null references purchase_order, requisition_line_id bigint references requisition_line,
  no int not null, item int not null, quantity numeric not null, price numeric not null, promised date,
  received numeric not null default 0, invoiced numeric not null default 0, unique (order_id, no),
  check (received <= quantity * 1.1), check (invoiced <= received));
create index on order_line (requisition_line_id);
create table acknowledgment (id bigint generated always as identity primary key,
  order_id bigint not null references purchase_order, external_id text not null unique);
create table acknowledgment_line (id bigint generated always as identity primary key,
  acknowledgment_id bigint not null references acknowledgment, order_line_id bigint not null references order_line,
  quantity numeric not null, promised date not null);
create index on acknowledgment_line (acknowledgment_id);
create table receipt (id bigint generated always as identity primary key,
  order_id bigint not null references purchase_order, external_id text not null unique);
create table receipt_line (id bigint generated always as identity primary key,
  receipt_id bigint not null references receipt, order_line_id bigint not null references order_line,
  quantity numeric not null);
create index on receipt_line (receipt_id);
create index on receipt_line (order_line_id);
create table invoice (id bigint generated always as identity primary key, supplier int not null, number text not null,
  state text not null default 'received', total numeric not null, unique (supplier, number));
create table invoice_line (id bigint generated always as identity primary key,
  invoice_id bigint not null references invoice, order_line_id bigint not null references order_line,
  quantity numeric not null, price numeric not null);
create index on invoice_line (invoice_id);
create index on invoice_line (order_line_id);
create table match_result (invoice_line_id bigint primary key references invoice_line, price_ok boolean not null,
  quantity_ok boolean not null);
create table voucher (id bigint generated always as identity primary key,
  invoice_id bigint not null unique references invoice, amount numeric not null);
"""


class Floor:
    """The cycle, step by step, on one connection."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"]) -> None:
        self._connection = connect()
        self._connection.autocommit = True
        self._connection.execute(SCHEMA)
        self._turn = 0

    def cycle(self) -> None:
        """Take one need to its voucher.

        :raises AssertionError: the voucher is not of the amount ordered.
        """
        self._turn += 1
        requisition = self._request()
        self._in_one("update requisition set state = 'approved', version = version + 1, approved_by = 2,"
                     " approved_at = now() where id = %s and state = 'submitted'", requisition)  # fmt: skip
        order = self._order(requisition)
        self._in_one("update purchase_order set state = 'issued', version = version + 1"
                     " where id = %s and state = 'approved'", order)  # fmt: skip
        self._acknowledge(order)
        self._receive(order)
        amount = self._match(self._invoice(order))
        if amount != LINES * QUANTITY * PRICE:
            raise AssertionError(f"the floor's voucher is of {amount}")

    def close(self) -> None:
        """Remove the schema."""
        self._connection.execute("drop schema floor cascade")
        self._connection.close()

    def _in_one(self, sql: str, pk: int) -> None:
        with self._connection.transaction():
            self._connection.execute(sql, [pk])

    def _one(self, sql: str, *values: Any) -> Any:
        row = self._connection.execute(sql, values).fetchone()
        return row[0] if row else None

    def _request(self) -> int:
        with self._connection.transaction():
            pk = self._one("insert into requisition (site, requester) values (1, 1) returning id")
            self._connection.execute(
                "insert into requisition_line (requisition_id, no, item, quantity, price)"
                " select %s, no, no, %s, %s from generate_series(1, %s) no",
                [pk, QUANTITY, PRICE, LINES],
            )
        return int(pk)

    def _order(self, requisition: int) -> int:
        with self._connection.transaction():
            self._one("select id from requisition where id = %s for no key update", requisition)
            pk = self._one("insert into purchase_order (supplier, site) values (1, 1) returning id")
            self._connection.execute(
                "insert into order_line (order_id, requisition_line_id, no, item, quantity, price)"
                " select %s, id, no, item, quantity, price from requisition_line where requisition_id = %s order by no",
                [pk, requisition],
            )
            self._connection.execute("update requisition set state = 'ordered' where id = %s", [requisition])
        return int(pk)

    def _acknowledge(self, order: int) -> None:
        with self._connection.transaction():
            self._one("select id from purchase_order where id = %s for no key update", order)
            pk = self._one(
                "insert into acknowledgment (order_id, external_id) values (%s, %s) returning id", order, f"A{order}"
            )
            self._connection.execute(
                "insert into acknowledgment_line (acknowledgment_id, order_line_id, quantity, promised)"
                " select %s, id, quantity, current_date + 5 from order_line where order_id = %s",
                [pk, order],
            )
            self._connection.execute("update order_line set promised = current_date + 5 where order_id = %s", [order])
            self._connection.execute("update purchase_order set acknowledged = 'confirmed' where id = %s", [order])

    def _receive(self, order: int) -> None:
        with self._connection.transaction():
            self._one("select id from purchase_order where id = %s for no key update", order)
            pk = self._one(
                "insert into receipt (order_id, external_id) values (%s, %s) returning id", order, f"R{order}"
            )
            self._connection.execute(
                "insert into receipt_line (receipt_id, order_line_id, quantity)"
                " select %s, id, quantity from order_line where order_id = %s",
                [pk, order],
            )
            self._connection.execute(
                "update order_line set received = received + quantity where order_id = %s", [order]
            )

    def _invoice(self, order: int) -> int:
        with self._connection.transaction():
            pk = self._one(
                "insert into invoice (supplier, number, total)"
                " select 1, %s, sum(quantity * price) from order_line where order_id = %s returning id",
                f"I{order}",
                order,
            )
            self._connection.execute(
                "insert into invoice_line (invoice_id, order_line_id, quantity, price)"
                " select %s, id, quantity, price from order_line where order_id = %s",
                [pk, order],
            )
        return int(pk)

    def _match(self, invoice: int) -> Decimal:
        with self._connection.transaction():
            self._one("select id from invoice where id = %s for no key update", invoice)
            self._connection.execute(
                "insert into match_result (invoice_line_id, price_ok, quantity_ok)"
                " select i.id, i.price <= o.price * 1.02, o.invoiced + i.quantity <= o.received"
                " from invoice_line i join order_line o on o.id = i.order_line_id where i.invoice_id = %s",
                [invoice],
            )
            self._connection.execute(
                "update order_line o set invoiced = invoiced + i.quantity"
                " from invoice_line i where i.order_line_id = o.id and i.invoice_id = %s",
                [invoice],
            )
            self._connection.execute(
                "update invoice set state = 'cleared' where id = %s and not exists (select from match_result m"
                " join invoice_line i on i.id = m.invoice_line_id"
                " where i.invoice_id = %s and not (m.price_ok and m.quantity_ok))",
                [invoice, invoice],
            )
            amount = self._one(
                "insert into voucher (invoice_id, amount) select id, total from invoice"
                " where id = %s and state = 'cleared' returning amount",
                invoice,
            )
        return Decimal(amount)
