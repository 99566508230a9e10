from datetime import datetime

from invoicing.models import Invoice
from policies.decisions.tolerances import MatchPolicy, Place
from policies.selectors import tolerances_in_force
from procurement.models import PurchaseOrderLine


class ToleranceLookup:
    """The tolerances in force at an instant, read once and asked for each line of one invoice (TM-1)."""

    def __init__(self, at: datetime, invoice: Invoice) -> None:
        self.table, _ = tolerances_in_force(at)
        self._supplier = invoice.supplier.code
        self._site = invoice.site.code if invoice.site else ""

    def of_document(self) -> MatchPolicy:
        """Return the limits of the whole bill."""
        return self.table.policy_for(Place(supplier=self._supplier, site=self._site))

    def of_line(self, line: PurchaseOrderLine) -> MatchPolicy:
        """Return the limits of an order line; `line.item` and `line.category` are read already."""
        place = Place(
            item=line.item.code if line.item else "",
            supplier=self._supplier,
            category_path=tuple(code for code in line.category.path.split("/") if code),
            site=self._site,
        )
        return self.table.policy_for(place)
