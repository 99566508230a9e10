from suppliers.validators.bank import AccountForm, CallForm, EvidenceForm, WhyForm, evidence_of

__all__ = ["AccountForm", "CallForm", "EvidenceForm", "WhyForm", "evidence_of"]
