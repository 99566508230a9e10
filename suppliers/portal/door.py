"""The supplier's door: every portal view runs as the database role that sees one supplier only (DESIGN invariant 7)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from foundation.models import User
from foundation.portal_role import run_as_supplier
from suppliers.models import Supplier, SupplierUser

SESSION_KEY = "supplier_id"
SIGN_IN = "account_request_login_code"


class PortalRequest(HttpRequest):
    """A request of a signed-in person of a supplier; `supplier` is the company they act for."""

    user: User
    supplier: Supplier


def supplier_of(request: HttpRequest) -> Supplier | None:
    """Return the company the person acts for: the one chosen in this session, else their first; staff have none."""
    user = request.user
    if not isinstance(user, User) or not user.is_active or user.kind != User.Kind.SUPPLIER:
        return None
    memberships = (
        SupplierUser.objects.filter(user=user, is_active=True).select_related("supplier").order_by("supplier__name")
    )
    chosen = request.session.get(SESSION_KEY)
    if chosen:
        mine = memberships.filter(supplier_id=chosen).first()
        if mine:
            return mine.supplier
    first = memberships.first()
    return first.supplier if first else None


def portal_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponse]:
    """Bind a view to the supplier's role. People who are not a supplier's find nothing here."""

    @wraps(view)
    @login_required(login_url=SIGN_IN)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        supplier = supplier_of(request)  # read as the owner, before the switch
        if supplier is None:
            raise Http404
        request.supplier = supplier  # type: ignore[attr-defined]  # set at run time, unknown to the stubs
        with timezone.override(cast("User", request.user).zone):  # today is the person's
            return run_as_supplier(supplier.pk, view, request, *args, **kwargs)

    return run
