"""From whom what may be bought where (SU-1): one statement for any number of suppliers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Value
from django.db.models.functions import Coalesce, JSONObject

from foundation.models import Category
from suppliers.decisions.spend_cells import Cell, uncovered
from suppliers.models import SpendAuthorisation, SpendRequest, SpendState, Supplier


def cells_of(supplier_ids: Collection[int]) -> Mapping[int, Sequence[Cell]]:
    """Return what is authorised for each supplier; who has nothing is not named."""
    found: dict[int, list[Cell]] = defaultdict(list)
    if supplier_ids:
        rows = SpendAuthorisation.objects.filter(supplier__in=supplier_ids, state=SpendState.IN_FORCE).order_by()
        for supplier, category, site in rows.values_list("supplier_id", "category__path", "site__code"):
            found[supplier].append(Cell(category or "", site or ""))
    return found


def may_sell(supplier: str) -> ArraySubquery:
    """Return what is authorised for the supplier of each row, as part of the statement that reads it; `supplier` is its key."""
    rows = SpendAuthorisation.objects.filter(supplier=OuterRef(supplier), state=SpendState.IN_FORCE).order_by()
    cell = JSONObject(category=Coalesce("category__path", Value("")), site=Coalesce("site__code", Value("")))
    return ArraySubquery(rows.values(cell=cell))


def cells_in(found: Iterable[Mapping[str, str]]) -> Sequence[Cell]:
    """Return the cells that `may_sell` read."""
    return [Cell(one["category"], one["site"]) for one in found]


def not_authorised(supplier_id: int, site: str, categories: Iterable[Category]) -> tuple[str, ...]:
    """Return the names of the categories that may not be bought from a supplier at a site; one statement."""
    cells = cells_of([supplier_id]).get(supplier_id, ())
    return uncovered(cells, ((one.path, one.name) for one in categories), site)


def authorisations_of(supplier: Supplier) -> Sequence[SpendAuthorisation]:
    """Return what was ever asked for a supplier, what is in force first."""
    rows = SpendAuthorisation.objects.filter(supplier=supplier).select_related(
        "category", "site", "request", "ended_by"
    )
    order = {SpendState.IN_FORCE: 0, SpendState.ASKED: 1, SpendState.ENDED: 2, SpendState.REFUSED: 3}
    return sorted(rows, key=lambda one: (order[SpendState(one.state)], str(one.category or ""), str(one.site or "")))


def facts_of_spend(pk: int) -> list[tuple[str, str]]:
    """Return what a decision maker reads of a wish to buy from a supplier."""
    asked = SpendRequest.objects.select_related("supplier", "created_by").get(pk=pk)
    cells = asked.cells.select_related("category", "site")
    held = SpendAuthorisation.objects.filter(supplier=asked.supplier, state=SpendState.IN_FORCE)
    return [
        ("Supplier", f"{asked.supplier.name} ({asked.supplier.code}), {asked.supplier.get_state_display().lower()}"),
        ("To buy", "; ".join(str(cell) for cell in cells)), ("Why", asked.reason), ("Asked by", str(asked.created_by)),
        ("May sell already", "; ".join(str(one) for one in held.select_related("category", "site")) or "nothing"),
    ]  # fmt: skip
