from suppliers.services.add_supplier_person import add_supplier_person
from suppliers.services.move_supplier import MOVES, move_supplier

__all__ = ["MOVES", "add_supplier_person", "move_supplier"]
