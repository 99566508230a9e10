from suppliers.models.bank import BankAccount, BankChange, BankChangeSource, BankChangeState, StaffAccount
from suppliers.models.catalogue import CatalogueItem, CatalogueState, SourcingPreference
from suppliers.models.certificates import (
    Certificate,
    CertificateKind,
    CertificateNeed,
    CertificateState,
    RestrictionCause,
    SupplierRestriction,
)
from suppliers.models.contract import Contract, ContractKind, ContractPrice, ContractState
from suppliers.models.contract_papers import ContractPaper, ContractVersion
from suppliers.models.duplicates import DuplicateProposal, SupplierMerge
from suppliers.models.message import DocumentMessage
from suppliers.models.onboarding import (
    CheckKind,
    CheckState,
    Onboarding,
    SanctionedParty,
    SanctionsList,
    SupplierCheck,
    SupplierContact,
)
from suppliers.models.price_list import (
    CataloguePrice,
    PriceList,
    PriceListRow,
    PriceListSource,
    PriceListState,
    RowOutcome,
)
from suppliers.models.sites import SiteUse, SupplierSite
from suppliers.models.supplier import (
    MAY_BE_PAID,
    MAY_MERGE,
    MAY_ORDER,
    CompanyRole,
    OrderChannel,
    Supplier,
    SupplierIdentifier,
    SupplierState,
    SupplierUser,
)

__all__ = [
    "MAY_BE_PAID",
    "MAY_MERGE",
    "MAY_ORDER",
    "BankAccount",
    "BankChange",
    "BankChangeSource",
    "BankChangeState",
    "CatalogueItem",
    "CataloguePrice",
    "CatalogueState",
    "Certificate",
    "CertificateKind",
    "CertificateNeed",
    "CertificateState",
    "CheckKind",
    "CheckState",
    "CompanyRole",
    "Contract",
    "ContractKind",
    "ContractPaper",
    "ContractPrice",
    "ContractState",
    "ContractVersion",
    "DocumentMessage",
    "DuplicateProposal",
    "Onboarding",
    "OrderChannel",
    "PriceList",
    "PriceListRow",
    "PriceListSource",
    "PriceListState",
    "RestrictionCause",
    "RowOutcome",
    "SanctionedParty",
    "SanctionsList",
    "SiteUse",
    "SourcingPreference",
    "StaffAccount",
    "Supplier",
    "SupplierCheck",
    "SupplierContact",
    "SupplierIdentifier",
    "SupplierMerge",
    "SupplierRestriction",
    "SupplierSite",
    "SupplierState",
    "SupplierUser",
]  # fmt: skip
