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


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierInvited(SupplierEvent):
    """A letter with a link to register went out."""

    kind: ClassVar[str] = "suppliers.supplier.invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierRegistered(SupplierEvent):
    """The supplier sent its profile; the checks run."""

    kind: ClassVar[str] = "suppliers.supplier.registered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierSentBack(SupplierEvent):
    """The supplier changes what it sent."""

    kind: ClassVar[str] = "suppliers.supplier.sent_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierQualified(SupplierEvent):
    """The registration was approved."""

    kind: ClassVar[str] = "suppliers.supplier.qualified"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierOffboarded(SupplierEvent):
    """The relation has ended: no orders, what is open is still paid."""

    kind: ClassVar[str] = "suppliers.supplier.offboarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierRated(SupplierEvent):
    """A supplier manager judged the risk; empty when the rating was taken away."""

    kind: ClassVar[str] = "suppliers.supplier.rated"

    risk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankChangeEvent(Event):
    """Something happened to a change of a supplier's bank account (SU-2); the account itself is never told."""

    subject_type: ClassVar[str] = "bank_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankChangeProposed(BankChangeEvent):
    """A new account was proposed; payments to the supplier wait from now on."""

    kind: ClassVar[str] = "suppliers.bank_change.proposed"

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankChangeApproved(BankChangeEvent):
    """A second person agreed; the cooling-off period runs."""

    kind: ClassVar[str] = "suppliers.bank_change.approved"

    cooling_until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankChangeEnded(BankChangeEvent):
    """The new account is in force, or the change was refused or withdrawn: payments go on."""

    kind: ClassVar[str] = "suppliers.bank_change.ended"

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierChangeEvent(Event):
    """Something happened to a request to change a supplier's record (SU-5)."""

    subject_type: ClassVar[str] = "supplier_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierChangeProposed(SupplierChangeEvent):
    """A change of the record waits for a second person."""

    kind: ClassVar[str] = "suppliers.supplier_change.proposed"

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierChangeEnded(SupplierChangeEvent):
    """The change was made, refused or withdrawn."""

    kind: ClassVar[str] = "suppliers.supplier_change.ended"

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierMerged(SupplierEvent):
    """Another record stands for this one."""

    kind: ClassVar[str] = "suppliers.supplier.merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierUnmerged(SupplierEvent):
    """The record stands for itself again."""

    kind: ClassVar[str] = "suppliers.supplier.unmerged"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMessageSent(Event):
    """One side wrote to the other about a document; the words themselves are not told."""

    kind: ClassVar[str] = "suppliers.message.sent"
    subject_type: ClassVar[str] = "supplier_message"

    about: str  # order or invoice
    label: str  # to or from whom
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationEvent(Event):
    """Something happened to a request for quotation (SO-4). No event holds a price."""

    subject_type: ClassVar[str] = "quotation_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationOpened(QuotationEvent):
    """Suppliers were asked."""

    kind: ClassVar[str] = "suppliers.quotation.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationClosed(QuotationEvent):
    """No answer is taken any more; prices are read from now on."""

    kind: ClassVar[str] = "suppliers.quotation.closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotationAwarded(QuotationEvent):
    """Somebody chose. `awards` are the ids of the lines' awards."""

    kind: ClassVar[str] = "suppliers.quotation.awarded"

    awards: tuple[int, ...]
