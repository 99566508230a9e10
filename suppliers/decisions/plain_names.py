"""Names that read as what they are (SU-1): no hidden, turned or borrowed letters, whoever types them."""

import unicodedata
from collections.abc import Mapping

from foundation.errors import InvalidError

# Letters of other scripts that look like Latin ones, lower case; a word of nothing else is a disguise.
_LOOKS_LATIN: Mapping[str, str] = {
    "CYRILLIC": "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458\u0455\u0501\u051b\u051d\u04bb\u0261",
    "GREEK": "\u03b1\u03b2\u03b5\u03b6\u03b7\u03b9\u03ba\u03bc\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7",
}  # fmt: skip
_TURNED = {"R", "AL", "RLE", "RLO", "LRE", "LRO", "PDF", "LRI", "RLI", "FSI", "PDI", "AN"}
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "DEVANAGARI")
_TOGETHER = {"CJK", "HIRAGANA", "KATAKANA"}


def read_name(text: str, *, longest: int = 120, field: str = "name") -> str:
    """Return a name on one line, composed (NFC), with single blanks.

    :raises InvalidError: it is empty or too long, holds hidden letters or such that run from right to left, or letters
        of one alphabet that pass for another's.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or not any(char.isalnum() for char in name):
        raise _no("name_missing", "Write the name.", name, field)
    if len(name) > longest:
        raise _no("name_too_long", f"The name has {len(name)} characters; at most {longest} are kept.", name, field)
    hidden = next((char for char in name if unicodedata.category(char) in _HIDDEN), None)
    turned = next((char for char in name if unicodedata.bidirectional(char) in _TURNED), None)
    if turned is not None:
        raise _no(
            "name_right_to_left", f"The name holds U+{ord(turned):04X}, which runs from right to left.", name, field,
            "Write the name in Latin letters, as on the invoices.",
        )  # fmt: skip
    if hidden is not None:
        raise _no("name_hidden", f"The name holds the hidden character U+{ord(hidden):04X}.", name, field)
    _require_honest_letters(name, field)
    return name


def _require_honest_letters(name: str, field: str) -> None:
    """Refuse a word of two alphabets, and one that reads as Latin beside Latin words or in a name of nothing else."""
    scripts = {word: {script_of(char) for char in word if char.isalpha()} - {""} for word in name.split()}
    for word, found in scripts.items():
        if len(found) > 1 and not found <= _TOGETHER:
            names = " and ".join(sorted(script.title() for script in found))
            raise _no("name_mixed_alphabets", f"“{word}” mixes {names} letters, which look alike.", word, field)
    foreign = {word: found for word, found in scripts.items() if found & set(_LOOKS_LATIN)}
    disguised = [word for word, found in foreign.items() if _reads_as_latin(word, next(iter(found)))]
    if disguised and (any("LATIN" in found for found in scripts.values()) or len(disguised) == len(foreign)):
        script = next(iter(foreign[disguised[0]])).title()
        raise _no(
            "name_disguised", f"“{disguised[0]}” is written in {script} letters and reads as Latin.", disguised[0],
            field,
        )  # fmt: skip


def _reads_as_latin(word: str, script: str) -> bool:
    return all(char in _LOOKS_LATIN[script] for char in word.lower() if char.isalpha())


def script_of(char: str) -> str:
    """Return the alphabet of a letter, by its Unicode name."""
    name = unicodedata.name(char, "")
    return next((script for script in _SCRIPTS if name.startswith(script)), name.split(" ")[0] if name else "")


def _no(code: str, sentence: str, value: str, field: str, cure: str = "Type the name again by hand.") -> InvalidError:
    shown = value[:60].encode("ascii", "backslashreplace").decode()
    return InvalidError(code, sentence, field=field, value=shown, cure=cure)
