"""What a matrix is checked against: the places, categories and people there are today. Frozen; no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from policies.decisions.matrix import ApprovalFacts, Rule
from policies.decisions.vocabulary import SITELESS, SPENDING


@dataclass(frozen=True, slots=True)
class Place:
    """A site that orders, with its region."""

    code: str
    name: str
    region: str
    region_name: str = ""


# Where matters are that have no site; it stands beside the sites when rows take such matters.
ENTERPRISE = Place("", "the enterprise", "")


@dataclass(frozen=True, slots=True)
class World:
    """The places and the category paths (codes from the root) a document can have, and what they are called.

    `requesting` names the roles that may raise requisitions; empty means every role that rows name, or the requester.
    """

    places: tuple[Place, ...]
    categories: tuple[tuple[str, ...], ...] = ()
    category_names: Mapping[str, str] = field(default_factory=dict)
    requesting: frozenset[str] = frozenset()

    def taken_by(self, rule: Rule) -> tuple[Place, ...]:
        """Return the places whose documents a row can take."""
        taken = rule.document_types or SPENDING
        return tuple(
            p
            for p in self.places
            if (taken - SITELESS if p.code else taken & SITELESS)
            and (not rule.sites or p.code in rule.sites)
            and (not rule.regions or p.region in rule.regions)
        )

    def seen_by(self, rules: Iterable[Rule]) -> "World":
        """Return the world as rows see it: with the enterprise beside its sites when one of them takes what has no site."""
        if ENTERPRISE in self.places or not any(rule.document_types & SITELESS for rule in rules):
            return self
        return replace(self, places=(*self.places, ENTERPRISE))

    def example(self, rule: Rule) -> ApprovalFacts | None:
        """Return a document that a row takes, rows above aside."""
        place = next(iter(self.taken_by(rule)), None)
        if place is None:
            return None
        paths = {path[-1]: path for path in self.categories}
        category = min(rule.categories, default="")
        return ApprovalFacts(
            document_type=min(rule.document_types, default="requisition"),
            base_amount=rule.amount_to if rule.amount_to is not None else (rule.amount_from or Decimal(0)) + 1,
            site=place.code,
            region=place.region,
            categories=(paths.get(category, (category,)),) if category else (),
            spend_kinds=frozenset({min(rule.spend_kinds, default="catalogue")}),
            urgent=bool(rule.urgent),
            flags=frozenset(sorted(rule.any_flags - rule.without_flags)[:1]),
            supplier_states=frozenset({min(rule.supplier_states, default="active")}),
            requester_roles=frozenset({min(rule.requester_roles, default="requester")}),
            sourcing_authorities=frozenset({min(rule.sourcing_authorities, default="catalogue")}),
            supplier_risks=frozenset(sorted(rule.supplier_risks)[:1]),
            contract_coverage=min(rule.contract_coverages, default=""),
            budget_state=min(rule.budget_states, default=""),
            change_deltas=frozenset(sorted(rule.change_deltas)[:1]),
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a matrix and a document that shows it (AP-9). `blocks` refuses publication."""

    code: str
    sentence: str
    example: ApprovalFacts | None
    blocks: bool = True
    row: str = ""  # position of the row it is about, with a plus before an additional one


def bands(rules: Iterable[Rule]) -> list[tuple[Decimal, Decimal | None]]:
    """Return the amount axis cut at every limit: (above, up to and including), the last without an end."""
    edges = sorted({edge for r in rules for edge in (r.amount_from, r.amount_to) if edge})
    return list(zip([Decimal(0), *edges], [*edges, None], strict=True))


def inside(band: tuple[Decimal, Decimal | None]) -> Decimal:
    """Return an amount of a band: its end, or one above its beginning when it has none."""
    return band[1] if band[1] is not None else band[0] + 1


def band_words(low: Decimal | None, high: Decimal | None) -> str:
    """Write an amount band as people say it."""
    if high is None:
        return f"above {low:,.2f}" if low else "any amount"
    return f"above {low:,.2f} up to {high:,.2f}" if low else f"up to {high:,.2f}"
