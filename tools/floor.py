"""The floor of the bench: the eight steps of a 5-line order in plain SQL, as a careful hand would write them.

Tables of their own in a schema of their own, with the keys and indexes such a system needs, one transaction a step; no
permissions, duties, audit, events or state machine. Rules live in code, so each step reads the rows it decides on and
writes rows back, many at a time: 38 statements a cycle, as many as a bare object mapper needs (DESIGN counts 41). What
the product adds to this is what the bench measures.
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
  state text not null default 'submitted', version int not null default 1);
create table offer (id bigint generated always as identity primary key, item int not null, supplier int not null,
  price numeric not null, unique (item, supplier));
insert into offer (item, supplier, price) select no, 1, 12.5 from generate_series(1, 5) no;
create table approval (id bigint generated always as identity primary key,
  requisition_id bigint not null references requisition, by int not null, at timestamptz not null);
create index on approval (requisition_id);
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
  invoice_id bigint not null unique references invoice, amount numeric not null, number text);
"""


class Floor:
    """The cycle, step by step, on one connection."""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"]) -> None:
        self._connection = connect()
        self._connection.autocommit = True
        self._connection.execute(SCHEMA)

    def cycle(self) -> None:
        """Take one need to its voucher.

        :raises AssertionError: the voucher is not of the amount ordered.
        """
        requisition = self._request()
        self._approve(requisition)
        order = self._order(requisition)
        self._issue(order)
        self._acknowledge(order)
        self._receive(order)
        invoice = self._invoice(order)
        amount = self._match(invoice)
        self._post(invoice)
        if amount != LINES * QUANTITY * PRICE:
            raise AssertionError(f"the floor's voucher is of {amount}")

    def close(self) -> None:
        """Remove the schema."""
        self._connection.execute("drop schema floor cascade")
        self._connection.close()

    def _run(self, sql: str, *values: Any) -> None:
        self._connection.execute(sql, values)

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def _lock(self, table: str, pk: int, state: str) -> None:
        found = self._rows(f"select state from {table} where id = %s for no key update", pk)  # noqa: S608 - constants
        if found != [(state,)]:
            raise AssertionError(f"{table} {pk} is {found}, not {state}")

    def _request(self) -> int:
        with self._connection.transaction():
            offers = self._rows("select item, price from offer where item = any(%s) order by item", list(range(1, 6)))
            ((pk,),) = self._rows("insert into requisition (site, requester) values (1, 1) returning id")
            self._run(
                "insert into requisition_line (requisition_id, no, item, quantity, price)"
                " select %s, * from unnest(%s::int[], %s::int[], %s::numeric[], %s::numeric[])",
                pk, list(range(1, LINES + 1)), [o[0] for o in offers], [QUANTITY] * LINES, [o[1] for o in offers],
            )  # fmt: skip
        return int(pk)

    def _approve(self, requisition: int) -> None:
        with self._connection.transaction():
            self._lock("requisition", requisition, "submitted")
            self._run("insert into approval (requisition_id, by, at) values (%s, 2, now())", requisition)
            self._run("update requisition set state = 'approved', version = version + 1 where id = %s", requisition)

    def _order(self, requisition: int) -> int:
        with self._connection.transaction():
            self._lock("requisition", requisition, "approved")
            lines = self._rows(
                "select id, no, item, quantity, price from requisition_line where requisition_id = %s order by no", requisition
            )  # fmt: skip
            ((pk,),) = self._rows("insert into purchase_order (supplier, site) values (1, 1) returning id")
            self._run(
                "insert into order_line (order_id, requisition_line_id, no, item, quantity, price)"
                " select %s, * from unnest(%s::bigint[], %s::int[], %s::int[], %s::numeric[], %s::numeric[])",
                pk, *(list(column) for column in zip(*lines, strict=True)),
            )  # fmt: skip
            self._run("update requisition set state = 'ordered', version = version + 1 where id = %s", requisition)
        return int(pk)

    def _issue(self, order: int) -> None:
        with self._connection.transaction():
            self._lock("purchase_order", order, "approved")
            self._run("update purchase_order set state = 'issued', version = version + 1 where id = %s", order)

    def _acknowledge(self, order: int) -> None:
        with self._connection.transaction():
            self._lock("purchase_order", order, "issued")
            ids, quantities = self._lines(order)
            ((pk,),) = self._rows(
                "insert into acknowledgment (order_id, external_id) values (%s, %s) returning id", order, f"A{order}"
            )
            self._run(
                "insert into acknowledgment_line (acknowledgment_id, order_line_id, quantity, promised)"
                " select %s, *, current_date + 5 from unnest(%s::bigint[], %s::numeric[])", pk, ids, quantities,
            )  # fmt: skip
            self._run("update order_line set promised = current_date + 5 where id = any(%s)", ids)
            self._run("update purchase_order set acknowledged = 'confirmed' where id = %s", order)

    def _receive(self, order: int) -> None:
        with self._connection.transaction():
            self._lock("purchase_order", order, "issued")
            ids, quantities = self._lines(order)
            ((pk,),) = self._rows(
                "insert into receipt (order_id, external_id) values (%s, %s) returning id", order, f"R{order}"
            )
            self._run(
                "insert into receipt_line (receipt_id, order_line_id, quantity)"
                " select %s, * from unnest(%s::bigint[], %s::numeric[])", pk, ids, quantities,
            )  # fmt: skip
            self._count("received", ids, quantities)
            self._run("update purchase_order set version = version + 1 where id = %s", order)

    def _invoice(self, order: int) -> int:
        with self._connection.transaction():
            ids, quantities = self._lines(order)
            if self._rows("select id from invoice where supplier = 1 and number = %s", f"I{order}"):
                raise AssertionError(f"I{order} came before")
            ((pk,),) = self._rows(
                "insert into invoice (supplier, number, total) values (1, %s, %s) returning id",
                f"I{order}", sum(quantities) * PRICE,
            )  # fmt: skip
            self._run(
                "insert into invoice_line (invoice_id, order_line_id, quantity, price)"
                " select %s, *, %s from unnest(%s::bigint[], %s::numeric[])", pk, PRICE, ids, quantities,
            )  # fmt: skip
        return int(pk)

    def _match(self, invoice: int) -> Decimal:
        with self._connection.transaction():
            self._lock("invoice", invoice, "received")
            billed = self._rows(
                "select id, order_line_id, quantity, price from invoice_line where invoice_id = %s", invoice
            )
            ordered = {
                pk: (price, left)
                for pk, price, left in self._rows(
                    "select id, price, received - invoiced from order_line where id = any(%s) order by id"
                    " for no key update", [line[1] for line in billed],
                )
            }  # fmt: skip
            prices = [price <= ordered[line][0] * Decimal("1.02") for _, line, _, price in billed]
            counts = [quantity <= ordered[line][1] for _, line, quantity, _ in billed]
            self._run(
                "insert into match_result (invoice_line_id, price_ok, quantity_ok)"
                " select * from unnest(%s::bigint[], %s::boolean[], %s::boolean[])",
                [line[0] for line in billed], prices, counts,
            )  # fmt: skip
            if not all(prices + counts):
                raise AssertionError(f"invoice {invoice} does not match")
            self._count("invoiced", [line[1] for line in billed], [line[2] for line in billed])
            self._run("update invoice set state = 'cleared' where id = %s", invoice)
            ((amount,),) = self._rows(
                "insert into voucher (invoice_id, amount) values (%s, %s) returning amount",
                invoice, sum(quantity * price for _, _, quantity, price in billed),
            )  # fmt: skip
        return Decimal(amount)

    def _post(self, invoice: int) -> None:
        with self._connection.transaction():
            self._lock("invoice", invoice, "cleared")
            self._run("update voucher set number = %s where invoice_id = %s", f"V{invoice}", invoice)
            self._run("update invoice set state = 'posted' where id = %s", invoice)

    def _lines(self, order: int) -> tuple[list[int], list[Decimal]]:
        lines = self._rows("select id, quantity from order_line where order_id = %s order by no", order)
        return [line[0] for line in lines], [line[1] for line in lines]

    def _count(self, column: str, ids: list[int], quantities: list[Decimal]) -> None:
        self._run(
            f"update order_line line set {column} = {column} + counted.quantity"  # noqa: S608 - two constant names
            " from unnest(%s::bigint[], %s::numeric[]) counted (id, quantity) where line.id = counted.id", ids, quantities,
        )  # fmt: skip
