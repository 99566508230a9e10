"""A waiting line and a request for quotation: the line asks, and what was won comes back to it (RQ-4, SO-4)."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from foundation.errors import DomainError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.selectors import next_working_day_at
from procurement import access
from procurement.models import RequisitionLine, RequisitionState
from procurement.services.assign_source import assign_source
from suppliers.decisions.quotation_terms import Asked, AskedLine, closing_instant
from suppliers.models import QuotationAward, QuotationRequest
from suppliers.services import pass_award_on, write_quotation_request

DAYS_OPEN, CLOSES = 5, time(17)  # what a draft begins with; the buyer changes it


@use_case
def quote_line(*, line_id: int, actor: User, at: datetime) -> QuotationRequest:
    """Write a draft of a request for quotation for an approved line that waits for a source; nobody is invited yet.

    :raises NotFoundError: there is no such line at the actor's sites.
    :raises NotPermittedError: the actor sources nothing there, or asks for no quotations.
    :raises InvalidError: the line waits for nothing, or another request asks for it already.
    """
    line = (
        RequisitionLine.objects.select_related("requisition__ship_to__calendar", "item", "unit")
        .filter(pk=line_id)
        .first()
    )
    if line is None or not access.can_see_requisition(actor, line.requisition):
        raise NotFoundError("not_found", "There is no such line.")
    requisition = line.requisition
    require(access.can_source(actor, requisition))
    if requisition.state != RequisitionState.APPROVED or not line.waiting_reason:
        raise InvalidError("not_waiting", f"Line {line.line_no} of {requisition.number} waits for nothing.")
    site = requisition.ship_to
    today = at.astimezone(ZoneInfo(site.time_zone)).date()
    closes = datetime.combine(next_working_day_at(site, at, DAYS_OPEN), CLOSES)
    asked = AskedLine(
        0, line.item.code if line.item else "", line.description, line.quantity, line.unit.code, site.code,
        max(line.need_by, today), requisition.number, line.line_no,
    )  # fmt: skip
    return write_quotation_request(
        site_id=site.pk, suppliers=[], actor=actor, at=at,
        asked=Asked(line.description[:120], "", closing_instant(closes, site.time_zone), (asked,)),
    )  # fmt: skip


@use_case
def take_up_award(*, award_id: int, at: datetime) -> QuotationAward:
    """Order an awarded line of a requisition from its winner, as who awarded it may; else a buyer finds it in the queue.

    It is left to the buyer when the line waits no more, the unit or the currency differs, or the service that orders it
    refuses. Told twice it is done once.

    :raises NotFoundError: there is no such award.
    """
    rows = QuotationAward.objects.select_related("request__awarded_by", "line", "supplier")
    award = rows.filter(pk=award_id).first()
    if award is None or award.request.awarded_by is None:
        raise NotFoundError("not_found", "There is no such award.")
    actor = award.request.awarded_by
    if award.passed_on_at is not None or not award.line.requisition:
        return award
    waiting = RequisitionLine.objects.filter(
        requisition__number=award.line.requisition, line_no=award.line.requisition_line or 0, unit=award.unit_id,
        requisition__state=RequisitionState.APPROVED, requisition__currency=award.currency,
    ).exclude(waiting_reason="")  # fmt: skip
    line = waiting.first()
    if line is not None:
        reason = f"Awarded in {award.request.number}"
        try:
            with transaction.atomic():  # a refusal takes back what was written of it
                assign_source(
                    line_id=line.pk,
                    supplier=award.supplier,
                    unit_price=award.unit_price,
                    actor=actor,
                    reason=reason,
                    at=at,
                )
        except DomainError as refused:
            _leave(line, award, refused.message)
    return pass_award_on(award_id=award.pk, actor=actor, at=at)


def _leave(line: RequisitionLine, award: QuotationAward, why: str) -> None:
    """Let the buyer read beside the line what was won and why it was not ordered."""
    fresh = RequisitionLine.objects.select_for_update(of=("self",), no_key=True).get(pk=line.pk)
    fresh.sourcing = {
        **(fresh.sourcing or {}),
        "awarded": f"{award.request.number}: {award.supplier}",
        "not_ordered": why,
    }
    fresh.save(update_fields=["sourcing"])
