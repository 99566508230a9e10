from suppliers.selectors.catalogue import Found, find_items, ordering_units, resolve_codes, search_catalogue
from suppliers.selectors.sources import LineNeed, offers_for, sources_for

__all__ = [
    "Found", "LineNeed", "find_items", "offers_for", "ordering_units", "resolve_codes", "search_catalogue",
    "sources_for",
]  # fmt: skip
