"""A policy from a file: judged cell by cell, shown as what it would change, and made a draft when that is wanted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation.errors import InvalidError, require
from foundation.intake import xlsx
from foundation.web.attachment import attachment
from policies import access
from policies.models import PolicyImport
from policies.selectors.imports import MOST_BYTES, faults_workbook, import_of
from policies.services import bring_in_file, make_draft_of_file
from policies.web.shared import PAGES, StaffRequest, kind_of, now, put_error

SHOWN = 200  # faults and changes on the page


class BringForm(forms.Form):
    """A file, and a note for the draft."""

    file = forms.FileField(
        label="File", error_messages={"required": "Choose a file."}, widget=forms.FileInput(attrs={"accept": ".xlsx,.json"}),
        help_text="A workbook or JSON, as an export writes it.",
    )  # fmt: skip
    note = forms.CharField(required=False, max_length=200, label="Note", help_text="Why, for whoever publishes it.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bring_in(request: StaffRequest, page: str) -> HttpResponse:
    """Judge a file and say what it would change; a long one goes to a worker, whose progress is shown."""
    kind = kind_of(page)
    require(access.can_draft(request.user))
    form = BringForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "page": page, "kind": kind}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            brought = bring_in_file(
                kind=kind, name=file.name, content=file.read(MOST_BYTES + 1), note=form.cleaned_data["note"],
                actor=request.user, at=now(),
            )  # fmt: skip
        except InvalidError as error:
            put_error(form, error)
        else:
            if brought.job is not None:
                return redirect("job", brought.job.pk)
            context |= _found(brought)
    wrong = bool(form.errors or context.get("faults"))
    return render(request, "policies/bring.html", context, status=422 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def brought_in(request: StaffRequest, page: str, import_id: int) -> HttpResponse:
    """Show what was found in a file, and make the draft when the person says so and nothing is unfit."""
    kind = kind_of(page)
    require(access.can_draft(request.user))
    brought = import_of(kind, import_id)
    context: dict[str, Any] = {"form": BringForm(), "page": page, "kind": kind}
    if request.method == "POST":
        try:
            brought = make_draft_of_file(import_id=brought.pk, actor=request.user, at=now())
        except InvalidError as error:
            context["refused"] = error.message
        else:
            return _made(request, page, brought)
    return render(
        request, "policies/bring.html", context | _found(brought), status=422 if "refused" in context else 200
    )


def _made(request: StaffRequest, page: str, brought: PolicyImport) -> HttpResponse:
    if brought.draft is None and brought.job is not None:
        return redirect("job", brought.job.pk)
    assert brought.draft is not None  # noqa: S101 - made, or a worker makes it
    messages.success(request, f"{brought.draft} says what the file says. Nothing changes until it is published.")
    return redirect("policy_changes", PAGES[kind_of(page)], brought.draft.number)


@require_safe
@login_required
def faults(request: StaffRequest, page: str, import_id: int) -> HttpResponse:
    """Send everything that is to be mended in a file as a workbook."""
    kind = kind_of(page)
    require(access.can_draft(request.user))
    brought = import_of(kind, import_id)
    stem = brought.name.rpartition(".")[0] or "file"
    return attachment(faults_workbook(brought), f"{stem} to mend.xlsx", xlsx.CONTENT_TYPE)


def _found(brought: PolicyImport) -> dict[str, Any]:
    if brought.fault_count:
        return {
            "brought": brought, "faults": brought.faults[:SHOWN], "more": max(brought.fault_count - SHOWN, 0),
        }  # fmt: skip
    return {
        "brought": brought,
        "lines": brought.lines[:SHOWN],
        "more": max(len(brought.lines) - SHOWN, 0),
        "blocking": sum(1 for _, blocks in brought.findings if blocks),
    }
