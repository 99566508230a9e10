"""Which suppliers look like one company: names propose, a second attribute confirms, a person decides (SU-3).

A shared tax number or bank account is worth a look whatever the names. Any other shared attribute is worth one when the
names are somewhat alike; names alone only when they are nearly the same, and the proposal then says that nothing
confirms it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from suppliers.decisions.names import fold, skeleton
from suppliers.decisions.similar_names import THRESHOLD, Weights, alike, likeness, weights_of
from suppliers.decisions.similar_names import VERSION as NAMES_VERSION

VERSION = f"{NAMES_VERSION}/attributes-1"
ALONE_FROM = THRESHOLD  # likeness from which names without a second attribute are shown
WITH_FROM = 0.40  # likeness from which a shared attribute confirms
MOST_SHARING = 20  # an attribute more suppliers share belongs to none of them: a factor's account, a business park

TAX, BANK, IDENTIFIER, PHONE, DOMAIN, ADDRESS = "tax", "bank", "identifier", "phone", "domain", "address"
WORDS = {
    TAX: "the same tax number", BANK: "the same bank account", IDENTIFIER: "the same number at a registry",
    PHONE: "the same telephone", DOMAIN: "the same mail domain", ADDRESS: "the same address",
}  # fmt: skip
_ALONE = {TAX, BANK, IDENTIFIER}  # belong to one company only; shared, they are worth a look whatever the names
_FREE_MAIL = frozenset({
    "gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "icloud", "me", "aol", "gmx", "web",
    "t-online", "proton", "protonmail", "mail", "btinternet", "btconnect", "sky", "virginmedia", "talktalk", "orange",
    "free", "wanadoo", "laposte", "libero", "example",
})  # fmt: skip
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "ac", "gov", "ltd", "plc"})
_LONG = {
    "st": "street", "str": "street", "rd": "road", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "dr": "drive",
    "ln": "lane", "ct": "court", "pl": "place", "sq": "square", "hwy": "highway", "pkwy": "parkway", "n": "north",
    "s": "south", "e": "east", "w": "west", "ste": "suite", "unit": "suite",
}  # fmt: skip
_PHONE_TAIL, _PHONE_LEAST, _TAX_LEAST = 9, 7, 6


@dataclass(frozen=True, slots=True)
class Company:
    """A supplier as it is compared; `attributes` holds kind -> values, already in the form that is compared."""

    key: int
    name: str
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two suppliers share: the kind, and the shared value, or the last four of a bank account."""

    kind: str
    value: str

    @property
    def words(self) -> str:
        """Return it as a person reads it."""
        if self.kind == ADDRESS:
            return WORDS[ADDRESS]  # its words stand in the order they are compared in, which nobody reads
        return f"{WORDS[self.kind]}: {self.value}"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Two suppliers that may be one: how alike the names are, and what else they share; nothing means names only."""

    first: int
    second: int
    likeness: float
    evidence: tuple[Evidence, ...]
    looks_the_same: bool = False  # letter by letter to the eye, in letters of other scripts

    @property
    def is_confirmed(self) -> bool:
        """Say whether anything but the names speaks for it."""
        return bool(self.evidence)


def tax_key(text: str) -> str:
    """Return a tax number without blanks, signs and the country in front; too short a one is nothing."""
    plain = re.sub(r"[^A-Z0-9]", "", text.upper())
    number = plain[2:] if plain[:2].isalpha() and plain[2:].isdigit() else plain
    return number if len(number) >= _TAX_LEAST and len(set(number)) > 1 else ""


def phone_key(text: str) -> str:
    """Return the last nine digits of a telephone number, so that country and trunk codes do not matter."""
    digits = re.sub(r"\D", "", re.split(r"(?i)\s*(?:ext|x)\b", text)[0])
    return digits[-_PHONE_TAIL:] if len(digits) >= _PHONE_LEAST and len(set(digits)) > 1 else ""


def domain_key(address: str) -> str:
    """Return the company's part of a mail or web address; a mail provider's is nothing."""
    host = re.sub(r"^https?://", "", address.strip().lower()).rpartition("@")[2].split("/")[0].split(":")[0]
    parts = host.removeprefix("www.").split(".")
    keep = 3 if len(parts) > 2 and parts[-2] in _SECOND_LEVEL else 2  # noqa: PLR2004 - levels of a host name
    owned = parts[-keep:]
    return ".".join(owned) if len(owned) > 1 and owned[0] not in _FREE_MAIL else ""


def address_key(text: str) -> str:
    """Return the words of an address in one spelling and order; one without a number is nothing."""
    words = [_LONG.get(word, word) for word in fold(text).words.split()]
    has_number = any(any(c.isdigit() for c in word) for word in words)
    return " ".join(sorted(words)) if has_number and len(words) > 1 else ""


def suspicions(companies: Sequence[Company]) -> Iterator[Suspicion]:
    """Yield each pair of suppliers worth a person's look, once, in the order of their keys."""
    rows = sorted(companies, key=lambda one: one.key)
    weights = weights_of(one.name for one in rows)
    shared = _shared(rows)
    scores = {(pair.first, pair.second): pair.score for pair in alike([one.name for one in rows], ALONE_FROM)}
    looks = _looks(rows)
    for place in sorted(scores.keys() | shared.keys() | looks):
        first, second = rows[place[0]], rows[place[1]]
        found = _judged(first, second, scores.get(place), shared.get(place, ()), weights, looks=place in looks)
        if found:
            yield found


def _judged(
    first: Company, second: Company, score: float | None, shared: Iterable[Evidence], weights: Weights, *, looks: bool
) -> Suspicion | None:
    evidence = tuple(sorted(shared, key=lambda one: (list(WORDS).index(one.kind), one.value)))
    alike_by = likeness(first.name, second.name, weights) if score is None else score
    is_worth = (
        looks
        or alike_by >= ALONE_FROM
        or any(one.kind in _ALONE for one in evidence)
        or (bool(evidence) and alike_by >= WITH_FROM)
    )
    return Suspicion(first.key, second.key, round(alike_by, 4), evidence, looks) if is_worth else None


def _shared(rows: Sequence[Company]) -> dict[tuple[int, int], list[Evidence]]:
    """Return what each pair shares, by the places of the two."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(rows):
        for kind, values in one.attributes.items():
            for value in values:
                holders[kind, value].append(place)
    found: dict[tuple[int, int], list[Evidence]] = defaultdict(list)
    for (kind, value), places in holders.items():
        if len(places) <= MOST_SHARING:
            shown = f"ends {value[-4:]}" if kind == BANK else value
            for pair in combinations(places, 2):
                found[pair].append(Evidence(kind, shown))
    return found


def _looks(rows: Sequence[Company]) -> set[tuple[int, int]]:
    """Return the pairs whose names look the same and are written in different letters."""
    seen: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(rows):
        seen[skeleton(one.name)].append(place)
    return {
        pair
        for places in seen.values()
        if 1 < len(places) <= MOST_SHARING
        for pair in combinations(places, 2)
        if rows[pair[0]].name.lower() != rows[pair[1]].name.lower()
    }
