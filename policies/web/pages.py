"""The policy administrators' pages: versions, rows, a test case, publication by a second person (UX 6.6)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.errors import InvalidError, require
from foundation.models import Category, Region, Role, Site, User
from policies import access
from policies.decisions.approval import ApprovalFacts, decide, matches
from policies.decisions.tolerances import LIMITS
from policies.models import ApprovalRule, PolicyKind, PolicyVersion, StageWho, ToleranceScope
from policies.selectors import matrix_of, version_in_force, versions_of
from policies.services import (
    StageInput,
    create_draft,
    delete_rule,
    discard_draft,
    move_rule,
    publish_version,
    save_rule,
    save_tolerance,
)

PAGES = {PolicyKind.APPROVAL: "approvals", PolicyKind.TOLERANCE: "tolerances"}
KINDS = {name: kind for kind, name in PAGES.items()}
MAX_STAGES = 5


def _now() -> datetime:
    return timezone.now()  # noqa: TID251 - the porch reads the clock


def _kind(page: str) -> PolicyKind:
    if page not in KINDS:
        raise Http404
    return KINDS[page]


@require_safe
@login_required
def versions(request: HttpRequest, page: str) -> HttpResponse:
    """List the versions of a policy; the one in force first."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    kind = _kind(page)
    require(access.can_read_policies(request.user))
    rows = list(versions_of(kind)[:50])
    in_force = version_in_force(kind, _now()) if rows else None
    context = {
        "kind": kind,
        "page": page,
        "rows": rows,
        "in_force": in_force,
        "may_draft": access.can_draft(request.user),
        "pages": PAGES.items(),
    }
    return render(request, "policies/versions.html", context)


@require_POST
@login_required
def draft(request: HttpRequest, page: str) -> HttpResponse:
    """Start a draft from the version in force."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    made = create_draft(kind=_kind(page), actor=request.user, at=_now(), note=request.POST.get("note", "")[:200])
    messages.success(request, f"{made} is a copy of the version in force.")
    return redirect("policy", page, made.number)


class CaseForm(forms.Form):
    """A case to try on a matrix."""

    amount = forms.DecimalField(
        min_value=0, label="Amount, base currency", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    site = forms.ModelChoiceField(Site.objects.select_related("region"), label="Site")
    category = forms.ModelChoiceField(Category.objects.all(), label="Category", required=False)
    urgent = forms.BooleanField(required=False, label="Urgent")
    flags = forms.CharField(required=False, label="Flags", help_text="codes with commas, such as off_contract")

    def facts(self) -> ApprovalFacts:
        """Return the case as the evaluator takes it."""
        data = self.cleaned_data
        path = tuple(data["category"].path.strip("/").split("/")) if data["category"] else ()
        return ApprovalFacts(
            "requisition", data["amount"], data["site"].code, data["site"].region.code, (path,) if path else (),
            frozenset({"catalogue"}), data["urgent"], frozenset(f.strip() for f in data["flags"].split(",") if f.strip()),
            frozenset({"active"}),
        )  # fmt: skip


@require_safe
@login_required
def version(request: HttpRequest, page: str, number: int) -> HttpResponse:
    """Show a version; a draft can be changed. `?amount=...` tries a case and lights the row that takes it."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    require(access.can_read_policies(request.user))
    policy = get_object_or_404(
        PolicyVersion.objects.select_related("created_by", "published_by"), kind=_kind(page), number=number
    )
    context: dict[str, Any] = {
        "page": page, "policy": policy, "may_edit": access.can_edit(request.user, policy),
        "may_publish": access.can_publish(request.user, policy),
    }  # fmt: skip
    if policy.kind == PolicyKind.TOLERANCE:
        context |= {
            "rows": policy.tolerances.order_by("scope", "scope_code"),
            "limits": LIMITS,
            "form": ToleranceForm(),
        }
        return render(request, "policies/tolerances.html", context)
    form = CaseForm(request.GET or None)
    hit: int | None = None
    explanation: tuple[str, ...] = ()
    if request.GET and form.is_valid():
        decision = decide(form.facts(), matrix_of(policy))
        hit, explanation = (decision.rule.position if decision.rule else 0), decision.explanation
    rules = policy.approval_rules.prefetch_related("stages__person").order_by("is_additional", "position")
    context |= {"rules": rules, "case": form, "hit": hit, "explanation": explanation, "findings": findings(policy)}
    return render(request, "policies/matrix.html", context)


