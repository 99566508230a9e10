"""Opens, restates and cures the holds of a bill, each with its case in the queue of its owner (TM-10, EX-1, EX-2)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from foundation.events import Event
from invoicing.decisions.facts import CATEGORY, Finding, HoldCode
from invoicing.decisions.judgement import HoldChanges, Judgement, StandingHold, reconcile_holds
from invoicing.events import HoldClosed, HoldOpened
from invoicing.models import Hold, HoldState, Invoice, InvoiceState
from workflow.services import cure_case, open_case

PAYABLES = "payables"


@dataclass(frozen=True, slots=True)
class HoldsAfter:
    """What stands after a test, and what to tell."""

    exception_open: bool
    waiting_open: bool
    open_codes: frozenset[str]
    opened: tuple[Finding, ...]
    cured: tuple[Hold, ...]
    events: tuple[Event, ...]
    changed: bool


def apply_holds(invoice: Invoice, judgement: Judgement, *, at: datetime) -> HoldsAfter:
    """Make the stored holds say what the test found; releases of a person stand up to their magnitude (TM-9)."""
    holds = [] if invoice.state == InvoiceState.RECEIVED else list(Hold.objects.filter(invoice=invoice).order_by("pk"))
    changes = reconcile_holds(judgement.findings, [_standing(hold) for hold in holds])
    by_id = {hold.pk: hold for hold in holds}
    cured = [cure_hold(by_id[pk], invoice, at=at) for pk in changes.cure]
    for pk, finding in changes.restate:
        _restate(by_id[pk], finding)
    opened = _open(invoice, changes, at=at)
    standing = [*(by_id[pk] for pk in changes.keep), *opened]
    return HoldsAfter(
        exception_open=any(hold.is_exception for hold in standing),
        waiting_open=any(not hold.is_exception for hold in standing),
        open_codes=frozenset(hold.code for hold in standing),
        opened=changes.open,
        cured=tuple(cured),
        events=(*(closed(hold, invoice, at=at) for hold in cured), *(_told(hold, invoice, at=at) for hold in opened)),
        changed=bool(cured or opened or changes.restate),
    )


def cure_hold(hold: Hold, invoice: Invoice, *, at: datetime) -> Hold:
    """Close a hold whose cause is gone, and its case with it (EX-2)."""
    hold.cure(at=at)
    hold.version += 1
    hold.save(update_fields=["state", "closed_at", "version"])
    if hold.is_exception:
        cure_case(key=case_key(hold), outcome=f"The cause is gone: {invoice.number} was tested again.", at=at)
    return hold


def case_key(hold: Hold) -> str:
    """Return what identifies the open case of a hold: the cause at its place."""
    return f"hold:{hold.invoice_id}:{hold.line_id or 0}:{hold.code}"


def closed(hold: Hold, invoice: Invoice, *, at: datetime, actor_id: int | None = None) -> HoldClosed:
    """Build the event of a hold that ended."""
    return HoldClosed(
        subject_id=hold.pk,
        subject_number=f"{invoice.number} {hold.code}"[:40],
        at=at,
        version=hold.version,
        site_id=invoice.site_id,
        supplier_id=invoice.supplier_id,
        actor_id=actor_id,
        is_human=actor_id is not None,
        related=(("invoice", invoice.pk, invoice.number),),
        code=hold.code,
        amount=hold.amount,
        currency=invoice.currency,
        is_exception=hold.is_exception,
        outcome=str(hold.state),
        reason=hold.reason,
    )


def _standing(hold: Hold) -> StandingHold:
    return StandingHold(
        id=hold.pk,
        line=hold.line_id,
        code=hold.code,
        is_open=hold.state == HoldState.OPEN,
        sentence=hold.sentence,
        amount=hold.amount,
        released_magnitude=hold.released_magnitude,
    )


def _restate(hold: Hold, finding: Finding) -> None:
    hold.sentence, hold.actual, hold.limit = finding.sentence[:300], finding.actual[:60], finding.limit[:60]
    hold.amount, hold.evidence = finding.amount, dict(finding.evidence)
    hold.version += 1
    hold.save(update_fields=["sentence", "actual", "limit", "amount", "evidence", "version"])


def _open(invoice: Invoice, changes: HoldChanges, *, at: datetime) -> list[Hold]:
    holds = [_build(invoice, finding, at) for finding in changes.open]
    if holds:
        Hold.objects.bulk_create(holds)
    return holds


def _build(invoice: Invoice, finding: Finding, at: datetime) -> Hold:
    hold = Hold(
        invoice=invoice,
        supplier_id=invoice.supplier_id,
        line_id=finding.line,
        code=finding.code.value,
        sentence=finding.sentence[:300],
        actual=finding.actual[:60],
        limit=finding.limit[:60],
        amount=finding.amount,
        evidence=dict(finding.evidence),
        is_exception=finding.is_exception,
        owner_role=PAYABLES,
        opened_at=at,
    )
    if finding.is_exception:
        hold.owner_role = _open_case(invoice, hold, at)
    return hold


def _open_case(invoice: Invoice, hold: Hold, at: datetime) -> str:
    """Put the hold into its owner's queue; the routing policy names the owner by cause."""
    case = open_case(
        key=case_key(hold),
        category=CATEGORY[HoldCode(hold.code)],
        cause=hold.code,
        sentence=hold.sentence,
        subject_type="invoice",
        subject_id=invoice.pk,
        subject_number=invoice.number,
        site=invoice.site,
        supplier_id=invoice.supplier_id,
        supplier_name=invoice.supplier.name,
        amount=Decimal(hold.amount),
        currency=invoice.currency,
        evidence={"limit": hold.limit, "actual": hold.actual, **hold.evidence},
        at=at,
    )
    return case.owner_role


def _told(hold: Hold, invoice: Invoice, *, at: datetime) -> HoldOpened:
    return HoldOpened(
        subject_id=hold.pk,
        subject_number=f"{invoice.number} {hold.code}"[:40],
        at=at,
        version=hold.version,
        site_id=invoice.site_id,
        supplier_id=invoice.supplier_id,
        is_human=False,
        related=(("invoice", invoice.pk, invoice.number),),
        code=hold.code,
        amount=hold.amount,
        currency=invoice.currency,
        is_exception=hold.is_exception,
        sentence=hold.sentence,
        owner_role=hold.owner_role,
    )
