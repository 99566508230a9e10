"""How the fields of suppliers are governed: controlled or not, which source wins, required where (SU-5)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from foundation.access import holds_anywhere
from foundation.errors import require
from foundation.roles import VIEW
from foundation.web.door import now, staff, tried
from foundation.web.typed import seen_version
from suppliers import access
from suppliers.decisions.master_data import DEFAULTS, FIELDS, SOURCES, Rule
from suppliers.models import FieldRule
from suppliers.services import agree_field_rule, propose_field_rule


class RuleForm(forms.Form):
    """A rule as typed: sources and categories as codes with commas between."""

    is_controlled = forms.BooleanField(required=False, label="A change needs a second person")
    sources = forms.CharField(max_length=120, label="Sources, strongest first", help_text=", ".join(SOURCES))
    required_in = forms.CharField(
        max_length=300, required=False, label="Required in categories", help_text="codes; * = of every supplier"
    )

    def rule(self) -> Rule:
        """Return the rule, as the service takes it."""
        data = self.cleaned_data
        return Rule(data["is_controlled"], _codes(data["sources"].lower()), _codes(data["required_in"].upper()))


def _codes(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


@require_safe
@login_required
def supplier_fields(request: HttpRequest) -> HttpResponse:
    """Show the rule of each field, and what is proposed instead."""
    return _page(request)


@require_POST
@login_required
def supplier_field_do(request: HttpRequest, field: str, verb: str) -> HttpResponse:
    """Propose another rule for a field, or agree to what somebody else proposed."""
    _admit(request)
    if field not in FIELDS or verb not in {"propose", "agree"}:
        raise Http404
    user, version = staff(request), seen_version(request)
    label = FIELDS[field].label
    if verb == "agree":
        agree_field_rule(field=field, expected_version=version, actor=user, at=now())
        messages.success(request, f"The rule of {label} is in force.")
        return redirect("supplier_fields")
    require(access.can_maintain(user))
    form = RuleForm(request.POST, auto_id=f"id_{field}_%s")
    made = tried(
        form,
        lambda: propose_field_rule(field=field, expected_version=version, rule=form.rule(), actor=user, at=now()),
    )
    if made is None:
        return _page(request, failed=field, wrong=form)
    messages.success(request, f"The rule of {label} waits for a second person.")
    return redirect("supplier_fields")


def _admit(request: HttpRequest) -> None:
    if not holds_anywhere(staff(request), VIEW):
        raise Http404


def _page(request: HttpRequest, *, failed: str = "", wrong: RuleForm | None = None) -> HttpResponse:
    _admit(request)
    user = staff(request)
    known = {row.field: row for row in FieldRule.objects.select_related("proposed_by")}
    rows = [_row(request, code, known.get(code), wrong if code == failed else None) for code in FIELDS]
    context = {"rows": rows, "may_propose": access.can_maintain(user), "failed": failed, "wrong": wrong}
    return render(request, "suppliers/change/rules.html", context, status=422 if wrong else 200)


def _row(request: HttpRequest, code: str, stored: FieldRule | None, wrong: RuleForm | None) -> dict[str, Any]:
    base = DEFAULTS[code]
    rule = Rule(stored.is_controlled, tuple(stored.sources), tuple(stored.required_in)) if stored else base
    initial = {
        "is_controlled": rule.is_controlled, "sources": ", ".join(rule.sources), "required_in": ", ".join(rule.required_in)
    }  # fmt: skip
    asked = stored.proposed if stored else None
    return {
        "code": code, "label": FIELDS[code].label, "rule": rule, "stored": stored,
        "version": stored.version if stored else 0, "sources": [SOURCES[source] for source in rule.sources],
        "form": wrong or RuleForm(initial=initial, auto_id=f"id_{code}_%s"),
        "asked": Rule(asked["is_controlled"], tuple(asked["sources"]), tuple(asked["required_in"])) if asked else None,
        "may_agree": access.can_agree_field_rule(staff(request), stored) if stored and asked else None,
    }  # fmt: skip
