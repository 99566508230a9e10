"""What two names of suppliers are compared by.

Source: SEMANTICS SU-3 (folding, by AI.md: case, accents and punctuation away, aliases apart, legal forms at the end only).
"""

import re
import unicodedata
from dataclasses import dataclass

# Letters of other scripts that look like a Latin one (a part of Unicode's confusables).
_LOOKS = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u0501\u051b\u051d\u04bb"
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03b6\u03b7\u03bc",
    "abekmhopctyxsijdqwhabeikvoptuxznm",
)


def skeleton(text: str) -> str:
    """Return what a text looks like in Latin letters, so that names in look-alike letters fall together."""
    return text.lower().translate(_LOOKS)


@dataclass(frozen=True, slots=True)
class Folded:
    """A name as it is compared: its words without legal form, and the names it also goes by, folded alike."""

    words: str
    legal_form: str = ""
    others: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Return every name it goes by, its own first."""
        return (self.words, *self.others)


# German, Nordic and the like; Cyrillic; Greek; apostrophes fall out.
_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "\u0131": "i", "ħ": "h",
    "&": " and ", "\u0430": "a", "\u0431": "b", "\u0432": "v", "\u0433": "g", "\u0434": "d", "\u0435": "e",
    "\u0436": "zh", "\u0437": "z", "\u0438": "i", "\u043a": "k", "\u043b": "l", "\u043c": "m", "\u043d": "n",
    "\u043e": "o", "\u043f": "p", "\u0440": "r", "\u0441": "s", "\u0442": "t", "\u0443": "u", "\u0444": "f",
    "\u0445": "kh", "\u0446": "ts", "\u0447": "ch", "\u0448": "sh", "\u0449": "shch", "\u044a": "", "\u044b": "y",
    "\u044c": "", "\u044d": "e", "\u044e": "yu", "\u044f": "ya", "\u0456": "i", "\u0454": "e", "\u03b1": "a",
    "\u03b2": "v", "\u03b3": "g", "\u03b4": "d", "\u03b5": "e", "\u03b6": "z", "\u03b7": "i", "\u03b8": "th",
    "\u03b9": "i", "\u03ba": "k", "\u03bb": "l", "\u03bc": "m", "\u03bd": "n", "\u03be": "x", "\u03bf": "o",
    "\u03c0": "p", "\u03c1": "r", "\u03c3": "s", "\u03c2": "s", "\u03c4": "t", "\u03c5": "y", "\u03c6": "f",
    "\u03c7": "ch", "\u03c8": "ps", "\u03c9": "o", "'": None, "\u2019": None, "\u2018": None, "`": None,
    "\u00b4": None,
})  # fmt: skip
_ALIAS = re.compile(
    r"\b(?:o/a|t/a|c/o|d/?b/?a|a/k/a|aka|f/k/a|fka|trading as|operating as|doing business as|formerly known as|formerly"
    r"|now known as)\b[.:]?"
)
_INITIALS = re.compile(r"\b(?:[a-z0-9]\. ?){2,}|\b(?:[a-z]\.)(?=\s|$)")
_FORMS = (
    "limited liability company", "limited liability partnership", "public limited company", "joint stock company",
    "open joint stock company", "proprietary limited", "private limited", "gesellschaft mit beschrankter haftung",
    "aktiengesellschaft", "sociedad anonima", "societe anonyme", "naamloze vennootschap", "besloten vennootschap",
    "unlimited liability company", "company limited", "sp z oo", "sp z o o", "spolka z oo", "a s", "s a", "s l", "b v", "n v", "s p a",
    "gmbh and co kg", "and co kg", "and company", "and co", "incorporated", "corporation", "limited", "company", "limitee",
    "limitada", "ltda", "lda", "corp", "inc", "ltd", "ltee", "llc", "llp", "plc", "lp", "co", "gmbh", "ag", "kg", "ohg", "ug",
    "sa", "sas", "sasu", "sarl", "srl", "spa", "sl", "slu", "bv", "nv", "ab", "as", "asa", "aps", "oy", "oyj", "kft", "sro",
    "se", "pty", "pvt", "pte", "pc", "ulc", "jsc", "pjsc", "ojsc", "cic", "cio", "kk", "sdn bhd", "bhd", "tbk", "dac", "pllc",
)  # fmt: skip
_FORM = re.compile(rf"^(?P<rest>.+?) (?P<form>{'|'.join(sorted(_FORMS, key=len, reverse=True))})$")


def fold(name: str) -> Folded:
    """Return what a name is compared by: no case, accents or punctuation; aliases apart; legal forms off the end."""
    plain = _latin(name)
    parts = [part for part in (_words(part) for part in _ALIAS.split(plain)) if part]
    if not parts:
        return Folded(_words(plain))
    words, form = _without_form(parts[0])
    return Folded(words, form, tuple(_without_form(part)[0] for part in parts[1:]))


def _latin(name: str) -> str:
    lower = unicodedata.normalize("NFKC", name).lower().translate(_LETTERS)
    spread = unicodedata.normalize("NFKD", lower)
    return "".join(c for c in spread if not unicodedata.combining(c)).translate(_LETTERS)


def _words(text: str) -> str:
    joined = _INITIALS.sub(lambda found: re.sub(r"[. ]", "", found.group()) + " ", text)
    words = re.sub(r"[^\w]+|_", " ", joined).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def _without_form(words: str) -> tuple[str, str]:
    """Take legal forms off the end, one after the other; what is nothing but a form stays."""
    forms: list[str] = []
    while found := _FORM.match(words):
        words = found["rest"]
        forms.insert(0, found["form"])
    return words, " ".join(forms)
