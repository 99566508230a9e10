from suppliers.selectors.catalogue import Found, find_items, ordering_units, resolve_codes, search_catalogue
from suppliers.selectors.merging import Moving, moving, records_of, standing
from suppliers.selectors.sources import LineNeed, offers_for, sources_for

__all__ = [
    "Found", "LineNeed", "Moving", "find_items", "moving", "offers_for", "ordering_units", "records_of", "resolve_codes", "search_catalogue",
    "sources_for", "standing",
]  # fmt: skip
