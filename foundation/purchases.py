"""What is bought of a supplier, furnished by upper rooms for who changes its prices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bought:
    """What is bought of an item in a unit at catalogue prices: needs not ordered yet, and the quantity since a day."""

    open_lines: int
    quantity: Decimal


# (supplier id, since) -> purchases by (item id, unit id). Filled in each AppConfig.ready.
purchases: list[Callable[[int, datetime], Mapping[tuple[int, int], Bought]]] = []
