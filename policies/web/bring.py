"""A policy from a file: judged cell by cell, shown as what it would change, and made a draft when that is wanted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.errors import InvalidError, require
from foundation.intake import strict_json, uploads, xlsx
from foundation.web.typed import takes_long
from policies import access
from policies.decisions.exchange import MOST_ROWS, Taken, from_json, to_json
from policies.decisions.exchange_tables import MOST_COLUMNS, from_tables
from policies.models import PolicyKind
from policies.selectors import ground_today
from policies.selectors.content import Ground
from policies.selectors.judgement import Judgement, foresee, judge
from policies.services import import_draft
from policies.web import matrix
from policies.web.shared import PAGES, StaffRequest, kind_of, now, put_error

LARGEST_JSON = 5 * 1024 * 1024
LARGEST = 1_500_000  # letters of a judged file, packed, on its way through the page
SHOWN = 200  # faults and changes on the page
_SALT, _HOURS = "policies.bring_in", 12


class BringForm(forms.Form):
    """A file, or the same file once more after it was judged; and a note for the draft."""

    file = forms.FileField(
        label="File", error_messages={"required": "Choose a file."}, widget=forms.FileInput(attrs={"accept": ".xlsx,.json"}),
        help_text="A workbook or JSON, as an export writes it.",
    )  # fmt: skip
    note = forms.CharField(required=False, max_length=200, label="Note", help_text="Why, for whoever publishes it.")
    judged = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("judged", "").strip()

    def taken(self, kind: str, ground: Ground) -> Taken:
        """Return what was read of the file.

        :raises InvalidError: it cannot be read at all.
        """
        if self.cleaned_data["judged"]:
            return from_json(_unpacked(self.cleaned_data["judged"]), kind, ground.known)
        file = self.cleaned_data["file"]
        sent = uploads.check(file.name, file.read(LARGEST_JSON + 1), kinds=frozenset({"xlsx", "json"}))
        if sent.kind == "json":
            return from_json(strict_json.loads(sent.content, most=LARGEST_JSON), kind, ground.known)
        sheets = xlsx.read(sent.content, most_rows=MOST_ROWS + 1, most_columns=MOST_COLUMNS)
        return from_tables(xlsx.as_mapping(sheets), kind, ground.known)


def _packed(judged: Judgement) -> str:
    return signing.dumps(to_json(judged.document, judged.ground.known.currency, {}), salt=_SALT, compress=True)


def _unpacked(text: str) -> Any:
    try:
        return signing.loads(text, salt=_SALT, max_age=_HOURS * 3600)
    except signing.BadSignature as error:
        raise InvalidError("file_gone", "The file was judged too long ago. Choose it again.", field="file") from error


@takes_long(LARGEST)
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bring_in(request: StaffRequest, page: str) -> HttpResponse:
    """Judge a file and say what it would change; made a draft when the person says so and nothing is unfit."""
    kind = kind_of(page)
    require(access.can_draft(request.user))
    form = BringForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "page": page, "kind": kind, "pages": PAGES.items()}
    if request.method == "POST" and form.is_valid():
        try:
            ground = ground_today()
            taken = form.taken(kind, ground)
            if request.POST.get("act") == "make":
                return _made(request, form, taken)
            context |= _judged(judge(taken, ground, now()))
        except InvalidError as error:
            put_error(form, error)
    wrong = bool(form.errors or context.get("faults"))
    return render(request, "policies/bring.html", context, status=422 if wrong else 200)


def _made(request: StaffRequest, form: BringForm, taken: Taken) -> HttpResponse:
    made = import_draft(taken=taken, note=form.cleaned_data["note"], actor=request.user, at=now())
    messages.success(request, f"{made} says what the file says. Nothing changes until it is published.")
    return redirect("policy_changes", PAGES[PolicyKind(made.kind)], made.number)


def _judged(judged: Judgement) -> dict[str, Any]:
    if judged.faults:
        return {
            "faults": judged.faults[:SHOWN],
            "count": len(judged.faults),
            "more": max(len(judged.faults) - SHOWN, 0),
        }
    prospect = foresee(judged, now())
    return {
        "fit": judged, "packed": _packed(judged), "base": judged.base, "lines": prospect.lines[:SHOWN],
        "more": max(len(prospect.lines) - SHOWN, 0), "notes": prospect.notes,
        **(matrix.checks(prospect.analysis) if prospect.analysis else {}),
    }  # fmt: skip
