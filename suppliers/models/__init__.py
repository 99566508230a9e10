from suppliers.models.bank import BankAccount, BankChange, BankChangeSource, BankChangeState, StaffAccount
from suppliers.models.catalogue import CatalogueItem, CatalogueState, SourcingPreference
from suppliers.models.contract import Contract, ContractPrice, ContractState
from suppliers.models.supplier import (
    MAY_BE_PAID,
    MAY_ORDER,
    OrderChannel,
    Supplier,
    SupplierIdentifier,
    SupplierState,
    SupplierUser,
)

__all__ = [
    "MAY_BE_PAID",
    "MAY_ORDER",
    "BankAccount",
    "BankChange",
    "BankChangeSource",
    "BankChangeState",
    "CatalogueItem",
    "CatalogueState",
    "Contract",
    "ContractPrice",
    "ContractState",
    "OrderChannel",
    "SourcingPreference",
    "StaffAccount",
    "Supplier",
    "SupplierIdentifier",
    "SupplierState",
    "SupplierUser",
]  # fmt: skip
