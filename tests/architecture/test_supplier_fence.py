"""The database's own fence around a supplier's request (ADR 4): it shows and takes one supplier's rows, and is put back.

Everything here speaks SQL or goes through the real doors; access.py, the first fence, is not asked.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.db.utils import ProgrammingError

from foundation import guards
from foundation.errors import InvalidError
from foundation.portal_role import as_owner, as_supplier
from invoicing.models import Invoice, InvoiceCharge
from procurement.portal import orders
from suppliers.models import Supplier
from tests.architecture.objects import Houses
from tests.architecture.who import Who

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("houses")]
FENCED = sorted(guards.fenced_tables())
DENIED = "42501"  # insufficient privilege, and what a policy answers to a row it does not take
FREE: tuple[str, str] = ("none", "")


@pytest.fixture(autouse=True)
def charges(houses: Houses) -> None:
    """Put a charge on a bill of each side; the matrix has none."""
    for invoice in Invoice.objects.filter(supplier__in=[houses.made.acme, houses.made.bolt]):
        InvoiceCharge.objects.create(invoice=invoice, supplier=invoice.supplier, code="FC", amount=1)


@contextmanager
def _fenced(supplier: Supplier | None) -> Iterator[None]:
    """Stand inside the role; without a supplier the setting was never made."""
    with transaction.atomic():
        _run(f"set local role {guards.PORTAL_ROLE}")
        if supplier is not None:
            _run("select set_config('app.supplier_id', %s, true)", [str(supplier.pk)])
        yield
        transaction.set_rollback(True)


def _run(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


def _state(sql: str, params: Any = None) -> str:
    """Return the code of a refused statement, or `rows: n` for one that ran; what it did is taken back."""
    try:
        with transaction.atomic():
            done = f"rows: {_run(sql, params)[0][0]}"
            transaction.set_rollback(True)
            return done
    except DatabaseError as error:
        return str(getattr(error.__cause__, "sqlstate", ""))


def _now() -> tuple[str, str]:
    role, supplier = _run("select current_setting('role'), coalesce(current_setting('app.supplier_id', true), '')")[0]
    return str(role), str(supplier)


def _row(table: str, supplier: Supplier) -> tuple[dict[str, Any], int]:
    """Return a supplier's row with the columns that can be written, and its id."""
    column = _owner_column(table)
    row, number = _run(f'select to_jsonb(t), t.id from "{table}" t where {column} = %s limit 1', [supplier.pk])[0]
    made = _run(
        "select column_name from information_schema.columns where table_name = %s and is_generated = 'ALWAYS'", [table]
    )
    found: dict[str, Any] = json.loads(row) if isinstance(row, str) else row
    return {name: value for name, value in found.items() if (name,) not in made}, int(number)


def _insert(table: str, row: dict[str, Any]) -> str:
    columns = ", ".join(f'"{name}"' for name in row)
    source = f'jsonb_populate_record(null::"{table}", %s::jsonb)'
    return _state(f'insert into "{table}" ({columns}) select {columns} from {source}', [json.dumps(row)])


def _owner_column(table: str) -> str:
    if table == "suppliers_contractprice":
        return "(select c.supplier_id from suppliers_contract c where c.id = contract_id)"
    return "id" if table == "suppliers_supplier" else "supplier_id"


@pytest.mark.parametrize("table", FENCED)
def test_without_a_supplier_no_row_is_seen(table: str) -> None:
    assert _run(f'select count(*) from "{table}"')[0][0] > 0, "an empty table would prove nothing"
    with _fenced(None):
        seen = _run(f'select count(*) from "{table}"')

    assert seen == [(0,)]


@pytest.mark.parametrize("table", FENCED)
def test_with_a_supplier_only_its_rows_are_seen(table: str, houses: Houses) -> None:
    acme, column = houses.made.acme, _owner_column(table)
    everyones = {row[0] for row in _run(f'select {column} from "{table}"')}
    with _fenced(acme):
        seen = {row[0] for row in _run(f'select {column} from "{table}"')}

    assert {acme.pk, houses.made.bolt.pk} <= everyones
    assert seen == {acme.pk}


@pytest.mark.parametrize("table", FENCED)
def test_rows_of_another_supplier_are_neither_written_changed_nor_deleted(table: str, houses: Houses) -> None:
    made, column = houses.made, _owner_column(table)
    theirs, number = _row(table, made.bolt)
    changed = (guards.fenced_tables()[table].update or ("id",))[0]
    with _fenced(made.acme):
        given = _insert(table, theirs | {"id": 987_654_321})
        taken = _state(f'update "{table}" set {changed} = {changed} where id = %s', [number])
        given_away = "unit_price" if column.startswith("(") else column
        everything = _state(f'update "{table}" set {given_away} = %s', [made.bolt.pk])
        dropped = _state(f'delete from "{table}" where id = %s', [number])

    assert given == DENIED
    assert taken in {DENIED, "rows: 0"}
    assert everything == DENIED
    assert dropped in {DENIED, "rows: 0"}


@pytest.mark.parametrize("table", [name for name in FENCED if guards.fenced_tables()[name].insert])
def test_own_row_is_taken_so_that_the_refusal_means_the_supplier(table: str, houses: Houses) -> None:
    mine, _ = _row(table, houses.made.acme)
    with _fenced(houses.made.acme):
        given = _insert(table, mine)

    assert given == "23505", "its own row passes the fence and fails only because it is there already"


