"""Budgets with what is left of them: the list, one budget, setting, changing and withdrawing (RQ-6)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.intake import xlsx
from foundation.models import Category, User
from foundation.registries import panels
from foundation.selectors import base_currency, changes_of
from foundation.services import Import
from foundation.web.at_hand import keep_at_hand
from foundation.web.csvout import stream_csv
from foundation.web.door import admitted, now, staff, tried
from foundation.web.keyset import paginate
from foundation.web.tables import LARGEST, MOST_OF_SHEET, Table, TableForm, bring_in
from foundation.web.typed import takes_long
from policies import access
from policies.models import Budget, BudgetKind
from policies.selectors.budgets import budget_list, next_years_rows
from policies.services import (
    BudgetRow,
    change_budget,
    create_budget,
    import_budgets,
    seen_of_budget,
    withdraw_budget,
)
from policies.services.budgets import MOST_ROWS
from policies.web.budget_forms import (
    COLUMNS,
    NEEDED,
    BudgetForm,
    BudgetTableForm,
    CopyForm,
    NewBudgetForm,
    WithdrawForm,
    read_row,
)

TABS = (("", "All"), ("near", "Nearly used"), ("over", "Over"), ("withdrawn", "Withdrawn"))
WHEN = (("now", "Now"), ("", "Any time"))
CSV_HEAD = ["Cost centre", "Category", "Starts", "Months", "Amount", "Committed", "Obligated", "Spent", "Left"]
MOST_OF_CENTRE = 20
FIGURES = ("committed", "obligated", "spent", "left")  # of the export; they are counted, never brought in
PAGE = "policies/budgets/import.html"


@require_safe
@login_required
def budgets(request: HttpRequest) -> HttpResponse:
    """List the budgets a person may read, the newest first."""
    user = staff(request)
    admitted(request, access.can_see_budgets(user))
    chosen = _chosen(request)
    context = {
        "page": paginate(request, _matching(user, chosen)), "tabs": TABS, "when": WHEN, **chosen,
        "is_filtered": any(chosen[name] for name in ("category", "state")) or chosen["on"] != "now",
        "may_keep": access.can_keep_budgets(user), "currency": base_currency(),
        "categories": Category.objects.order_by("path").only("code", "name"),
    }  # fmt: skip
    return render(request, "policies/budgets/list.html", context)


@require_safe
@login_required
def budgets_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list; it can be brought in again as it is."""
    return stream_csv("budgets.csv", CSV_HEAD, _lines(request))


@require_safe
@login_required
def budgets_xlsx(request: HttpRequest) -> HttpResponse:
    """Export the filtered list as a workbook, at most 10,000 budgets; it can be brought in again as it is."""
    lines = [[*cells[:2], cells[2].isoformat(), *cells[3:]] for cells in islice(_lines(request), MOST_OF_SHEET)]
    book = xlsx.write([("Budgets", [16, 16, 12, 8, 14, 14, 14, 14, 14], [CSV_HEAD, *lines])])
    return HttpResponse(
        book, content_type=xlsx.CONTENT_TYPE, headers={"Content-Disposition": 'attachment; filename="budgets.xlsx"'}
    )


def _lines(request: HttpRequest) -> Iterator[list[Any]]:
    user = staff(request)
    admitted(request, access.can_see_budgets(user))
    rows = _matching(user, _chosen(request)).order_by("-pk").iterator(chunk_size=500)
    return (
        [
            b.cost_centre.code, b.category.code if b.category else "", b.starts, b.months, b.amount, b.committed,
            b.obligated, b.spent, b.left_amount,
        ]
        for b in rows
    )  # fmt: skip


def _chosen(request: HttpRequest) -> dict[str, str]:
    names = {"text": "q", "category": "category", "state": "state", "on": "on"}
    return {name: request.GET.get(key, "now" if name == "on" else "").strip()[:80] for name, key in names.items()}


