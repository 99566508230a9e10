from suppliers.services.move_supplier import MOVES, move_supplier

__all__ = ["MOVES", "move_supplier"]
