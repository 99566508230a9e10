"""A supplier's scorecard: each measure defined once, in words and as conditions over the line that is judged.

Source: SEMANTICS AK-5 (original and revised), AK-6 (request, first and current promise), MX-5 and MX-10.
"""

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """Which of the judged lines a list shows."""

    WHOLE = "all"
    HIT = "kept"
    MISS = "missed"


PARTS = frozenset(part.value for part in Part)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of the card: `whole` says which lines are judged, `hit` which of them keep it; both are SQL conditions.

    They speak of the columns that `procurement.selectors.scorecard` computes. `formula` says the same in words.
    """

    code: str
    title: str
    formula: str
    whole: str
    hit: str
    policies: str
    lower_is_better: bool = False


_WHOLE_DUE = "asked_on between %(since)s and %(until)s"
_ARRIVED = "wanted > 0 and "
MEASURES: tuple[Measure, ...] = (
    Measure(
        "on-time-request", "On time against our request",
        "Order lines whose asked-for day lies in the time shown. Kept: everything still wanted of the line had arrived by that day.",
        f"{_ARRIVED}{_WHOLE_DUE}", "arrived_by_request >= wanted", "AK-6, MX-10",
    ),
    Measure(
        "on-time-first", "On time against the first promise",
        "Order lines whose first promised day lies in the time shown. Kept: everything still wanted had arrived by that day.",
        f"{_ARRIVED}first_promise between %(since)s and %(until)s", "arrived_by_first >= wanted", "AK-6, MX-10",
    ),
    Measure(
        "on-time-promise", "On time against the current promise",
        "Order lines whose currently promised day lies in the time shown. Kept: everything still wanted had arrived by that day.",
        f"{_ARRIVED}promised between %(since)s and %(until)s", "arrived_by_promise >= wanted", "AK-6, MX-10",
    ),
    Measure(
        "otif-original", "On time in full, original order",
        "Order lines whose day in the first version lies in the time shown. Kept: the quantity of the first version was"
        " accepted by that day.",
        "original_on between %(since)s and %(until)s", "accepted_by_original >= original", "AK-5, MX-10",
    ),
    Measure(
        "otif-revised", "On time in full, revised order",
        "Order lines whose asked-for day lies in the time shown. Kept: what is ordered now, less what was cancelled, was accepted"
        " by that day.",
        f"{_ARRIVED}{_WHOLE_DUE}", "accepted_by_request >= wanted", "AK-5, MX-10",
    ),
    Measure(
        "in-full-original", "In full, original order",
        "Order lines whose day in the first version lies in the time shown. Kept: the quantity of the first version has been"
        " accepted, on whatever day.",
        "original_on between %(since)s and %(until)s", "accepted >= original", "AK-5",
    ),
    Measure(
        "in-full-revised", "In full, revised order",
        "Order lines whose asked-for day lies in the time shown. Kept: what is ordered now, less what was cancelled, has been"
        " accepted, on whatever day.",
        f"{_ARRIVED}{_WHOLE_DUE}", "accepted >= wanted", "AK-5",
    ),
    Measure(
        "answer-in-time", "Answered in time",
        "Order lines whose answer was due in the time shown. Kept: every line of the order was answered by then, in working"
        " hours of the site.",
        "answer_due between %(since)s and %(until)s", "answered_at <= ack_due_at", "MX-5",
    ),
    Measure(
        "price-at-answer", "Price kept in the answer",
        "Order lines answered for the first time in the time shown. Missed: an answer named a price above the order's first one.",
        "answered_on between %(since)s and %(until)s", "answered_price is null or answered_price <= first_price", "AK-1",
    ),
    Measure(
        "price-at-invoice", "Price kept in the invoice",
        "Order lines asked for in the time shown with cleared invoices. Missed: cleared invoices, less credit notes, bill more"
        " than their quantity at the order's first price.",
        f"billed_quantity > 0 and {_WHOLE_DUE}", "billed <= billed_quantity * first_price / base_factor + 0.01", "MX-10",
    ),
    Measure(
        "not-rejected", "Nothing rejected",
        "Order lines asked for in the time shown of which something arrived. Missed: some of it was rejected as damaged or wrong.",
        f"delivered > 0 and {_WHOLE_DUE}", "rejected = 0", "MX-10",
    ),
)  # fmt: skip
BY_CODE = {measure.code: measure for measure in MEASURES}
