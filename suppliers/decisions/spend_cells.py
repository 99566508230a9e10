"""What may be bought from a supplier, category by site. Source: SEMANTICS SU-1.

A cell covers its category with everything below it, at its site; an empty one covers every category or every site.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """A category, as codes from the root each followed by a slash, at a site's code; empty = every one."""

    category: str = ""
    site: str = ""


def covers(cells: Iterable[Cell], category: str, site: str) -> bool:
    """Say whether something of a category may be bought at a site."""
    return any(category.startswith(cell.category) and cell.site in {"", site} for cell in cells)


def uncovered(cells: Iterable[Cell], wanted: Iterable[tuple[str, str]], site: str) -> tuple[str, ...]:
    """Return the names of what may not be bought at a site; `wanted` holds (path, name) of categories."""
    known = tuple(cells)
    return tuple(sorted({name for path, name in wanted if not covers(known, path, site)}))
