"""Suppliers for staff."""

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
from foundation.web.typed import seen_version, words
from suppliers import access
from suppliers.models import CatalogueState, Supplier, SupplierRisk, SupplierState
from suppliers.selectors.quality import flaw_named, flawed
from suppliers.selectors.supplier_page import record_of
from suppliers.services import MOVES, move_supplier, rate_supplier
from suppliers.services.rate_supplier import NOT_RATED
from suppliers.web.shown import show

ONBOARDING = (
    SupplierState.REQUESTED, SupplierState.INVITED, SupplierState.REGISTERED, SupplierState.SCREENED,
    SupplierState.QUALIFIED,
)  # fmt: skip
TABS = (
    ("", "All"), ("active", "Active"), ("onboarding", "Coming on board"), ("restricted", "Restricted"),
    ("blocked", "Blocked"), ("offboarded", "Offboarded"), ("merged", "Merged"),
)  # fmt: skip
OFFERS = 50


class StaffRequest(HttpRequest):
    """A request of a signed-in person of ours."""

    user: User


@require_safe
@login_required
def supplier_list(request: StaffRequest) -> HttpResponse:
    """List suppliers by standing."""
    rows = access.visible_suppliers(request.user)
    text, state = request.GET.get("q", "").strip()[:60], request.GET.get("state", "")
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(code__iexact=text) | Q(tax_id__iexact=text))
    if state == "onboarding":
        rows = rows.filter(state__in=ONBOARDING)
    elif state in SupplierState.values:
        rows = rows.filter(state=state)
    flaw = flaw_named(request.GET.get("flaw", ""))
    if flaw is not None:
        rows = flawed(flaw, rows)
    context = {"page": paginate(request, rows), "tabs": TABS, "state": state, "text": text, "flaw": flaw}
    return render(request, "suppliers/list.html", context)


@require_safe
@login_required
def supplier_detail(request: StaffRequest, code: str) -> HttpResponse:
    """Show one supplier: standing, terms, contracts, catalogue, what upper rooms know."""
    supplier = get_object_or_404(access.visible_suppliers(request.user).select_related("merged_into"), code=code)
    if supplier.merged_into is not None:
        messages.info(request, f"{supplier} ({supplier.code}) was merged: this is the record that stands for it.")
        return redirect("supplier", supplier.merged_into.code)
    return _detail(request, supplier)


def _detail(
    request: StaffRequest, supplier: Supplier, *, failed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    show(request, supplier)
    offers = supplier.catalogue.filter(state=CatalogueState.ACTIVE).select_related("item", "unit")
    shown = list(offers.order_by("item__code")[: OFFERS + 1])
    record = record_of(supplier)
    context = {
        "supplier": supplier,
        "offers": shown[:OFFERS],
        "has_more_offers": len(shown) > OFFERS,
        "people": supplier.people.select_related("user").order_by("-is_active", "user__first_name", "pk"),
        "may_maintain": access.can_maintain(request.user),
        "record": record,
        "may_tell": access.can_tell_supplier(request.user, supplier.pk),
        "history": timeline("supplier", supplier.pk),
        "risks": [*SupplierRisk.choices, (NOT_RATED, "Take the rating away")],
        "given_risk": request.POST.get("risk", supplier.risk),
        "moves": _moves(supplier) if access.can_maintain(request.user) else [],
        "failed": failed,
        "error": error,
        "given": request.POST.get("reason", ""),
    }
    return render(request, "suppliers/detail.html", context, status=status)


def _moves(supplier: Supplier) -> list[tuple[str, str, str, str]]:
    """Return verb, label, meaning and tone of each step that leads somewhere from here."""
    possible = {t.name for t in supplier.get_available_state_transitions()}  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
    moves = [
        ("activate", "Activate", "Orders may be placed again.", ""),
        ("restrict", "Restrict", "No new orders; what is open goes on and is paid.", ""),
        ("block", "Block", "No orders and no payments.", "danger"),
        ("offboard", "End the relation", "No new orders; what is open is still paid. It is not taken back.", "danger"),
    ]
    return [move for move in moves if move[0] in possible]


@require_POST
@login_required
def supplier_act(request: StaffRequest, code: str, verb: str) -> HttpResponse:
    """Activate, restrict, block or rate; a refusal comes back beside its form."""
    supplier = get_object_or_404(access.visible_suppliers(request.user), code=code)
    if verb == "rate":
        return _rate(request, supplier)
    if verb not in MOVES:
        raise Http404
    try:
        move_supplier(
            supplier_id=supplier.pk,
            expected_version=seen_version(request),
            move=verb,
            actor=request.user,
            reason=words(request, longest=200),
            at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )
    except InvalidError as error:
        return _detail(request, supplier, failed=verb, error=error.message, status=422)
    supplier.refresh_from_db()
    messages.success(request, f"{supplier} is {supplier.get_state_display().lower()} now.")
    return redirect("supplier", code)


def _rate(request: StaffRequest, supplier: Supplier) -> HttpResponse:
    try:
        rate_supplier(
            supplier_id=supplier.pk,
            expected_version=seen_version(request),
            risk=words(request, "risk", 10),
            actor=request.user,
            reason=words(request, longest=200),
            at=timezone.now(),  # noqa: TID251 - the porch reads the clock
        )
    except InvalidError as error:
        return _detail(request, supplier, failed="rate", error=error.message, status=422)
    supplier.refresh_from_db()
    rated = f"rated {supplier.get_risk_display().lower()} risk" if supplier.risk else "not rated"
    messages.success(request, f"{supplier} is {rated} now.")
    return redirect("supplier", supplier.code)
