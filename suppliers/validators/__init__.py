from suppliers.validators.bank import AccountForm, CallForm, EvidenceForm, WhyForm, evidence_of
from suppliers.validators.certificates import CertificateForm, DayField, KindForm, NeedForm, RefusalForm, paper_of
from suppliers.validators.messages import MessageForm, fresh_message
from suppliers.validators.onboarding import STEP_FORMS, CheckForm, InvitationForm, SpendForm

__all__ = [
    "STEP_FORMS",
    "AccountForm",
    "CallForm",
    "CertificateForm",
    "CheckForm",
    "DayField",
    "EvidenceForm",
    "InvitationForm",
    "KindForm",
    "MessageForm",
    "NeedForm",
    "RefusalForm",
    "SpendForm",
    "WhyForm",
    "evidence_of",
    "fresh_message",
    "paper_of",
]