def findings(policy: PolicyVersion) -> list[str]:
    """Return plain gaps of the amount bands of unconditional rows, each with an example (a first look, not the proof)."""
    rules = matrix_of(policy).rules
    edges = sorted({Decimal(0)} | {v for r in rules for v in (r.amount_from, r.amount_to) if v is not None})
    probes = [*edges, (edges[-1] if edges else Decimal(0)) + 1]
    probes += [edge + Decimal("0.01") for edge in edges]
    found = []
    for amount in sorted(set(probes)):
        facts = ApprovalFacts("requisition", amount, "", "")
        if not any(matches(rule, facts) for rule in rules):
            found.append(f"Nobody decides a plain request of {amount:,.2f} at a site no row names.")
    return found[:5]


class RuleForm(forms.Form):
    """A row of the matrix as typed; stages stand in five fixed places."""

    name = forms.CharField(max_length=120, label="Name")
    is_additional = forms.BooleanField(
        required=False, label="Additional rule", help_text="Adds its stages whenever it matches."
    )
    amount_from = forms.DecimalField(
        required=False, min_value=0, label="Above", help_text="Base currency; empty from zero."
    )
    amount_to = forms.DecimalField(
        required=False, min_value=0, label="Up to and including", help_text="Empty for no end."
    )
    sites = forms.MultipleChoiceField(required=False, label="Sites", help_text="None chosen means any.")
    regions = forms.MultipleChoiceField(required=False, label="Regions")
    categories = forms.MultipleChoiceField(required=False, label="Categories, each with what is below it")
    urgent = forms.TypedChoiceField(
        choices=[("", "Either"), ("yes", "Urgent only"), ("no", "Not urgent only")], required=False, label="Urgency"
    )
    any_flags = forms.CharField(required=False, label="Carries one of these flags", help_text="Codes with commas.")
    without_flags = forms.CharField(required=False, label="Carries none of these flags", help_text="Codes with commas.")
    is_touchless = forms.BooleanField(required=False, label="Touchless: approved by this row, nobody is asked")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = {
            "sites": Site.objects.values_list("code", "name"),
            "regions": Region.objects.values_list("code", "name"),
            "categories": Category.objects.values_list("code", "name"),
        }
        for name, values in choices.items():
            self.fields[name].choices = list(values)  # type: ignore[attr-defined]
        for number in range(1, MAX_STAGES + 1):
            self.fields[f"who{number}"] = forms.ChoiceField(
                choices=[("", "Nobody"), *[c for c in StageWho.choices if c[0] != StageWho.PERSON]],
                required=False,
                label=f"Stage {number}: who",
            )
            self.fields[f"role{number}"] = forms.ChoiceField(
                choices=[("", "No role"), *Role.choices], required=False, label=f"Stage {number}: role"
            )
            self.fields[f"all{number}"] = forms.BooleanField(
                required=False, label=f"Stage {number}: all of them must agree"
            )

    def stages(self) -> list[StageInput]:
        """Return the stages in order, empty places left out."""
        data = self.cleaned_data
        return [
            StageInput(
                data[f"who{n}"],
                data[f"role{n}"] if data[f"who{n}"].endswith("_role") else "",
                completion="all" if data[f"all{n}"] else "one",
            )
            for n in range(1, MAX_STAGES + 1)
            if data[f"who{n}"]
        ]

    def axes(self) -> dict[str, Any]:
        """Return the columns of the row."""
        data = self.cleaned_data
        codes = {n: [c.strip() for c in data[n].split(",") if c.strip()] for n in ("any_flags", "without_flags")}
        urgent = {"yes": True, "no": False}.get(data["urgent"])
        plain = ("name", "is_additional", "amount_from", "amount_to", "sites", "regions", "categories", "is_touchless")
        return {**{n: data[n] for n in plain}, **codes, "urgent": urgent}

    def stage_fields(self) -> list[Any]:
        """Return the stage fields in threes, for the page."""
        return [[self[f"who{n}"], self[f"role{n}"], self[f"all{n}"]] for n in range(1, MAX_STAGES + 1)]


