"""What is unusual about a requisition, frozen as facts when it is submitted. Source: SEMANTICS RQ-2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

OFF_CONTRACT = "off_contract"
PRICE_ABOVE_CONTRACT = "price_above_contract"
NOT_PREFERRED = "not_preferred"
SUPPLIER_NOT_ACTIVE = "supplier_not_active"
OVER_BUDGET = "over_budget"
URGENT = "urgent"
POSSIBLE_SPLIT = "possible_split"
FREE_TEXT = "free_text"
FREE_TEXT_IN_CATALOGUE = "free_text_in_catalogue"
NO_SOURCE = "no_source"
PRICE_UNKNOWN = "price_unknown"
CHANGED_AFTER_APPROVAL = "changed_after_approval"

WORDS = {
    OFF_CONTRACT: "A contract covers this, and the line is outside it.",
    PRICE_ABOVE_CONTRACT: "The price is above the contract price.",
    NOT_PREFERRED: "The supplier is not the preferred one here.",
    SUPPLIER_NOT_ACTIVE: "The suggested supplier may not receive orders.",
    OVER_BUDGET: "The budget of this cost centre does not cover it.",
    URGENT: "Marked urgent.",
    POSSIBLE_SPLIT: "Together with other requests of the same person of the last 7 days this passes an approval limit.",
    FREE_TEXT: "Something is described in words, outside the catalogue.",
    FREE_TEXT_IN_CATALOGUE: "The catalogue has items that match this text.",
    NO_SOURCE: "No supplier offers this here; a buyer will look for one.",
    PRICE_UNKNOWN: "The price is zero, so the amount cannot be judged.",
    CHANGED_AFTER_APPROVAL: "It changed after it was approved.",
}


def flag_sentences(flags: Iterable[str], state_reason: str = "", siblings: Sequence[str] = ()) -> list[str]:
    """Return the flags as people read them.

    A price that rose says which and how far, as the state's reason has it; a possible split names the other requests.
    """
    more = {
        CHANGED_AFTER_APPROVAL: state_reason,
        POSSIBLE_SPLIT: f"The others are {', '.join(siblings)}." if siblings else "",
    }
    return [f"{WORDS.get(flag, flag)} {more.get(flag, '')}".strip() for flag in flags]


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One line as submitted; prices net per ordered unit in the requisition's currency."""

    line_no: int
    is_free_text: bool
    unit_price: Decimal
    has_source: bool
    from_contract: bool
    contract_exists: bool
    contract_price: Decimal | None
    is_preferred: bool
    supplier_state: str  # empty when nobody is suggested
    catalogue_match: bool


def line_flags(line: LineFacts) -> tuple[str, ...]:
    """Return the flags of one line, in a fixed order."""
    found = [
        (OFF_CONTRACT, line.contract_exists and not line.from_contract),
        (PRICE_ABOVE_CONTRACT, line.contract_price is not None and line.unit_price > line.contract_price),
        (NOT_PREFERRED, line.has_source and not line.is_preferred),
        (SUPPLIER_NOT_ACTIVE, line.supplier_state not in {"", "active"}),
        (FREE_TEXT, line.is_free_text),
        (FREE_TEXT_IN_CATALOGUE, line.is_free_text and line.catalogue_match),
        (NO_SOURCE, not line.has_source and not line.is_free_text),
        (PRICE_UNKNOWN, line.unit_price == 0),
    ]
    return tuple(flag for flag, holds in found if holds)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A requisition of the same requester, site and category within 7 days, in base currency."""

    number: str
    base_amount: Decimal


def is_possible_split(amount: Decimal, earlier: Sequence[Earlier], limits: Iterable[Decimal]) -> bool:
    """Say whether each is within some band limit and together they pass it (RQ-2); the limit itself is within."""
    together = amount + sum((e.base_amount for e in earlier), Decimal(0))
    return bool(earlier) and any(
        amount <= limit and all(e.base_amount <= limit for e in earlier) and together > limit for limit in limits
    )


def requisition_flags(
    lines: Iterable[LineFacts], *, urgent: bool, split: bool, changed: bool = False, over_budget: bool = False
) -> tuple[str, ...]:
    """Return the flags of the whole requisition, sorted; `changed` when it was approved at a lower price before."""
    found = {flag for line in lines for flag in line_flags(line)}
    if urgent:
        found.add(URGENT)
    if split:
        found.add(POSSIBLE_SPLIT)
    if changed:
        found.add(CHANGED_AFTER_APPROVAL)
    if over_budget:
        found.add(OVER_BUDGET)
    return tuple(sorted(found))
