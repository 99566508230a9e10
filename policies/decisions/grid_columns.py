"""The columns of the matrix grid. A new axis of the matrix is one line here; a test compares them with the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.decisions.cells import TOUCHLESS, URGENCY, Amount, Cell, Codes, Ground, Name, Names
from policies.decisions.matrix import Rule
from policies.decisions.staffing import Roster
from policies.decisions.stage_notation import Stages
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    FLAGS,
    SPEND_KINDS,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
)
from policies.decisions.world import World


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field of a row, its head, how it is written, and what a person may write.

    A column that is not usual is shown when a row uses it, or when a person asks for every column.
    """

    name: str
    head: str
    cell: Cell
    hint: str
    size: str = "mid"  # narrow, mid or wide
    is_usual: bool = True


_LIST = "names or codes, a semicolon between them; empty: any"
COLUMNS: Sequence[Column] = (
    Column("name", "Name", Name(), "people read it as the reason", "wide"),
    Column("amount_from", "Above", Amount(), "base currency; empty: from zero", "narrow"),
    Column("amount_to", "Up to", Amount(), "base currency, itself within; empty: no upper end", "narrow"),
    Column("is_touchless", "Touchless", TOUCHLESS, "yes: approved by the row itself, asks nobody", "narrow"),
    Column("stages", "Who approves", Stages(), "stages one after the other, a semicolon between them", "wide"),
    Column("document_types", "Documents", Codes("document_types"), f"requisition, purchase order, change order: {_LIST}"),
    Column("sites", "Sites", Codes("sites"), _LIST),
    Column("regions", "Regions", Codes("regions"), _LIST),
    Column("categories", "Categories", Codes("categories"), f"each with what is below it; {_LIST}"),
    Column("spend_kinds", "Spend kinds", Codes("spend_kinds"), f"catalogue, non-stock goods, service: {_LIST}"),
    Column("any_flags", "With a flag of", Codes("flags"), f"such as off contract; {_LIST}"),
    Column("without_flags", "With no flag of", Codes("flags"), f"such as possible split; {_LIST}"),
    Column("urgent", "Urgency", URGENCY, "urgent, not urgent; empty: either", "narrow"),
    Column("supplier_states", "Supplier is", Codes("supplier_states"), _LIST, is_usual=False),
    Column("supplier_risks", "Supplier risk", Codes("supplier_risks"), f"low, medium, high: {_LIST}", is_usual=False),
    Column("requester_roles", "Raised by a", Codes("roles"), _LIST, is_usual=False),
    Column("sourcing_authorities", "Source of a line", Codes("sourcing_authorities"), _LIST, is_usual=False),
    Column("contract_coverages", "Contract", Codes("contract_coverages"), _LIST, is_usual=False),
    Column("budget_states", "Budget", Codes("budget_states"), _LIST, is_usual=False),
    Column("change_deltas", "Changed", Codes("change_deltas"), f"since it was approved; {_LIST}", is_usual=False),
)  # fmt: skip
BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}


def ground_of(world: World, roster: Roster) -> Ground:
    """Return what cells may name today."""
    people = roster.people.values()
    return {
        "document_types": Names("document", DOCUMENT_TYPES),
        "sites": Names("site that orders", {p.code: p.name for p in world.places}),
        "regions": Names("region with a site that orders", {p.region: p.region_name or p.region for p in world.places}),
        "categories": Names("category", {path[-1]: world.category_names.get(path[-1], "") for path in world.categories}),
        "spend_kinds": Names("spend kind", SPEND_KINDS),
        "flags": Names("flag", FLAGS),
        "supplier_states": Names("state of a supplier", SUPPLIER_STATES),
        "supplier_risks": Names("risk", SUPPLIER_RISKS),
        "roles": Names("role", roster.role_names),
        "sourcing_authorities": Names("kind of source", AUTHORITIES),
        "contract_coverages": Names("kind of coverage", CONTRACT_COVERAGES),
        "budget_states": Names("state of a budget", BUDGET_STATES),
        "change_deltas": Names("kind of change", DELTAS),
        "people": Names(
            "person of ours", {str(p.pk): p.name for p in people if p.is_active}, {str(p.pk): p.username for p in people}
        ),
    }  # fmt: skip


def written(rule: Rule, ground: Ground) -> dict[str, str]:
    """Return the cells of a row."""
    return {column.name: column.cell.write(getattr(rule, column.name), ground) for column in COLUMNS}
