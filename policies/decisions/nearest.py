"""The smallest single change to a document, and what people call it. Source: SEMANTICS AP-11.

Smallest first: something unusual taken away (a flag, urgency, what changed, a budget passed, a line outside a contract);
then the nearest amount on either side; then another kind of the same thing, as far as rows name it (supplier, source,
spend kind, a category less); then a flag put on, another requester, another type of document among those that spend. Facts that follow from
one another change together. Where it goes (site, region) and categories it does not have are left out: what lies
around them is not part of the facts.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from policies.decisions.matrix import NONE, ApprovalFacts, Matrix
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    FLAGS,
    SPEND_KINDS,
    SPENDING,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
    words,
)

CENT = Decimal("0.01")
Change = tuple[str, ApprovalFacts]
# Flags that say again what another fact says; they come and go with it.
FOLLOWING = frozenset({"urgent", "supplier_not_active", "over_budget"})


def single_changes(facts: ApprovalFacts, matrix: Matrix) -> Iterator[Change]:
    """Yield each change in words with the document as it would be, the smallest first."""
    yield from _taken_away(facts)
    yield from _budget_and_contract(facts, matrix)
    yield from _amounts(facts, matrix)
    yield from _other_kinds(facts, matrix)
    yield from _put_on(facts, matrix)


def _taken_away(facts: ApprovalFacts) -> Iterator[Change]:
    for flag in sorted(facts.flags - FOLLOWING):
        yield f"without the flag {words(flag, FLAGS).lower()}", replace(facts, flags=facts.flags - {flag})
    flags = facts.flags - {"urgent"} if facts.urgent else facts.flags | {"urgent"}
    yield f"if it were {'not ' * facts.urgent}urgent", replace(facts, urgent=not facts.urgent, flags=flags)
    for delta in sorted(facts.change_deltas):
        changed = replace(facts, change_deltas=facts.change_deltas - {delta})
        yield f"if the {words(delta, DELTAS).lower()} had not changed", changed


def _budget_and_contract(facts: ApprovalFacts, matrix: Matrix) -> Iterator[Change]:
    budgets = matrix.named("budget_states") | ({"within"} if "over_budget" in facts.flags else set())
    for state in [code for code in BUDGET_STATES if code in budgets and code != (facts.budget_state or NONE)]:
        flags = facts.flags if state == "over" else facts.flags - {"over_budget"}
        changed = replace(facts, budget_state=state, flags=flags, budget_extra=facts.budget_extra and state == "over")
        yield BUDGET_STATES[state].lower(), changed
    sources, now = facts.sourcing_authorities, facts.contract_coverage or NONE
    for coverage in [code for code in CONTRACT_COVERAGES if code in matrix.named("contract_coverages") and code != now]:
        lines = {
            "full": frozenset({"contract"}),
            "part": sources | {"contract"},
            NONE: sources - {"contract"} or {"catalogue"},
        }
        changed = replace(facts, contract_coverage=coverage, sourcing_authorities=frozenset(lines[coverage]))
        yield f"with {CONTRACT_COVERAGES[coverage].lower()}", changed


def _amounts(facts: ApprovalFacts, matrix: Matrix) -> Iterator[Change]:
    amounts = [limit if facts.base_amount > limit else limit + CENT for limit in matrix.limits()]
    for amount in sorted(amounts, key=lambda amount: (abs(amount - facts.base_amount), amount)):
        yield f"at {amount:,.2f}", replace(facts, base_amount=amount)


def _other_kinds(facts: ApprovalFacts, matrix: Matrix) -> Iterator[Change]:
    for state in sorted({"active", *matrix.named("supplier_states")}):
        flags = facts.flags - {"supplier_not_active"} | (set() if state == "active" else {"supplier_not_active"})
        changed = replace(facts, supplier_states=frozenset({state}), flags=frozenset(flags))
        yield f"if the supplier were {words(state, SUPPLIER_STATES).lower()}", changed
    for risk in sorted(matrix.named("supplier_risks")):
        changed = replace(facts, supplier_risks=frozenset({risk}))
        yield f"if the supplier's risk were {words(risk, SUPPLIER_RISKS).lower()}", changed
    for source in sorted(matrix.named("sourcing_authorities")):
        coverage = "full" if source == "contract" else NONE
        changed = replace(facts, sourcing_authorities=frozenset({source}), contract_coverage=coverage)
        yield f"with all lines at {words(source, AUTHORITIES).lower()}", changed
    for kind in sorted(matrix.named("spend_kinds")):
        changed = replace(facts, spend_kinds=frozenset({kind}))
        yield f"if it were only {words(kind, SPEND_KINDS).lower()}", changed
    if len(facts.categories) > 1:
        for path in facts.categories:
            left = tuple(other for other in facts.categories if other != path)
            yield f"without its lines of category {path[-1]}", replace(facts, categories=left)


def _put_on(facts: ApprovalFacts, matrix: Matrix) -> Iterator[Change]:
    named = matrix.named("any_flags") | matrix.named("without_flags")
    for flag in sorted(named - facts.flags - FOLLOWING):
        yield f"with the flag {words(flag, FLAGS).lower()}", replace(facts, flags=facts.flags | {flag})
    for role in sorted(matrix.named("requester_roles")):
        changed = replace(facts, requester_roles=frozenset({role}))
        yield f"if it were raised by a {words(role)}", changed
    for delta in sorted(matrix.named("change_deltas") - facts.change_deltas):
        changed = replace(facts, change_deltas=facts.change_deltas | {delta})
        yield f"if the {words(delta, DELTAS).lower()} had changed", changed
    for code in sorted(matrix.named("document_types") & SPENDING - {facts.document_type}):
        yield f"as a {words(code, DOCUMENT_TYPES).lower()}", replace(facts, document_type=code)
