"""Codes that live on two sides of a wall: each list here fails when one side gets a code the other lacks.

Lower rooms keep words of their own for what upper rooms do, and SQL names states that models own; nobody imports upwards.
"""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Q

from foundation import guards, registries
from foundation.events import Event
from foundation.machine import problems
from foundation.models import CostCentre, Role, RoleAssignment
from foundation.roles import SITE_PERMISSIONS
from foundation.templatetags import ui
from invoicing.decisions.facts import CATEGORY, CURE_ONLY, HoldCode
from invoicing.selectors.pages import NAME_OF
from policies.decisions import staffing, tolerances, vocabulary
from policies.decisions.matrix import Matrix, Rule, StageAsk
from policies.decisions.tolerances import MatchPolicy
from policies.decisions.world import Place
from policies.models import MatchTolerance, StageCompletion, StageWho, ToleranceScope
from policies.selectors.today import today
from policies.services import install_defaults
from procurement.models import SpendKind
from procurement.services.place_orders import REASONS
from suppliers.models import SupplierState
from tests.factories import NOW, company
from workflow.selectors.people import candidates_for

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("foundation", "policies", "workflow", "suppliers", "procurement", "invoicing", "integration", "intelligence")
# Duties that pairs may name before the use case that does them exists.
NOT_DONE_YET: set[str] = set()
# Documents a rule may name before they ask for approval of their own.
NOT_ASKING_YET = {"order"}