def test_every_other_table_is_closed(houses: Houses) -> None:
    tables = {row[0] for row in _run("select tablename from pg_tables where schemaname = 'public'")}
    open_ones = _run(
        "select table_name, privilege_type from information_schema.column_privileges where grantee = %s",
        [guards.PORTAL_ROLE],
    )
    granted = {name for name, _ in open_ones}
    with _fenced(houses.made.acme):
        answers = {name: _state(f'select 1 from "{name}" limit 1') for name in tables - granted}

    assert len(answers) > 50
    assert {name: answer for name, answer in answers.items() if answer != DENIED} == {}


def test_reference_data_is_read_and_never_changed(houses: Houses) -> None:
    with _fenced(houses.made.acme):
        answers = {
            sql: _state(sql)
            for sql in (
                "update foundation_site set name = 'Ours'", "delete from foundation_item",
                "update foundation_user set is_superuser = true", "select password from foundation_user limit 1",
                "select data from foundation_auditevent limit 1", "delete from foundation_auditevent",
                "select payload from foundation_domainevent limit 1",
            )
        }  # fmt: skip

    assert set(answers.values()) == {DENIED}, answers


def _watched(act: Callable[[], Any]) -> tuple[Any, list[tuple[str, str, str]]]:
    """Do something and return with it role, supplier and text of every statement about a fenced table."""
    seen: list[tuple[str, str, str]] = []
    words = [f'"{name}"' for name in FENCED if not name.startswith("suppliers_supplier")]

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if any(word in str(sql) for word in words):
            raw = context["connection"].connection.execute(
                "select current_user::text, current_setting('app.supplier_id', true)"
            )
            seen.append((*raw.fetchone(), str(sql)[:160]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        answer = act()
    return answer, seen


def _requests(houses: Houses) -> dict[str, tuple[Who, str, str, dict[str, Any], int]]:
    pages, machine = houses.people["supplier"], houses.people["supplier_client"]
    order, invoice = houses.kinds["order"].own["number"], houses.kinds["invoice"].own["number"]
    theirs = (houses.kinds["order"].foreign or {})["number"]
    return {
        "home": (pages, "GET", "/supplier/", {}, 200),
        "orders": (pages, "GET", "/supplier/orders/", {}, 200),
        "an order": (pages, "GET", f"/supplier/orders/{order}/", {}, 200),
        "another's order": (pages, "GET", f"/supplier/orders/{theirs}/", {}, 404),
        "an answer with faults": (pages, "POST", f"/supplier/orders/{order}/answer/", {"q-10": "many"}, 422),
        "a rejection": (
            pages, "POST", f"/supplier/orders/{order}/answer/", {"action": "reject", "reject_reason": "No"}, 302
        ),
        "invoices": (pages, "GET", "/supplier/invoices/", {}, 200),
        "an invoice": (pages, "GET", f"/supplier/invoices/{invoice}/", {}, 200),
        "orders by machine": (machine, "GET", "/api/v1/orders/", {}, 200),
        "an order by machine": (machine, "GET", f"/api/v1/orders/{order}/", {}, 200),
        "another's order by machine": (machine, "GET", f"/api/v1/orders/{theirs}/", {}, 404),
        "invoices by machine": (machine, "GET", "/api/v1/invoices/", {}, 200),
        "acknowledgments by machine": (machine, "GET", "/api/v1/acknowledgments/", {}, 200),
    }  # fmt: skip


NAMES = (
    "home", "orders", "an order", "another's order", "an answer with faults", "a rejection", "invoices", "an invoice",
    "orders by machine", "an order by machine", "another's order by machine", "invoices by machine",
    "acknowledgments by machine",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_request_of_a_supplier_runs_inside_the_role_and_leaves_it(name: str, houses: Houses) -> None:
    who, method, path, form, status = _requests(houses)[name]
    with transaction.atomic():
        answer, seen = _watched(lambda: getattr(who.client, method.lower())(path, form))
        after = _now()
        transaction.set_rollback(True)

    assert answer.status_code == status
    assert seen, "a request that asks nothing would prove nothing"
    strays = [row for row in seen if row[:2] != (guards.PORTAL_ROLE, str(houses.made.acme.pk))]
    assert strays == []
    assert after == FREE


@pytest.mark.parametrize("fault", [RuntimeError("a bug"), InvalidError("no", "Refused."), InternalError("database")])
def test_role_is_left_after_an_exception_and_the_next_request_is_its_own(
    houses: Houses, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    within: list[tuple[str, str]] = []

    def breaks(*_arguments: Any) -> None:
        within.append(_now())
        raise fault

    monkeypatch.setattr(orders, "_order", breaks)
    number = houses.kinds["order"].own["number"]
    who, buyer = houses.people["supplier"], houses.people["buyer"]
    who.client.raise_request_exception = False
    who.client.get(f"/supplier/orders/{number}/")
    after = _now()
    answer, seen = _watched(lambda: buyer.client.get(f"/orders/{number}/"))

    assert within == [(guards.PORTAL_ROLE, str(houses.made.acme.pk))]
    assert after == FREE
    assert answer.status_code == 200
    assert guards.PORTAL_ROLE not in {row[0] for row in seen}


def test_step_outside_is_undone_even_when_it_fails_and_somebody_catches_it(houses: Houses) -> None:
    acme = houses.made.acme
    inside = (guards.PORTAL_ROLE, str(acme.pk))
    with as_supplier(acme.pk):
        with as_owner():
            outside = _now()
        back = _now()
        with pytest.raises(InvalidError), as_owner():
            raise InvalidError("no", "Refused.")
        after_refusal = _now()
        with pytest.raises(ProgrammingError), as_owner():
            _run("select 1 from no_such_table")
        after_error = _now()

    assert (outside[0], back, after_refusal, after_error, _now()) == ("none", inside, inside, inside, FREE)
