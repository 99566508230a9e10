"""From a requisition's rows to the facts its approval is judged on (RQ-2, AP-1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Sum

from foundation.access import roles_of
from foundation.duties import chain_of
from foundation.selectors import rate_on
from foundation.selectors.rates import FrozenRate
from policies.decisions.approval import ApprovalFacts, Matrix
from policies.decisions.budgets import Effect
from policies.selectors import matrix_in_force, ordering_policy_in_force
from procurement.decisions.flags import (
    CHANGED_AFTER_APPROVAL,
    Earlier,
    LineFacts,
    is_possible_split,
    line_flags,
    requisition_flags,
)
from procurement.models import PriceSource, Requisition, RequisitionLine, RequisitionState
from procurement.selectors.budgets import rooms_of
from suppliers.models import Supplier
from suppliers.selectors import find_items
from workflow.selectors import Routing, freeze_amount, route

SPLIT_DAYS = 7
DEARER = ("amount", "unit_price")


@dataclass(frozen=True, slots=True)
class Judged:
    """A requisition as its approval sees it: facts, flags by line, frozen rate."""

    facts: ApprovalFacts
    rate: FrozenRate
    flags: tuple[str, ...]
    by_line: dict[int, tuple[str, ...]]
    blocks_submission: tuple[str, ...] = ()
    blocks_approval: tuple[str, ...] = ()
    budget: Effect = field(default_factory=Effect)
    siblings: tuple[str, ...] = ()  # numbers of the requests that together with it pass a limit (RQ-2)


def judge(
    requisition: Requisition,
    lines: Sequence[RequisitionLine],
    at: datetime,
    *,
    changed: Collection[str] = (),
    lock: bool = False,
) -> Judged:
    """Return facts and flags of a requisition as it stands; unsaved drafts work too.

    `changed` names what differs from what was approved before (RQ-4, AP-7). With `lock` the budgets it meets are held until
    the transaction ends (RQ-6).
    """
    site = requisition.ship_to
    day = at.astimezone(ZoneInfo(site.time_zone)).date()
    base_amount, rate = freeze_amount(requisition.total_amount, requisition.currency, day)
    standing = _standing(lines)
    states = {pk: state for pk, (state, _) in standing.items()}
    line_facts = [_line_facts(line, states) for line in lines]
    matrix, _policy = matrix_in_force(at)
    earlier = _earlier(requisition, lines, at)
    split = is_possible_split(base_amount, earlier, _limits(matrix))
    policy = ordering_policy_in_force(at)
    budget = Effect(rooms_of(requisition, lines, rate.rate, lock=lock), policy.budget_mode)
    flags = requisition_flags(
        line_facts, urgent=requisition.is_urgent, split=split, changed=bool(changed), over_budget=budget.is_flagged
    )
    facts = ApprovalFacts(
        document_type="requisition",
        base_amount=base_amount,
        site=site.code,
        region=site.region.code,
        categories=tuple(sorted({tuple(line.category.path.strip("/").split("/")) for line in lines})),
        spend_kinds=frozenset(str(line.spend_kind) for line in lines),
        urgent=requisition.is_urgent,
        flags=frozenset(flags),
        supplier_states=frozenset(states.values()),
        supplier_risks=frozenset(risk for _, risk in standing.values() if risk),
        requester_roles=frozenset(role for role, _, _ in roles_of(requisition.requester)),
        sourcing_authorities=frozenset(_authority(line) for line in lines),
        contract_coverage=_coverage(lines),
        change_deltas=frozenset(changed),
        budget_state=budget.state,
        budget_extra=budget.asks_extra,
    )
    return Judged(
        facts,
        rate,
        flags,
        {f.line_no: line_flags(f) for f in line_facts},
        blocks_submission=tuple(flag for flag in flags if flag in policy.block_submission),
        blocks_approval=tuple(flag for flag in flags if flag in policy.block_approval),
        budget=budget,
        siblings=tuple(one.number for one in earlier) if split else (),
    )


def _authority(line: RequisitionLine) -> str:
    """Return what the source of a line rests on; a price typed over an offer's is no longer the offer's."""
    if line.supplier_id is None:
        return "none"
    if line.price_source != PriceSource.TYPED:
        return "contract" if line.contract_id else "catalogue"
    return "buyer" if (line.sourcing or {}).get("assigned_by") else "typed"


def _coverage(lines: Sequence[RequisitionLine]) -> str:
    covered = sum(1 for line in lines if line.contract_id is not None)
    return "none" if not covered else "full" if covered == len(lines) else "part"


def _standing(lines: Sequence[RequisitionLine]) -> dict[int, tuple[str, str]]:
    """Return the state and risk of each supplier the lines name; those read with the lines are not read again."""
    beside = RequisitionLine._meta.get_field("supplier").is_cached  # noqa: SLF001 - Django's own way
    known = {x.supplier.pk: (str(x.supplier.state), x.supplier.risk) for x in lines if beside(x) and x.supplier}
    unread = {x.supplier_id for x in lines if x.supplier_id} - set(known)
    rows = Supplier.objects.filter(pk__in=unread).values_list("pk", "state", "risk") if unread else ()
    return {**known, **{pk: (state, risk) for pk, state, risk in rows}}


def standing_flags(requisition: Requisition, at: datetime) -> list[str]:
    """Return the flags frozen at submission that are still about something when an approver struck lines (AP-4)."""
    lines = list(requisition.lines.select_related("category", "unit", "item"))
    left = [line for line in lines if not line.is_struck]
    if len(left) == len(lines):
        return requisition.flags
    was_changed = CHANGED_AFTER_APPROVAL in requisition.flags
    judged = judge(requisition, left, at, changed=DEARER if was_changed else ())
    return [flag for flag in requisition.flags if flag in judged.flags]


def _line_facts(line: RequisitionLine, states: dict[int, str]) -> LineFacts:
    stored = line.sourcing or {}
    contract = stored.get("source") == "contract"
    return LineFacts(
        line_no=line.line_no,
        is_free_text=line.item_id is None,
        unit_price=line.unit_price,
        has_source=line.supplier_id is not None,
        from_contract=contract and line.contract_id is not None,
        contract_exists=bool(stored.get("contract_exists")),
        contract_price=Decimal(stored["unit_price"]) if contract and stored.get("unit_price") else None,
        is_preferred=bool(stored.get("preferred", True)),
        supplier_state=states.get(line.supplier_id or 0, ""),
        catalogue_match=line.item_id is None and bool(find_items(line.description, 1)),
    )


def _limits(matrix: Matrix) -> list[Decimal]:
    return sorted({rule.amount_to for rule in matrix.rules if rule.amount_to is not None})


def _earlier(requisition: Requisition, lines: Sequence[RequisitionLine], at: datetime) -> list[Earlier]:
    """Return what the same person asked for at this site in these categories within 7 days (RQ-2)."""
    rows = (
        Requisition.objects.filter(
            requester_id=requisition.requester_id,
            ship_to_id=requisition.ship_to_id,
            submitted_at__gte=at - timedelta(days=SPLIT_DAYS),
            state__in=[RequisitionState.SUBMITTED, RequisitionState.APPROVED, RequisitionState.ORDERED],
            lines__category__in={line.category_id for line in lines},
        )
        .exclude(pk=requisition.pk)
        .values("number", "currency")
        .annotate(amount=Sum("lines__line_amount"))
    )
    day = at.date()
    return [Earlier(r["number"], r["amount"] * rate_on(r["currency"], day).rate) for r in rows]


def preview(requisition: Requisition, lines: Sequence[RequisitionLine], at: datetime) -> tuple[Judged, Routing]:
    """Return who will approve, by the code that will route it (UX 6.1)."""
    judged = judge(requisition, lines, at)
    routing = route(
        judged.facts,
        site=requisition.ship_to,
        requester=requisition.requester,
        at=at,
        duty="approve_requisition",
        chains=chains_of(requisition) if requisition.pk else (),
        cost_centres=(requisition.cost_centre,),
    )
    return judged, routing


def chains_of(requisition: Requisition) -> tuple[str, ...]:
    """Return the duty chains a requisition is part of: its own (SD-2)."""
    return (chain_of("requisition", requisition.pk),)
