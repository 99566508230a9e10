"""The award of a request for quotation, the contract that follows, and the comparison as a workbook (SO-4)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import ConflictError, InvalidError
from foundation.intake import xlsx
from foundation.web.door import admitted, now, staff, tried
from foundation.web.typed import seen_version, words
from suppliers import access, services
from suppliers.decisions.quotation import ALTERNATIVE, AS_ASKED
from suppliers.models import QuotationRequest
from suppliers.selectors.quotations import comparison_of
from suppliers.services import Choice, ContractPlan
from suppliers.web.quotation_comparison import contract_form, heads_of
from suppliers.web.quotation_page import found, shown


@require_POST
@login_required
def quotation_award(request: HttpRequest, number: str) -> HttpResponse:
    """Award line by line as marked, or everything a supplier answered to that supplier."""
    rfq = found(request, number)
    try:
        services.award_quotation_request(
            request_id=rfq.pk, expected_version=seen_version(request), choices=_choices(request, rfq),
            actor=staff(request), at=now(),
        )  # fmt: skip
    except InvalidError as error:
        return shown(request, rfq, error=error)
    messages.success(request, f"{rfq} is awarded. Winners and the others have their letters.")
    return redirect("quotation", number)


def _choices(request: HttpRequest, rfq: QuotationRequest) -> list[Choice]:
    whole = request.POST.get("whole_code", "")[:16] if request.POST.get("all") else ""
    reason = words(request, "whole_reason") if whole else ""
    chosen = []
    for line in rfq.lines.order_by("line_no"):
        name = str(line.line_no)
        if whole:
            chosen.append(Choice(line.line_no, whole, AS_ASKED, reason))
        elif marked := request.POST.get(f"award-{name}", "")[:24]:
            option, _, code = marked.partition(":")
            chosen.append(Choice(line.line_no, code, int(option == str(ALTERNATIVE)), words(request, f"reason-{name}")))
    if whole:
        opened = comparison_of(rfq)
        cells = opened.comparison.cells if opened else {}
        chosen = [one for one in chosen if (one.line_no, whole, AS_ASKED) in cells]
    return chosen


@require_POST
@login_required
def quotation_contract(request: HttpRequest, number: str) -> HttpResponse:
    """Write what a supplier won into a contract; a second person puts it in force."""
    rfq = found(request, number)
    admitted(request, access.can_propose_contract(staff(request)))
    code = request.POST.get("supplier", "")[:16]
    award = rfq.awards.filter(supplier__code=code).select_related("supplier").first()
    if award is None:
        raise ConflictError("nothing_won", f"{code or 'Nobody'} won nothing of {rfq}.")
    supplier = award.supplier
    form = contract_form(rfq, supplier, award.currency, request.POST)

    def act() -> Any:
        data = form.cleaned_data
        held = data["contract"]
        plan = ContractPlan(data["title"], data["valid_from"], data["valid_to"], held.number if held else "")
        return services.put_award_in_contract(
            request_id=rfq.pk, expected_version=seen_version(request), supplier_id=supplier.pk, plan=plan,
            actor=staff(request), at=now(),
        )  # fmt: skip

    contract = tried(form, act)
    if contract is None:
        messages_ = [str(text) for texts in form.errors.values() for text in texts]
        return shown(
            request, rfq, error=InvalidError("contract_unfit", " ".join(messages_), field=f"contract-{supplier.code}")
        )
    messages.success(request, f"{contract} holds what {supplier} won. A second person puts it in force.")
    return redirect("contract", contract.number)


@require_safe
@login_required
def quotation_xlsx(request: HttpRequest, number: str) -> HttpResponse:
    """Export the answers side by side; a sealed request has no such file."""
    rfq = found(request, number)
    opened = comparison_of(rfq)
    if opened is None:
        raise Http404
    heads = heads_of(opened)
    head: list[Any] = ["Line", "Item", "What", "Quantity", "Unit", "Site", "Needed by"]
    for one in heads:
        name = one.supplier.name
        head += [f"{name}, {one.currency} per unit", f"{name}, {opened.base}", f"{name}, days", f"{name}, least"]
    rows: list[list[Any]] = [head]
    for line in opened.lines:
        row: list[Any] = [
            line.line_no, line.item.code if line.item else "", line.description, line.quantity, line.unit.code,
            line.ship_to.code, line.need_by,
        ]  # fmt: skip
        for one in heads:
            cell = opened.comparison.cells.get((line.line_no, one.supplier.code, AS_ASKED))
            row += (
                [cell.per_unit, cell.base_amount, cell.price.lead_time_days, cell.price.minimum] if cell else [None] * 4
            )
        rows.append(row)
    totals: list[Any] = ["Total", *[""] * 6]
    for one in heads:
        totals += ["", one.column.base_total, one.column.longest_lead_days, ""]
    sheet: xlsx.Sheet = ("Comparison", [8, 14, 36, 12, 8, 10, 14] + [18] * 4 * len(heads), [*rows, totals])
    headers = {"Content-Disposition": f'attachment; filename="{rfq.number}.xlsx"'}
    return HttpResponse(xlsx.write([sheet]), content_type=xlsx.CONTENT_TYPE, headers=headers)