def _as_typed(rule: ApprovalRule) -> dict[str, Any]:
    typed: dict[str, Any] = {
        "name": rule.name, "is_additional": rule.is_additional, "amount_from": rule.amount_from, "amount_to": rule.amount_to,
        "sites": rule.sites, "regions": rule.regions, "categories": rule.categories, "is_touchless": rule.is_touchless,
        "urgent": {True: "yes", False: "no", None: ""}[rule.urgent], "any_flags": ", ".join(rule.any_flags),
        "without_flags": ", ".join(rule.without_flags),
    }  # fmt: skip
    for number, stage in enumerate(rule.stages.order_by("position"), start=1):
        typed |= {f"who{number}": stage.who, f"role{number}": stage.role, f"all{number}": stage.completion == "all"}
    return typed


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rule_edit(request: HttpRequest, number: int, rule_id: int | None = None) -> HttpResponse:
    """Add or change a row of a draft matrix."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    policy = get_object_or_404(PolicyVersion, kind=PolicyKind.APPROVAL, number=number)
    require(access.can_edit(request.user, policy))
    rule = get_object_or_404(policy.approval_rules, pk=rule_id) if rule_id else None
    form = RuleForm(request.POST or None, initial=_as_typed(rule) if rule else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_rule(
                version_id=policy.pk, expected_version=int(request.POST.get("version", "0") or 0), actor=request.user, at=_now(),
                rule_id=rule_id, stages=form.stages(), **form.axes(),
            )  # fmt: skip
        except InvalidError as error:
            field = str(error.details.get("field", ""))
            form.add_error(field if field in form.fields else None, error.message)
        else:
            return redirect("policy", "approvals", number)
    context = {"form": form, "policy": policy, "rule": rule}
    return render(request, "policies/rule.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def rule_act(request: HttpRequest, number: int, rule_id: int, verb: str) -> HttpResponse:
    """Move a row up or down, or take it out."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    policy = get_object_or_404(PolicyVersion, kind=PolicyKind.APPROVAL, number=number)
    common = {
        "version_id": policy.pk, "expected_version": int(request.POST.get("version", "0") or 0), "rule_id": rule_id,
        "actor": request.user, "at": _now(),
    }  # fmt: skip
    if verb == "delete":
        delete_rule(**common)  # type: ignore[arg-type]
    elif verb in {"up", "down"}:
        move_rule(up=verb == "up", **common)  # type: ignore[arg-type]
    else:
        raise Http404
    return redirect("policy", "approvals", number)


class ToleranceForm(forms.Form):
    """One level of tolerances: blank inherits, 0 means zero, `unlimited` is written."""

    scope = forms.ChoiceField(choices=ToleranceScope.choices, label="Level")
    scope_code = forms.CharField(
        max_length=40,
        required=False,
        label="Code",
        help_text="of the item, supplier, category or site; empty for enterprise",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LIMITS:
            self.fields[name] = forms.CharField(
                required=False, max_length=20, label=name.replace("_", " ").capitalize()
            )

    def clean(self) -> dict[str, Any]:
        """Read each limit as a number, blank or the word unlimited."""
        data: dict[str, Any] = super().clean() or {}
        data["limits"], data["unlimited"] = {}, []
        for name in LIMITS:
            text = str(data.get(name) or "").strip()
            if text.lower() == "unlimited":
                data["unlimited"].append(name)
            data["limits"][name] = None
            if text and text.lower() != "unlimited":
                try:
                    data["limits"][name] = Decimal(text)
                except ArithmeticError:
                    self.add_error(name, f"“{text}” is not a number. Write a number, nothing, or unlimited.")
        if (data.get("scope") == ToleranceScope.ENTERPRISE) == bool(data.get("scope_code")):
            self.add_error("scope_code", "The enterprise level has no code; every other level needs one.")
        return data


@require_POST
@login_required
def tolerance_save(request: HttpRequest, number: int) -> HttpResponse:
    """Add or change a level of a draft."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    policy = get_object_or_404(PolicyVersion, kind=PolicyKind.TOLERANCE, number=number)
    form = ToleranceForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            save_tolerance(
                version_id=policy.pk, expected_version=int(request.POST.get("version", "0") or 0), actor=request.user, at=_now(),
                scope=data["scope"], scope_code=data["scope_code"], limits=data["limits"], unlimited=data["unlimited"],
            )  # fmt: skip
            return redirect("policy", "tolerances", number)
        except InvalidError as error:
            form.add_error(None, error.message)
    context = {
        "page": "tolerances", "policy": policy, "rows": policy.tolerances.order_by("scope", "scope_code"), "limits": LIMITS,
        "form": form, "may_edit": access.can_edit(request.user, policy), "may_publish": access.can_publish(request.user, policy),
    }  # fmt: skip
    return render(request, "policies/tolerances.html", context, status=422)


@require_POST
@login_required
def version_act(request: HttpRequest, page: str, number: int, verb: str) -> HttpResponse:
    """Publish or discard a draft."""
    assert isinstance(request.user, User)  # noqa: S101 - signed in; for the type checker
    policy = get_object_or_404(PolicyVersion, kind=_kind(page), number=number)
    acts = {"publish": publish_version, "discard": discard_draft}
    if verb not in acts:
        raise Http404
    try:
        acts[verb](
            version_id=policy.pk,
            expected_version=int(request.POST.get("version", "0") or 0),
            actor=request.user,
            at=_now(),
        )
    except InvalidError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{policy} is {'in force' if verb == 'publish' else 'discarded'}.")
    return redirect("policy", page, number)


@require_safe
@login_required
def home(_request: HttpRequest) -> HttpResponse:
    """Go to the policy people look for most."""
    return redirect("policies", "approvals")
