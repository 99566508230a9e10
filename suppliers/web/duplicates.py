"""Suppliers that look like one company: a list to work, what a merge would move, and its undo."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import ConflictError, InvalidError, StaleError, require
from foundation.web.door import now, staff
from foundation.web.keyset import paginate
from foundation.web.typed import words
from suppliers import access
from suppliers.models import DuplicateProposal, SupplierMerge
from suppliers.selectors import moving
from suppliers.services import call_distinct, find_duplicates, merge_suppliers, undo_merge

State = DuplicateProposal.State
TABS = (("", "Confirmed"), ("names", "Names only"), ("merged", "Merged"), ("distinct", "Not the same"))


@require_safe
@login_required
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision, the confirmed first, or what became of the others."""
    _admit(request)
    view = request.GET.get("view", "")
    rows = _rows()
    if view in {State.MERGED, State.DISTINCT}:
        rows = rows.filter(state=view)
    else:
        rows = rows.filter(state=State.OPEN, is_confirmed=view != "names")
    context = {"page": paginate(request, rows), "tabs": TABS, "view": view}
    return render(request, "suppliers/duplicates.html", context)


@require_POST
@login_required
def duplicates_find(request: HttpRequest) -> HttpResponse:
    """Compare all suppliers anew."""
    _admit(request)
    found = find_duplicates(actor=staff(request), at=now())
    messages.success(request, f"Compared all suppliers. Pairs to decide: {found}.")
    return redirect("supplier_duplicates")


@require_safe
@login_required
def duplicate(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show the two side by side, the evidence, and what would move either way."""
    _admit(request)
    return _page(request, get_object_or_404(_rows(), pk=proposal_id))


@require_POST
@login_required
def duplicate_do(request: HttpRequest, proposal_id: int, verb: str) -> HttpResponse:
    """Merge into the first, into the second, or say that they are not the same; a refusal comes back beside its form."""
    _admit(request)
    proposal = get_object_or_404(_rows(), pk=proposal_id)
    if verb not in {"first", "second", "distinct"}:
        raise Http404
    why: dict[str, Any] = {"actor": staff(request), "reason": words(request, longest=200), "at": now()}
    kept, gone = (proposal.second, proposal.first) if verb == "second" else (proposal.first, proposal.second)
    try:
        if verb == "distinct":
            call_distinct(proposal_id=proposal.pk, **why)
            messages.success(request, f"{proposal} are remembered as two companies.")
            return redirect("supplier_duplicates")
        seen = request.POST.get("seen", "")
        merge_suppliers(duplicate_id=gone.pk, survivor_id=kept.pk, seen=seen, **why)
    except (InvalidError, ConflictError, StaleError) as error:
        return _page(request, proposal, failed=verb, error=error.message, status=422)
    messages.success(request, f"{gone} ({gone.code}) was merged into {kept}. It can be undone here.")
    return redirect("supplier", kept.code)


@require_POST
@login_required
def merge_undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    """Let a merged record stand for itself again."""
    _admit(request)
    merge = get_object_or_404(SupplierMerge.objects.select_related("duplicate", "survivor"), pk=merge_id)
    try:
        undo_merge(merge_id=merge.pk, actor=staff(request), reason=words(request, longest=200), at=now())
    except (InvalidError, ConflictError) as error:
        messages.error(request, error.message)
        return redirect("supplier", merge.survivor.code)
    messages.success(request, f"{merge.duplicate} stands for itself again.")
    return redirect("supplier", merge.duplicate.code)


def _admit(request: HttpRequest) -> None:
    """Let supplier managers in; to who sees no supplier there is nothing here."""
    if not access.visible_suppliers(staff(request)).exists():
        raise Http404
    require(access.can_maintain(staff(request)))


def _rows() -> "QuerySet[DuplicateProposal]":
    return DuplicateProposal.objects.select_related("first", "second", "decided_by")


def _page(
    request: HttpRequest, proposal: DuplicateProposal, *, failed: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    first, second = proposal.first, proposal.second
    ways = [("first", first, second, moving(second, first)), ("second", second, first, moving(first, second))]
    context = {
        "proposal": proposal, "pair": (first, second), "ways": ways if proposal.state == State.OPEN else [],
        "failed": failed, "error": error, "given": request.POST.get("reason", ""),
        "percent": round(proposal.likeness * 100),
    }  # fmt: skip
    return render(request, "suppliers/duplicate.html", context, status=status)
