"""What makes a UBL document no valid invoice: rules of EN 16931 and Peppol BIS 3 by their published ids.

Sums are exact, as EN 16931 wants them; only tax per category and standard-rated taxable amounts have its tolerance of
one. Rules that are not in these tables are not judged: docs/messages.md says which.
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from integration.dialects.ubl.document import text
from integration.dialects.ubl.rules import header, peppol, sums, tax
from integration.dialects.ubl.rules.base import Rule

RULES: tuple[Rule, ...] = (*header.RULES, *sums.RULES, *tax.RULES)
PEPPOL_RULES: tuple[Rule, ...] = peppol.RULES

__all__ = ["PEPPOL_RULES", "RULES", "Rule", "broken_rules", "rules_for"]


def rules_for(root: Element) -> tuple[Rule, ...]:
    """Return the rules that apply: Peppol's own only where the document says it is Peppol."""
    return RULES + PEPPOL_RULES if "peppol" in text(root, "cbc:CustomizationID") else RULES


def broken_rules(root: Element) -> Iterator[tuple[Rule, list[str]]]:
    """Yield every rule a document breaks, with the places where it does."""
    for rule in rules_for(root):
        places = rule.places(root)
        if places:
            yield rule, places