@cache
def _modules() -> tuple[tuple[Path, ast.Module], ...]:
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    return tuple((path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def _texts(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def _called(name: str, keyword: str) -> set[str]:
    """Return the texts given to a function by a keyword, anywhere in the product."""
    return {
        text
        for _, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == name
        for given in node.keywords
        if given.arg == keyword
        for text in _texts(given.value)
    }


def test_rules_know_every_kind_of_spend_and_every_state_of_a_supplier() -> None:
    assert set(vocabulary.SPEND_KINDS) == set(SpendKind.values)
    assert set(vocabulary.SUPPLIER_STATES) == set(SupplierState.values)


def test_rules_know_every_document_that_asks_for_approval() -> None:
    asking = {subject.type for subject in registries.subjects.all() if subject.actions}

    assert asking == set(vocabulary.DOCUMENT_TYPES) - NOT_ASKING_YET


def test_limits_are_the_same_in_words_in_the_study_and_in_the_database() -> None:
    columns = {f.name for f in MatchTolerance._meta.concrete_fields if f.get_internal_type() == "DecimalField"}

    assert set(vocabulary.LIMITS) == set(tolerances.LIMITS) == columns
    assert set(tolerances.LIMITS) < set(MatchPolicy.__dataclass_fields__)
    assert set(tolerances.PRECEDENCE) == set(ToleranceScope.values)


def test_switches_with_words_are_the_switches_of_the_first_policies() -> None:
    assert set(install_defaults.ORDERING) | {"fallback_role", "ladder"} == set(vocabulary.SWITCHES)


def test_duties_that_are_done_are_the_duties_that_pairs_may_name() -> None:
    lists = {"vocabulary.py", "install_defaults.py", "roles.py", "stages.py"}
    named = {
        t for path, tree in _modules() if path.name not in lists and "selectors" not in path.parts for t in _texts(tree)
    }

    assert set(vocabulary.DUTIES) - named == NOT_DONE_YET
    pairs = [*install_defaults.HARD_PAIRS, *install_defaults.COMPENSATED_PAIRS]
    assert {duty for pair in pairs for duty in pair} <= set(vocabulary.DUTIES)
    assert {role for pair in install_defaults.ROLE_PAIRS for role in pair} <= set(Role.values)


def test_every_duty_that_is_judged_or_recorded_has_words() -> None:
    judged = _called("require_duty", "duty") | _called("Asking", "duty") | _called("DutyRecord", "duty")
    judged |= {t for _, tree in _modules() for n in ast.walk(tree) for t in _duty_of(n)}

    assert judged - {"duty"} <= set(vocabulary.DUTIES)  # the name of a column, read from a row
    assert len(judged) > 5, "the walk finds them"


def _duty_of(node: ast.AST) -> set[str]:
    """Return the duty in `duties.record(chain, type, id, duty, ...)` and in `conflicts(duty, ...)`."""
    if not isinstance(node, ast.Call):
        return set()
    place = {"duties.record": 3, "conflicts": 0}.get(ast.unparse(node.func))
    return _texts(node.args[place]) if place is not None and len(node.args) > place else set()


def test_every_kind_of_exception_that_is_raised_has_an_owner_and_none_waits_for_nothing() -> None:
    routed = {category for category, *_ in install_defaults.ROUTES}

    raised = _called("open_case", "category") | set(CATEGORY.values())

    assert raised == routed
    assert {owner for _, _, owner, _ in install_defaults.ROUTES} <= set(Role.values)


def test_every_hold_has_a_name_and_an_exception_a_kind() -> None:
    assert {code.value for code in HoldCode} == set(NAME_OF)
    assert set(HoldCode) - {HoldCode.WAITING} == set(CATEGORY)
    assert set(CURE_ONLY) <= set(HoldCode)


def test_every_reason_for_which_a_line_waits_has_words_and_no_other() -> None:
    no_source = _codes("suppliers/decisions/sourcing.py", "reason")
    no_order = _codes("procurement/services/place_orders.py", "waiting[line]")

    assert no_source | no_order == set(REASONS)


def _codes(path: str, place: str) -> set[str]:
    """Return the codes a module puts into a place."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    values = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == place]
    return {text for value in values for text in _texts(value) if "_" in text}


@pytest.mark.django_db
@pytest.mark.parametrize("who", StageWho.values)
def test_policy_and_workflow_call_a_stage_the_same_and_ask_the_same_people(who: str) -> None:
    made = company()
    role = Role.FINANCE_DIRECTOR if who == StageWho.ENTERPRISE_ROLE else Role.SITE_MANAGER
    stage = StageAsk(who, role if who.endswith("_role") else "", made.mona.pk if who == StageWho.PERSON else None)
    place = Place(made.leeds.code, made.leeds.name, made.leeds.region.code, made.leeds.region.name)
    centres = list(CostCentre.objects.filter(site=made.leeds))
    amount = Decimal(6_000)

    candidates = candidates_for(
        [stage], site=made.leeds, requester=made.rita, base_amount=amount, categories=(), cost_centres=centres,
        at=NOW,
    )  # fmt: skip
    name, rounds = candidates.rounds(stage)
    _, roster = today(Matrix("trial", (Rule(1, "A row", (stage,)),)))

    assert staffing.called(stage, roster, place) == name
    asked = staffing.asked(stage, roster, place, made.rita.pk, amount)
    assert [{p.pk for p in group} for group in asked] == [{u.pk for u in group} - {made.rita.pk} for group in rounds]


def test_every_role_says_what_it_may_do_and_no_other_is_known() -> None:
    assert set(SITE_PERMISSIONS) == set(Role.values)
    assert RoleAssignment._meta.get_field("role").choices == Role.choices


def test_every_completion_of_a_stage_is_one_the_study_can_count() -> None:
    text = (ROOT / "workflow/decisions/stages.py").read_text(encoding="utf-8")

    assert {code for code in StageCompletion.values if f'"{code}"' in text} == set(StageCompletion.values)


def test_every_event_that_is_listened_for_is_told_and_its_name_stands_in_one_place() -> None:
    told = {kind for event in _events(Event) if (kind := getattr(event, "kind", ""))}
    listened = set(registries.subscriptions._handlers)

    assert listened - told == set()
    named = {t for _, tree in _modules() for t in _texts(tree) if EVENT.fullmatch(t)} - MODULES
    assert named - told == set(), "an event by a name nobody tells"


EVENT = re.compile(rf"(?:{'|'.join(ROOMS)})\.[a-z_]+\.[a-z_]+")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts) for room in ROOMS for path in (ROOT / room).rglob("*.py")
}


def _events(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _events(one)


# --- states


def _states() -> dict[str, set[str]]:
    """Return the states of each table that has a state machine, and of each with a state by choice."""
    found = {model._meta.db_table: {code for code, _ in field.choices} for model, field in guards.state_fields()}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.name in {"state", "status"} and field.choices:
                found.setdefault(model._meta.db_table, {code for code, _ in field.flatchoices})
    return found


STATES = _states()
ALIAS = re.compile(r"\b(?:from|join|update)\s+([a-z]+_[a-z_]+)\s+([a-z])\b")
ASKED = re.compile(r"\b([a-z])\.state\s*(?:=|<>|!=|in|not in)\s*(\('[^)]*\)|'[^']*')")


@pytest.mark.parametrize("path", sorted((ROOT).glob("*/selectors/*.py")), ids=lambda p: f"{p.parts[-3]}/{p.name}")
def test_states_in_sql_are_states_of_the_tables_they_are_asked_of(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tables: dict[str, set[str]] = {}
    for table, alias in ALIAS.findall(text):
        tables.setdefault(alias, set()).add(table)

    unknown = [
        f"{alias}.state {code}"
        for alias, codes in ASKED.findall(text)
        for code in re.findall(r"'([^']*)'", codes)
        if not any(code in STATES.get(table, ()) for table in tables.get(alias, ()))
    ]

    assert unknown == []


def test_states_in_constraints_and_indexes_are_states_of_their_table() -> None:
    unknown = []
    for model in apps.get_models():
        known = STATES.get(model._meta.db_table)
        for rule in [*model._meta.constraints, *model._meta.indexes]:
            for name, value in _leaves(getattr(rule, "condition", None)):
                if name in {"state", "state__in"} and known is not None:
                    given = value if isinstance(value, list | tuple | set | frozenset) else [value]
                    unknown += [f"{model.__name__}.{rule.name}: {code}" for code in given if code not in known]

    assert unknown == []


def _leaves(condition: Any) -> Iterator[tuple[str, Any]]:
    for child in condition.children if isinstance(condition, Q) else ():
        if isinstance(child, tuple):
            yield child
        else:
            yield from _leaves(child)


def test_colours_are_of_states_that_exist() -> None:
    choices = {code for model in apps.get_models() for f in model._meta.concrete_fields for code, _ in f.flatchoices}

    coloured = {state for states in ui._TONES.values() for state in states}

    assert coloured - choices == set(), "a colour for a state that nothing is in"


def test_every_cure_is_for_a_refusal_that_somebody_tells() -> None:
    ours = {t for path, tree in _modules() if path.name != "problems.py" for t in _texts(tree)}
    of_the_library = {"required", "null", "blank", "empty", "max_length", "invalid_choice", "not_a_list"}

    assert set(problems.CURES) - ours - of_the_library == set()
