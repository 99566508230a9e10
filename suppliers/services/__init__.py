from suppliers.services.add_supplier_person import add_supplier_person
from suppliers.services.move_supplier import MOVES, move_supplier
from suppliers.services.people import (
    change_supplier_person,
    invite_supplier_person,
    record_supplier_link,
    reset_supplier_second_factor,
    set_supplier_person_active,
)
from suppliers.services.take_over_suppliers import take_over_suppliers

__all__ = [
    "MOVES",
    "add_supplier_person",
    "change_supplier_person",
    "invite_supplier_person",
    "move_supplier",
    "record_supplier_link",
    "reset_supplier_second_factor",
    "set_supplier_person_active",
    "take_over_suppliers",
]  # fmt: skip
