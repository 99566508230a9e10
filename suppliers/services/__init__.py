from suppliers.services.add_supplier_person import add_supplier_person
from suppliers.services.answer_quotation import (
    QuotationSaid,
    ask_about_quotation,
    decline_quotation,
    hand_out_quotation_paper,
    save_quotation,
    send_quotation,
)
from suppliers.services.apply_price_list import apply_when_due
from suppliers.services.authorise_spend import approve_spend, ask_spend, end_spend, reject_spend, withdraw_spend
from suppliers.services.award_quotation import Choice, award_quotation_request
from suppliers.services.certificate_needs import (
    NeedDetails,
    add_certificate_kind,
    drop_certificate_need,
    need_certificate,
)
from suppliers.services.certificates import (
    SentCertificate,
    accept_certificate,
    refuse_certificate,
    send_certificate,
    withdraw_certificate,
)
from suppliers.services.check_supplier import check_waiting, decide_check, run_checks, screen_supplier
from suppliers.services.colleagues import (
    Colleague,
    change_colleague_role,
    invite_colleague,
    remove_colleague,
    set_company_role,
)
from suppliers.services.contract_papers import add_contract_paper
from suppliers.services.convert_quotation import ContractPlan, pass_award_on, put_award_in_contract
from suppliers.services.decide_bank_change import (
    add_bank_evidence,
    approve_bank_change,
    put_bank_change_in_force,
    record_call_back,
    refuse_bank_change,
    reject_bank_change,
    withdraw_bank_change,
)
from suppliers.services.decide_price_list import approve_price_list, reject_price_list, settle_price_list
from suppliers.services.decide_supplier import (
    approve_supplier,
    reject_supplier,
    return_supplier,
    send_back_supplier,
)
from suppliers.services.decide_supplier_change import (
    approve_supplier_change,
    reject_supplier_change,
    withdraw_supplier_change,
)
from suppliers.services.duplicates import call_distinct, find_duplicates
from suppliers.services.end_contract import expire_contracts, terminate_contract, warn_of_contracts
from suppliers.services.field_rules import agree_field_rule, propose_field_rule
from suppliers.services.import_sanctions import import_sanctions
from suppliers.services.import_suppliers import SupplierRow, import_suppliers
from suppliers.services.invite_supplier import (
    INVITATION_LINK,
    Invitation,
    accept_invitation,
    invite_again,
    invite_supplier,
)
from suppliers.services.merge_suppliers import merge_suppliers, undo_merge
from suppliers.services.messages import About, mark_read, send_message
from suppliers.services.move_supplier import MOVES, move_supplier
from suppliers.services.offers import OfferDetails, SiteTerms, change_offer, set_offer_at_site, withdraw_offer
from suppliers.services.open_quotation import (
    answer_quotation_question,
    cancel_quotation_request,
    close_due_quotations,
    close_quotation_request,
    open_quotation_request,
)
from suppliers.services.people import (
    change_supplier_person,
    invite_supplier_person,
    reset_supplier_second_factor,
    send_supplier_link,
    set_supplier_person_active,
)
from suppliers.services.propose_bank_change import ProposedAccount, propose_bank_change
from suppliers.services.quotation_prices import PriceSaid
from suppliers.services.rate_supplier import rate_supplier
from suppliers.services.receive_price_list import (
    ReceivedFile,
    match_columns,
    receive_price_list,
    withdraw_price_list,
)
from suppliers.services.restrict_by_rule import follow_cause
from suppliers.services.sequences import Wanted, set_sequence
from suppliers.services.supplier_profile import save_profile, send_profile
from suppliers.services.take_over_suppliers import take_over_suppliers
from suppliers.services.tell_supplier import Heard, Told, tell_supplier
from suppliers.services.watch_certificates import restrict_for_certificates, warn_of_certificates
from suppliers.services.write_contract import agree_contract, amend_contract, propose_contract, withdraw_amendment
from suppliers.services.write_quotation import add_quotation_paper, change_quotation_request, write_quotation_request
from suppliers.services.write_supplier_site import GivenSite, open_main_sites, write_supplier_site

__all__ = [
    "INVITATION_LINK",
    "MOVES",
    "About",
    "Choice",
    "Colleague",
    "ContractPlan",
    "GivenSite",
    "Heard",
    "Invitation",
    "NeedDetails",
    "OfferDetails",
    "PriceSaid",
    "ProposedAccount",
    "QuotationSaid",
    "ReceivedFile",
    "SentCertificate",
    "SiteTerms",
    "SupplierRow",
    "Told",
    "Wanted",
    "accept_certificate",
    "accept_invitation",
    "add_bank_evidence",
    "add_certificate_kind",
    "add_contract_paper",
    "add_quotation_paper",
    "add_supplier_person",
    "agree_contract",
    "agree_field_rule",
    "amend_contract",
    "answer_quotation_question",
    "apply_when_due",
    "approve_bank_change",
    "approve_price_list",
    "approve_spend",
    "approve_supplier",
    "approve_supplier_change",
    "ask_about_quotation",
    "ask_spend",
    "award_quotation_request",
    "call_distinct",
    "cancel_quotation_request",
    "change_colleague_role",
    "change_offer",
    "change_quotation_request",
    "change_supplier_person",
    "check_waiting",
    "close_due_quotations",
    "close_quotation_request",
    "decide_check",
    "decline_quotation",
    "drop_certificate_need",
    "end_spend",
    "expire_contracts",
    "find_duplicates",
    "follow_cause",
    "hand_out_quotation_paper",
    "import_sanctions",
    "import_suppliers",
    "invite_again",
    "invite_colleague",
    "invite_supplier",
    "invite_supplier_person",
    "mark_read",
    "match_columns",
    "merge_suppliers",
    "move_supplier",
    "need_certificate",
    "open_main_sites",
    "open_quotation_request",
    "pass_award_on",
    "propose_bank_change",
    "propose_contract",
    "propose_field_rule",
    "put_award_in_contract",
    "put_bank_change_in_force",
    "rate_supplier",
    "receive_price_list",
    "record_call_back",
    "refuse_bank_change",
    "refuse_certificate",
    "reject_bank_change",
    "reject_price_list",
    "reject_spend",
    "reject_supplier",
    "reject_supplier_change",
    "remove_colleague",
    "reset_supplier_second_factor",
    "restrict_for_certificates",
    "return_supplier",
    "run_checks",
    "save_profile",
    "save_quotation",
    "screen_supplier",
    "send_back_supplier",
    "send_certificate",
    "send_message",
    "send_profile",
    "send_quotation",
    "send_supplier_link",
    "set_company_role",
    "set_offer_at_site",
    "set_sequence",
    "set_supplier_person_active",
    "settle_price_list",
    "take_over_suppliers",
    "tell_supplier",
    "terminate_contract",
    "undo_merge",
    "warn_of_certificates",
    "warn_of_contracts",
    "withdraw_amendment",
    "withdraw_bank_change",
    "withdraw_certificate",
    "withdraw_offer",
    "withdraw_price_list",
    "withdraw_spend",
    "withdraw_supplier_change",
    "write_quotation_request",
    "write_supplier_site",
]  # fmt: skip
