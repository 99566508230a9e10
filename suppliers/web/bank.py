"""Changes of suppliers' bank accounts, for who proposes, checks and approves them (SU-2)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.access import holds_anywhere
from foundation.errors import ConflictError, InvalidError, require
from foundation.models import User
from foundation.roles import VIEW
from foundation.selectors import timeline
from foundation.verdict import Verdict
from foundation.web.attachment import attachment
from foundation.web.door import admitted, now, put_error, staff, tried
from foundation.web.keyset import paginate
from foundation.web.typed import seen_version
from suppliers import access, services
from suppliers.decisions.bank_change import Standing, may_approve
from suppliers.models import BankChange, BankChangeState, Supplier
from suppliers.selectors.bank import account_in_force, open_case_of
from suppliers.services import ProposedAccount, propose_bank_change
from suppliers.validators import AccountForm, CallForm, EvidenceForm, WhyForm, evidence_of

TABS = (("open", "Open"), *((str(value), str(label)) for value, label in BankChangeState.choices), ("all", "All"))
DONE = {
    "evidence": "The evidence is kept.", "call": "The call-back is kept.", "approve": "The account is approved.",
    "refuse": "The change is refused; the old account stays.", "withdraw": "The change is withdrawn.",
}  # fmt: skip
OPEN = (BankChangeState.PROPOSED, BankChangeState.APPROVED)


@require_safe
@login_required
def bank_changes(request: HttpRequest) -> HttpResponse:
    """List changes of bank accounts, newest first; the open ones unless asked otherwise."""
    admitted(request, access.can_see_bank_changes(staff(request)))
    state = request.GET.get("state", "") or "open"
    rows = BankChange.objects.defer("evidence").select_related("supplier", "created_by")
    if state != "all":
        rows = rows.filter(state__in=OPEN if state == "open" else [state])
    context = {"page": paginate(request, rows), "tabs": TABS, "state": state}
    return render(request, "suppliers/bank/list.html", context)


@require_safe
@login_required
def bank_change(request: HttpRequest, number: str) -> HttpResponse:
    """Show a change with the account in force beside it, what was checked and what is missing."""
    return _page(request, _change(request, number))


def _change(request: HttpRequest, number: str) -> BankChange:
    rows = BankChange.objects.defer("evidence")
    if not holds_anywhere(staff(request), VIEW):
        raise Http404
    change = get_object_or_404(
        rows.select_related("supplier", "created_by", "called_by", "approved_by", "remit_to"), number=number
    )
    require(access.can_see_bank_changes(staff(request)))
    return change


def _page(request: HttpRequest, change: BankChange, *, verb: str = "", form: forms.Form | None = None) -> HttpResponse:
    user, case = staff(request), open_case_of(change.number)
    blank: dict[str, forms.Form] = {
        "evidence": EvidenceForm(), "call": CallForm(change), "refuse": WhyForm(auto_id="id_refuse_%s"),
        "withdraw": WhyForm(auto_id="id_withdraw_%s"),
    }  # fmt: skip
    if verb and form is not None:
        blank[verb] = form
    context: dict[str, Any] = {
        "change": change, "forms": blank, "failed": verb, "wrong": form, "in_force": account_in_force(change.supplier),
        "may_check": access.can_check_bank_change(user), "verdict": verdict_on(change, user, case),
        "may_withdraw": access.can_withdraw_bank_change(user, change), "case": case,
        "is_open": change.closed_at is None, "history": timeline("bank_change", change.pk),
        "steps": _steps(change),
    }  # fmt: skip
    return render(request, "suppliers/bank/detail.html", context, status=422 if form is not None else 200)


def verdict_on(change: BankChange, user: User, case: str) -> Verdict:
    """Judge what stands between a change and its approval by a person; whom the machine asks is its own business."""
    known = (change.created_by_id, bool(change.evidence_sha256), change.called_by_id, case)
    return may_approve(Standing(*known), actor_id=user.pk)


def _steps(change: BankChange) -> list[tuple[str, bool, str]]:
    """Return what must be done before the account is in force, whether it is, and by whom."""
    return [
        ("Evidence", bool(change.evidence_sha256), change.evidence_name),
        ("Call-back", change.called_by_id is not None, f"{change.called_by}: {change.called_whom}"),
        ("Second person", change.approved_by_id is not None, str(change.approved_by)),
        ("Cooling-off", change.state == BankChangeState.IN_FORCE, ""),
    ]


@require_POST
@login_required
def bank_change_do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Attach evidence, record the call-back, approve, refuse or withdraw; a refusal comes back beside its form."""
    change = _change(request, number)
    if verb not in DONE:
        raise Http404
    known: dict[str, Any] = {
        "change_id": change.pk, "expected_version": seen_version(request), "actor": staff(request), "at": now(),
    }  # fmt: skip
    form = _form(request, change, verb)

    def act() -> object:
        data = form.cleaned_data
        if verb == "evidence":
            return services.add_bank_evidence(**known, evidence=evidence_of(data["file"]))
        if verb == "call":
            contact = data["contact"]
            said = {"directory": data["directory"], "said": data["said"]}
            return services.record_call_back(**known, contact_id=contact.pk if contact else None, **said)
        if verb == "approve":
            seen = {"expected_version": known["expected_version"], "seen_hash": request.POST.get("hash", "")}
            by = {"actor": known["actor"], "at": known["at"], "reason": ""}
            return services.approve_bank_change(pk=change.pk, **seen, **by)
        end = services.refuse_bank_change if verb == "refuse" else services.withdraw_bank_change
        return end(**known, reason=data["reason"])

    if tried(form, act) is None:
        return _page(request, change, verb=verb, form=form)
    messages.success(request, DONE[verb])
    return redirect("bank_change", number)


def _form(request: HttpRequest, change: BankChange, verb: str) -> forms.Form:
    if verb == "evidence":
        return EvidenceForm(request.POST, request.FILES)
    if verb == "call":
        return CallForm(change, request.POST)
    return forms.Form(request.POST) if verb == "approve" else WhyForm(request.POST, auto_id=f"id_{verb}_%s")


@require_safe
@login_required
def bank_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Hand out the evidence of a change as a file; it is never shown inside a page."""
    change = _change(request, number)
    if not change.evidence_sha256:
        raise Http404
    content = bytes(BankChange.objects.values_list("evidence", flat=True).get(pk=change.pk) or b"")
    ending = change.evidence_name.rpartition(".")[2].lower()
    return attachment(content, f"{change.number}.{ending}", change.evidence_type)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bank_new(request: HttpRequest, code: str) -> HttpResponse:
    """Propose a new account for a supplier, as told by a letter or a call."""
    supplier = get_object_or_404(access.visible_suppliers(staff(request)), code=code)
    require(access.can_propose_bank_change(staff(request), supplier.pk))
    form = AccountForm(request.POST or None, request.FILES or None, initial={"country": supplier.country})
    change = _proposed(request, supplier, form)
    if change is None:
        context = {"form": form, "supplier": supplier}
        return render(request, "suppliers/bank/new.html", context, status=422 if form.errors else 200)
    messages.success(request, f"{change.number} is proposed. Payments to {supplier} wait until it is decided.")
    return redirect("bank_change", change.number)


def _proposed(request: HttpRequest, supplier: Supplier, form: AccountForm) -> BankChange | None:
    try:
        return tried(
            form,
            lambda: propose_bank_change(
                supplier_id=supplier.pk,
                proposed=ProposedAccount(**form.given()),
                source="page",
                actor=staff(request),
                at=now(),
            ),
        )
    except ConflictError as error:
        put_error(form, InvalidError(error.code, error.message, field="account"))
        return None
