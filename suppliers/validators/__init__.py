from suppliers.validators.bank import AccountForm, CallForm, EvidenceForm, WhyForm, evidence_of
from suppliers.validators.certificates import CertificateForm, DayField, KindForm, NeedForm, RefusalForm, paper_of

__all__ = [
    "AccountForm",
    "CallForm",
    "CertificateForm",
    "DayField",
    "EvidenceForm",
    "KindForm",
    "NeedForm",
    "RefusalForm",
    "WhyForm",
    "evidence_of",
    "paper_of",
]
