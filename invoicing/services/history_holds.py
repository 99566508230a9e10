"""Holds of past bills that somebody let pass, each with its closed case."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from foundation.duties import chain_of
from foundation.events import Event
from foundation.models import AuditEvent, DutyRecord
from invoicing.decisions.facts import CATEGORY, Finding, HoldCode
from invoicing.events import HoldOpened
from invoicing.models import Hold, HoldState
from invoicing.services.duty_checks import duties_of_release
from invoicing.services.history_commands import LetPass, WrittenBill
from invoicing.services.hold_changes import case_key, closed
from policies.selectors import route_in_force
from workflow.services.record_history import PastCase, record_past_cases

Told = tuple[list[Event], list[AuditEvent], list[Hold]]


def write_holds(written: Sequence[WrittenBill], chains: dict[int, list[str]]) -> list[Told]:
    """Store what stood in the way of each bill and who let it pass; returns what is told of it, one entry a bill."""
    holds = [(one, hold) for one in written if one.bill.let_pass for hold in _holds(one, one.bill.let_pass)]
    Hold.objects.bulk_create([hold for _, hold in holds], batch_size=300)
    duties = (d for one, hold in holds for d in _duties(one, hold, chains[one.bill.order_id]))
    DutyRecord.objects.bulk_create(duties, batch_size=500, ignore_conflicts=True)
    told = record_past_cases(cases=[_case(one, hold) for one, hold in holds])
    found: dict[int, Told] = {id(one): ([], [], []) for one in written}
    for (one, hold), (events, rows) in zip(holds, told, strict=True):
        mine = found[id(one)]
        mine[0].extend(
            [*events, _opened(one, hold), closed(hold, one.invoice, at=_at(hold), actor_id=hold.closed_by_id)]
        )
        mine[1].extend(rows)
        mine[2].append(hold)
    return [found[id(one)] for one in written]


def _at(hold: Hold) -> datetime:
    return hold.closed_at or hold.opened_at


def _holds(one: WrittenBill, passed: LetPass) -> Iterable[Hold]:
    for line, result in zip(one.lines, one.results, strict=True):
        for finding in result.findings:
            yield _hold(one, line.pk, finding, passed)


def _hold(one: WrittenBill, line_id: int, finding: Finding, passed: LetPass) -> Hold:
    at = one.bill.received_at
    return Hold(
        invoice=one.invoice, supplier_id=one.invoice.supplier_id, line_id=line_id, code=finding.code.value,
        sentence=finding.sentence[:300], actual=finding.actual[:60], limit=finding.limit[:60], amount=finding.amount,
        evidence=dict(finding.evidence), owner_role=route_in_force(CATEGORY[finding.code], at).owner_role,
        state=HoldState.RELEASED, version=2, opened_at=at, closed_at=passed.at, closed_by=passed.by,
        reason=passed.reason, released_magnitude=finding.amount,
    )  # fmt: skip


def _duties(one: WrittenBill, hold: Hold, chains: list[str]) -> Iterable[DutyRecord]:
    for duty in duties_of_release(hold.code):
        for chain in (*chains, chain_of("invoice", one.invoice.pk)):
            yield DutyRecord(
                chain=chain, document_type="invoice", document_id=one.invoice.pk, duty=duty, person=hold.closed_by,
                at=_at(hold),
            )  # fmt: skip


def _case(one: WrittenBill, hold: Hold) -> PastCase:
    invoice = one.invoice
    return PastCase(
        key=case_key(hold), category=CATEGORY[HoldCode(hold.code)], cause=hold.code, sentence=hold.sentence,
        subject_type="invoice", subject_id=invoice.pk, subject_number=invoice.number, site=invoice.site,
        supplier_id=invoice.supplier_id, supplier_name=invoice.supplier.name, amount=hold.amount,
        currency=invoice.currency, opened_at=hold.opened_at, closed_at=_at(hold),
        outcome=f"Released by {hold.closed_by}: {hold.reason}",
    )  # fmt: skip


def _opened(one: WrittenBill, hold: Hold) -> HoldOpened:
    invoice = one.invoice
    return HoldOpened(
        subject_id=hold.pk, subject_number=f"{invoice.number} {hold.code}"[:40], at=hold.opened_at, version=1,
        site_id=invoice.site_id, supplier_id=invoice.supplier_id, is_human=False,
        related=(("invoice", invoice.pk, invoice.number),), code=hold.code, amount=hold.amount,
        currency=invoice.currency, is_exception=True, sentence=hold.sentence, owner_role=hold.owner_role,
    )  # fmt: skip
