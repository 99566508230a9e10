"""The approval matrix on screen: rows in words, findings, a case that lights its row, and the grid of amounts."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import InvalidError
from foundation.web.typed import seen_version
from policies.decisions.matrix import Rule
from policies.decisions.rule_words import conditions
from policies.decisions.staffing import called
from policies.decisions.world import Finding
from policies.models import PolicyVersion
from policies.selectors import ROLE_NAMES, Analysis, RuleRow, analyse, assemble, fallback_role_of, rule_rows
from policies.services import BandInput, delete_rule, move_rule, save_bands
from policies.web.case import CaseForm, Outcome, as_query, outcome
from policies.web.shared import StaffRequest, draft_to_edit, frame, now, put_error

CASE_FIELDS = ("amount", "site")


@dataclass(frozen=True, slots=True)
class RowOnScreen:
    """A row as people read it."""

    pk: int
    key: str
    rule: Rule
    when: tuple[str, ...]
    stages: tuple[str, ...]
    is_hit: bool
    findings: tuple[Finding, ...]

    @property
    def is_additional(self) -> bool:
        """Say whether the row adds stages to whatever base row decides."""
        return self.key.startswith("+")


def body(request: StaffRequest, policy: PolicyVersion) -> dict[str, Any]:
    """Return a version's rows, what is wrong with them and the case that is being tried."""
    rows = rule_rows(policy)
    analysis = analyse(policy, assemble(policy, rows), at=now())
    tried = any(name in request.GET for name in CASE_FIELDS)
    case = CaseForm(request.GET if tried else None, analysis.world, analysis.roster)
    result = outcome(case, policy, analysis) if tried and case.is_valid() else None
    return {
        "rows": [on_screen(row, analysis, result) for row in rows],
        **checks(analysis),
        "case": case,
        "outcome": result,
        "fallback": ROLE_NAMES.get(fallback_role_of(policy), ""),
    }


def checks(analysis: Analysis) -> dict[str, Any]:
    """Return what is wrong, each with the address of a document that shows it."""
    found = [(one, as_query(one.example) if one.example else "") for one in analysis.findings]
    blocking = sum(1 for one in analysis.findings if one.blocks)
    return {"findings": found, "blocking": blocking}


def on_screen(row: RuleRow, analysis: Analysis, result: Outcome | None) -> RowOnScreen:
    """Return a row in words."""
    key = f"+{row.rule.position}" if row.is_additional else str(row.rule.position)
    stages = tuple(
        f"{called(stage, analysis.roster)}{', all of them' if stage.completion == 'all' else ''}"
        for stage in row.rule.stages
    )
    return RowOnScreen(
        pk=row.pk,
        key=key,
        rule=row.rule,
        when=conditions(row.rule, analysis.world, ROLE_NAMES),
        stages=stages,
        is_hit=result is not None and key in result.rows,
        findings=tuple(found for found in analysis.findings if found.row == key),
    )


class BandForm(forms.Form):
    """Name and amount band of one row of the grid."""

    name = forms.CharField(max_length=120, label="Name")
    amount_from = forms.DecimalField(
        required=False, min_value=0, max_digits=18, decimal_places=4, label="Above",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )  # fmt: skip
    amount_to = forms.DecimalField(
        required=False, min_value=0, max_digits=18, decimal_places=4, label="Up to",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
    )  # fmt: skip

    def __init__(self, row: RuleRow, data: Any = None) -> None:
        rule = row.rule
        start = {"name": rule.name, "amount_from": _plain(rule.amount_from), "amount_to": _plain(rule.amount_to)}
        super().__init__(data, prefix=f"r{row.pk}", initial=start)
        self.row = row
        self.key = f"+{rule.position}" if row.is_additional else str(rule.position)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label}, row {self.key}"
            field.error_messages |= {
                "invalid": f"Row {self.key}: write a number, such as 5000.",
                "required": f"Row {self.key}: {name} is missing.",
            }

    def as_input(self) -> BandInput:
        """Return the row as the service takes it."""
        data = self.cleaned_data
        return BandInput(self.row.pk, data["name"], data["amount_from"], data["amount_to"])


def _plain(amount: Any) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def grid(request: StaffRequest, number: int) -> HttpResponse:
    """Change names and amounts of all rows in one table."""
    policy = draft_to_edit(request, "approvals", number)
    forms_ = [BandForm(row, request.POST or None) for row in rule_rows(policy)]
    if request.method == "POST" and all([form.is_valid() for form in forms_]):  # noqa: C419 - every row shows its errors
        try:
            save_bands(
                version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now(),
                rows=[form.as_input() for form in forms_],
            )  # fmt: skip
        except InvalidError as error:
            put_error(next(form for form in forms_ if form.row.pk == error.details["rule_id"]), error)
        else:
            return redirect("policy", "approvals", number)
    wrong = any(form.errors for form in forms_)
    context = {**frame(request, policy), "forms": forms_, "wrong": wrong}
    return render(request, "policies/grid.html", context, status=422 if wrong else 200)


@require_POST
@login_required
def move(request: StaffRequest, number: int, rule_id: int, verb: str) -> HttpResponse:
    """Move a row up or down, or take it out."""
    policy = draft_to_edit(request, "approvals", number)
    seen = seen_version(request)
    if verb == "remove":
        delete_rule(version_id=policy.pk, expected_version=seen, rule_id=rule_id, actor=request.user, at=now())
    elif verb in {"up", "down"}:
        move_rule(
            version_id=policy.pk, expected_version=seen, rule_id=rule_id, up=verb == "up", actor=request.user, at=now()
        )
    else:
        raise Http404
    return redirect("policy", "approvals", number)
