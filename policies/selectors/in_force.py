"""What holds at an instant, as frozen values. Published versions never change, so each is loaded once a process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from foundation.errors import NotFoundError
from policies.decisions.approval import Matrix, Rule, StageAsk
from policies.decisions.budgets import WARN
from policies.decisions.duties import Pair
from policies.decisions.tolerances import LIMITS, ToleranceRow, ToleranceTable
from policies.models import (
    ApprovalRule,
    ApprovalStage,
    DutyPair,
    ExceptionRoute,
    MatchTolerance,
    PolicyKind,
    PolicyState,
    PolicyVersion,
)


@dataclass(frozen=True, slots=True)
class Route:
    """Who owns a kind of exception and by when, in business hours."""

    category: str
    name: str
    owner_role: str
    due_hours: int
    version_id: int


@dataclass(frozen=True, slots=True)
class OrderingPolicy:
    """How approved lines become orders and how far a supplier's answer may differ (RQ-3 to RQ-5, AK-2).

    `combine_until` is the hour at the site at which a day's combined orders go out; empty when no line waits.
    Percent: 2 means 2 %. `ack_late_days` is calendar days after the date asked for. The two sets name the flags that
    stop a requisition from being submitted, or from its final approval; every other flag warns. `budget_mode` is what
    follows when a need does not fit its budget (RQ-6). A price list moves a price up to its two limits without a second
    person (SO-1); up to `award_limit`, base currency, who wrote a request for quotation awards it (SO-4).
    """

    version: str
    combine: bool
    combine_until: time | None
    auto_issue: bool
    price_drift_percent: Decimal
    change_percent: Decimal
    ack_quantity_percent: Decimal
    ack_price_percent: Decimal
    ack_late_days: int
    block_submission: frozenset[str]
    block_approval: frozenset[str]
    budget_mode: str
    price_list_rise_percent: Decimal
    price_list_fall_percent: Decimal
    award_limit: Decimal


_read: ContextVar[dict[str, list[PolicyVersion]] | None] = ContextVar("policy_versions_read", default=None)


@contextmanager
def versions_read_once() -> Iterator[None]:
    """Read the versions of each policy once inside, for work in bulk that asks for them thousands of times."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def version_in_force(kind: str, at: datetime) -> PolicyVersion:
    """Return the version of a policy in force at an instant.

    :raises NotFoundError: none was ever published; nothing may be decided without a policy.
    """
    read = _read.get()
    if read is None:
        version = _versions(at).get(kind)
    else:
        if kind not in read:
            read[kind] = list(_published().filter(kind=kind).order_by("-effective_from", "-number"))
        version = next((found for found in read[kind] if found.is_in_force(at)), None)
    if version is None:
        raise NotFoundError("policy_missing", f"No {PolicyKind(kind).label.lower()} is in force. Publish one first.")
    return version


@lru_cache(maxsize=8)
def _versions(at: datetime) -> dict[str, PolicyVersion]:
    """Return what is in force at an instant by kind, read once for the use case that happens at it.

    No version can start before it is published, so what holds at an instant that has come never changes.
    """
    rows = _published().filter(Q(effective_until=None) | Q(effective_until__gt=at), effective_from__lte=at)
    return {version.kind: version for version in rows.order_by("effective_from", "number")}


def has_started(kind: str, since: datetime, at: datetime) -> bool:
    """Say whether a version of a policy came into force after an instant and up to another."""
    return _published().filter(kind=kind, effective_from__gt=since, effective_from__lte=at).exists()


def _published() -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.filter(state__in=[PolicyState.PUBLISHED, PolicyState.SUPERSEDED])


def matrix_in_force(at: datetime) -> tuple[Matrix, PolicyVersion]:
    """Return the approval matrix in force and its version row."""
    version = version_in_force(PolicyKind.APPROVAL, at)
    return _matrix(version.pk), version


def tolerances_in_force(at: datetime) -> tuple[ToleranceTable, PolicyVersion]:
    """Return the match tolerances in force and their version row."""
    version = version_in_force(PolicyKind.TOLERANCE, at)
    return _tolerances(version.pk), version


def duty_pairs_in_force(at: datetime) -> tuple[Pair, ...]:
    """Return the duty pairs in force (SD-1)."""
    return _pairs(version_in_force(PolicyKind.DUTY, at).pk)


def route_in_force(category: str, at: datetime) -> Route:
    """Return who owns a kind of exception; an unknown category goes where `other` goes (EX-1).

    :raises NotFoundError: the routing has neither the category nor `other`.
    """
    routes = _routes(version_in_force(PolicyKind.ROUTING, at).pk)
    found = routes.get(category) or routes.get("other")
    if found is None:
        raise NotFoundError("route_missing", f"No route is set for exceptions of kind {category}.")
    return found


def route_name(category: str, version_id: int | None) -> str:
    """Return a kind of exception as the version that routed it calls it; one it did not know by its code."""
    route = _routes(version_id).get(category) if version_id else None
    return route.name if route else category.replace("_", " ").capitalize()


