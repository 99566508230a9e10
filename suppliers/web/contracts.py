"""Contracts for staff: the list by what presses, one contract with its versions, writing and the steps (SO-2)."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError
from foundation.intake import uploads
from foundation.models import User
from foundation.selectors import changes_of
from foundation.web.attachment import attachment
from foundation.web.csvout import stream_csv
from foundation.web.door import admitted, now, staff, tried
from foundation.web.keyset import paginate
from foundation.web.tables import LARGEST
from foundation.web.typed import seen_version, takes_long, words
from suppliers import access
from suppliers.models import Contract, ContractState
from suppliers.selectors.contracts import (
    EXPIRING,
    NEARLY_USED,
    WAITING,
    Revision,
    contract_list,
    left_of,
    revisions_of,
    written_terms,
)
from suppliers.services import (
    add_contract_paper,
    agree_contract,
    amend_contract,
    propose_contract,
    terminate_contract,
    withdraw_amendment,
)
from suppliers.web.contract_forms import HEAD, AmendForm, NewContractForm, PaperForm, initial_of

TABS = (
    ("", "All"), (EXPIRING, "End within 90 days"), (NEARLY_USED, "Nearly used up"), (WAITING, "To put in force"),
    *((str(value), str(label)) for value, label in ContractState.choices),
)  # fmt: skip
CSV_HEAD = [
    "Contract", "Title", "Supplier", "Name", "Kind", "State", "Currency", "From", "To", "Ceiling", "Floor", "Ordered",
    "Left", "Sites",
]  # fmt: skip
PRICES = 500
CHANGES = 100
VERBS: dict[str, tuple[Callable[..., Contract], str]] = {
    "agree": (agree_contract, "is in force as written now."),
    "withdraw": (withdraw_amendment, "stays as it is; the amendment is taken back."),
    "terminate": (terminate_contract, "has ended. Orders that are placed go on."),
}


@require_safe
@login_required
def contract_list_page(request: HttpRequest) -> HttpResponse:
    """List contracts by state and by what presses."""
    user = staff(request)
    text, state = _chosen(request)
    context = {
        "page": paginate(request, _matching(user, text, state)), "tabs": TABS, "state": state, "text": text,
        "today": timezone.localdate(), "may_write": access.can_propose_contract(user),
        "may_see_quotations": access.can_see_quotations(user),
    }  # fmt: skip
    return render(request, "suppliers/contracts.html", context)


@require_safe
@login_required
def contracts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Export the filtered list."""
    rows = _matching(staff(request), *_chosen(request)).order_by("-pk").iterator(chunk_size=500)
    lines = (
        [
            c.number, c.title, c.supplier.code, c.supplier.name, c.get_kind_display(), c.get_state_display(), c.currency,
            c.valid_from, c.valid_to, c.ceiling_amount, c.floor_amount, c.ordered_amount, left_of(c),
            " ".join(c.site_codes),
        ]
        for c in rows
    )  # fmt: skip
    return stream_csv("contracts.csv", CSV_HEAD, lines)


def _chosen(request: HttpRequest) -> tuple[str, str]:
    return request.GET.get("q", "").strip()[:60], request.GET.get("state", "")


def _matching(user: User, text: str, state: str) -> Any:
    return contract_list(access.visible_contracts(user), text=text, state=state, today=timezone.localdate())


