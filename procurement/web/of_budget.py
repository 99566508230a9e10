"""What takes of a budget, shown on the budget's page: the same sums, down to the documents (RQ-6)."""

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from foundation.access import site_ids_with
from foundation.models import User
from foundation.roles import VIEW
from foundation.selectors import base_currency
from foundation.web.at_hand import at_hand
from policies.models import Budget, BudgetKind
from procurement.models import OrderState, RequisitionState
from procurement.selectors.budgets import documents_of, drift_of

MOST = 100
_WORDS = {**dict(RequisitionState.choices), **dict(OrderState.choices)}


def drift_of_budget(request: HttpRequest, pk: int | None = None) -> str:
    """Say where a budget does not agree with the documents behind it; nothing while it does; one statement."""
    budget = at_hand(request, Budget, pk) or Budget.objects.filter(pk=pk or 0).first()
    if budget is None or not isinstance(request.user, User):
        return ""
    found = drift_of(budget, MOST)
    if not found:
        return ""
    context = {"rows": found, "currency": base_currency()}
    return render_to_string("procurement/budget/drift.html", context, request=request)


def documents_of_budget(request: HttpRequest, pk: Any = None) -> str:
    """Draw the documents behind a budget's figures, of one kind when the address names it; two statements."""
    user = request.user
    if not isinstance(user, User) or pk is None:
        return ""
    asked = request.GET.get("kind", "")
    kind = asked if asked in BudgetKind.values else ""
    found = documents_of(pk, kind=kind, most=MOST)
    seen = set(site_ids_with(user, VIEW))
    rows = [
        {
            "number": row.number, "site": row.site, "state": row.state, "words": _WORDS.get(row.state, row.state),
            "kind": row.kind, "amount": row.amount,
            "url": reverse(row.source, args=[row.number]) if row.site_id in seen else "",
        }
        for row in found
    ]  # fmt: skip
    context = {
        "rows": rows, "kind": kind, "currency": base_currency(), "total": found[0].total if found else 0,
        "count": found[0].count if found else 0, "more": bool(found) and found[0].count > len(found),
    }  # fmt: skip
    return render_to_string("procurement/budget/documents.html", context, request=request)
