"""Contracts that end: before their time by a person, on their last day by the clock, told of before (SO-2)."""

from datetime import date, datetime
from uuid import NAMESPACE_OID, uuid5

from django.urls import reverse

from foundation import access as ground
from foundation import audit
from foundation.documents import lock, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, require
from foundation.journal import use_case
from foundation.models import NoticeKind, Role, User
from foundation.selectors import system_user
from foundation.services import News, notify
from suppliers import access
from suppliers.decisions.contract_terms import is_nearly_used, warning_due
from suppliers.models import Contract, ContractState
from suppliers.selectors.contracts import EXPIRING, NEARLY_USED, contract_list

ACTOR = "contracts"
KIND = NoticeKind.CASE


@use_case
def terminate_contract(*, contract_id: int, expected_version: int, reason: str, actor: User, at: datetime) -> Contract:
    """End a contract before its time; orders that are placed go on, its prices hold for no new one.

    :raises NotPermittedError: the actor ends no contracts.
    :raises StaleError: it changed since it was opened.
    :raises ConflictError: it is not in force.
    :raises InvalidError: no reason.
    """
    contract = lock(Contract, contract_id, with_=("changed_by",))
    require(access.can_end_contract(actor))
    require_unchanged(contract, expected_version)
    if contract.state != ContractState.ACTIVE:
        raise ConflictError("contract_not_in_force", f"{contract} is {contract.get_state_display().lower()}.")
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it ends.", field="reason")
    contract.versions.filter(agreed_at=None, withdrawn_at=None).update(withdrawn_at=at)
    contract.terminate(at=at, reason=reason.strip()[:300])
    contract.save(update_fields=["state", "end_reason", *touch(contract, by_id=actor.pk, at=at)])
    audit.record(
        contract, "terminate", actor=actor, at=at, before=ContractState.ACTIVE, after=contract.state,
        reason=contract.end_reason,
    )  # fmt: skip
    return contract


@use_case
def expire_contracts(*, today: date, at: datetime) -> int:
    """End the contracts whose last day has passed; returns how many. `today` is the day of the earliest site."""
    rows = Contract.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    actor = system_user(ACTOR)
    done = 0
    for contract in rows.filter(state=ContractState.ACTIVE, valid_to__lt=today).order_by("pk")[:500]:
        contract.versions.filter(agreed_at=None, withdrawn_at=None).update(withdrawn_at=at)
        contract.expire()
        contract.save(update_fields=["state", *touch(contract, by_id=actor.pk, at=at)])
        audit.record(contract, "expire", actor=actor, at=at, before=ContractState.ACTIVE, after=contract.state)
        done += 1
    return done


@use_case
def warn_of_contracts(*, today: date, at: datetime) -> int:
    """Tell who keeps contracts which of them end in 90, 60 or 30 days, and which are used to 90 % of their ceiling.

    Each of it is told once for a last day and a ceiling; an amendment that moves them begins anew. Returns how many
    people were told of something.
    """
    keepers = set(ground.people_with_role(Role.SUPPLIER_MANAGER, scope="enterprise").values_list("pk", flat=True))
    told = 0
    for contract in contract_list(Contract.objects.all(), text="", state=EXPIRING, today=today):
        days = warning_due(contract.valid_to, today)
        if days is not None:
            last = f"{contract.valid_to.day} {contract.valid_to:%b %Y}"
            left = (contract.valid_to - today).days
            words = f"{contract} {contract.title} with {contract.supplier} ends on {last}, in {left} days."
            told += _tell(contract, keepers, words, f"{days}:{contract.valid_to}", at)
    for contract in contract_list(Contract.objects.all(), text="", state=NEARLY_USED, today=today):
        if is_nearly_used(contract.ordered_amount, contract.ceiling_amount):
            words = (
                f"{contract} {contract.title} with {contract.supplier} is nearly used up: {contract.ordered_amount:,.2f}"
                f" of {contract.ceiling_amount:,.2f} {contract.currency}."
            )
            told += _tell(contract, keepers, words, f"used:{contract.ceiling_amount:f}", at)
    return told


def _tell(contract: Contract, keepers: set[int], sentence: str, what: str, at: datetime) -> int:
    news = News(
        kind=KIND, source=uuid5(NAMESPACE_OID, f"contract:{contract.pk}:{what}"),
        subject=("contract", contract.pk, contract.number), sentence=sentence,
        path=reverse("contract", args=[contract.number]), at=at,
    )  # fmt: skip
    return notify(news=news, people=keepers | {contract.created_by_id}, at=at)
