"""How the supplier manager rated the risk of some suppliers, with the reason everybody of ours reads (AP-1)."""

from datetime import timedelta

from config.demo.trade.cast import Cast
from foundation.journal import use_case
from suppliers.models import Supplier
from suppliers.services import rate_supplier

RATED = {
    "DELTA": ("high", "Sold in spring; the new owner closed one of its two plants"),
    "COLPA02": ("medium", "One plant, and no second source for its films"),
    "HARROW": ("low", "Three plants, audited every year"),
}
AGO = timedelta(days=20)


@use_case
def rate_suppliers(cast: Cast) -> None:
    """Rate three suppliers, each as another grade."""
    for code, (risk, reason) in RATED.items():
        supplier = Supplier.objects.get(code=code)
        rate_supplier(
            supplier_id=supplier.pk, expected_version=supplier.version, risk=risk, reason=reason,
            actor=cast.people["demo.supplier.manager"], at=cast.now - AGO,
        )  # fmt: skip
