"""What is furnished for requests to change a supplier's record (SU-5)."""

from django.urls import reverse

from foundation.access import holds_anywhere
from foundation.registries import Subject, subjects
from foundation.roles import VIEW
from suppliers.models import SupplierChange
from suppliers.selectors.master_data import facts_of_supplier_change
from suppliers.services import approve_supplier_change, reject_supplier_change


def register() -> None:
    """Fill the registries."""
    subjects.add(
        Subject(
            type="supplier_change",
            label="Change of a supplier's record",
            url=lambda pk: reverse(
                "supplier_change", args=[SupplierChange.objects.values_list("number", flat=True).get(pk=pk)]
            ),
            title=lambda pk: f"Record of {SupplierChange.objects.select_related('supplier').get(pk=pk).supplier}",
            visible=lambda user, _pk: holds_anywhere(user, VIEW),
            page=lambda number: reverse("supplier_change", args=[number]),
            facts=lambda _user, pk: facts_of_supplier_change(pk),
            actions={"approve": approve_supplier_change, "reject": reject_supplier_change},
        )
    )
