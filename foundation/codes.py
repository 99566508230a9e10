"""Short codes for things that come with a name only; the same name always gets the same code."""

import hashlib
import re
import unicodedata

_OTHER = re.compile(r"[^A-Z0-9]+")
_TAIL = 5


def code_from(name: str, most: int, prefix: str = "") -> str:
    """Return a code of capitals, digits and dashes, at most `most` long; what is cut off goes into a five-letter tail."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = _OTHER.sub("-", f"{prefix}-{plain}" if prefix else plain).strip("-")
    says_all = words.removeprefix(f"{prefix}-" if prefix else "").replace("-", " ") == name.upper()
    if words and len(words) <= most and says_all:
        return words
    tail = hashlib.sha256(name.encode()).hexdigest()[:_TAIL].upper()
    return f"{words[: most - _TAIL - 1].rstrip('-')}-{tail}".lstrip("-")
