"""Rows that ask of a matter what it does not have: a bank change has no site, a policy has no category.

Source: SEMANTICS AP-1, AP-8 and AP-9. What a matter lacks a row cannot tell apart, so a row that names both would take
or leave every one of them by accident; it is refused, with the cure. A matter that needs a second person is never
touchless.
"""

from collections.abc import Iterator, Mapping

from policies.decisions.matrix import Matrix, Rule
from policies.decisions.staffing import CATEGORY, OWNER, REGION, SITE
from policies.decisions.vocabulary import CATEGORISED, DOCUMENT_TYPES, SITELESS, listed, words
from policies.decisions.world import Finding, World

# Axis of a row -> what it is called; none of them is known of a matter of the whole enterprise.
_LACKED: Mapping[str, str] = {
    "sites": "site", "regions": "region", "spend_kinds": "spend kind", "sourcing_authorities": "source",
    "contract_coverages": "contract", "budget_states": "budget", "change_deltas": "change",
}  # fmt: skip
_ASKED: Mapping[str, str] = {
    SITE: "site to have a role at", REGION: "region to have a role in", OWNER: "cost centre with an owner",
}  # fmt: skip


def unfit_rows(matrix: Matrix, world: World) -> Iterator[Finding]:
    """Yield each row that names a matter together with what the matter lacks, or lets one pass that needs a person."""
    rows = [(str(r.position), r) for r in matrix.rules] + [(f"+{r.position}", r) for r in matrix.additional]
    for row, rule in rows:
        matters = rule.document_types & SITELESS
        if not matters:
            continue
        kind = "Additional row" if row.startswith("+") else "Row"
        named = listed((f"{words(code, DOCUMENT_TYPES).lower()}s" for code in sorted(matters)), "or")
        example = world.seen_by([rule]).example(rule)
        lacked = _lacked(rule, matters)
        if lacked:
            sentence = f"{kind} {rule.position}: {named} have no {listed(lacked, 'or')}. Give them a row of their own."
            yield Finding("matter_unfit", sentence, example, row=row)
        if rule.is_touchless:
            sentence = f"{kind} {rule.position}: {named} always need a second person. Add a stage."
            yield Finding("matter_touchless", sentence, example, row=row)


def _lacked(rule: Rule, matters: frozenset[str]) -> list[str]:
    lacked = [name for axis, name in _LACKED.items() if getattr(rule, axis)]
    if rule.urgent is not None:
        lacked.append("urgency")
    if rule.categories and matters - CATEGORISED:
        lacked.append("category")
    asked = {stage.who for stage in rule.stages}
    lacked += [name for who, name in _ASKED.items() if who in asked]
    if CATEGORY in asked and matters - CATEGORISED:
        lacked.append("category with a manager")
    return lacked
