from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from foundation.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionEvent(Event):
    """An event of a requisition; the total is in document currency."""

    subject_type: ClassVar[str] = "requisition"

    total_amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionSubmitted(RequisitionEvent):
    """Somebody asks; cycle time starts here (MX-1)."""

    kind: ClassVar[str] = "procurement.requisition.submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionApproved(RequisitionEvent):
    """Everybody agreed, or the policy let it pass; ordering starts here."""

    kind: ClassVar[str] = "procurement.requisition.approved"

    touchless: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionRejected(RequisitionEvent):
    """Somebody said no."""

    kind: ClassVar[str] = "procurement.requisition.rejected"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionReturned(RequisitionEvent):
    """Back to draft, with a reason."""

    kind: ClassVar[str] = "procurement.requisition.returned"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionCancelled(RequisitionEvent):
    """No longer needed."""

    kind: ClassVar[str] = "procurement.requisition.cancelled"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionOrdered(RequisitionEvent):
    """Every line is on an order."""

    kind: ClassVar[str] = "procurement.requisition.ordered"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionReopened(RequisitionEvent):
    """A price moved beyond tolerance after approval, so it is asked for again (RQ-4)."""

    kind: ClassVar[str] = "procurement.requisition.reopened"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionReduced(RequisitionEvent):
    """An approver agreed to less than was asked (AP-4); `outcome` says in words what was taken away."""

    kind: ClassVar[str] = "procurement.requisition.reduced"

    reason: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequisitionHeldBack(RequisitionEvent):
    """Approved lines wait for the combined order of their supplier (RQ-5); `outcome` says until when."""

    kind: ClassVar[str] = "procurement.requisition.held_back"

    outcome: str
