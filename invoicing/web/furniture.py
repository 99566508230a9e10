"""What invoicing furnishes for menu, search box, home page, inbox and the pages of lower rooms."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Case, When
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from foundation.access import holds_anywhere
from foundation.models import User
from foundation.registries import Hit, MenuEntry, Paper, Subject, navigation, panels, search, subjects
from foundation.roles import ENTER_INVOICES, RELEASE_HOLDS, VIEW
from foundation.templatetags.ui import day, money
from foundation.web.at_hand import at_hand
from invoicing import access
from invoicing.models import HoldState, Invoice, InvoiceState
from invoicing.selectors.fixes import fixes_for
from invoicing.selectors.pages import holds_of, list_rows, match_rows
from invoicing.services.hold_changes import case_key
from procurement.models import PurchaseOrder
from workflow.models import ExceptionCase
from workflow.selectors import messages_on


def register() -> None:
    """Fill the registries."""
    subjects.add(
        Subject(
            type="invoice",
            label="Invoice",
            url=lambda pk: reverse("invoice_match", args=[_number(pk)]),
            title=_number,
            visible=lambda user, pk: access.visible_invoices(user).filter(pk=pk).exists(),
            facts=facts_for,
            panel=match_panel,
            page=lambda number: reverse("invoice_match", args=[number]),
            papers=papers,
            at_sites=(Invoice._meta.db_table, "site_id"),  # noqa: SLF001 - Django's own way
        )
    )
    navigation.add(MenuEntry("Invoices", "invoices", 50, lambda user: holds_anywhere(user, VIEW)))
    search.add(find)
    panels.add("home", home_payables)
    panels.add("order.side", invoices_of_order)
    panels.add("case.main", match_of_case)
    panels.add("supplier.main", invoices_of_supplier)


def papers(user: User, pks: Collection[int]) -> Mapping[int, Paper]:
    """Return bills by key, as rows of other rooms' lists."""
    rows = Invoice.objects.filter(pk__in=list(pks))
    visible = set(access.visible_invoices(user).filter(pk__in=list(pks)).values_list("pk", flat=True))
    return {
        pk: Paper(number, reverse("invoice_match", args=[number]) if pk in visible else "", site or "", total, currency)
        for pk, number, site, total, currency in rows.values_list(
            "pk", "number", "site__name", "stated_total", "currency"
        )
    }


def _number(pk: int) -> str:
    return str(Invoice.objects.values_list("number", flat=True).get(pk=pk))


def facts_for(_user: User, pk: int) -> list[tuple[str, str]]:
    """Return what somebody who deals with a hold needs to know first."""
    invoice = Invoice.objects.select_related("supplier", "site").defer("original").get(pk=pk)
    return [
        ("Supplier", invoice.supplier.name),
        ("Their number", invoice.supplier_number),
        ("Total", money(invoice.stated_total, invoice.currency)),
        ("Site", invoice.site.name if invoice.site else "None yet"),
        ("Due", day(invoice.due_date)),
        ("State", InvoiceState(invoice.state).label),
    ]


def match_panel(request: HttpRequest, pk: int) -> str:
    """Draw the three-way table for the exception queue."""
    invoice = Invoice.objects.defer("original").get(pk=pk)
    context = {"invoice": invoice, "rows": match_rows(invoice, holds_of(invoice))}
    return render_to_string("invoicing/invoice/match_table.html", context, request=request)


def invoices_of_supplier(request: HttpRequest, pk: int | None = None) -> str:
    """Show a supplier's newest bills of the person's sites, those on hold first."""
    user = request.user
    if not isinstance(user, User) or user.kind != User.Kind.STAFF or pk is None:
        return ""
    on_top = Case(When(state=InvoiceState.HELD, then=0), default=1)
    rows = list(list_rows(access.visible_invoices(user).filter(supplier_id=pk)).order_by(on_top, "-pk")[:6])
    context = {"rows": rows, "code": rows[0].supplier.code if rows else ""}
    return render_to_string("invoicing/supplier/invoices.html", context, request=request)


def match_of_case(request: HttpRequest, pk: int | None = None) -> str:
    """Show the three-way table and the ways out on the page of an exception about an invoice."""
    user = request.user
    case = at_hand(request, ExceptionCase, pk) or ExceptionCase.objects.filter(pk=pk or 0).first()
    if case is None or case.subject_type != "invoice" or not isinstance(user, User):
        return ""
    visible = access.visible_invoices(user).select_related("supplier", "site").defer("original")
    invoice = visible.filter(pk=case.subject_id).first()
    if invoice is None:
        return ""
    holds = holds_of(invoice)
    hold = next((h for h in holds if case_key(h) == case.key and h.state == HoldState.OPEN), None)
    context = {
        "invoice": invoice,
        "rows": match_rows(invoice, holds),
        "hold": hold,
        "fixes": fixes_for(user, invoice, hold) if hold else [],
        "thread": messages_on("invoice", invoice.pk),
    }
    return render_to_string("invoicing/invoice/of_case.html", context, request=request)


def find(user: User, query: str) -> Iterable[Hit]:
    """Find invoices by our number or the supplier's."""
    text = query.strip()
    if len(text) < 3:  # noqa: PLR2004 - two letters find everything
        return []
    visible = access.visible_invoices(user).select_related("supplier").defer("original")
    rows = list(visible.filter(number__startswith=text.upper())[:10]) if text.upper().startswith("INV-") else []
    rows += [row for row in visible.filter(supplier_number__iexact=text)[:10] if row not in rows]
    return [
        Hit(
            f"{row.number}, {row.supplier.name} {row.supplier_number}",
            reverse("invoice", args=[row.number]),
            "Invoice",
            exact=row.number == text.upper(),
        )
        for row in rows[:10]
    ]


def home_payables(request: HttpRequest, _pk: Any = None) -> str:
    """Show accounts payable what is on hold, oldest first."""
    user = request.user
    if not isinstance(user, User) or not (holds_anywhere(user, ENTER_INVOICES) or holds_anywhere(user, RELEASE_HOLDS)):
        return ""
    held = list_rows(access.visible_invoices(user).filter(state=InvoiceState.HELD)).order_by("pk")[:5]
    return render_to_string("invoicing/home/payables.html", {"rows": list(held)}, request=request)


def invoices_of_order(request: HttpRequest, pk: int | None = None) -> str:
    """Show the bills of an order on its page, and the way to enter one."""
    user = request.user
    if not isinstance(user, User) or user.kind != User.Kind.STAFF or pk is None:
        return ""
    rows = list_rows(access.visible_invoices(user).filter(lines__matches__order_line__order_id=pk).distinct()).order_by(
        "-pk"
    )[:20]
    may_enter = holds_anywhere(user, ENTER_INVOICES)
    number = PurchaseOrder.objects.values_list("number", flat=True).get(pk=pk) if may_enter else ""
    context = {"rows": list(rows), "order_number": number}
    return render_to_string("invoicing/home/of_order.html", context, request=request)