@require_safe
@login_required
def contract_detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show a contract: what holds, what waits, what is used of it, its versions and papers."""
    return _shown(request, _find(request, number))


def _find(request: HttpRequest, number: str) -> Contract:
    return get_object_or_404(access.visible_contracts(staff(request)).select_related("supplier"), number=number)


def _shown(
    request: HttpRequest, contract: Contract, *, failed: str = "", error: str = "", paper: PaperForm | None = None
) -> HttpResponse:
    user = staff(request)
    prices = list(
        contract.prices.select_related("item", "unit").order_by("item__code", "unit_id", "from_quantity")[: PRICES + 1]
    )
    revisions = revisions_of(contract)
    waiting = next((one for one in revisions if one.version.is_open), None)
    ceiling = contract.ceiling_amount
    wrong = bool(error or (paper and paper.errors))
    context = {
        "contract": contract, "items": [(i, list(t)) for i, t in groupby(prices[:PRICES], key=lambda p: p.item)],
        "has_more": len(prices) > PRICES, "used_percent": contract.ordered_amount / ceiling * 100 if ceiling else None,
        "left": left_of(contract), "days_left": (contract.valid_to - timezone.localdate()).days,
        "revisions": revisions, "waiting": waiting, "changes": waiting.changes[:CHANGES] if waiting else (),
        "more_changes": max(len(waiting.changes) - CHANGES, 0) if waiting else 0, "papers": _papers(contract),
        "history": changes_of(contract), "failed": failed, "error": error,
        "given": request.POST.get("reason", ""), "paper": paper or PaperForm(),
        **_verdicts(user, contract, waiting),
    }  # fmt: skip
    return render(request, "suppliers/contract.html", context, status=422 if wrong else 200)


def _verdicts(user: User, contract: Contract, waiting: Revision | None) -> dict[str, Any]:
    writes = bool(access.can_propose_contract(user))
    is_active = contract.state == ContractState.ACTIVE
    return {
        "may_amend": writes and (contract.state == ContractState.DRAFT or (is_active and waiting is None)),
        "may_end": is_active and bool(access.can_end_contract(user)), "may_add": writes,
        "may_withdraw": writes and is_active and waiting is not None,
        "agreeing": access.can_agree_contract(user, waiting.version) if waiting else None,
    }  # fmt: skip


def _papers(contract: Contract) -> Any:
    return contract.papers.select_related("added_by").defer("content")


@takes_long(LARGEST)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contract_new(request: HttpRequest) -> HttpResponse:
    """Write a contract."""
    user = staff(request)
    admitted(request, access.can_propose_contract(user))
    start = timezone.localdate()
    initial = {
        "valid_from": start, "currency": "GBP", "prices": HEAD + "\n", "supplier": request.GET.get("supplier", ""),
    }  # fmt: skip
    form = NewContractForm(request.POST or None, initial=initial)

    def act() -> Contract:
        return propose_contract(supplier_id=form.cleaned_data["supplier"].pk, terms=form.terms(), actor=user, at=now())

    made = tried(form, act)
    if made is not None:
        messages.success(request, f"{made} is written. A second person puts it in force.")
        return redirect("contract", made.number)
    return render(request, "suppliers/contract_form.html", {"form": form}, status=422 if form.errors else 200)


@takes_long(LARGEST)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contract_amend(request: HttpRequest, number: str) -> HttpResponse:
    """Rewrite a draft, or propose an amendment of what is in force."""
    contract = _find(request, number)
    user = staff(request)
    admitted(request, access.can_propose_contract(user))
    form = AmendForm(request.POST or None, initial=initial_of(written_terms(contract)))

    def act() -> Contract:
        return amend_contract(
            contract_id=contract.pk, expected_version=seen_version(request), terms=form.terms(),
            reason=form.cleaned_data["reason"], actor=user, at=now(),
        )  # fmt: skip

    done = tried(form, act)
    if done is not None:
        messages.success(request, f"{done} is changed in writing. A second person puts it in force.")
        return redirect("contract", number)
    context = {"form": form, "contract": contract, "version": request.POST.get("version") or contract.version}
    return render(request, "suppliers/contract_form.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def contract_act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Put in force, take back or end; a refusal comes back beside its form."""
    contract = _find(request, number)
    if verb not in VERBS:
        raise Http404
    service, said = VERBS[verb]
    reason = {} if verb == "agree" else {"reason": words(request)}
    try:
        service(
            contract_id=contract.pk, expected_version=seen_version(request), actor=staff(request), at=now(), **reason
        )
    except InvalidError as error:
        return _shown(request, contract, failed=verb, error=error.message)
    messages.success(request, f"{contract} {said}")
    return redirect("contract", number)


@require_POST
@login_required
def contract_paper_add(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a file with the contract."""
    contract = _find(request, number)
    user = staff(request)
    admitted(request, access.can_propose_contract(user))
    form = PaperForm(request.POST, request.FILES)

    def act() -> object:
        file = form.cleaned_data["file"]
        return add_contract_paper(
            contract_id=contract.pk, name=file.name, content=file.read(uploads.MAX_BYTES + 1), actor=user, at=now()
        )

    if tried(form, act) is None:
        return _shown(request, contract, paper=form)
    messages.success(request, "The file is kept with the contract.")
    return redirect("contract", number)


@require_safe
@login_required
def contract_paper(request: HttpRequest, number: str, paper_id: int) -> HttpResponse:
    """Download a file of the contract; it is never shown inside a page."""
    paper = get_object_or_404(_find(request, number).papers, pk=paper_id)
    return attachment(bytes(paper.content), paper.name, paper.content_type)
