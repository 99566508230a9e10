"""Facts and decisions as plain JSON, as they are kept with each request so that any decision can be made again.

Source: SEMANTICS AP-11. Amounts are strings; sets are sorted lists.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from policies.decisions.approval import ApprovalFacts, Decision, StageAsk

_SETS = ("spend_kinds", "flags", "supplier_states", "requester_roles")
_PLAIN = ("document_type", "site", "region", "urgent")
# Axes that came after the first decisions were stored; facts kept before hold nothing there.
_LATER_SETS = ("sourcing_authorities", "supplier_risks", "change_deltas")
_LATER_PLAIN = ("contract_coverage", "budget_state")
_BINDING = ("version", "rule", "rule_name", "additional", "stages", "touchless")


def facts_to_json(facts: ApprovalFacts) -> dict[str, Any]:
    """Return frozen facts as plain JSON."""
    return {
        **{name: getattr(facts, name) for name in (*_PLAIN, *_LATER_PLAIN)},
        **{name: sorted(getattr(facts, name)) for name in (*_SETS, *_LATER_SETS)},
        "base_amount": str(facts.base_amount),
        "budget_extra": facts.budget_extra,
        "categories": [list(path) for path in facts.categories],
    }


def facts_from_json(stored: Mapping[str, Any]) -> ApprovalFacts:
    """Return the facts a decision was made on; what else was stored beside them is left out."""
    values: dict[str, Any] = {name: stored[name] for name in _PLAIN}
    values |= {name: frozenset(stored[name]) for name in _SETS}
    values |= {name: frozenset(stored.get(name, ())) for name in _LATER_SETS}
    values |= {name: stored.get(name, "") for name in _LATER_PLAIN}
    values["base_amount"] = Decimal(stored["base_amount"])
    values["categories"] = tuple(tuple(path) for path in stored["categories"])
    values["budget_extra"] = bool(stored.get("budget_extra"))
    return ApprovalFacts(**values)


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Return a decision as plain JSON: rows by position, stages, touchless and the explanation."""
    return {
        "version": decision.version,
        "rule": decision.rule.position if decision.rule else None,
        "rule_name": decision.rule.name if decision.rule else "",
        "additional": [rule.position for rule in decision.additional],
        "stages": [
            {"rule": words, "who": s.who, "role": s.role, "person": s.person_id, "completion": s.completion,
             "due_hours": s.due_hours, **_unusual(s)}
            for words, s in decision.stages
        ],
        **_informed(decision),
        "touchless": decision.is_touchless,
        "explanation": list(decision.explanation),
    }  # fmt: skip


def _informed(decision: Decision) -> dict[str, Any]:
    """Return who is only told; left out where nobody is, as in decisions stored before that existed."""
    told = [
        {"rule": words, "who": s.who, "role": s.role, "person": s.person_id} for words, s in decision.informed
    ]  # fmt: skip
    return {"informed": told} if told else {}


def _unusual(stage: StageAsk) -> dict[str, Any]:
    """Return what only some stages say; left out where it is not said, as decisions stored before it existed."""
    said = {"percent": stage.percent, "with_previous": stage.with_previous, "may_repeat": stage.may_repeat}
    return {name: value for name, value in said.items() if value}


def differences(stored: Mapping[str, Any], again: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of a decision that differ when it is made again; its wording may change, its effect never."""
    found = tuple(name for name in _BINDING if stored[name] != again[name])
    return found if stored.get("informed") == again.get("informed") else (*found, "informed")
