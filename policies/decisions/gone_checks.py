"""Rows that name what is not there any more: a category or a role that went, a site or a region that orders nothing now.

Source: SEMANTICS AP-1 and AP-9. What is gone can never fit a document, so a row that names it says something else than
its author meant: a category or a role refuses publication, a closed site is shown.
"""

from collections.abc import Iterator, Mapping

from policies.decisions.matrix import Matrix, Rule
from policies.decisions.staffing import Roster
from policies.decisions.vocabulary import listed
from policies.decisions.world import Finding, World


def gone_names(matrix: Matrix, world: World, roster: Roster) -> Iterator[Finding]:
    """Yield each row that names what is gone, with the column and the cure; what is not known at all is not judged."""
    sites = {place.code for place in world.places}
    regions = {place.region for place in world.places}
    for rules, start, plus in ((matrix.rules, "Row", ""), (matrix.additional, "Additional row", "+")):
        for rule in rules:
            row = f"{plus}{rule.position}"
            for column, named in _refused(rule, world.category_names, roster.role_names):
                sentence = (
                    f"{start} {rule.position}, {column}: there is no {named} any more. Take it out, or name another."
                )
                yield Finding("name_gone", sentence, None, row=row)
            for column, codes in (("Sites", rule.sites - sites), ("Regions", rule.regions - regions)):
                if codes:
                    sentence = f"{start} {rule.position}, {column}: {listed(sorted(codes), most=5)} orders nothing now."
                    yield Finding("place_closed", sentence, None, blocks=False, row=row)


def _refused(rule: Rule, categories: Mapping[str, str], roles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if categories and (gone := rule.categories - set(categories)):
        yield "Categories", f"category {listed(sorted(gone), 'or')}"
    if not roles:
        return
    if gone := rule.requester_roles - set(roles):
        yield "Raised by a", f"role {listed(sorted(gone), 'or')}"
    if gone := frozenset(stage.role for stage in rule.stages if stage.role) - set(roles):
        yield "Who approves", f"role {listed(sorted(gone), 'or')}"
