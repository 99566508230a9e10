"""A price moved beyond what was agreed, or a supplier was replaced: the requisition is asked for again (RQ-4, AP-7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from foundation import audit, money, outbox
from foundation.models import User
from procurement.events import RequisitionReopened
from procurement.models import PriceSource, Requisition, RequisitionLine
from procurement.selectors.approval_facts import DEARER, judge
from procurement.services.ask_approval import about, ask_approval, freeze
from procurement.services.follow_budgets import follow_budgets
from procurement.services.requisition_lines import sourcing_to_json
from suppliers.decisions.sourcing import Sourcing
from workflow.services import cure_case


@dataclass(frozen=True, slots=True)
class NewPrice:
    """What a line costs now, net per its unit in the requisition's currency; `sourcing` when the offer says so."""

    unit_price: Decimal
    sourcing: Sourcing | None = None
    instead_of: str = ""  # name of the approved supplier that another one replaces


def may_reopen(lines: Sequence[RequisitionLine]) -> bool:
    """Say whether the whole requisition can be asked for again: nothing of it is ordered yet."""
    return all(line.ordered_at is None for line in lines)


def reopen_approval(
    requisition: Requisition,
    lines: Sequence[RequisitionLine],
    prices: Mapping[int, NewPrice],
    *,
    actor: User,
    at: datetime,
) -> None:
    """Put new prices on lines of an approved, locked requisition and ask for approval of the whole (RQ-4).

    `lines` are all its lines, none of them ordered; `prices` by line key. The policy in force decides anew, told
    what changed; whoever brings the new price or supplier may not approve it (AP-4).
    """
    changed = [line for line in lines if line.pk in prices]
    deltas = {"supplier"} if any(new.instead_of for new in prices.values()) else set()
    if any(new.unit_price > line.unit_price for line in changed for new in (prices[line.pk],)):
        deltas |= set(DEARER)
    reason = "; ".join(_reprice(line, prices[line.pk], requisition.currency) for line in changed)[:500]
    RequisitionLine.objects.bulk_update(
        changed,
        ["unit_price", "line_amount", "price_source", "supplier", "contract", "catalogue_item", "sourcing",
         "waiting_reason"],
    )  # fmt: skip
    requisition.lines.exclude(goes_out_at=None).update(goes_out_at=None)
    requisition.total_amount = money.total(line.line_amount for line in lines)
    wanted = [line for line in lines if not line.is_struck]
    judged = judge(requisition, wanted, at, changed=deltas, lock=True)
    requisition.reopen_approval(at=at, reason=reason)
    freeze(requisition, lines, judged, actor=actor, at=at)
    audit.record(requisition, "reopen_approval", actor=actor, at=at, reason=reason, total=str(requisition.total_amount))
    for line in changed:
        cure_case(key=f"no_source:{line.pk}", outcome="It waits for approval at the new price.", at=at)
    outbox.publish(RequisitionReopened(**about(requisition, actor, at), reason=reason))
    ask_approval(requisition, wanted, judged, asker=actor, actor=actor, at=at)
    if requisition.cost_centre.is_budgeted:
        follow_budgets(requisitions=[requisition.pk], why="reopen_approval", at=at)


def _reprice(line: RequisitionLine, new: NewPrice, currency: str) -> str:
    before = line.unit_price
    line.unit_price = money.round_unit_price(new.unit_price)
    line.line_amount = money.line_amount(line.quantity, line.unit_price, currency)
    line.waiting_reason = ""
    moved = f"{_plain(before)} became {_plain(line.unit_price)} {currency}" if line.unit_price != before else ""
    if new.instead_of:
        moved = ", ".join(part for part in (f"{line.supplier} instead of {new.instead_of}", moved) if part)
    if new.sourcing is not None and new.sourcing.offer is not None:
        offer = new.sourcing.offer
        line.supplier_id, line.contract_id = offer.supplier_id, offer.contract_id
        line.catalogue_item_id = offer.catalogue_item_id
        line.price_source = PriceSource.CONTRACT if offer.contract_id else PriceSource.CATALOGUE
        line.sourcing = sourcing_to_json(new.sourcing)
    return f"Line {line.line_no}: {moved} after approval"


def _plain(price: Decimal) -> str:
    return f"{price.normalize():f}"
