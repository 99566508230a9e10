"""Awarding a closed request for quotation line by line, and putting what was won into contracts (SO-4)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from foundation import audit, outbox
from foundation.documents import lock, require_unchanged, touch
from foundation.duties import chain_of
from foundation.errors import ConflictError, InvalidError, require
from foundation.journal import use_case
from foundation.models import User
from policies.selectors import ordering_policy_in_force
from suppliers import access
from suppliers.decisions.quotation import AskedFor, in_words, must_explain
from suppliers.events import QuotationAwarded
from suppliers.models import MAY_QUOTE, QuotationAward, QuotationRequest, QuotationState
from suppliers.selectors.quotations import Opened, comparison_of
from suppliers.services.open_quotation import about
from suppliers.services.quotation_letters import write_to_suppliers
from suppliers.services.tell_quotation import invitations_of, show
from workflow.services import DoneOn, record_duty, require_duty

AWARD = "award_quotation"


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets a line: the supplier's code, whether its alternative, and why when it needs saying."""

    line_no: int
    supplier: str
    option: int = 0
    reason: str = ""


@use_case
def award_quotation_request(
    *, request_id: int, expected_version: int, choices: Collection[Choice], actor: User, at: datetime
) -> QuotationRequest:
    """Award the chosen lines; lines nobody is chosen for are not bought on this request. Every supplier is told its own.

    Above the limit of the policy, in base currency, the one who wrote the request does not award it (SD-1); the limit
    itself is allowed.

    :raises NotPermittedError: the actor awards nothing at the site, or wrote a request worth more than the limit.
    :raises StaleError: it changed since it was opened on the screen.
    :raises ConflictError: it is not closed, or is awarded already.
    :raises InvalidError: nothing is chosen, nobody offers that, or a reason is missing; names field and cure.
    """
    request = lock(QuotationRequest, request_id, with_=("changed_by", "site"))
    require(access.can_write_quotation(actor, request.site))
    require_unchanged(request, expected_version)
    opened = comparison_of(request)
    if request.state != QuotationState.CLOSED or opened is None:
        raise ConflictError("quotation_not_closed", f"{request} is {request.get_state_display().lower()}.")
    if not choices or len({choice.line_no for choice in choices}) < len(choices):
        raise InvalidError("choice_missing", "Choose one supplier for at least one line.", field="choices")
    today = at.astimezone(ZoneInfo(request.site.time_zone)).date()
    awards = [_award(request, opened, choice, today) for choice in choices]
    _keep_apart(request, awards, actor, at)
    for award in awards:
        award.save(force_insert=True)
    request.award(by_id=actor.pk, at=at)
    request.save(update_fields=["state", "awarded_at", "awarded_by", *touch(request, by_id=actor.pk, at=at)])
    audit.record(
        request, "award_quotation_request", actor=actor, at=at, before="closed", after=request.state,
        awards=[_said(award) for award in awards],
    )  # fmt: skip
    outbox.publish(QuotationAwarded(**about(request, actor, at), awards=tuple(award.pk for award in awards)))
    _tell(request, awards, at)
    return request


def _award(request: QuotationRequest, opened: Opened, choice: Choice, today: date) -> QuotationAward:
    cell = opened.comparison.cells.get((choice.line_no, choice.supplier, choice.option))
    line = next((row for row in opened.lines if row.line_no == choice.line_no), None)
    if cell is None or line is None:
        raise InvalidError(
            "choice_unfit", f"Line {choice.line_no}: {choice.supplier[:16]} does not offer that.",
            field=f"award-{choice.line_no}", value=choice.supplier[:16],
        )  # fmt: skip
    supplier, answer = opened.suppliers[choice.supplier], opened.answers[choice.supplier]
    if supplier.state not in MAY_QUOTE:
        raise InvalidError(
            "supplier_unfit", f"Line {choice.line_no}: {supplier} is {supplier.get_state_display().lower()} by now.",
            field=f"award-{choice.line_no}", value=supplier.code,
        )  # fmt: skip
    codes = must_explain(cell, answer, AskedFor(line.line_no, line.quantity), today)
    reason = " ".join(choice.reason.split())
    if (codes and not reason) or len(reason) > 300:  # noqa: PLR2004 - the column's width
        words = in_words(codes, minimum=_plain(cell.price.minimum), valid_until=f"{answer.valid_until:%d %b %Y}")
        raise InvalidError(
            "reason_missing", f"Line {choice.line_no}: say in at most 300 letters why {supplier}: {words}.",
            field=f"reason-{choice.line_no}", value=reason[:80],
        )  # fmt: skip
    row, rate = opened.rows[cell.price.key], opened.rates.get(answer.currency)
    return QuotationAward(
        request=request, line=line, supplier=supplier, price=row, unit=row.unit, unit_price=cell.price.unit_price,
        currency=answer.currency, amount=cell.amount, base_amount=cell.base_amount, rate=rate[0] if rate else None,
        rate_date=rate[1] if rate else None, is_cheapest=not codes, reason=reason,
    )  # fmt: skip


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _keep_apart(request: QuotationRequest, awards: Sequence[QuotationAward], actor: User, at: datetime) -> None:
    """Judge and record the duty when the award is above the limit, or cannot be compared with it."""
    limit = ordering_policy_in_force(at).award_limit
    known = [award.base_amount for award in awards if award.base_amount is not None]
    if len(known) == len(awards) and sum(known) <= limit:
        return
    judged = require_duty(duty=AWARD, person=actor, chains=[chain_of("quotation_request", request.pk)], at=at)
    record_duty(judged=judged, on=DoneOn("quotation_request", request.pk, request.number), at=at)


def _said(award: QuotationAward) -> dict[str, str]:
    return {
        "line": str(award.line.line_no), "supplier": award.supplier.code, "price": f"{award.unit_price.normalize():f}",
        "currency": award.currency, "base": str(award.base_amount), "reason": award.reason,
    }  # fmt: skip


def _tell(request: QuotationRequest, awards: Iterable[QuotationAward], at: datetime) -> None:
    """Let each supplier see and read what it won itself, and the others that it is decided; nobody reads of another."""
    won: dict[int, list[dict[str, str | int]]] = {}
    for award in awards:
        won.setdefault(award.supplier_id, []).append({"no": award.line.line_no, "option": award.price.option})
    show(request)
    invitations = invitations_of(request)
    for invitation in invitations:
        if invitation.supplier_id in won:
            invitation.outcome = won[invitation.supplier_id]
            invitation.save(update_fields=["outcome"])
    counts = {supplier: len(lines) for supplier, lines in won.items()}
    write_to_suppliers(request, [i for i in invitations if i.supplier_id in won], "won", at=at, lines=counts)
    write_to_suppliers(request, [i for i in invitations if i.supplier_id not in won], "lost", at=at)


def finish_when_converted(request: QuotationRequest, actor: User, at: datetime) -> list[str]:
    """Move an awarded request on once every award went on; returns the fields to save."""
    if any(not award.is_converted for award in request.awards.all()):
        return []
    request.convert(at=at)
    audit.record(request, "convert_quotation_request", actor=actor, at=at, before="awarded", after=request.state)
    return ["state", "converted_at"]
