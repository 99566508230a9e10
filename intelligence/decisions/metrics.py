"""The measures of the process, each defined once. Source: SEMANTICS MX-1, MX-2, MX-4, MX-5; docs/metrics.md says the same.

A measure is computed from recorded events only. A measurement is one document (or stage) with its start and end.
"""

from dataclasses import dataclass
from enum import StrEnum


class Subset(StrEnum):
    """A part of a measure's documents; every number on a page is the size of one, or computed over one."""

    ALL = "all"
    MEASURED = "measured"
    AUTOMATIC = "automatic"
    EXCEPTION = "exception"
    JUDGED = "judged"
    FIRST_TIME = "first-time"
    DUE = "due"
    IN_TIME = "in-time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure: what starts and ends it, its unit, what is left out, and which parts its page counts.

    `share` names the part and the whole of its headline; empty means the headline is a median of elapsed hours.
    `lower_is_better` says which way is good.
    """

    code: str
    slug: str
    title: str
    starts: str
    ends: str
    unit: str
    counted: str
    excluded: str
    parts: tuple[tuple[Subset, str], ...]
    share: tuple[Subset, Subset] | None = None
    lower_is_better: bool = True
    has_supplier: bool = True

    @property
    def definition(self) -> str:
        """Say the whole definition in one paragraph."""
        return (
            f"From: {self.starts} To: {self.ends} Unit: {self.unit} Counted: {self.counted} Left out: {self.excluded}"
        )


METRICS: tuple[Metric, ...] = (
    Metric(
        code="MX-1",
        slug="requisition-to-order",
        title="Requisition to order",
        starts="the requisition is submitted for the first time (procurement.requisition.submitted).",
        ends="the first version of an order with its lines is sent to the supplier (procurement.order.issued).",
        unit="hours, one measurement for each requisition and order.",
        counted="on the day of the end, at the ship-to site.",
        excluded="orders without a requisition; later versions of an order; requisitions not ordered yet.",
        parts=((Subset.MEASURED, "Orders measured"),),
    ),
    Metric(
        code="MX-2",
        slug="approval-turnaround",
        title="Approval turnaround",
        starts="a stage is opened and its people are asked (workflow.step.opened).",
        ends="the stage is approved or rejected (workflow.step.decided).",
        unit="hours, one measurement for each stage.",
        counted="on the day of the end, at the ship-to site.",
        excluded="stages still open or withdrawn. Decisions of the policy itself have no hours; they are counted beside.",
        parts=((Subset.MEASURED, "Stages decided"), (Subset.AUTOMATIC, "Decided by policy alone")),
        has_supplier=False,
    ),
    Metric(
        code="MX-4",
        slug="invoice-exceptions",
        title="Invoice exception rate",
        starts="the invoice is received (invoicing.invoice.received).",
        ends="an exception hold stops it (invoicing.invoice.held), or it is cleared to pay (invoicing.invoice.cleared).",
        unit="share of invoices received; hours run from receipt to the first clearing.",
        counted="on the day of receipt, at the ship-to site.",
        excluded="credit notes; waiting for goods is no exception. First-time match: invoices cleared by their first test"
        " after any waiting, of those tested.",
        parts=(
            (Subset.ALL, "Invoices received"),
            (Subset.EXCEPTION, "With an exception"),
            (Subset.FIRST_TIME, "Matched first time"),
            (Subset.JUDGED, "Tested"),
            (Subset.MEASURED, "Cleared"),
        ),
        share=(Subset.EXCEPTION, Subset.ALL),
    ),
    Metric(
        code="MX-5",
        slug="acknowledgment-latency",
        title="Supplier answers in time",
        starts="the first version of an order is sent to the supplier (procurement.order.issued).",
        ends="the first answer after which every line is answered (procurement.acknowledgment, complete).",
        unit="share of orders whose answer came by its due time; hours run from issue to answer.",
        counted="on the day of issue, at the ship-to site.",
        excluded="orders without a due time for the answer; orders cancelled before an answer; answers not due yet.",
        parts=(
            (Subset.DUE, "Answers due"),
            (Subset.IN_TIME, "In time"),
            (Subset.LATE, "Late or missing"),
            (Subset.MEASURED, "Answered"),
        ),
        share=(Subset.IN_TIME, Subset.DUE),
        lower_is_better=False,
    ),
)  # fmt: skip
BY_SLUG = {metric.slug: metric for metric in METRICS}
