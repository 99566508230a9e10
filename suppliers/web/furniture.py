"""What the suppliers' room furnishes for the menu and the search box."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from foundation.access import holds_anywhere
from foundation.models import User
from foundation.registries import Hit, MenuEntry, Subject, navigation, search, subjects
from foundation.roles import VIEW
from suppliers import access
from suppliers.models import Supplier
from suppliers.selectors import find_items


def register() -> None:
    """Fill the registries."""
    navigation.add(MenuEntry("Suppliers", "suppliers", 60, lambda u: holds_anywhere(u, VIEW)))
    search.add(find)
    subjects.add(
        Subject(
            type="supplier",
            label="Supplier",
            url=lambda pk: reverse("supplier", args=[Supplier.objects.values_list("code", flat=True).get(pk=pk)]),
            title=lambda pk: str(Supplier.objects.get(pk=pk)),
            visible=lambda user, pk: access.visible_suppliers(user).filter(pk=pk).exists(),
        )
    )


def find(user: User, query: str) -> Iterable[Hit]:
    """Find suppliers by name or code, and items."""
    if not holds_anywhere(user, VIEW):
        return []
    suppliers = access.visible_suppliers(user).filter(Q(name__icontains=query) | Q(code__iexact=query))[:10]
    hits = [
        Hit(f"{s.name} ({s.code})", reverse("supplier", args=[s.code]), "Supplier", exact=s.code == query.upper())
        for s in suppliers
    ]
    hits += [Hit(f"{i.name} ({i.code})", f"{reverse('catalogue')}?q={i.code}", "Item") for i in find_items(query, 10)]
    return hits
