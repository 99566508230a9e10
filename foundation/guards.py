"""What the database itself refuses: state changes that are not arrows, audit edits, rows of another supplier.

Installed after migrate from the models, so that model and guard cannot drift apart. Source: RELIABILITY section 5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models
from django_fsm import FSMFieldMixin

PORTAL_ROLE = "portal_rw"


@dataclass(frozen=True, slots=True)
class Fence:
    """Row level security of one table for portal and partner requests.

    `using` is an SQL condition over the table's columns; `%(me)s` stands for the supplier id of the request, null
    when there is none. `update` names the columns the portal may change, `insert` whether it may add rows.
    `columns` limits what it may read; empty means the whole row.
    """

    using: str
    update: tuple[str, ...] = ()
    insert: bool = False
    columns: tuple[str, ...] = ()
    delete: bool = False


ME = "nullif(current_setting('app.supplier_id', true), '')::bigint"
OWN = "supplier_id = %(me)s"
_fences: dict[str, Fence] = {}
_readable: dict[str, None] = {}


def fence(table: str, using: str = OWN, **grants: Any) -> None:
    """Register a table that portal requests may touch; every other table is closed to them.

    Call it in the room's AppConfig.ready.
    """
    _fences[table] = Fence(using=using, **grants)


def readable(*tables: str) -> None:
    """Register reference tables of a room that every portal request may read: the same for all, nobody's own rows."""
    _readable.update(dict.fromkeys(tables))


def readable_tables() -> frozenset[str]:
    """Return the registered reference tables, for the architecture test."""
    return frozenset(_readable)


def fenced_tables() -> dict[str, Fence]:
    """Return every registered table, for the architecture test."""
    return dict(_fences)


def state_fields() -> Iterator[tuple[type[models.Model], Any]]:
    """Yield every concrete model with its FSM fields."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:  # noqa: SLF001 - Django's own way
            if isinstance(field, FSMFieldMixin):
                yield model, field


def edges(model: type[models.Model], field: Any) -> set[tuple[str, str]]:
    """Return the arrows of a model's state machine as (source, target)."""
    every = {str(value) for value, _ in field.choices or ()}
    found = set()
    for transition in field.get_all_transitions(model):
        sources = every if transition.source in {"*", "+"} else {str(transition.source)}
        found |= {
            (source, str(target)) for source in sources for target in targets(transition) if source != str(target)
        }
    return found


def targets(transition: Any) -> list[str]:
    """Return where an arrow may lead: one state, or the several a method chooses from."""
    wanted = transition.target
    return [wanted] if isinstance(wanted, str) else [str(state) for state in wanted.allowed_states]


def install(using: str = "default") -> None:
    """Write the arrows, triggers and policies of every installed model. Idempotent."""
    with connections[using].cursor() as cursor:
        cursor.execute("select count(*) from pg_class where relname = 'foundation_stateedge'")
        if not cursor.fetchone()[0]:
            return
        existing = set(connections[using].introspection.table_names(cursor))
        _install_edges(cursor, existing)
        _install_fences(cursor, existing)


def _install_edges(cursor: Any, existing: set[str]) -> None:
    wanted: set[tuple[str, str, str]] = set()
    for model, field in state_fields():
        table = model._meta.db_table  # noqa: SLF001 - Django's own way
        if table not in existing:
            continue
        wanted |= {(f"{table}.{field.column}", s, t) for s, t in edges(model, field)}
        name = f"edge_{field.column}"
        cursor.execute(f'drop trigger if exists "{name}" on "{table}"')
        cursor.execute(
            f'create trigger "{name}" before update of "{field.column}" on "{table}" for each row'
            f' when (old."{field.column}" is distinct from new."{field.column}")'
            f" execute function crossdock_check_edge('{field.column}')"
        )
    cursor.execute("delete from foundation_stateedge")
    cursor.executemany("insert into foundation_stateedge (tbl, source, target) values (%s, %s, %s)", sorted(wanted))


def _install_fences(cursor: Any, existing: set[str]) -> None:
    cursor.execute(f"revoke all on all tables in schema public from {PORTAL_ROLE}")
    cursor.execute(f"grant usage on schema public to {PORTAL_ROLE}")
    cursor.execute(f"grant usage on all sequences in schema public to {PORTAL_ROLE}")
    for table, rule in _fences.items():
        if table not in existing:
            continue
        condition = rule.using % {"me": ME}
        cursor.execute(f'alter table "{table}" enable row level security')
        cursor.execute(f'alter table "{table}" force row level security')
        cursor.execute(f'drop policy if exists staff on "{table}"')
        cursor.execute(f'drop policy if exists portal on "{table}"')
        cursor.execute(f'create policy staff on "{table}" to current_user using (true) with check (true)')
        cursor.execute(
            f'create policy portal on "{table}" to {PORTAL_ROLE} using ({condition}) with check ({condition})'
        )
        readable = f"({', '.join(rule.columns)})" if rule.columns else ""
        cursor.execute(f'grant select {readable} on "{table}" to {PORTAL_ROLE}')
        if rule.update:
            cursor.execute(f'grant update ({", ".join(rule.update)}) on "{table}" to {PORTAL_ROLE}')
        if rule.insert:
            cursor.execute(f'grant insert on "{table}" to {PORTAL_ROLE}')
        if rule.delete:
            cursor.execute(f'grant delete on "{table}" to {PORTAL_ROLE}')
    _grant_common(cursor, existing)


# What any portal request needs besides its own documents: reference data to read, and rows to append.
_READ = (
    "foundation_organisation", "foundation_legalentity", "foundation_region", "foundation_site",
    "foundation_workcalendar", "foundation_holiday", "foundation_unitofmeasure", "foundation_item",
    "foundation_itemunit", "foundation_category", "foundation_exchangerate", "foundation_stateedge",
)  # fmt: skip
_APPEND = {
    "foundation_auditevent": "id, at",
    "foundation_domainevent": "id, msg_id, recorded_at, available_at",
    "foundation_dutyrecord": "id, chain, document_type, document_id, duty, person_id",
    "foundation_timer": "id",
}


def _grant_common(cursor: Any, existing: set[str]) -> None:
    for table in (*_READ, *_readable):
        if table in existing:
            cursor.execute(f'grant select on "{table}" to {PORTAL_ROLE}')
    for table, columns in _APPEND.items():
        if table in existing:
            cursor.execute(f'grant insert on "{table}" to {PORTAL_ROLE}')
            cursor.execute(f'grant select ({columns}) on "{table}" to {PORTAL_ROLE}')
    if "foundation_user" in existing:
        cursor.execute(
            f"grant select (id, username, first_name, last_name, email, kind, is_active, time_zone)"
            f" on foundation_user to {PORTAL_ROLE}"
        )
