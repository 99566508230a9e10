"""Letting a price list count: at once within the policy's tolerance, else by a second person (SO-1, AP-8)."""

from datetime import datetime

from foundation import audit
from foundation.documents import lock, require_unchanged, touch
from foundation.duties import chain_of
from foundation.errors import ConflictError, InvalidError, require
from foundation.journal import use_case
from foundation.models import Category, User
from foundation.selectors import rate_on
from policies.selectors import ordering_policy_in_force
from suppliers import access
from suppliers.models import PriceList, PriceListState, RowOutcome
from suppliers.selectors.price_lists import effect_of, rows_above, tolerance_at
from suppliers.services.apply_price_list import start_applying
from workflow.models import ApprovalRequest, RequestState
from workflow.selectors.matters import enterprise_facts
from workflow.services import Asking, open_approval, record_decision

SUBJECT, DECIDE = "price_list", "approve_price_list"
CHANGES = (RowOutcome.NEW, RowOutcome.RAISED, RowOutcome.LOWERED, RowOutcome.TERMS)


@use_case
def settle_price_list(*, price_list_id: int, expected_version: int, actor: User, at: datetime) -> PriceList:
    """Let a list that was read count from its first day on, or ask for approval when a price moves beyond the policy.

    Rows with faults are left out. What one person brings in and the policy allows needs no second one.

    :raises NotPermittedError: the actor brings no prices in.
    :raises StaleError: it moved on since it was opened.
    :raises ConflictError: it is not read yet, waits already, or has ended.
    :raises InvalidError: it changes nothing, or no rate of its currency is known.
    """
    price_list = lock(PriceList, price_list_id, with_=("changed_by", "supplier"))
    require(access.can_bring_prices(actor))
    require_unchanged(price_list, expected_version)
    if price_list.state != PriceListState.JUDGED:
        raise ConflictError("price_list_not_read", f"{price_list} is {price_list.get_state_display().lower()}.")
    if not any(price_list.totals[outcome] for outcome in CHANGES):
        raise InvalidError("nothing_changes", "No row of it changes anything. Mend the rows with faults first.")
    above = rows_above(price_list, tolerance_at(at))
    if not above:
        return _agree(price_list, actor, at, by="tolerance")
    _ask(price_list, actor, at)
    price_list.ask()
    price_list.save(update_fields=["state", *touch(price_list, by_id=actor.pk, at=at)])
    audit.record(price_list, "ask_for_price_list", actor=actor, at=at, after=price_list.state, above=above)
    return price_list


def _ask(price_list: PriceList, actor: User, at: datetime) -> None:
    """Open the approval: its amount is what last year's quantities would cost more."""
    effect, rate = effect_of(price_list.totals), rate_on(price_list.currency, at.date())
    asking = Asking(
        subject_type=SUBJECT, subject_id=price_list.pk, subject_number=price_list.number,
        subject_version=price_list.version, content_hash=price_list.content_hash,
        title=f"Prices of {price_list.supplier} from {price_list.valid_from:%d %b %Y}", site=None, requester=actor,
        amount=effect.dearer, currency=price_list.currency, need_by=price_list.valid_from, rate=rate, duty=DECIDE,
        chains=(chain_of(SUBJECT, price_list.pk),),
    )  # fmt: skip
    paths = Category.objects.filter(pk__in=price_list.rows.filter(outcome__in=CHANGES).values("item__category"))
    facts = enterprise_facts(
        SUBJECT, requester=actor, base_amount=effect.dearer * rate.rate, supplier_states=[price_list.supplier.state],
        supplier_risks=[price_list.supplier.risk],
        categories=[path.strip("/").split("/") for path in paths.order_by("path").values_list("path", flat=True)],
    )  # fmt: skip
    open_approval(asking=asking, facts=facts, actor=actor, at=at)


@use_case
def approve_price_list(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> PriceList:
    """Agree to a price list on the approval machine; after the last stage its prices count from its first day on.

    :raises NotPermittedError: the machine does not ask the person, or they brought it in.
    :raises StaleError: it moved on since it was opened.
    """
    price_list = _waiting(pk, expected_version, seen_hash)
    request = _decide(price_list, "approved", actor, reason, at)
    return _agree(price_list, actor, at, by="approval") if request.state == RequestState.APPROVED else price_list


@use_case
def reject_price_list(
    *, pk: int, expected_version: int | None, seen_hash: str | None, actor: User, reason: str, at: datetime
) -> PriceList:
    """Say no to a price list; the prices in force stay.

    :raises NotPermittedError: the machine does not ask the person.
    :raises StaleError: it moved on since it was opened.
    :raises InvalidError: no reason.
    """
    price_list = _waiting(pk, expected_version, seen_hash)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why.", field="reason")
    request = _decide(price_list, "rejected", actor, reason, at)
    if request.state == RequestState.REJECTED:
        price_list.refuse(reason=reason.strip()[:300])
        price_list.save(update_fields=["state", "closed_reason", *touch(price_list, by_id=actor.pk, at=at)])
        audit.record(
            price_list, "reject_price_list", actor=actor, at=at, after=price_list.state, reason=price_list.closed_reason
        )
    return price_list


def _waiting(pk: int, expected_version: int | None, seen_hash: str | None) -> PriceList:
    price_list = lock(PriceList, pk, with_=("changed_by", "supplier"))
    require_unchanged(price_list, expected_version, seen_hash)
    return price_list


def _decide(price_list: PriceList, verdict: str, actor: User, reason: str, at: datetime) -> ApprovalRequest:
    return record_decision(
        subject_type=SUBJECT, subject_id=price_list.pk, content_hash=price_list.content_hash, verdict=verdict, actor=actor,
        reason=reason, at=at,
    )  # fmt: skip


def _agree(price_list: PriceList, actor: User, at: datetime, *, by: str) -> PriceList:
    price_list.agree()
    price_list.job = start_applying(price_list, actor=actor, at=at) if price_list.valid_from <= at.date() else None
    price_list.save(update_fields=["state", "job", *touch(price_list, by_id=actor.pk, at=at)])
    audit.record(
        price_list, "agree_price_list", actor=actor, at=at, after=price_list.state, by=by, hash=price_list.content_hash,
        policy=ordering_policy_in_force(at).version,
    )  # fmt: skip
    return price_list
