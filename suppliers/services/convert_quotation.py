"""What was won goes on: into a contract that a second person puts in force, or back to the requisition it came from (SO-4)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from foundation import audit
from foundation.documents import lock, require_unchanged, touch
from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import User
from suppliers import access
from suppliers.decisions.contract_terms import BLANKET, FIXED, PriceTerm, Terms
from suppliers.decisions.quotation import AS_ASKED
from suppliers.models import Contract, QuotationAward, QuotationRequest, QuotationState
from suppliers.selectors.contracts import written_terms
from suppliers.services.award_quotation import finish_when_converted
from suppliers.services.write_contract import amend_contract, propose_contract


@dataclass(frozen=True, slots=True)
class ContractPlan:
    """How a new contract is to read; `contract` is the number of one that takes the prices instead, as an amendment."""

    title: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    contract: str = ""


@use_case
def put_award_in_contract(
    *, request_id: int, expected_version: int, supplier_id: int, plan: ContractPlan, actor: User, at: datetime
) -> Contract:
    """Write what a supplier won into a draft contract, or an amendment of one; a second person puts it in force (SO-2).

    Lines with an item become prices for their site. Words and alternatives have no price of their own; with one of them a
    new contract is a blanket up to what was awarded.

    :raises NotPermittedError: the actor writes no contracts.
    :raises StaleError: it changed since it was opened on the screen.
    :raises NotFoundError: the supplier won nothing that is still to go on, or has no such contract.
    :raises ConflictError: it is not awarded, or the contract ended or has an amendment that waits.
    :raises InvalidError: dates or prices cannot be used; names field, value and cure.
    """
    request = lock(QuotationRequest, request_id, with_=("changed_by", "site"))
    require(access.can_propose_contract(actor))
    require_unchanged(request, expected_version)
    if request.state != QuotationState.AWARDED:
        raise ConflictError("quotation_not_awarded", f"{request} is {request.get_state_display().lower()}.")
    awards = open_awards(request, supplier_id)
    if not awards:
        raise NotFoundError("not_found", "That supplier won nothing that is still to go on.")
    contract = (
        _amended(request, awards, plan, actor, at) if plan.contract else _written(request, awards, plan, actor, at)
    )
    for award in awards:
        award.contract = contract
        award.save(update_fields=["contract"])
    audit.record(
        request, "put_award_in_contract", actor=actor, at=at, supplier=contract.supplier.code, contract=contract.number,
        lines=[award.line.line_no for award in awards],
    )  # fmt: skip
    fields = finish_when_converted(request, actor, at)
    request.save(update_fields=[*fields, *touch(request, by_id=actor.pk, at=at)])
    return contract


def open_awards(request: QuotationRequest, supplier_id: int) -> Sequence[QuotationAward]:
    """Return what a supplier won that is neither in a contract nor back with its requisition."""
    rows = request.awards.filter(supplier_id=supplier_id, contract=None, passed_on_at=None)
    return list(rows.select_related("line__item", "line__ship_to", "unit", "price").order_by("line__line_no"))


def _prices(awards: Sequence[QuotationAward]) -> tuple[PriceTerm, ...]:
    found: dict[tuple[str, str, Decimal], list[str]] = {}
    for award in awards:
        if award.line.item is not None and award.price.option == AS_ASKED:
            key = (award.line.item.code, award.unit.code, award.unit_price)
            found.setdefault(key, []).append(award.line.ship_to.code)
    return tuple(
        PriceTerm(item, unit, Decimal(0), price, tuple(sorted(set(sites))))
        for (item, unit, price), sites in found.items()
    )


def _written(
    request: QuotationRequest, awards: Sequence[QuotationAward], plan: ContractPlan, actor: User, at: datetime
) -> Contract:
    if plan.valid_from is None or plan.valid_to is None:
        missing = "valid_from" if plan.valid_from is None else "valid_to"
        raise InvalidError("days_missing", "Give the first and the last day of the contract.", field=missing)
    priced = {award.line_id for award in awards if award.line.item and award.price.option == AS_ASKED}
    ceiling = sum((award.amount for award in awards), Decimal(0)) if len(priced) < len(awards) else None
    terms = Terms(
        plan.title or request.title, FIXED if ceiling is None else BLANKET, awards[0].currency, plan.valid_from,
        plan.valid_to, ceiling, None, tuple(sorted({award.line.ship_to.code for award in awards})), _prices(awards),
    )  # fmt: skip
    return propose_contract(supplier_id=awards[0].supplier_id, terms=terms, actor=actor, at=at)


def _amended(
    request: QuotationRequest, awards: Sequence[QuotationAward], plan: ContractPlan, actor: User, at: datetime
) -> Contract:
    contract = Contract.objects.filter(number=plan.contract, supplier=awards[0].supplier_id).first()
    if contract is None:
        raise NotFoundError("not_found", "That supplier has no such contract.")
    terms, prices = written_terms(contract), _prices(awards)
    if terms.currency != awards[0].currency:
        raise InvalidError(
            "currency_unfit", f"{contract} is in {terms.currency}, the answer in {awards[0].currency}.", field="contract",
            value=plan.contract,
        )  # fmt: skip
    if len({award.line_id for award in awards if award.line.item}) < len(awards) and terms.kind != BLANKET:
        raise InvalidError(
            "contract_unfit", "A line without an item has no price in a contract. Write a new one.", field="contract"
        )
    new = {(price.item, price.unit, price.sites) for price in prices}
    kept = tuple(p for p in terms.prices if p.from_quantity or (p.item, p.unit, tuple(sorted(p.sites))) not in new)
    sites = tuple(sorted({*terms.sites, *(s for p in prices for s in p.sites)})) if terms.sites else ()
    return amend_contract(
        contract_id=contract.pk, expected_version=contract.version, terms=replace(terms, prices=kept + prices, sites=sites),
        reason=f"Awarded in {request.number}", actor=actor, at=at,
    )  # fmt: skip


@use_case
def pass_award_on(*, award_id: int, actor: User, at: datetime) -> QuotationAward:
    """Remember that the requisition an awarded line came from was told; done twice it is done once.

    :raises NotFoundError: there is no such award.
    :raises ConflictError: the line came from no requisition, or is in a contract.
    """
    found = QuotationAward.objects.filter(pk=award_id).values_list("request_id", flat=True).first()
    if found is None:
        raise NotFoundError("not_found", "There is no such award.")
    request = lock(QuotationRequest, found)
    award = request.awards.select_related("line").get(pk=award_id)
    if award.passed_on_at is not None:
        return award
    if not award.line.requisition or award.contract_id is not None:
        raise ConflictError("not_of_requisition", f"Line {award.line.line_no} goes to no requisition.")
    award.passed_on_at = at
    award.save(update_fields=["passed_on_at"])
    fields = finish_when_converted(request, actor, at)
    request.save(update_fields=[*fields, *touch(request, by_id=actor.pk, at=at)])
    audit.record(
        request, "pass_award_on", actor=actor, at=at, line=award.line.line_no, requisition=award.line.requisition
    )
    return award
