"""What a file may name, and what is said when it names something else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from policies.decisions.cells import Names
from policies.decisions.unfit import Unfit

_SHOWN = 8  # codes named in a cure
_SEARCHED = 2000  # names that are looked through in a moment
_MOST_SEARCHES = 200  # codes of one file for which something near is looked for


@dataclass(frozen=True, slots=True)
class Known:
    """What a file may name: vocabularies as code -> words, and the base currency."""

    words: Mapping[str, Mapping[str, str]]
    currency: str
    _by_words: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _names: dict[str, Names] = field(default_factory=dict, init=False, repr=False, compare=False)
    _near: dict[tuple[str, str], str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def names(self, of: str) -> Names:
        """Return a vocabulary as the grid of the matrix reads it."""
        if of not in self._names:
            self._names[of] = Names(NOUNS[of], self.words[of])
        return self._names[of]

    def label(self, of: str, code: str) -> str:
        """Return the words of a code, or the code when it is not known any more."""
        return self.words[of].get(code, code)

    def code(self, of: str, text: str) -> str:
        """Return the code that a person means by a code or by its words.

        :raises Unfit: nothing is called so; names what is near, or all there is when that is short.
        """
        if text in self.words[of]:
            return text
        if of not in self._by_words:
            self._by_words[of] = {label.casefold(): code for code, label in self.words[of].items()}
        found = self._by_words[of].get(text.casefold())
        return found if found is not None else self.require(of, text)

    def require(self, of: str, code: str) -> str:
        """Return a code that is known.

        :raises Unfit: it is not; names what is near.
        """
        if code in self.words[of]:
            return code
        cure = f"There is no {NOUNS[of]} “{code[:60]}”."
        near = self._nearest(of, code)
        if near:
            cure += f" Did you mean {near}?"
        elif len(self.words[of]) <= _SHOWN:
            cure += f" Use {', '.join(self.words[of])}."
        raise Unfit(cure, code)

    def _nearest(self, of: str, code: str) -> str:
        """Return what is most like a code that is not known, or nothing; a file full of them is not searched for ever."""
        if (of, code) not in self._near and len(self._near) < _MOST_SEARCHES:
            names = [*self.words[of], *self.words[of].values()]
            found = get_close_matches(code[:60], names, n=1) if len(names) <= _SEARCHED else []
            self._near[of, code] = found[0] if found else ""
        return self._near.get((of, code), "")


# The vocabularies that a column may draw on, as a person calls one of it.
NOUNS: Mapping[str, str] = {
    "document_types": "document", "sites": "site", "regions": "region", "categories": "category",
    "spend_kinds": "spend kind", "flags": "flag", "supplier_states": "state of a supplier", "roles": "role",
    "authorities": "source", "supplier_risks": "supplier risk", "contract_coverages": "contract coverage",
    "budget_states": "budget state", "change_deltas": "change",
    "people": "active person of ours with the user name", "who": "way to find approvers",
    "completions": "way to agree", "scopes": "level", "modes": "match", "duties": "duty or role",
    "strengths": "strength", "rungs": "rung", "budget_modes": "way to treat what is over budget",
}  # fmt: skip
