"""Which tolerances hold for an invoice line. Source: SEMANTICS GR-3 (inheritance) and TM-1 (precedence).

A limit is a number, blank (inherit from the level above) or unlimited, which must be written as such; zero means zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from foundation.errors import InvalidError

LIMITS = (
    "price_up_percent", "price_up_absolute", "price_down_percent", "price_down_absolute",
    "quantity_percent", "quantity_absolute", "quantity_value", "total_absolute", "over_receipt_percent",
)  # fmt: skip
PRECEDENCE = ("item", "supplier", "category", "site", "enterprise")


@dataclass(frozen=True, slots=True)
class ToleranceRow:
    """One level's limits. A name missing from `limits` and `unlimited` is inherited."""

    scope: str
    scope_code: str
    limits: Mapping[str, Decimal]
    unlimited: frozenset[str] = frozenset()
    mode: str = ""


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """The limits that hold for one line after inheritance; None means unlimited.

    Percent: 2 means 2 %. `price_*_absolute` is per ordered unit and `quantity_value` and `total_absolute` an amount,
    in order currency; `quantity_absolute` in base units.
    """

    version: str
    mode: str
    price_up_percent: Decimal | None
    price_up_absolute: Decimal | None
    price_down_percent: Decimal | None
    price_down_absolute: Decimal | None
    quantity_percent: Decimal | None
    quantity_absolute: Decimal | None
    quantity_value: Decimal | None
    total_absolute: Decimal | None
    over_receipt_percent: Decimal | None
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: its item, supplier, category path and site, as codes."""

    item: str = ""
    supplier: str = ""
    category_path: tuple[str, ...] = ()
    site: str = ""


@dataclass(frozen=True, slots=True)
class ToleranceTable:
    """One version of the tolerances."""

    version: str
    rows: tuple[ToleranceRow, ...]
    _index: dict[tuple[str, str], ToleranceRow] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {(row.scope, row.scope_code): row for row in self.rows})

    def policy_for(self, place: Place) -> MatchPolicy:
        """Return the limits at a place: item, supplier, category (deepest first), site, enterprise.

        :raises InvalidError: a limit is blank at every level; a policy that sets no limit is no policy.
        """
        return resolve(self.version, self._levels(place))

    def _levels(self, place: Place) -> list[ToleranceRow]:
        keys = [("item", place.item), ("supplier", place.supplier)]
        keys += [("category", code) for code in reversed(place.category_path)]
        keys += [("site", place.site), ("enterprise", "")]
        return [self._index[key] for key in keys if key in self._index]


def resolve(version: str, levels: Sequence[ToleranceRow]) -> MatchPolicy:
    """Fill each limit from the first level that writes it.

    :raises InvalidError: names the limits that no level writes.
    """
    found: dict[str, Decimal | None] = {}
    sources: dict[str, str] = {}
    for name in LIMITS:
        row = next((level for level in levels if name in level.limits or name in level.unlimited), None)
        if row is not None:
            found[name] = None if name in row.unlimited else row.limits[name]
            sources[name] = f"{row.scope} {row.scope_code}".strip()
    missing = [name for name in LIMITS if name not in found]
    if missing:
        raise InvalidError(
            "tolerance_blank",
            f"No level of {version} sets {', '.join(missing)}. Write a number, or unlimited, at enterprise level.",
            field=missing[0],
        )
    mode = next((level.mode for level in levels if level.mode), "three_way")
    return MatchPolicy(version=version, mode=mode, sources=sources, **found)
