"""The supplier a page is about, read once for the page and for every panel on it, whichever room's."""

from django.http import HttpRequest

from suppliers.models import Supplier

_HELD = "supplier_shown"


def show(request: HttpRequest, supplier: Supplier) -> None:
    """Remember for the panels of this request which supplier its page shows."""
    setattr(request, _HELD, supplier)


def shown(request: HttpRequest, pk: int) -> Supplier:
    """Return the supplier of a panel: the page's own, or read when the panel stands elsewhere."""
    held = getattr(request, _HELD, None)
    return held if isinstance(held, Supplier) and held.pk == pk else Supplier.objects.get(pk=pk)
