"""Which source of a supplier's data wins, field by field, and what needs a second person. Source: SU-5."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SOURCES: Mapping[str, str] = {
    "page": "typed by us", "portal": "the supplier's portal", "api": "API", "import": "imported file", "erp": "ERP feed",
}  # fmt: skip
EVERYWHERE = "*"  # required of every supplier, whatever it sells


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A field of a supplier's record that several sources write; `asked` says that the supplier may ask for a change."""

    code: str
    label: str
    asked: bool = True


FIELDS: Mapping[str, FieldKind] = {
    kind.code: kind
    for kind in (
        FieldKind("name", "Legal name"), FieldKind("tax_id", "Tax number"), FieldKind("country", "Country"),
        FieldKind("address", "Address"), FieldKind("order_email", "Mail for orders"),
        FieldKind("currency", "Currency"), FieldKind("payment_terms_days", "Payment terms, days"),
        FieldKind("acknowledge_hours", "Answers within, working hours", asked=False),
        FieldKind("order_channel", "Orders by", asked=False), FieldKind("remit_to", "Location that is paid"),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """How a field is governed: `sources` strongest first; `required_in` are codes of categories, or `EVERYWHERE`."""

    is_controlled: bool = False
    sources: tuple[str, ...] = ("page", "portal", "erp", "api", "import")
    required_in: tuple[str, ...] = ()


_OURS = ("erp", "page", "portal", "api", "import")
_THEIRS = ("portal", "page", "erp", "api", "import")
DEFAULTS: Mapping[str, Rule] = {
    "name": Rule(True), "tax_id": Rule(True), "country": Rule(True), "currency": Rule(True, _OURS),
    "payment_terms_days": Rule(True, _OURS), "remit_to": Rule(True), "address": Rule(False, _THEIRS),
    "order_email": Rule(False, _THEIRS), "acknowledge_hours": Rule(), "order_channel": Rule(),
}  # fmt: skip


class Outcome(StrEnum):
    """What becomes of a value that a source tells."""

    SAME = "same"
    WRITE = "write"
    CONTROLLED = "controlled"  # a request: somebody else decides
    WEAKER = "weaker"  # a request: a stronger source said otherwise


OUTCOMES: Mapping[str, str] = {
    Outcome.CONTROLLED: "needs a second person", Outcome.WEAKER: "a stronger source says otherwise",
}  # fmt: skip


def judge_value(*, now: str, told: str, held: str, source: str, rule: Rule, in_use: bool) -> Outcome:
    """Judge a value: `held` is the source of what stands now (empty = nobody remembers), `in_use` whether control applies.

    A record that is still coming on board is filled in freely; a source that is as strong as the one before writes.
    """
    if told == now:
        return Outcome.SAME
    if rule.is_controlled and in_use:
        return Outcome.CONTROLLED
    if now and held and _rank(source, rule.sources) > _rank(held, rule.sources):
        return Outcome.WEAKER
    return Outcome.WRITE


def _rank(source: str, order: Sequence[str]) -> int:
    """Return how weak a source is; one that the rule does not name is the weakest."""
    return order.index(source) if source in order else len(order)
