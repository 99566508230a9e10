"""The rows of the other drafts: tolerances, duty pairs, exception routes, and a draft's switches."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import DecimalField

from foundation import audit
from foundation.errors import InvalidError, NotFoundError
from foundation.journal import use_case
from foundation.models import Role, User
from policies.decisions.switches import check_switches
from policies.decisions.tolerances import LIMITS
from policies.decisions.vocabulary import DUTIES
from policies.decisions.vocabulary import LIMITS as LIMIT_WORDS
from policies.models import DutyPair, DutyStrength, ExceptionRoute, MatchTolerance, ToleranceScope
from policies.services.codes import check_level
from policies.services.versions import count_change, lock_draft


@use_case
def save_tolerance(
    *,
    version_id: int,
    expected_version: int,
    actor: User,
    at: datetime,
    scope: str,
    scope_code: str,
    limits: dict[str, Decimal | None],
    unlimited: list[str],
    mode: str = "",
) -> MatchTolerance:
    """Add or change one level of a draft's tolerances; a limit is a number, None (inherit) or named in `unlimited`.

    :raises InvalidError: no such scope or limit, a limit twice or negative, or a code the scope does not have.
    """
    draft = lock_draft(version_id, expected_version, actor)
    if (scope == ToleranceScope.ENTERPRISE) == bool(scope_code):
        raise InvalidError(
            "tolerance_scope", "The enterprise level has no code; every other level needs one.", field="scope_code"
        )
    unknown = [name for name in {*limits, *unlimited} if name not in LIMITS]
    if unknown:
        raise InvalidError("limit_unknown", f"There is no limit called {unknown[0]}.", field=unknown[0])
    both = [name for name in unlimited if limits.get(name) is not None]
    if both:
        raise InvalidError(
            "limit_twice", f"“{LIMIT_WORDS[both[0]][0]}” has a number and is unlimited. Choose one.", field=both[0]
        )
    negative = [name for name, value in limits.items() if value is not None and value < 0]
    if negative:
        raise InvalidError(
            "limit_negative", f"“{LIMIT_WORDS[negative[0]][0]}” cannot be negative. Write zero or more, or unlimited.",
            field=negative[0], value=str(limits[negative[0]]),
        )  # fmt: skip
    check_level(scope, scope_code)
    for name, value in limits.items():
        _check_size(name, value)
    row, _ = MatchTolerance.objects.update_or_create(
        policy=draft, scope=scope, scope_code=scope_code, defaults={**limits, "unlimited": unlimited, "mode": mode}
    )
    count_change(draft, actor, at)
    audit.record(draft, "save_tolerance", actor=actor, at=at, level=str(row))
    return row


def _check_size(name: str, value: Decimal | None) -> None:
    column = MatchTolerance._meta.get_field(name)  # noqa: SLF001 - Django's own way
    try:
        if isinstance(column, DecimalField):
            column.run_validators(value)
    except ValidationError as error:
        raise InvalidError(
            "limit_size", f"{LIMIT_WORDS[name][0]}: {' '.join(error.messages)}", field=name, value=str(value)
        ) from error


@use_case
def delete_tolerance(*, version_id: int, expected_version: int, tolerance_id: int, actor: User, at: datetime) -> None:
    """Take a level out of a draft, so that it inherits again.

    :raises NotFoundError: no such level in this draft.
    :raises InvalidError: the enterprise level is what all others inherit from.
    """
    draft = lock_draft(version_id, expected_version, actor)
    row = MatchTolerance.objects.filter(policy=draft, pk=tolerance_id).first()
    if row is None:
        raise NotFoundError("not_found", "There is no such level in this draft.")
    if row.scope == ToleranceScope.ENTERPRISE:
        raise InvalidError("tolerance_base", "The enterprise level stays: every other level inherits from it.")
    level = str(row)
    row.delete()
    count_change(draft, actor, at)
    audit.record(draft, "delete_tolerance", actor=actor, at=at, level=level)


@use_case
def save_duty_pair(
    *,
    version_id: int,
    expected_version: int,
    first: str,
    second: str,
    strength: str,
    actor: User,
    at: datetime,
    countersign_days: int | None = None,
) -> DutyPair:
    """Add a pair of duties to a draft, or change its strength; the order of the two does not matter (SD-1).

    :raises InvalidError: one duty twice, or a compensated pair without days for the second signature.
    """
    draft = lock_draft(version_id, expected_version, actor)
    if not first or not second or first == second:
        raise InvalidError("duty_pair", "Name two different duties.", field="second")
    if strength not in DutyStrength.values:
        raise InvalidError("duty_strength", "Choose how the two are kept apart.", field="strength", value=strength)
    unknown = [code for code in (first, second) if code not in _duties(strength)]
    if unknown:
        raise InvalidError(
            "duty_unknown", f"There is no duty “{unknown[0]}” that can be kept apart so.", field="second", value=unknown[0]
        )  # fmt: skip
    if (strength == DutyStrength.COMPENSATED) != (countersign_days is not None):
        raise InvalidError(
            "countersign_days", "Only a compensated pair has days to countersign, and it needs them.",
            field="countersign_days",
        )  # fmt: skip
    if DutyPair.objects.filter(policy=draft, first=second, second=first).exists():
        first, second = second, first
    pair, _ = DutyPair.objects.update_or_create(
        policy=draft,
        first=first,
        second=second,
        defaults={"strength": strength, "countersign_days": countersign_days},
    )
    count_change(draft, actor, at)
    audit.record(draft, "save_duty_pair", actor=actor, at=at, pair=str(pair), strength=strength)
    return pair


def _duties(strength: str) -> Collection[str]:
    return Role.values if strength == DutyStrength.ROLE else DUTIES


@use_case
def delete_duty_pair(*, version_id: int, expected_version: int, pair_id: int, actor: User, at: datetime) -> None:
    """Take a pair out of a draft.

    :raises NotFoundError: no such pair in this draft.
    """
    draft = lock_draft(version_id, expected_version, actor)
    pair = DutyPair.objects.filter(policy=draft, pk=pair_id).first()
    if pair is None:
        raise NotFoundError("not_found", "There is no such pair in this draft.")
    name = str(pair)
    pair.delete()
    count_change(draft, actor, at)
    audit.record(draft, "delete_duty_pair", actor=actor, at=at, pair=name)


@use_case
def save_route(
    *,
    version_id: int,
    expected_version: int,
    category: str,
    name: str,
    owner_role: str,
    due_hours: int,
    actor: User,
    at: datetime,
) -> ExceptionRoute:
    """Say in a draft who owns a kind of exception and in how many business hours (EX-1).

    :raises InvalidError: no such role, or no time at all.
    """
    draft = lock_draft(version_id, expected_version, actor)
    if owner_role not in Role.values:
        raise InvalidError("route_role", "Choose the role that owns it.", field="owner_role", value=owner_role)
    if due_hours < 1:
        raise InvalidError("route_hours", "Give at least one business hour.", field="due_hours")
    route, _ = ExceptionRoute.objects.update_or_create(
        policy=draft,
        category=category,
        defaults={"name": name, "owner_role": owner_role, "due_hours": due_hours},
    )
    count_change(draft, actor, at)
    audit.record(draft, "save_route", actor=actor, at=at, category=category, owner=owner_role, hours=due_hours)
    return route


@use_case
def delete_route(*, version_id: int, expected_version: int, route_id: int, actor: User, at: datetime) -> None:
    """Take a kind out of a draft; its exceptions then go where `other` goes.

    :raises NotFoundError: no such kind in this draft.
    :raises InvalidError: `other` itself stays, because it takes what no other kind does.
    """
    draft = lock_draft(version_id, expected_version, actor)
    route = ExceptionRoute.objects.filter(policy=draft, pk=route_id).first()
    if route is None:
        raise NotFoundError("not_found", "There is no such kind in this draft.")
    if route.category == "other":
        raise InvalidError("route_base", "The kind “other” stays: it takes what no other kind does.")
    category = route.category
    route.delete()
    count_change(draft, actor, at)
    audit.record(draft, "delete_route", actor=actor, at=at, category=category)


@use_case
def save_switches(
    *, version_id: int, expected_version: int, settings: dict[str, Any], actor: User, at: datetime
) -> None:
    """Change a draft's switches, such as how approved lines become orders; amounts and percents are strings.

    :raises InvalidError: a switch this policy does not have, or a value it cannot hold.
    """
    draft = lock_draft(version_id, expected_version, actor)
    unknown = sorted(set(settings) - set(draft.settings))
    if unknown:
        raise InvalidError("switch_unknown", f"This policy has no switch called {unknown[0]}.", field=unknown[0])
    check_switches(settings, Role.values)
    before = {name: draft.settings[name] for name in settings}
    draft.settings = {**draft.settings, **settings}
    draft.save(update_fields=["settings"])
    count_change(draft, actor, at)
    audit.record(draft, "save_switches", actor=actor, at=at, before=before, after=settings)
