"""Several sites are about to buy the same, each for itself below what the supplier sells at least. Source: SEMANTICS SO-1.

Two minimums are shared: a quantity of an item, and the amount of an order. The minimum itself is enough.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OpenNeed:
    """A line that is not ordered yet: quantity in `unit`, amount in the document's currency; minimums empty when none.

    `document` names the requisition, `site` its site.
    """

    document: str
    site: str
    supplier: str
    item: str
    unit: str
    quantity: Decimal
    currency: str
    amount: Decimal
    least_quantity: Decimal | None = None  # what the supplier sells at least, in `unit`
    least_amount: Decimal | None = None  # of an order, in `currency`
    sold_by: str = ""  # the supplier's name


@dataclass(frozen=True, slots=True)
class Short:
    """A minimum that one site's need does not reach: of an item, or of an order when `item` is empty.

    `siblings` are the other sites' needs of the same, `together` what all of them come to.
    """

    supplier: str
    item: str
    unit: str  # the currency of an order's amount
    own: Decimal
    least: Decimal
    siblings: tuple[OpenNeed, ...]
    together: Decimal
    sold_by: str = ""

    @property
    def is_enough(self) -> bool:
        """Say whether the minimum is reached when the sites buy together."""
        return self.together >= self.least


def find_short(own: Sequence[OpenNeed], others: Iterable[OpenNeed]) -> list[Short]:
    """Return each minimum one document stays below while other sites wait for the same; alone it is no matter of sharing."""
    waiting = list(others)
    found = []
    for need in own:
        if need.least_quantity is None or need.quantity >= need.least_quantity:
            continue
        same = tuple(o for o in waiting if (o.supplier, o.item, o.unit) == (need.supplier, need.item, need.unit))
        if same:
            together = need.quantity + sum((o.quantity for o in same), ZERO)
            found.append(
                Short(
                    need.supplier,
                    need.item,
                    need.unit,
                    need.quantity,
                    need.least_quantity,
                    same,
                    together,
                    need.sold_by,
                )
            )
    for supplier in dict.fromkeys(need.supplier for need in own):
        mine = [need for need in own if need.supplier == supplier]
        amount, least = sum((need.amount for need in mine), ZERO), mine[0].least_amount
        if least is None or amount >= least:
            continue
        same = tuple(o for o in waiting if (o.supplier, o.currency) == (supplier, mine[0].currency))
        if same:
            together = amount + sum((o.amount for o in same), ZERO)
            found.append(Short(supplier, "", mine[0].currency, amount, least, same, together, mine[0].sold_by))
    return found
