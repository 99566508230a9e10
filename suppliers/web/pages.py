"""Suppliers and contracts for staff."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import InvalidError
from foundation.models import User
from foundation.selectors import timeline
from foundation.web.keyset import paginate
from suppliers import access
from suppliers.models import CatalogueState, SupplierState
from suppliers.services import MOVES, move_supplier


@require_safe
@login_required
def supplier_list(request: HttpRequest) -> HttpResponse:
    """List suppliers."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    rows = access.visible_suppliers(request.user)
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__iexact=text) | Q(tax_id__iexact=text))
    if state in SupplierState.values:
        rows = rows.filter(state=state)
    return render(request, "suppliers/list.html", {"page": paginate(request, rows), "states": SupplierState.choices})


@require_safe
@login_required
def supplier_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show one supplier: standing, terms, contracts, catalogue, what upper rooms know."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    supplier = get_object_or_404(access.visible_suppliers(request.user), code=code)
    context = {
        "supplier": supplier,
        "contracts": supplier.contracts.order_by("-valid_to")[:20],
        "offers": supplier.catalogue.filter(state=CatalogueState.ACTIVE)
        .select_related("item", "unit")
        .order_by("item__code")[:50],
        "people": supplier.people.select_related("user"),
        "identifiers": supplier.identifiers.all(),
        "history": timeline("supplier", supplier.pk),
        "may_maintain": access.can_maintain(request.user),
    }
    return render(request, "suppliers/detail.html", context)


@require_POST
@login_required
def supplier_act(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """Activate, restrict or block."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    supplier = get_object_or_404(access.visible_suppliers(request.user), code=code)
    if verb not in MOVES:
        raise Http404
    try:
        move_supplier(
            supplier_id=supplier.pk,
            expected_version=int(request.POST.get("version", "0") or 0),
            move=verb,
            actor=request.user,
            reason=request.POST.get("reason", ""),
            at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{supplier} changed.")
    return redirect("supplier", code)


@require_safe
@login_required
def contract_list(request: HttpRequest) -> HttpResponse:
    """List contracts."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    rows = access.visible_contracts(request.user).select_related("supplier")
    text = request.GET.get("q", "").strip()[:60]
    if text:
        rows = rows.filter(Q(number__icontains=text) | Q(title__icontains=text) | Q(supplier__name__icontains=text))
    return render(request, "suppliers/contracts.html", {"page": paginate(request, rows)})


@require_safe
@login_required
def contract_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a contract with its prices and what is used of it."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    contract = get_object_or_404(access.visible_contracts(request.user).select_related("supplier"), number=number)
    prices = contract.prices.select_related("item", "unit").order_by("item__code", "from_quantity")[:500]
    return render(request, "suppliers/contract.html", {"contract": contract, "prices": prices})
