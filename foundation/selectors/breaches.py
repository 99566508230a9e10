"""What must always be true, asked of the rows themselves. Source: DESIGN "What must always be true", RELIABILITY R6.

Constraints and locks keep these laws; this is the second pair of eyes, which also sees what a hand in the database did.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import connection

from foundation import registries
from foundation.money import MINOR_UNITS
from foundation.registries import Invariant

STATED = "="  # an action that may lead to several states says which under this key of its audit row


@dataclass(frozen=True, slots=True)
class Breach:
    """A document of which a law is not true."""

    code: str
    law: str
    number: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.number}: {self.sentence} [{self.code}]"


def breaches(codes: Iterable[str] = ()) -> list[Breach]:
    """Return every breach of the named laws, or of all; one statement a law, none of them locks a row."""
    wanted = set(codes)
    found = []
    for invariant in registries.invariants.all():
        if wanted and invariant.code not in wanted:
            continue
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            found += [Breach(invariant.code, invariant.law, str(no), str(text)) for no, text in cursor.fetchall()]
    return found


def minor_units_sql(currency: str) -> str:
    """Return the SQL of the decimals of a currency's smallest coin; `currency` is a column (MQ-2)."""
    odd = " ".join(f"when '{code}' then {units}" for code, units in MINOR_UNITS.items())
    return f"case {currency} {odd} else 2 end"


@dataclass(frozen=True, slots=True)
class AuditedMachine:
    """A state machine whose every move is one audit row (AU-1).

    `arrows`: method of the model -> the audit actions that tell of it. `created`: actions that write the first row.
    `stated`: actions that may lead to several states -> key of the audit row's data that says which. `told`: event
    kind -> the actions it is published with, for counting one against the other; `subject` is the events' word.
    `audited_as` is the object type of its audit rows when that is not the model's name.
    """

    model: str
    created: tuple[str, ...]
    arrows: Mapping[str, tuple[str, ...]]
    subject: str = ""
    told: Mapping[str, tuple[str, ...]] | None = None
    stated: Mapping[str, str] | None = None
    number: str = "number"
    audited_as: str = ""

    @property
    def label(self) -> str:
        """Return the model's name in audit rows."""
        return self.audited_as or self.model.lower()

    def states(self) -> set[tuple[str, str]]:
        """Return (audit action, state it leads to) of every arrow and of creation, read from the model."""
        field = apps.get_model(self.model)._meta.get_field("state")  # noqa: SLF001 - Django's own way
        pairs = {(action, str(field.default)) for action in self.created}
        for arrow in field.get_all_transitions(apps.get_model(self.model)):
            pairs |= {(action, str(arrow.target)) for action in self.arrows.get(arrow.name, ())}
        return {(action, state) for action, state in pairs if action not in (self.stated or {})}

    def invariants(self) -> list[Invariant]:
        """Return the checks that the last audit row names the state, and that rows and events are as many."""
        checks = [self._last_row_names_the_state()]
        return [*checks, self._rows_are_as_many_as_events()] if self.told else checks

    def _last_row_names_the_state(self) -> Invariant:
        model = apps.get_model(self.model)
        table, name = model._meta.db_table, str(model._meta.verbose_name)  # noqa: SLF001 - Django's own way
        known = ", ".join(f"('{action}', '{state}')" for action, state in sorted(self.states()))
        stated = " ".join(f"when '{a}' then e.data ->> '{key}'" for a, key in (self.stated or {}).items())
        actions = sorted({action for action, _ in self.states()} | set(self.stated or {}))
        listed = ", ".join(f"'{action}'" for action in actions)
        says = f"case e.action {stated} end" if stated else "null"
        return Invariant(
            f"{table}_state_is_audited",
            f"{name.capitalize()}: every change of state has its audit row (AU-1)",
            f"""
            select d.{self.number}, 'is ' || d.state || ', but its last audit row of a state is '
                   || coalesce(last.action || ' (' || coalesce(last.said, 'none') || ')', 'missing')
              from {table} d
              left join lateral (
                   select e.action, {says} as said from foundation_auditevent e
                    where e.object_type = '{self.label}' and e.object_id = d.id and e.action in ({listed})
                    order by e.seq desc limit 1) last on true
             where not exists (select 1 from (values {known}) as known(action, state)
                                where known.action = last.action and known.state = d.state)
               and last.said is distinct from d.state""",
        )

    def _rows_are_as_many_as_events(self) -> Invariant:
        model = apps.get_model(self.model)
        table, name = model._meta.db_table, str(model._meta.verbose_name)  # noqa: SLF001 - Django's own way
        told = self.told or {}
        kinds = ", ".join(f"('{kind}', '{kind}')" for kind in told)
        actions = ", ".join(f"('{action}', '{kind}')" for kind, group in told.items() for action in group)
        return Invariant(
            f"{table}_audit_matches_events",
            f"{name.capitalize()}: every move has exactly one audit row (AU-1)",
            f"""
            select d.{self.number}, moved.events || ' times ' || moved.kind || ', but ' || moved.rows || ' audit rows of it'
              from (select id, kind, sum(rows) as rows, sum(events) as events from (
                      select e.object_id as id, a.kind, count(*) as rows, 0 as events
                        from foundation_auditevent e join (values {actions}) as a(action, kind) on a.action = e.action
                       where e.object_type = '{self.label}' group by 1, 2
                      union all
                      select v.subject_id, v.kind, 0, count(*) from foundation_domainevent v
                        join (values {kinds}) as k(kind, _) on k.kind = v.kind
                       where v.subject_type = '{self.subject}' group by 1, 2) both_sides
                    group by id, kind having sum(rows) <> sum(events)) moved
              join {table} d on d.id = moved.id""",
        )
