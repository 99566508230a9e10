"""What is told about an order of the past when it is written in bulk."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from foundation.events import Event
from foundation.models import AuditEvent, Category, CostCentre, Item, Site, UnitOfMeasure, User
from procurement.models import PurchaseOrder, PurchaseOrderLine, Requisition
from suppliers.models import Supplier


@dataclass(frozen=True, slots=True)
class PastLine:
    """What was ordered. `quantity` is in `unit`, of which `base_factor` base units make one; price net per `unit`.

    A line without an item needs a description and a category.
    """

    quantity: Decimal
    unit: UnitOfMeasure
    unit_price: Decimal
    need_by: date
    item: Item | None = None  # with its category at hand
    base_factor: Decimal = Decimal(1)
    description: str = ""
    category: Category | None = None
    supplier_part: str = ""
    contract_id: int | None = None
    catalogue_item_id: int | None = None


@dataclass(frozen=True, slots=True)
class PastCount:
    """What came for the line at `place` (from 0), in the line's unit; `damaged` of it was rejected."""

    place: int
    quantity: Decimal
    damaged: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class PastReceipt:
    """A delivery; `external_id` is its identity at the source."""

    external_id: str
    received_at: datetime
    counts: tuple[PastCount, ...]
    receiver: User | None = None  # nobody: the actor of the import
    delivery_note: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PastNeed:
    """The requisition behind an order, with the same lines; the policy in force at `submitted_at` judged it.

    `approved_at` is `submitted_at` for one that needed nobody.
    """

    requester: User
    cost_centre: CostCentre
    title: str
    submitted_at: datetime
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order as it was. Without a `need` its authority is the import itself, named by its source.

    `closed_at`: what had not come by then never came. An order that is not closed stays open for its rest.
    `reference` is its number in the other system; ours is a new one (PO-4) unless `number` keeps one that is free.
    Without `is_answer_due` nobody had to answer, so none is late.
    """

    supplier: Supplier
    site: Site  # with legal entity, region and calendar at hand
    ordered_at: datetime
    lines: tuple[PastLine, ...]
    receipts: tuple[PastReceipt, ...] = ()
    answered_at: datetime | None = None
    promised: date | None = None
    closed_at: datetime | None = None
    currency: str = ""  # empty: the site's
    reference: str = ""
    number: str = ""
    is_answer_due: bool = True
    need: PastNeed | None = None


@dataclass(slots=True)
class Ledger:
    """Events and audit rows of one order, each with its instant, to be stored in the order they happened."""

    events: list[Event] = field(default_factory=list)
    rows: list[tuple[datetime, AuditEvent]] = field(default_factory=list)


@dataclass(slots=True)
class Written:
    """One order as it is being stored: its rows, what is told of it, and the requisition behind it."""

    past: PastOrder
    order: PurchaseOrder
    lines: list[PurchaseOrderLine]
    ledger: Ledger
    need: Requisition | None = None
