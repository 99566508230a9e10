"""Approving less than was asked: cut a quantity, strike a line, say why (AP-4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from foundation.errors import InvalidError, require
from foundation.web.numbers import read_number
from procurement import access
from procurement.models import Requisition
from procurement.selectors.decision_lines import ComparedLine, compared_lines
from procurement.services import approve_requisition
from procurement.web.orders import StaffRequest


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


@dataclass(slots=True)
class Row:
    """One line of the form: what is asked, what was typed, and what is wrong with it."""

    line: ComparedLine
    typed: str
    strike: bool = False
    error: str = ""
    quantity: Decimal = field(default=Decimal(0))

    @property
    def number(self) -> int:
        """The line's number."""
        return self.line.row.line_no

    def read(self) -> None:
        """Read the quantity to approve; a struck line is zero, an empty box is no answer."""
        if self.strike:
            return
        try:
            self.quantity = read_number(self.typed)
        except ValidationError as error:
            self.error = error.messages[0] if self.typed else "Enter a quantity, or strike the line."


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def approve_less(request: StaffRequest, number: str) -> HttpResponse:
    """Show the lines with the quantities asked for; approve the smaller ones that come back."""
    rows = (access.visible_requisitions(request.user) | access.requisitions_to_decide(request.user)).distinct()
    requisition = get_object_or_404(rows.select_related("ship_to", "requester"), number=number)
    require(access.can_decide(request.user, requisition))
    lines = [line for line in compared_lines(requisition.pk) if not line.row.is_struck]
    if request.method != "POST":
        return _page(request, requisition, [Row(line, f"{line.row.quantity.normalize():f}") for line in lines])
    typed = [_typed(line, request.POST) for line in lines]
    errors = [(f"line-{row.number}", f"Line {row.number}: {row.error}") for row in typed if row.error]
    if not errors:
        try:
            approve_requisition(
                pk=requisition.pk, expected_version=None, seen_hash=request.POST.get("hash") or None,
                actor=request.user, reason=request.POST.get("reason", "").strip()[:500], at=_now(),
                quantities={row.number: row.quantity for row in typed},
            )  # fmt: skip
        except InvalidError as error:
            errors = [_placed(error, typed)]
        else:
            messages.success(request, f"{number} approved as you changed it.")
            return redirect("inbox")
    return _page(request, requisition, typed, errors)


def _typed(line: ComparedLine, data: Mapping[str, str]) -> Row:
    row = Row(line, data.get(f"line-{line.row.line_no}", "").strip()[:40], bool(data.get(f"strike-{line.row.line_no}")))
    row.read()
    return row


def _placed(error: InvalidError, rows: Sequence[Row]) -> tuple[str, str]:
    """Put a refusal of the service beside the input it is about; the whole form when it is about no single one."""
    place = str(error.details.get("field", ""))
    for row in rows:
        if place == f"line-{row.number}":
            row.error = error.message.removeprefix(f"Line {row.number}: ")
    return place if place != "lines" or not rows else f"line-{rows[0].number}", error.message


def _page(
    request: StaffRequest, requisition: Requisition, rows: Sequence[Row], errors: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    context = {
        "requisition": requisition,
        "rows": rows,
        "errors": errors,
        "reason": request.POST.get("reason", ""),
        "reason_error": next((text for place, text in errors if place == "reason"), ""),
    }
    return render(request, "procurement/requisition/approve_less.html", context, status=422 if errors else 200)
