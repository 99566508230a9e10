"""Changing how a field of suppliers is governed (SU-5): one person proposes, another agrees."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from foundation import audit
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import Category, User
from suppliers import access
from suppliers.decisions.master_data import DEFAULTS, EVERYWHERE, FIELDS, SOURCES, Rule
from suppliers.models import FieldRule


@use_case
def propose_field_rule(*, field: str, expected_version: int, rule: Rule, actor: User, at: datetime) -> FieldRule:
    """Propose another rule for a field; the one in force stays until somebody else agrees.

    `expected_version` is 0 for a field that follows the rule the product comes with.

    :raises NotFoundError: there is no such field.
    :raises NotPermittedError: not a supplier manager.
    :raises StaleError: the rule changed since it was opened.
    :raises InvalidError: a source or a category is unknown, or a source is named twice.
    """
    require(access.can_maintain(actor))
    if field not in FIELDS:
        raise NotFoundError("not_found", "There is no such field.")
    _check(rule.sources, rule.required_in)
    base = DEFAULTS[field]
    row, _ = FieldRule.objects.get_or_create(
        field=field,
        defaults={"is_controlled": base.is_controlled, "sources": base.sources, "version": 0},
    )
    row = FieldRule.objects.select_for_update(no_key=True).get(pk=row.pk)
    if row.version != expected_version:
        raise StaleError("changed_since_opened", f"The rule of {row} changed since you opened it.", number=field)
    row.proposed, row.proposed_by, row.proposed_at = asdict(rule), actor, at
    row.version += 1
    row.save()
    audit.record_fact(
        "suppliers.fieldrule", row.pk, field, "propose_field_rule", actor=actor, at=at, proposed=asdict(rule)
    )
    return row


@use_case
def agree_field_rule(*, field: str, expected_version: int, actor: User, at: datetime) -> FieldRule:
    """Put a proposed rule in force, by somebody who did not propose it.

    :raises NotFoundError: nothing is proposed for such a field.
    :raises NotPermittedError: neither a supplier manager nor the finance director, or the one who proposed it.
    :raises StaleError: the rule changed since it was opened.
    """
    row = FieldRule.objects.select_for_update(of=("self",), no_key=True).filter(field=field).first()
    if row is None or row.proposed is None:
        raise NotFoundError("not_found", "Nothing is proposed for this field.")
    require(access.can_agree_field_rule(actor, row))
    if row.version != expected_version:
        raise StaleError("changed_since_opened", f"The rule of {row} changed since you opened it.", number=field)
    before = {"is_controlled": row.is_controlled, "sources": row.sources, "required_in": row.required_in}
    rule, proposer = row.proposed, row.proposed_by_id
    row.is_controlled, row.sources, row.required_in = rule["is_controlled"], rule["sources"], rule["required_in"]
    row.proposed = row.proposed_by = row.proposed_at = None
    row.agreed_by, row.agreed_at = actor, at
    row.version += 1
    row.save()
    audit.record_fact(
        "suppliers.fieldrule", row.pk, field, "agree_field_rule", actor=actor, at=at, was=before, now=rule,
        proposed_by=proposer,
    )  # fmt: skip
    return row


def _check(sources: Sequence[str], required_in: Sequence[str]) -> None:
    if sorted(sources) != sorted(SOURCES):
        raise InvalidError(
            "sources_unfit",
            f"Name each source once: {', '.join(SOURCES)}.",
            field="sources",
            value=", ".join(sources)[:80],
        )
    codes = set(required_in) - {EVERYWHERE}
    missing = sorted(codes - set(Category.objects.filter(code__in=codes).values_list("code", flat=True)))
    if missing:
        raise InvalidError(
            "category_unknown", f"There is no category {missing[0]}.", field="required_in", value=missing[0]
        )
