"""What the suppliers' room tells the others."""

from dataclasses import dataclass
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierEvent(Event):
    """A supplier's standing changed."""

    subject_type: ClassVar[str] = "supplier"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierActivated(SupplierEvent):
    """Orders may be placed again."""

    kind: ClassVar[str] = "suppliers.supplier.activated"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierRestricted(SupplierEvent):
    """No new orders; what is open goes on."""

    kind: ClassVar[str] = "suppliers.supplier.restricted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierBlocked(SupplierEvent):
    """No orders, no payment."""

    kind: ClassVar[str] = "suppliers.supplier.blocked"
