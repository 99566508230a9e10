"""What a version says as a document, and a document as the rows of a version; both by one table of columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Value

from foundation.models import Category, Item, Region, Role, Site, User
from foundation.selectors import base_currency
from foundation.selectors.names import called
from policies.decisions.budgets import MODES
from policies.decisions.exchange import Document, in_order
from policies.decisions.exchange_columns import COLUMNS, STAGE_COLUMNS
from policies.decisions.exchange_known import Known
from policies.decisions.exchange_values import UNLIMITED
from policies.decisions.tolerances import LIMITS
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    DUTIES,
    FLAGS,
    RUNGS,
    SPEND_KINDS,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
)
from policies.models import (
    ApprovalRule,
    ApprovalStage,
    DutyPair,
    DutyStrength,
    ExceptionRoute,
    MatchTolerance,
    PolicyKind,
    PolicyVersion,
    StageCompletion,
    StageWho,
    ToleranceScope,
)

MODELS: Mapping[str, Any] = {
    PolicyKind.APPROVAL: ApprovalRule, PolicyKind.TOLERANCE: MatchTolerance, PolicyKind.DUTY: DutyPair,
    PolicyKind.ROUTING: ExceptionRoute,
}  # fmt: skip
_LEVELS: Mapping[str, Any] = {"site": Site, "category": Category, "item": Item}


@dataclass(frozen=True, slots=True)
class Ground:
    """What policies may name today, and the key of each person by user name."""

    known: Known
    people: Mapping[str, int]


def ground_today() -> Ground:
    """Return what a policy may name; one statement, whatever the size of the policy."""
    found: dict[str, list[tuple[str, str, int]]] = {"sites": [], "regions": [], "categories": [], "people": []}
    for of, code, name, key in _named("sites", Site.objects).union(
        _named("regions", Region.objects), _named("categories", Category.objects), _people(), all=True
    ):
        found[of].append((code, name, key))
    by_code = {of: {code: name for code, name, _ in sorted(rows)} for of, rows in found.items()}
    roles = {str(role.value): str(role.label) for role in Role}
    words: dict[str, Mapping[str, str]] = {
        "document_types": DOCUMENT_TYPES, "spend_kinds": SPEND_KINDS, "flags": FLAGS,
        "authorities": AUTHORITIES, "supplier_risks": SUPPLIER_RISKS, "contract_coverages": CONTRACT_COVERAGES,
        "rungs": RUNGS, "budget_modes": MODES, "budget_states": BUDGET_STATES, "change_deltas": DELTAS,
        "supplier_states": SUPPLIER_STATES, "roles": roles, "duties": {**DUTIES, **roles},
        **by_code,
        "who": _labels(StageWho), "completions": _labels(StageCompletion), "scopes": _labels(ToleranceScope),
        "strengths": _labels(DutyStrength),
        "modes": {str(code): str(label) for code, label in MatchTolerance._meta.get_field("mode").flatchoices},  # noqa: SLF001 - Django's own way
    }  # fmt: skip
    return Ground(Known(words, base_currency()), {code: key for code, _, key in found["people"]})


def _named(of: str, rows: Any) -> Any:
    return rows.order_by().annotate(of=Value(of)).values_list("of", "code", "name", "pk")


def _people() -> Any:
    """Return active people of ours by user name."""
    rows = User.objects.filter(kind=User.Kind.STAFF, is_active=True).order_by()
    return rows.annotate(of=Value("people"), called=called()).values_list("of", "username", "called", "pk")


def _labels(choices: Any) -> dict[str, str]:
    return {str(choice.value): str(choice.label) for choice in choices}


def missing_levels(rows: Sequence[Mapping[str, Any]]) -> frozenset[tuple[str, str]]:
    """Return the levels of tolerances that name an item, category or site nobody has; suppliers are kept above."""
    missing: set[tuple[str, str]] = set()
    for scope, model in _LEVELS.items():
        codes = {row["scope_code"] for row in rows if row.get("scope") == scope and "scope_code" in row}
        there = set(model.objects.filter(code__in=codes).values_list("code", flat=True)) if codes else set()
        missing |= {(scope, code) for code in codes - there}
    return frozenset(missing)


def document_of(version: PolicyVersion) -> Document:
    """Return what a version says; two statements."""
    model = MODELS.get(version.kind)
    if model is None:
        return Document(version.kind, version.settings)
    rows = model.objects.filter(policy=version)
    if version.kind == PolicyKind.APPROVAL:
        rows = rows.prefetch_related(Prefetch("stages", ApprovalStage.objects.select_related("person")))
    return Document(version.kind, version.settings, in_order(version.kind, [_plain(version.kind, row) for row in rows]))


def _plain(kind: str, row: Any) -> dict[str, Any]:
    return {column.name: column.value.plain(_stored(row, column.name)) for column in COLUMNS[kind]}


def _stored(row: Any, name: str) -> Any:
    if name == "stages":
        return [
            {column.name: _of_stage(stage, column.name) for column in STAGE_COLUMNS} for stage in row.stages.all()
        ]  # fmt: skip
    return UNLIMITED if name in LIMITS and name in row.unlimited else getattr(row, name)


def _of_stage(stage: ApprovalStage, name: str) -> Any:
    if name == "person":
        return stage.person.username if stage.person else ""
    return getattr(stage, name)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that are not stored yet: of one table, and the stages of each when they have stages."""

    rows: Sequence[Any]
    stages: Sequence[Sequence[ApprovalStage]] = ()


def rows_of(document: Document, ground: Ground, policy: PolicyVersion) -> Rows:
    """Return the rows that a fit document stands for, to be stored or compared."""
    model = MODELS.get(document.kind)
    if model is None:
        return Rows(())
    rows = [model(policy=policy, **_columns(document.kind, values)) for values in document.rows]
    if document.kind != PolicyKind.APPROVAL:
        return Rows(rows)
    numbers = {True: 0, False: 0}
    for row in rows:  # as every editor leaves them: from one, without a gap
        numbers[row.is_additional] += 1
        row.position = numbers[row.is_additional]
    stages = [
        [_stage(row, number, stage, ground) for number, stage in enumerate(values["stages"], start=1)]
        for row, values in zip(rows, document.rows, strict=True)
    ]
    return Rows(rows, stages)


def _columns(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    stored = {c.name: c.value.stored(values[c.name]) for c in COLUMNS[kind] if c.name != "stages"}
    if kind == PolicyKind.TOLERANCE:
        stored["unlimited"] = [name for name in LIMITS if stored[name] == UNLIMITED]
        stored |= dict.fromkeys(stored["unlimited"])
    return stored


def _stage(row: ApprovalRule, number: int, values: Mapping[str, Any], ground: Ground) -> ApprovalStage:
    columns = {name: value for name, value in values.items() if name != "person"}
    person = ground.people[values["person"]] if values["person"] else None
    return ApprovalStage(rule=row, position=number, person_id=person, **columns)
