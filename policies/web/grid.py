"""The matrix as a spreadsheet of plain inputs: typed, pasted, checked and tried before anything is stored (AP-9, UX 6.6)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import InvalidError, StaleError
from foundation.web.typed import seen_version, takes_long
from policies.decisions.grid_columns import BY_NAME, COLUMNS, Column
from policies.decisions.grid_paste import HEADS, SHEET
from policies.models import PolicyVersion
from policies.selectors import history_of
from policies.services import save_grid
from policies.web.grid_rows import GridRow, as_inputs, digest, numbered, stored_rows
from policies.web.shared import StaffRequest, draft_to_edit, frame, now, zone_of
from policies.web.sheet import Sheet, read_sheet

OTHER_FIELDS = 150  # of the form besides the cells: the case, keys, buttons
MOST_PASTED = 500_000  # characters


@takes_long(MOST_PASTED)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def grid(request: StaffRequest, number: int) -> HttpResponse:
    """Change every row of a draft in one table; what is typed is stored by one press, or not at all."""
    policy = draft_to_edit(request, "approvals", number)
    sheet = read_sheet(request, policy)
    status = 422 if sheet.notes else 200
    if request.POST.get("act") == "save":
        answer = _save(request, sheet)
        if isinstance(answer, HttpResponse):
            return answer
        status = answer
    return render(request, "policies/grid.html", _context(request, sheet, status), status=status)


@require_POST
@login_required
def check(request: StaffRequest, number: int) -> HttpResponse:
    """Judge the grid as it is typed and store nothing: findings, cells at fault, and the case that is tried."""
    policy = draft_to_edit(request, "approvals", number)
    sheet = read_sheet(request, policy)
    context = {**_context(request, sheet, 200), "is_live": True}
    if policy.version != seen_version(request):
        context["moved_on"] = _last_change(policy)
    return render(request, "policies/grid_check.html", context)


def _context(request: StaffRequest, sheet: Sheet, status: int) -> dict[str, Any]:
    refused = status in {409, 422}
    # Before a save what was on the screen first stays what was seen; a conflict that is shown has been seen.
    kept = request.method == "POST" and status != 409  # noqa: PLR2004 - the status of a conflict
    most = (settings.DATA_UPLOAD_MAX_NUMBER_FIELDS - OTHER_FIELDS) // (len(sheet.columns) + 1)
    return {
        **frame(request, sheet.policy),
        "sheet": sheet,
        "seen": seen_version(request) if kept else sheet.policy.version,
        "had": request.POST.get("had", "") if kept else "".join(f"{rule.pk} " for rule in sheet.stored),
        "lists": list(sheet.lists()),
        "faults": sheet.faults(),
        "findings": sheet.findings(),
        "blocking": sheet.blocking(),
        "unread": sheet.unread(),
        "patched": sheet.patched(),
        "case": sheet.case,
        "outcome": sheet.outcome,
        "hidden": len(COLUMNS) - len(sheet.columns),
        "paste_heads": json.dumps(HEADS),
        "paste_sheet": json.dumps(list(SHEET)),
        "most_rows": most,
        "too_many": len(sheet.rows) > most,
        "all_columns": COLUMNS,
        "wrong": refused,
        "last_change": _last_change(sheet.policy) if status == 409 else None,  # noqa: PLR2004 - the status of a conflict
    }


def _last_change(policy: PolicyVersion) -> Any:
    return history_of(policy, 1).first()


def _save(request: StaffRequest, sheet: Sheet) -> HttpResponse | int:
    """Store the rows and open the grid again, or return the status with which the same rows are shown."""
    if sheet.faults():
        return 422
    try:
        save_grid(
            version_id=sheet.policy.pk, expected_version=seen_version(request), actor=request.user, at=now(),
            rows=as_inputs(sheet.rows, sheet.stored),
        )  # fmt: skip
    except StaleError:
        _show_both(request, sheet)
        return 409
    except InvalidError as error:
        _put_fault(sheet, error)
        return 422
    messages.success(request, f"Saved at {now().astimezone(zone_of(request.user)):%H:%M}.")
    return redirect("policy_grid", sheet.policy.number)


def _put_fault(sheet: Sheet, error: InvalidError) -> None:
    """Put a refusal into the cell it names, or into the first one."""
    if not sheet.rows:
        sheet.rows = numbered([GridRow(None, False, dict.fromkeys(BY_NAME, ""))])
    place, name = int(error.details.get("row", 0)), str(error.details.get("field", ""))
    sheet.rows[place].faults[name if name in BY_NAME else "name"] = error.message


def _gone_untouched(row: GridRow, before: Mapping[int | None, GridRow], columns: Sequence[Column]) -> bool:
    """Say whether others took out a row in which nothing was changed here."""
    return row.pk is not None and row.pk not in before and row.was == digest(row, columns)


def _merge(row: GridRow, stands: GridRow, columns: Sequence[Column]) -> None:
    """Take what others wrote in a row that was not touched here, keep a row that only was, and dispute the rest."""
    written = digest(stands, columns)
    if row.was == digest(row, columns) and row.texts != stands.texts:
        row.texts, row.faults, row.state = dict(stands.texts), {}, "theirs"
    elif row.was not in {written, digest(row, columns)}:
        row.is_disputed = row.texts != stands.texts
    row.was = written


def _show_both(request: StaffRequest, sheet: Sheet) -> None:
    """Put what is stored now beside what was typed; rows that others added since come in, none is lost."""
    had = set(request.POST.get("had", "").split())
    before = {row.pk: row for row in stored_rows(sheet.stored, sheet.ground)}
    mine = {row.pk for row in sheet.rows}
    sheet.rows = [row for row in sheet.rows if not _gone_untouched(row, before, sheet.columns)]
    for row in sheet.rows:
        stands = before.get(row.pk)
        if stands is not None and row.was:
            _merge(row, stands, sheet.columns)
            if not row.is_disputed:
                continue
        if stands is not None:
            for name, text in stands.texts.items():
                if text != row.texts[name]:
                    sheet.theirs[row.pk, name] = text or "empty"
        elif row.pk is not None:
            row.state = "taken out"
    added = [row for pk, row in before.items() if pk not in mine and str(pk) not in had]
    for row in added:
        row.state = "added"
    sheet.rows = numbered([*sheet.rows, *added])
