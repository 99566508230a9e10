"""A document to try on a matrix: which row takes it, why, and who would be asked (UX 6.6)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode

from policies.decisions.approval import ApprovalFacts, Decision, decide
from policies.decisions.staffing import Link, Roster, chain
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CATEGORISED,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    FLAGS,
    SITELESS,
    SPEND_KINDS,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
)
from policies.decisions.world import ENTERPRISE, World
from policies.models import PolicyVersion
from policies.selectors import Analysis, fallback_role_of

MOST_AMOUNT = Decimal(99999999999999)


class CaseForm(forms.Form):
    """A document as a person would describe it; of a matter of the whole enterprise neither site nor amount counts."""

    amount = forms.DecimalField(
        min_value=0, max_value=MOST_AMOUNT, decimal_places=4, label="Amount", required=False,
        help_text="Base currency, net with charges. None for a bank change or a policy.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    site = forms.ChoiceField(label="Site", required=False)
    category = forms.ChoiceField(label="Category", required=False)
    requester = forms.ChoiceField(label="Raised by", required=False)
    document_type = forms.ChoiceField(label="Document", choices=list(DOCUMENT_TYPES.items()), required=False)
    spend_kind = forms.ChoiceField(label="Spend kind", choices=list(SPEND_KINDS.items()), required=False)
    supplier_state = forms.ChoiceField(label="Supplier", required=False)
    supplier_risk = forms.ChoiceField(
        label="Supplier risk", choices=[("", "Not rated"), *SUPPLIER_RISKS.items()], required=False
    )
    sourcing_authority = forms.ChoiceField(
        label="Source", choices=list(AUTHORITIES.items()), required=False, initial="catalogue"
    )
    contract_coverage = forms.ChoiceField(
        label="Contract", choices=list(CONTRACT_COVERAGES.items()), required=False, initial="none"
    )
    budget_state = forms.ChoiceField(
        label="Budget", choices=list(BUDGET_STATES.items()), required=False, initial="none"
    )
    change_deltas = forms.MultipleChoiceField(
        required=False, label="Changed since it was approved", choices=list(DELTAS.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    urgent = forms.BooleanField(required=False, label="Urgent")
    flags = forms.MultipleChoiceField(
        required=False, label="Flags", choices=list(FLAGS.items()), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: QueryDict | None, world: World, roster: Roster) -> None:
        super().__init__(data)
        places = (*world.places, ENTERPRISE)
        requesters = {p.pk: p.name for place in places for p in roster.requesters(place)}
        people = sorted(((str(pk), name) for pk, name in requesters.items()), key=lambda row: row[1])
        self._paths = {path[-1]: path for path in world.categories}
        self._places = {place.code: place for place in world.places}
        self._roster = roster
        choices: dict[str, list[tuple[str, str]]] = {
            "site": [(p.code, p.name) for p in world.places],
            "category": [("", "Any"), *((code, world.category_names.get(code, code)) for code in self._paths)],
            "requester": [("", "Somebody"), *people],
            "supplier_state": sorted(SUPPLIER_STATES.items(), key=lambda row: row[0] != "active"),
        }
        for name, rows in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above; for the type checker
            field.choices = rows

    @property
    def requester_id(self) -> int | None:
        """Return who raises it, or nothing when it is just somebody."""
        return int(self.cleaned_data["requester"]) if self.cleaned_data["requester"] else None

    def clean(self) -> dict[str, Any]:
        """Ask for amount and site of what has them."""
        if self.cleaned_data.get("document_type") not in SITELESS:
            for name, sentence in (("amount", "Enter an amount."), ("site", "Choose a site.")):
                if name not in self.errors and self.cleaned_data.get(name) in {None, ""}:
                    self.add_error(name, sentence)
        return self.cleaned_data

    def facts(self) -> ApprovalFacts:
        """Return the document as the evaluator takes it."""
        data = self.cleaned_data
        held = {h.role for h in self._roster.held if h.person == self.requester_id}
        if data["document_type"] in SITELESS:
            return self._siteless(frozenset(held))
        place = self._places[data["site"]]
        return ApprovalFacts(
            document_type=data["document_type"] or "requisition",
            base_amount=data["amount"],
            site=place.code,
            region=place.region,
            categories=(self._paths[data["category"]],) if data["category"] else (),
            spend_kinds=frozenset({data["spend_kind"] or "catalogue"}),
            urgent=data["urgent"],
            flags=frozenset(data["flags"]),
            supplier_states=frozenset({data["supplier_state"] or "active"}),
            supplier_risks=frozenset({data["supplier_risk"]} - {""}),
            requester_roles=frozenset(held or {"requester"}),
            sourcing_authorities=frozenset({data["sourcing_authority"] or "catalogue"}),
            contract_coverage=data["contract_coverage"],
            budget_state=data["budget_state"],
            change_deltas=frozenset(data["change_deltas"]),
        )

    def _siteless(self, held: frozenset[str]) -> ApprovalFacts:
        """Return a matter of the whole enterprise with what its own room would freeze of it."""
        data = self.cleaned_data
        matter, supplier = data["document_type"], data["document_type"] != "policy"
        categories = (self._paths[data["category"]],) if data["category"] and matter in CATEGORISED else ()
        return ApprovalFacts(
            document_type=matter,
            base_amount=data["amount"] or Decimal(0),
            site="",
            region="",
            categories=categories,
            flags=frozenset(data["flags"]),
            supplier_states=frozenset({data["supplier_state"] or "active"} if supplier else ()),
            supplier_risks=frozenset({data["supplier_risk"]} - {""} if supplier else ()),
            requester_roles=held,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a matrix says about a case, with names."""

    decision: Decision
    chain: tuple[Link, ...]

    @property
    def rows(self) -> frozenset[str]:
        """Return the rows that take the case, additional ones with a plus."""
        base = {str(self.decision.rule.position)} if self.decision.rule else set()
        return frozenset(base | {f"+{rule.position}" for rule in self.decision.additional})


def outcome(form: CaseForm, policy: PolicyVersion, analysis: Analysis) -> Outcome:
    """Decide a valid case by a version, draft or not."""
    facts = form.facts()
    decision = decide(facts, analysis.matrix)
    place = next((p for p in analysis.world.places if p.code == facts.site), ENTERPRISE)
    people = chain(
        decision, analysis.roster, place, form.requester_id, facts.base_amount, fallback_role_of(policy),
        facts.categories or None,
    )  # fmt: skip
    return Outcome(decision, people)


def as_query(example: ApprovalFacts) -> str:
    """Return the address of an example document on the page that tests a case."""
    data: dict[str, str | list[str]] = {
        "amount": f"{example.base_amount.normalize():f}",
        "site": example.site,
        "category": example.categories[0][-1] if example.categories else "",
        "document_type": example.document_type,
        "spend_kind": min(example.spend_kinds, default=""),
        "supplier_state": min(example.supplier_states, default=""),
        "supplier_risk": min(example.supplier_risks, default=""),
        "flags": sorted(example.flags),
        "sourcing_authority": min(example.sourcing_authorities, default=""),
        "contract_coverage": example.contract_coverage,
        "budget_state": example.budget_state,
        "change_deltas": sorted(example.change_deltas),
    }
    if example.urgent:
        data["urgent"] = "on"
    return "?" + urlencode({name: value for name, value in data.items() if value}, doseq=True)
