"""Exception cases (EX-1, EX-2): one open case per cause, owned by a role, closing when the cause is gone."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from foundation import audit, outbox
from foundation.decisions.worktime import add_business_hours
from foundation.documents import next_number
from foundation.errors import InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import Site, User, WorkCalendar
from foundation.selectors import hours_of, system_user
from policies.selectors import route_in_force
from workflow import access
from workflow.events import CaseClosed, CaseOpened
from workflow.models import CaseState, ExceptionCase


@use_case
def open_case(
    *,
    key: str,
    category: str,
    cause: str,
    sentence: str,
    subject_type: str,
    subject_id: int,
    subject_number: str,
    at: datetime,
    site: Site | None = None,
    supplier_id: int | None = None,
    supplier_name: str = "",
    amount: Decimal | None = None,
    currency: str = "",
    evidence: dict[str, Any] | None = None,
) -> ExceptionCase:
    """Open a case, or return the one already open for this key with what is known now.

    Two at once about one cause: the second waits for the first and finds its case.
    """
    known = {"sentence": sentence[:300], "evidence": evidence or {}, "amount": amount, "currency": currency}
    existing = _open_one(key)
    if existing is not None:
        return _bring_up_to_date(existing, known, at)
    route = route_in_force(category, at)
    try:
        with transaction.atomic():
            case = ExceptionCase.objects.create(
                number=next_number("EX"),
                category=category,
                cause=cause,
                subject_type=subject_type,
                subject_id=subject_id,
                subject_number=subject_number,
                site=site,
                supplier_id=supplier_id,
                supplier_name=supplier_name,
                key=key,
                owner_role=route.owner_role,
                policy_id=route.version_id,
                opened_at=at,
                due_at=_due(site, at, route.due_hours),
                **known,
            )
    except IntegrityError:
        rival = _open_one(key)
        if rival is None:  # not the open key: a real fault
            raise
        return _bring_up_to_date(rival, known, at)
    audit.record(
        case, "open_case", actor=system_user("workflow"), at=at, category=category, cause=cause, about=subject_number
    )
    outbox.publish(CaseOpened(**_about(case), at=at, is_human=False, category=category, cause=cause))
    return case


def _open_one(key: str) -> ExceptionCase | None:
    return (
        ExceptionCase.objects.select_for_update(of=("self",), no_key=True).filter(key=key, state=CaseState.OPEN).first()
    )


def _bring_up_to_date(case: ExceptionCase, known: dict[str, Any], at: datetime) -> ExceptionCase:
    changed = [name for name, value in known.items() if getattr(case, name) != value]
    if changed:
        for name in changed:
            setattr(case, name, known[name])
        case.version += 1
        case.save(update_fields=[*changed, "version"])
        audit.record(case, "update_case", actor=system_user("workflow"), at=at, sentence=case.sentence)
    return case


def _due(site: Site | None, at: datetime, hours: int) -> datetime:
    calendar = site.calendar if site else WorkCalendar.objects.order_by("pk").first()
    if calendar is None:
        return at
    return add_business_hours(at, hours, hours_of(calendar, site.time_zone if site else "UTC", at))


def _about(case: ExceptionCase) -> dict[str, Any]:
    return {
        "subject_id": case.pk,
        "subject_number": case.number,
        "version": case.version,
        "site_id": case.site_id,
        "supplier_id": case.supplier_id,
        "related": ((case.subject_type, case.subject_id, case.subject_number),),
    }


@use_case
def cure_case(*, key: str, outcome: str, at: datetime) -> ExceptionCase | None:
    """Close the open case of a key because its cause is gone (EX-2); none open is no error."""
    return next(iter(cure_cases(outcomes={key: outcome}, at=at)), None)


@use_case
def cure_cases(*, outcomes: Mapping[str, str], at: datetime) -> list[ExceptionCase]:
    """Close the open cases of many keys because their causes are gone (EX-2); `outcomes` says by key what happened."""
    open_ones = ExceptionCase.objects.select_for_update(of=("self",), no_key=True).filter(
        key__in=list(outcomes), state=CaseState.OPEN
    )
    cases = list(open_ones.order_by("pk")) if outcomes else []
    for case in cases:
        outcome = outcomes[case.key]
        case.cure(at=at, outcome=outcome[:300])
        case.version += 1
        case.save(update_fields=["state", "closed_at", "outcome", "version"])
        audit.record(case, "cure_case", actor=system_user("workflow"), at=at, outcome=outcome)
        outbox.publish(
            CaseClosed(**_about(case), at=at, is_human=False, category=case.category, outcome=outcome, cured=True)
        )
    return cases


@use_case
def resolve_case(*, case_id: int, expected_version: int, actor: User, outcome: str, at: datetime) -> ExceptionCase:
    """Close a case by a person's decision; the reason is kept.

    :raises NotFoundError: no such exception.
    :raises InvalidError: it does not say what was done.
    :raises NotPermittedError: the case belongs to another role or site.
    :raises StaleError: somebody dealt with it meanwhile; says who and when.
    """
    case = (
        ExceptionCase.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site")
        .filter(pk=case_id)
        .first()
    )
    if case is None:
        raise NotFoundError("not_found", "There is no such exception.")
    require(access.can_work_case(actor, case))
    _require_open(case, expected_version)
    if not outcome.strip():
        raise InvalidError("outcome_missing", "Say what was done.", field="outcome")
    case.resolve(by_id=actor.pk, at=at, outcome=outcome.strip()[:300])
    case.version += 1
    case.save(update_fields=["state", "closed_at", "closed_by", "outcome", "version"])
    audit.record(case, "resolve_case", actor=actor, at=at, outcome=outcome)
    outbox.publish(
        CaseClosed(**_about(case), at=at, actor_id=actor.pk, category=case.category, outcome=outcome, cured=False)
    )
    return case


def _require_open(case: ExceptionCase, expected_version: int) -> None:
    if case.version == expected_version and case.state == CaseState.OPEN:
        return
    closed = case.state != CaseState.OPEN
    by = f" by {case.closed_by}" if case.closed_by else ""
    raise StaleError(
        "changed_since_opened",
        f"{case.number} {case.get_state_display().lower()}{by}: {case.outcome}"
        if closed
        else f"{case.number} changed since you opened it.",
        number=case.number,
        changed_by=str(case.closed_by or ""),
        changed_at=case.closed_at.isoformat() if case.closed_at else "",
    )
