"""A row of a draft matrix as typed: its band, its conditions, its stages."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from foundation.errors import InvalidError
from foundation.models import Role
from foundation.web.typed import seen_version
from policies.decisions.matrix import Rule
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    FLAGS,
    SPEND_KINDS,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
)
from policies.decisions.world import World
from policies.models import StageCompletion, StageWho
from policies.selectors import RuleRow, approvers_today, rule_rows, world_today
from policies.services import StageInput, save_rule
from policies.web.shared import StaffRequest, draft_to_edit, frame, now, put_error

STAGES = 5
STAGE_FIELDS = ("who", "role", "person", "completion", "percent", "hours", "together", "repeat")
AXES = (
    "document_types", "sites", "regions", "categories", "spend_kinds", "any_flags", "without_flags",
    "supplier_states", "supplier_risks", "requester_roles", "sourcing_authorities", "contract_coverages", "budget_states",
    "change_deltas",
)  # fmt: skip
BY_ROLE = (StageWho.SITE_ROLE, StageWho.REGION_ROLE, StageWho.ENTERPRISE_ROLE)


def _amount(label: str, hint: str) -> forms.DecimalField:
    return forms.DecimalField(
        required=False, min_value=0, max_digits=18, decimal_places=4, label=label, help_text=hint,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}),
        error_messages={"invalid": "Write a number, such as 5000."},
    )  # fmt: skip


class RuleForm(forms.Form):
    """A row of the matrix; stages stand in five places, empty places are left out."""

    name = forms.CharField(max_length=120, label="Name", help_text="People read it as the reason.")
    amount_from = _amount("Above", "Base currency. Empty: from zero.")
    amount_to = _amount("Up to and including", "Empty: no upper end.")
    urgent = forms.ChoiceField(
        required=False, label="Urgency", choices=[("", "Either"), ("yes", "Urgent only"), ("no", "Not urgent")]
    )
    is_touchless = forms.BooleanField(
        required=False, label="Touchless", help_text="Approved by the row itself; it has no stages."
    )
    is_additional = forms.BooleanField(
        required=False, label="Additional row", help_text="Adds its stages to whatever base row decides."
    )

    def __init__(self, world: World, people: list[tuple[int, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = {p.region: p.region_name or p.region for p in world.places}
        categories = [
            (path[-1], " / ".join(world.category_names.get(code, code) for code in path)) for path in world.categories
        ]
        choices = {
            "document_types": ("Documents", list(DOCUMENT_TYPES.items())),
            "sites": ("Sites", [(p.code, p.name) for p in world.places]),
            "regions": ("Regions", list(regions.items())),
            "categories": ("Categories, each with what is below it", categories),
            "spend_kinds": ("Spend kinds", list(SPEND_KINDS.items())),
            "any_flags": ("With any of these flags", list(FLAGS.items())),
            "without_flags": ("With none of these flags", list(FLAGS.items())),
            "supplier_states": ("Supplier is", list(SUPPLIER_STATES.items())),
            "supplier_risks": ("Supplier risk", list(SUPPLIER_RISKS.items())),
            "requester_roles": ("Raised by a", list(Role.choices)),
            "sourcing_authorities": ("Source of any line", list(AUTHORITIES.items())),
            "contract_coverages": ("Contract", list(CONTRACT_COVERAGES.items())),
            "budget_states": ("Budget", list(BUDGET_STATES.items())),
            "change_deltas": ("Changed since it was approved", list(DELTAS.items())),
        }
        for name, (label, rows) in choices.items():
            self.fields[name] = forms.MultipleChoiceField(
                choices=rows, required=False, label=label, widget=forms.CheckboxSelectMultiple
            )
        for number in range(1, STAGES + 1):
            self._add_stage(number, people)

    def _add_stage(self, number: int, people: list[tuple[int, str]]) -> None:
        self.fields[f"who{number}"] = forms.ChoiceField(
            choices=[("", "Nobody"), *StageWho.choices], required=False, label="Who"
        )
        self.fields[f"role{number}"] = forms.ChoiceField(
            choices=[("", "No role"), *Role.choices], required=False, label="Role"
        )
        self.fields[f"person{number}"] = forms.ChoiceField(
            choices=[("", "No person"), *((str(pk), name) for pk, name in people)], required=False, label="Person"
        )
        self.fields[f"completion{number}"] = forms.ChoiceField(
            choices=StageCompletion.choices, required=False, label="Agree"
        )
        self.fields[f"percent{number}"] = forms.IntegerField(
            required=False, min_value=1, max_value=100, label="Percent",
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "num"}),
        )  # fmt: skip
        self.fields[f"together{number}"] = forms.BooleanField(required=False, label="Together")
        self.fields[f"repeat{number}"] = forms.BooleanField(required=False, label="Again")
        self.fields[f"hours{number}"] = forms.IntegerField(
            required=False, min_value=1, max_value=999, label="Hours", initial=8,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "num"}),
        )  # fmt: skip
        for name in STAGE_FIELDS:
            field = self.fields[f"{name}{number}"]
            field.widget.attrs["aria-label"] = f"{field.label}, stage {number}"

    def stages(self) -> list[StageInput]:
        """Return the stages in order, empty places left out; what does not go with the choice is dropped."""
        data = self.cleaned_data
        return [
            StageInput(
                data[f"who{n}"],
                data[f"role{n}"] if data[f"who{n}"] in BY_ROLE else "",
                int(data[f"person{n}"]) if data[f"who{n}"] == StageWho.PERSON and data[f"person{n}"] else None,
                data[f"completion{n}"] or "one",
                data[f"hours{n}"] or 8,
                data[f"percent{n}"],
                data[f"together{n}"],
                data[f"repeat{n}"],
            )
            for n in range(1, STAGES + 1)
            if data[f"who{n}"]
        ]

    def axes(self) -> dict[str, Any]:
        """Return the columns of the row."""
        data = self.cleaned_data
        plain = ("name", "is_additional", "amount_from", "amount_to", "is_touchless", *AXES)
        return {**{n: data[n] for n in plain}, "urgent": {"yes": True, "no": False}.get(data["urgent"])}

    def stage_rows(self) -> list[tuple[int, list[Any]]]:
        """Return the stage fields by stage, for the page."""
        return [(n, [self[f"{name}{n}"] for name in STAGE_FIELDS]) for n in range(1, STAGES + 1)]

    def axis_fields(self) -> list[tuple[Any, bool]]:
        """Return the condition fields and whether each holds something, for the page."""
        return [(self[name], bool(self[name].value())) for name in AXES]


def _as_typed(row: RuleRow) -> dict[str, Any]:
    rule: Rule = row.rule
    typed: dict[str, Any] = {
        "name": rule.name, "is_additional": row.is_additional, "is_touchless": rule.is_touchless,
        "amount_from": _plain(rule.amount_from), "amount_to": _plain(rule.amount_to),
        "urgent": {True: "yes", False: "no", None: ""}[rule.urgent],
        **{axis: sorted(getattr(rule, axis)) for axis in AXES},
    }  # fmt: skip
    for number, stage in enumerate(rule.stages, start=1):
        typed |= {
            f"who{number}": stage.who, f"role{number}": stage.role, f"person{number}": stage.person_id or "",
            f"completion{number}": stage.completion, f"hours{number}": stage.due_hours,
            f"percent{number}": stage.percent or "", f"together{number}": stage.with_previous,
            f"repeat{number}": stage.may_repeat,
        }  # fmt: skip
    return typed


def _plain(amount: Any) -> str:
    return "" if amount is None else f"{amount.normalize():f}"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule(request: StaffRequest, number: int, rule_id: int | None = None) -> HttpResponse:
    """Add or change a row of a draft matrix."""
    policy = draft_to_edit(request, "approvals", number)
    row = next((row for row in rule_rows(policy) if row.pk == rule_id), None)
    if rule_id and row is None:
        raise Http404
    form = RuleForm(
        world_today(), approvers_today(), request.POST or None, initial=_as_typed(row) if row else None
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            save_rule(
                version_id=policy.pk, expected_version=seen_version(request), actor=request.user, at=now(),
                rule_id=rule_id, stages=form.stages(), **form.axes(),
            )  # fmt: skip
        except InvalidError as error:
            put_error(form, error)
        else:
            return redirect("policy", "approvals", number)
    context = {**frame(request, policy), "form": form, "row": row}
    return render(request, "policies/rule.html", context, status=422 if form.errors else 200)
