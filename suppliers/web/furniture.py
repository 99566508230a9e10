"""What the suppliers' room furnishes for the menu, the search box and the page of an item."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from foundation.access import holds_anywhere
from foundation.models import User
from foundation.registries import Hit, MenuEntry, Subject, item_numbers, navigation, panels, search, subjects
from foundation.roles import VIEW
from foundation.web.door import now
from suppliers import access
from suppliers.models import BankChange, CatalogueItem, CatalogueState, Contract, PriceList, QuotationRequest, Supplier
from suppliers.selectors import find_items
from suppliers.selectors.bank import facts_of_change, payment_of
from suppliers.selectors.certificates import standing_of
from suppliers.selectors.price_lists import ABOVE, facts_of_list, rows_of, steepest_first, tolerance_at
from suppliers.selectors.quotations import invitations_waiting
from suppliers.services import (
    approve_bank_change,
    approve_price_list,
    reject_bank_change,
    reject_price_list,
)
from suppliers.web import onboarding_furniture, record_furniture
from suppliers.web.messages import suppliers_wrote
from suppliers.web.shown import shown

OFFERS = 20


def register() -> None:
    """Fill the registries."""
    navigation.add(MenuEntry("Suppliers", "suppliers", 60, lambda u: holds_anywhere(u, VIEW)))
    navigation.add(MenuEntry("Contracts", "contracts", 61, lambda u: holds_anywhere(u, VIEW)))
    navigation.add(MenuEntry("Bank changes", "bank_changes", 62, lambda u: bool(access.can_see_bank_changes(u))))
    search.add(find)
    if items_by_part not in item_numbers:
        item_numbers.append(items_by_part)
    panels.add("item.main", offers_of_item)
    record_furniture.register()
    panels.add("supplier.side", bank_of_supplier)
    panels.add("portal.home", quotations_to_answer)
    panels.add("supplier.side", onboarding_furniture.onboarding_of_supplier)
    panels.add("supplier.side", onboarding_furniture.spend_of_supplier)
    panels.add("supplier.side", certificates_of_supplier)
    panels.add("portal.home", onboarding_furniture.registration_of_supplier)
    panels.add("home", suppliers_wrote)
    subjects.add(
        Subject(
            type="bank_change",
            label="Bank change",
            url=lambda pk: reverse(
                "bank_change", args=[BankChange.objects.values_list("number", flat=True).get(pk=pk)]
            ),
            title=lambda pk: f"Bank account of {BankChange.objects.select_related('supplier').get(pk=pk).supplier}",
            visible=lambda user, _pk: bool(access.can_see_bank_changes(user)),
            page=lambda number: reverse("bank_change", args=[number]),
            facts=lambda _user, pk: facts_of_change(pk),
            actions={"approve": approve_bank_change, "reject": reject_bank_change},
        )
    )
    subjects.add(
        Subject(
            type="price_list",
            label="Price list",
            url=lambda pk: reverse("price_list", args=[PriceList.objects.values_list("number", flat=True).get(pk=pk)]),
            title=lambda pk: f"Prices of {Supplier.objects.get(price_lists=pk)}",
            visible=lambda user, pk: access.visible_price_lists(user).filter(pk=pk).exists(),
            page=lambda number: reverse("price_list", args=[number]),
            facts=lambda _user, pk: facts_of_list(pk),
            panel=rows_above_tolerance,
            actions={"approve": approve_price_list, "reject": reject_price_list},
        )
    )
    subjects.add(onboarding_furniture.SPEND)
    subjects.add(
        Subject(
            type="supplier",
            label="Supplier",
            url=lambda pk: reverse("supplier", args=[Supplier.objects.values_list("code", flat=True).get(pk=pk)]),
            title=lambda pk: str(Supplier.objects.get(pk=pk)),
            visible=lambda user, pk: access.visible_suppliers(user).filter(pk=pk).exists(),
            facts=onboarding_furniture.facts_of_supplier,
            actions=onboarding_furniture.ACTIONS,
        )
    )
    subjects.add(
        Subject(
            type="quotation_request",
            label="Request for quotation",
            url=lambda pk: reverse("quotation", args=[_quotations().values_list("number", flat=True).get(pk=pk)]),
            title=lambda pk: _quotations().get(pk=pk).title,
            visible=_may_read,
            page=lambda number: reverse("quotation", args=[number]),
        )
    )
    subjects.add(
        Subject(
            type="contract",
            label="Contract",
            url=lambda pk: reverse("contract", args=[Contract.objects.values_list("number", flat=True).get(pk=pk)]),
            title=lambda pk: str(Contract.objects.get(pk=pk)),
            visible=lambda user, pk: access.visible_contracts(user).filter(pk=pk).exists(),
        )
    )


def _quotations() -> QuerySet[QuotationRequest]:
    return QuotationRequest.objects.all()


def _may_read(user: User, pk: int) -> bool:
    return bool(access.can_see_quotations(user)) and access.visible_quotation_requests(user).filter(pk=pk).exists()


def find(user: User, query: str) -> Iterable[Hit]:
    """Find suppliers by name or code, and items."""
    if not holds_anywhere(user, VIEW):
        return []
    suppliers = access.visible_suppliers(user).filter(Q(name__icontains=query) | Q(code__iexact=query))[:10]
    hits = [
        Hit(f"{s.name} ({s.code})", reverse("supplier", args=[s.code]), "Supplier", exact=s.code == query.upper())
        for s in suppliers
    ]
    if query.upper().startswith("RFQ") and access.can_see_quotations(user):
        asked = access.visible_quotation_requests(user).filter(number__istartswith=query).order_by("-pk")[:10]
        hits += [
            Hit(
                f"{r.number} {r.title}",
                reverse("quotation", args=[r.number]),
                "Quotation",
                exact=r.number == query.upper(),
            )
            for r in asked
        ]
    hits += [Hit(f"{i.name} ({i.code})", f"{reverse('catalogue')}?q={i.code}", "Item") for i in find_items(query, 10)]
    return hits


def items_by_part(text: str) -> QuerySet[CatalogueItem, int]:
    """Find the items of which a supplier's part number begins so, whether it is still offered or not."""
    return CatalogueItem.objects.filter(supplier_part__istartswith=text).values_list("item_id", flat=True)


