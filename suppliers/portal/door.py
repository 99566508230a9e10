"""The supplier's door: every portal view runs as the database role that sees one supplier only (DESIGN invariant 7)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from foundation.models import User
from foundation.portal_role import run_as_supplier
from suppliers.decisions.company_roles import Act, acts_of
from suppliers.models import Supplier, SupplierUser

SESSION_KEY = "supplier_id"
SIGN_IN = "account_request_login_code"


class PortalRequest(HttpRequest):
    """A request of a signed-in person of a supplier: the company they act for, and what their role there lets them do."""

    user: User
    supplier: Supplier
    may: frozenset[Act]


def membership_of(request: HttpRequest) -> SupplierUser | None:
    """Return for which company the person acts: the one chosen in this session, else their first; staff have none."""
    user = request.user
    if not isinstance(user, User) or not user.is_active or user.kind != User.Kind.SUPPLIER:
        return None
    memberships = (
        SupplierUser.objects.filter(user=user, is_active=True).select_related("supplier").order_by("supplier__name")
    )
    chosen = request.session.get(SESSION_KEY)
    return (memberships.filter(supplier_id=chosen).first() if chosen else None) or memberships.first()


def bind(request: HttpRequest) -> PortalRequest:
    """Put company and acts on the request; whoever acts for no company finds nothing here."""
    held = membership_of(request)
    if held is None:
        raise Http404
    bound = cast("PortalRequest", request)
    bound.supplier, bound.may = held.supplier, acts_of(held.role)
    return bound


def portal_view(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponse]:
    """Bind a view to the supplier's role. People who are not a supplier's find nothing here."""

    @wraps(view)
    @login_required(login_url=SIGN_IN)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        bound = bind(request)  # read as the owner, before the switch
        with timezone.override(bound.user.zone):  # today is the person's
            return run_as_supplier(bound.supplier.pk, view, bound, *args, **kwargs)

    return run
