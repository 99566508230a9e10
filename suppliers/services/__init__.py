from suppliers.services.add_supplier_person import add_supplier_person
from suppliers.services.decide_bank_change import (
    add_bank_evidence,
    approve_bank_change,
    put_bank_change_in_force,
    record_call_back,
    refuse_bank_change,
    withdraw_bank_change,
)
from suppliers.services.move_supplier import MOVES, move_supplier
from suppliers.services.people import (
    change_supplier_person,
    invite_supplier_person,
    reset_supplier_second_factor,
    send_supplier_link,
    set_supplier_person_active,
)
from suppliers.services.propose_bank_change import ProposedAccount, propose_bank_change
from suppliers.services.take_over_suppliers import take_over_suppliers

__all__ = [
    "MOVES",
    "ProposedAccount",
    "add_bank_evidence",
    "add_supplier_person",
    "approve_bank_change",
    "change_supplier_person",
    "invite_supplier_person",
    "move_supplier",
    "propose_bank_change",
    "put_bank_change_in_force",
    "record_call_back",
    "refuse_bank_change",
    "reset_supplier_second_factor",
    "send_supplier_link",
    "set_supplier_person_active",
    "take_over_suppliers",
    "withdraw_bank_change",
]  # fmt: skip