def _matching(user: User, chosen: dict[str, str]) -> QuerySet[Any]:
    on: date | None = timezone.localdate() if chosen["on"] == "now" else None
    rows = budget_list(text=chosen["text"], category=chosen["category"], state=chosen["state"], on=on)
    return rows.filter(pk__in=access.visible_budgets(user).values("pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def budget_new(request: HttpRequest) -> HttpResponse:
    """Set a budget."""
    user = staff(request)
    admitted(request, access.can_keep_budgets(user))
    start = timezone.localdate().replace(month=1, day=1)
    centres = access.visible_centres(user).filter(is_active=True)
    form = NewBudgetForm(centres, request.POST or None, initial={"starts": start, "months": 12})
    made = tried(form, lambda: create_budget(row=form.row(), reason=form.cleaned_data["reason"], actor=user, at=now()))
    if made is not None:
        messages.success(request, f"{made} is set. What is under way is counted within seconds.")
        return redirect("budget", made.pk)
    context = {"form": form, "currency": base_currency()}
    return render(request, "policies/budgets/new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def budget(request: HttpRequest, budget_id: int) -> HttpResponse:
    """Show a budget with the documents behind its figures; whoever keeps budgets changes it here."""
    user = staff(request)
    row = _visible(user, budget_id)
    if request.method == "POST":
        admitted(request, access.can_keep_budgets(user))
    form = BudgetForm(request.POST or None, initial={"amount": f"{row.amount:.2f}"})
    seen = request.POST.get("seen", "")
    saved = tried(form, lambda: change_budget(budget_id=row.pk, seen=seen, **form.cleaned_data, actor=user, at=now()))
    if saved is not None:
        messages.success(request, f"{saved} is saved.")
        return redirect("budget", row.pk)
    return _shown(request, user, row, form, WithdrawForm(auto_id="end_%s"))


@require_POST
@login_required
def budget_withdraw(request: HttpRequest, budget_id: int) -> HttpResponse:
    """Take a budget out."""
    user = staff(request)
    row = _visible(user, budget_id)
    admitted(request, access.can_keep_budgets(user))
    form, seen = WithdrawForm(request.POST, auto_id="end_%s"), request.POST.get("seen", "")
    done = tried(form, lambda: withdraw_budget(budget_id=row.pk, seen=seen, **form.cleaned_data, actor=user, at=now()))
    if done is not None:
        messages.success(request, f"{done} is withdrawn.")
        return redirect("budget", row.pk)
    return _shown(request, user, row, BudgetForm(initial={"amount": f"{row.amount:.2f}"}), form)


def _visible(user: User, budget_id: int) -> Any:
    rows = budget_list(state="any").filter(pk__in=access.visible_budgets(user).values("pk"))
    return get_object_or_404(rows, pk=budget_id)


def of_cost_centre(request: HttpRequest, pk: int | None = None) -> str:
    """Draw the budgets of a cost centre that are running, as bars, for who may read them; one statement."""
    user = request.user
    if not isinstance(user, User) or pk is None:
        return ""
    running = budget_list(on=timezone.localdate()).filter(
        cost_centre=pk, pk__in=access.visible_budgets(user).values("pk")
    )
    rows = list(running.order_by("category__path", "-starts")[:MOST_OF_CENTRE])
    if not rows:
        return ""
    context = {"rows": rows, "currency": base_currency()}
    return render_to_string("policies/budgets/of_centre.html", context, request=request)


def _shown(request: HttpRequest, user: User, row: Budget, form: BudgetForm, ending: WithdrawForm) -> HttpResponse:
    keep_at_hand(request, row)
    wrong = next((one for one in (form, ending) if one.errors), None)
    figures = [(kind.value, kind.label, getattr(row, kind.value)) for kind in BudgetKind]
    context = {
        "budget": row, "form": form, "ending": ending, "wrong": wrong, "history": changes_of(row), "figures": figures,
        "seen": request.POST.get("seen") or seen_of_budget(budget=row), "currency": base_currency(),
        "may_keep": row.is_active and access.can_keep_budgets(user),
        "documents": panels.render("budget.main", request, row.pk),
    }  # fmt: skip
    return render(request, "policies/budgets/detail.html", context, status=422 if wrong else 200)


@takes_long(LARGEST)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def budgets_import(request: HttpRequest) -> HttpResponse:
    """Judge a table of budgets and say what it would do; brought in when it was judged without a fault.

    Asked to copy a year, the table is filled in with its budgets for the next, to be looked over and judged.
    """
    user = staff(request)
    admitted(request, access.can_keep_budgets(user))
    copying = CopyForm(request.GET if "year" in request.GET else None, initial={"year": timezone.localdate().year})
    initial = _copied(copying.cleaned_data) if copying.is_valid() else {}
    form = BudgetTableForm(request.POST or None, request.FILES or None, initial=initial)
    reason = request.POST.get("reason", initial.get("reason", ""))
    return bring_in(request, form, _table(user), reason=reason, copying=copying)


def _copied(asked: dict[str, Any]) -> dict[str, str]:
    year, percent = asked["year"], asked["percent"] or Decimal(0)
    rows = next_years_rows(year, percent, MOST_ROWS)
    lines = [",".join(COLUMNS), *(",".join(map(str, row)) for row in rows)]
    changed = f", {percent.normalize():+f} %" if percent else ""
    return {"table": "\n".join(lines) if rows else "", "reason": f"Plan {year + 1}, from {year}{changed}"}


def _table(actor: User) -> Table[BudgetRow]:
    def bring(rows: list[BudgetRow], form: TableForm, dry_run: bool) -> Import:  # noqa: FBT001 - as `Table` calls it
        return import_budgets(rows=rows, reason=form.cleaned_data["reason"], dry_run=dry_run, actor=actor, at=now())

    def told(done: Import) -> str:
        return f"New budgets: {len(done.new)}. Changed: {len(done.changed)}."

    return Table(PAGE, COLUMNS, NEEDED, read_row, bring, told, "budgets", FIGURES)
