"""Contracts for tests: terms that hold, a contract in force with both people named, a paper."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from suppliers.decisions.contract_terms import PriceTerm, Terms
from suppliers.models import Contract, ContractPaper
from suppliers.services import add_contract_paper, agree_contract, propose_contract
from tests.factories import NOW, Company

PRICE = PriceTerm("LBL-46", "XCS", Decimal(0), Decimal("27.50"))
TERMS = Terms(
    "Labels", "fixed", "GBP", date(2026, 1, 1), date(2026, 12, 31), Decimal(5000), None, (), (PRICE,),
)  # fmt: skip


def a_draft(made: Company, **changes: Any) -> Contract:
    """Let Sue write a contract with Bolt."""
    return propose_contract(supplier_id=made.bolt.pk, terms=replace(TERMS, **changes), actor=made.sue, at=NOW)


def in_force(made: Company, **changes: Any) -> Contract:
    """Let Sue write it and Frank put it in force."""
    draft = a_draft(made, **changes)
    return agree_contract(contract_id=draft.pk, expected_version=draft.version, actor=made.people["frank"], at=NOW)


def a_paper(made: Company, number: int = 1) -> ContractPaper:
    """Keep a small PDF with the contract of Acme."""
    return add_contract_paper(
        contract_id=made.contract.pk, name=f"signed-{number}.pdf", content=b"%%PDF-1.4 %d" % number, actor=made.sue,
        at=NOW,
    )  # fmt: skip