def ordering_policy_in_force(at: datetime) -> OrderingPolicy:
    """Return how approved lines become orders."""
    version = version_in_force(PolicyKind.SOURCING, at)
    stored = version.settings
    return OrderingPolicy(
        version=version.label,
        combine=bool(stored["combine"]),
        combine_until=time.fromisoformat(stored["combine_until"]) if stored.get("combine_until") else None,
        auto_issue=bool(stored["auto_issue"]),
        price_drift_percent=Decimal(stored["price_drift_percent"]),
        change_percent=Decimal(stored.get("change_percent", "0")),
        ack_quantity_percent=Decimal(stored["ack_quantity_percent"]),
        ack_price_percent=Decimal(stored["ack_price_percent"]),
        ack_late_days=int(stored["ack_late_days"]),
        block_submission=frozenset(stored.get("block_submission", ())),
        block_approval=frozenset(stored.get("block_approval", ())),
        budget_mode=str(stored.get("budget_mode", WARN)),
        price_list_rise_percent=Decimal(stored.get("price_list_rise_percent", "0")),
        price_list_fall_percent=Decimal(stored.get("price_list_fall_percent", "0")),
        award_limit=Decimal(stored.get("award_limit", "10000")),
    )


def matrix_of(version: PolicyVersion) -> Matrix:
    """Return the matrix of any version; a draft is read fresh, a published one from memory."""
    if version.state != PolicyState.DRAFT:
        return _matrix(version.pk)
    return assemble(version, rule_rows(version))


@lru_cache(maxsize=32)
def _matrix(version_id: int) -> Matrix:
    return build_matrix(version_id)


def build_matrix(version_id: int) -> Matrix:
    """Load a version's rows into a frozen matrix."""
    version = PolicyVersion.objects.get(pk=version_id)
    return assemble(version, rule_rows(version))


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row with the key by which a draft's pages change it."""

    pk: int
    is_additional: bool
    rule: Rule


def rule_rows(version: PolicyVersion) -> tuple[RuleRow, ...]:
    """Return a version's rows: base rows in order, then the additional ones; one statement."""
    asks = ApprovalStage.objects.filter(rule=OuterRef("pk")).order_by("position")
    rows = ApprovalRule.objects.filter(policy=version).annotate(
        asks=ArraySubquery(
            asks.values(
                ask=JSONObject(
                    who="who",
                    role="role",
                    person_id="person_id",
                    completion="completion",
                    due_hours="due_hours",
                    percent="percent",
                    with_previous="with_previous",
                    may_repeat="may_repeat",
                )
            )
        )
    )
    ordered = rows.order_by("is_additional", "position")
    return tuple(RuleRow(row.pk, row.is_additional, rule_of(row, row.asks)) for row in ordered)


def assemble(version: PolicyVersion, rows: tuple[RuleRow, ...]) -> Matrix:
    """Return a version's matrix from its rows."""
    return Matrix(
        version=version.label,
        rules=tuple(row.rule for row in rows if not row.is_additional),
        additional=tuple(row.rule for row in rows if row.is_additional),
    )


def rule_of(row: ApprovalRule, asks: Sequence[dict[str, Any]]) -> Rule:
    """Return a row with its stages as a frozen value; the row need not be stored."""
    return Rule(
        position=row.position,
        name=row.name,
        stages=tuple(StageAsk(**ask) for ask in asks),
        is_touchless=row.is_touchless,
        amount_from=row.amount_from,
        amount_to=row.amount_to,
        urgent=row.urgent,
        document_types=frozenset(row.document_types),
        sites=frozenset(row.sites),
        regions=frozenset(row.regions),
        categories=frozenset(row.categories),
        spend_kinds=frozenset(row.spend_kinds),
        any_flags=frozenset(row.any_flags),
        without_flags=frozenset(row.without_flags),
        supplier_states=frozenset(row.supplier_states),
        requester_roles=frozenset(row.requester_roles),
        sourcing_authorities=frozenset(row.sourcing_authorities),
        supplier_risks=frozenset(row.supplier_risks),
        contract_coverages=frozenset(row.contract_coverages),
        budget_states=frozenset(row.budget_states),
        change_deltas=frozenset(row.change_deltas),
    )


@lru_cache(maxsize=32)
def _tolerances(version_id: int) -> ToleranceTable:
    version = PolicyVersion.objects.get(pk=version_id)
    rows = tuple(
        ToleranceRow(
            scope=row.scope,
            scope_code=row.scope_code,
            limits={name: getattr(row, name) for name in LIMITS if getattr(row, name) is not None},
            unlimited=frozenset(row.unlimited),
            mode=row.mode,
        )
        for row in MatchTolerance.objects.filter(policy=version)
    )
    return ToleranceTable(version.label, rows)


@lru_cache(maxsize=32)
def _pairs(version_id: int) -> tuple[Pair, ...]:
    return tuple(
        Pair(p.first, p.second, p.strength, p.countersign_days or 0)
        for p in DutyPair.objects.filter(policy_id=version_id)
    )


@lru_cache(maxsize=32)
def _routes(version_id: int) -> dict[str, Route]:
    return {
        row.category: Route(row.category, row.name, row.owner_role, row.due_hours, version_id)
        for row in ExceptionRoute.objects.filter(policy_id=version_id)
    }


def forget() -> None:
    """Drop what was remembered: publishing calls it, and tests, which roll back and meet the same instant again."""
    for cached in (_versions, _matrix, _tolerances, _pairs, _routes):
        cached.cache_clear()