def offers_of_item(request: HttpRequest, pk: int | None) -> str:
    """Show who offers an item, in which pack and at which price."""
    rows = CatalogueItem.objects.filter(item=pk, state=CatalogueState.ACTIVE).select_related("supplier", "unit", "item")
    offers = list(rows.order_by("supplier__name", "pk")[: OFFERS + 1])
    context = {
        "item_code": offers[0].item.code if offers else "", "offers": offers[:OFFERS], "has_more": len(offers) > OFFERS,
        "may_open": isinstance(request.user, User) and holds_anywhere(request.user, VIEW),
    }  # fmt: skip
    return render_to_string("suppliers/of_item.html", context, request=request)


def rows_above_tolerance(request: HttpRequest, pk: int) -> str:
    """Show a decision maker the prices that move beyond the policy, the dearest first."""
    price_list = PriceList.objects.defer("content").get(pk=pk)
    rows = list(steepest_first(rows_of(price_list, ABOVE, tolerance_at(now())))[: OFFERS + 1])
    context = {"list": price_list, "rows": rows[:OFFERS], "has_more": len(rows) > OFFERS}
    return render_to_string("suppliers/price_list/panel.html", context, request=request)


def quotations_to_answer(request: HttpRequest, _pk: int | None) -> str:
    """Show a supplier what it was asked to quote and has not answered; runs as the role that sees one supplier."""
    supplier = getattr(request, "supplier", None)
    if supplier is None:
        return ""
    waiting = list(invitations_waiting(supplier.pk, now())[:10])
    return render_to_string("portal/quotations/waiting.html", {"waiting": waiting}, request=request) if waiting else ""


def bank_of_supplier(request: HttpRequest, pk: int | None) -> str:
    """Show which account is in force and what is being changed, to those who look after accounts."""
    if not isinstance(request.user, User) or pk is None or not access.can_see_bank_changes(request.user):
        return ""
    account, waiting = payment_of(pk)
    context = {
        "supplier": shown(request, pk), "account": account, "open": waiting,
        "may_propose": access.can_propose_bank_change(request.user, pk),
    }  # fmt: skip
    return render_to_string("suppliers/bank/panel.html", context, request=request)


def certificates_of_supplier(request: HttpRequest, pk: int | None) -> str:
    """Show how the certificates needed of a supplier stand, to those who look after them."""
    if not isinstance(request.user, User) or pk is None or not access.can_see_certificates(request.user):
        return ""
    supplier = shown(request, pk)
    context = {"supplier": supplier, "found": standing_of(supplier, now().date())}
    return render_to_string("suppliers/certificates/panel.html", context, request=request)
