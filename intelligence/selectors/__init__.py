from intelligence.selectors.figures import (
    Figure,
    Hours,
    Scope,
    Stats,
    figures,
    measurements,
    parts_of,
    read_until,
    readable_sites,
)

__all__ = [
    "Figure", "Hours", "Scope", "Stats", "figures", "measurements", "parts_of", "read_until", "readable_sites",
]  # fmt: skip
