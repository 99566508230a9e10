"""Contracts that want somebody: one nearly used up, one with an amendment that waits, one still to be put in force."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from config.demo.trade.cast import Cast
from suppliers.decisions.contract_terms import Terms
from suppliers.models import Contract, ContractState
from suppliers.selectors.contracts import written_terms
from suppliers.services import agree_contract, amend_contract, propose_contract

DEARER = Decimal("1.04")
USED = Decimal("0.94")


def agree_and_propose(cast: Cast) -> None:
    """Lower one ceiling to what is nearly ordered, propose dearer prices for another year, and write a blanket."""
    elena, nadia, at = cast.people["demo.supplier.manager"], cast.people["demo.finance"], cast.now - timedelta(hours=3)
    used, renewed = Contract.objects.filter(state=ContractState.ACTIVE, currency="GBP").order_by("-ordered_amount")[:2]
    ceiling = (used.ordered_amount / USED).quantize(Decimal(1))
    waiting = amend_contract(
        contract_id=used.pk, expected_version=used.version, terms=replace(written_terms(used), ceiling=ceiling),
        reason="The year's budget was cut", actor=elena, at=at,
    )  # fmt: skip
    agree_contract(contract_id=used.pk, expected_version=waiting.version, actor=nadia, at=at + timedelta(hours=1))
    terms = written_terms(renewed)
    dearer = tuple(replace(p, unit_price=(p.unit_price * DEARER).quantize(Decimal("0.01"))) for p in terms.prices)
    amend_contract(
        contract_id=renewed.pk, expected_version=renewed.version, reason="Offered for another year, 4 % dearer",
        terms=replace(terms, valid_to=terms.valid_to + timedelta(days=365), prices=dearer), actor=elena, at=at,
    )  # fmt: skip
    today = cast.now.date()
    propose_contract(
        supplier_id=cast.suppliers["SVC00"].pk, actor=elena, at=at,
        terms=Terms(
            "Building maintenance at Leeds", "blanket", "GBP", today, today + timedelta(days=364), Decimal(60_000),
            Decimal(20_000), ("LDS",), (),
        ),
    )  # fmt: skip
