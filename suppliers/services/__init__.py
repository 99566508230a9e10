from suppliers.services.add_supplier_person import add_supplier_person
from suppliers.services.move_supplier import MOVES, move_supplier
from suppliers.services.take_over_suppliers import take_over_suppliers

__all__ = ["MOVES", "add_supplier_person", "move_supplier", "take_over_suppliers"]
