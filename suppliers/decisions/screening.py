"""Names of suppliers against names on sanctions lists (SU-1): folded alike, with the evidence; a person decides.

A name is worth a look sooner than a duplicate (SU-3): to miss one costs more than to look at one. So is a name in which every
word of a listed one stands. Nothing is decided by a name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from suppliers.decisions.names import fold, skeleton
from suppliers.decisions.similar_names import Weights, likeness, trigrams

LOOK_FROM = 0.70  # likeness from which a person looks
_LEAST_WORDS = 2  # of a listed name that must stand in a supplier's; one word alone is too common
MOST_HITS = 10


@dataclass(frozen=True, slots=True)
class Party:
    """A name on a list with the others it goes by."""

    list_name: str
    reference: str
    names: tuple[str, ...]
    country: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A supplier as it is compared: every name it goes by."""

    key: int
    names: tuple[str, ...]
    country: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A supplier's name that is like one on a list; `score` 0 to 1."""

    list_name: str
    reference: str
    listed: str
    named: str
    score: float
    same_country: bool

    @property
    def words(self) -> str:
        """Return the evidence as a person reads it."""
        where = ", the same country" if self.same_country else ""
        return f"{self.list_name} {self.reference}: “{self.listed}” is {self.score:.0%} like “{self.named}”{where}."


class Screen:
    """Every listed name, folded once, to be asked about many suppliers."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._rows: list[tuple[Party, str, str]] = [
            (party, name, fold(name).words) for party in parties for name in party.names
        ]
        self.weights = Weights(trigrams(words) for _, _, words in self._rows)
        self._by_gram: Mapping[str, list[int]] = _index(words for _, _, words in self._rows)

    def hits(self, subject: Subject) -> tuple[Hit, ...]:
        """Return the listed names a supplier's are like, the likest first; at most ten."""
        best: dict[tuple[str, str], Hit] = {}
        for name in subject.names:
            for place in self._near(name):
                hit = self._judged(subject, name, place)
                if hit is not None:
                    key = (hit.list_name, hit.reference)
                    if key not in best or best[key].score < hit.score:
                        best[key] = hit
        return tuple(sorted(best.values(), key=lambda hit: (-hit.score, hit.list_name, hit.reference))[:MOST_HITS])

    def _near(self, name: str) -> Iterator[int]:
        seen: set[int] = set()
        for words in fold(name).all:
            for gram in trigrams(words):
                seen.update(self._by_gram.get(gram, ()))
        yield from sorted(seen)

    def _judged(self, subject: Subject, name: str, place: int) -> Hit | None:
        party, listed, words = self._rows[place]
        score = likeness(name, listed, self.weights)
        if skeleton(name) == skeleton(listed):
            score = 1.0
        inside = len(words.split()) >= _LEAST_WORDS and set(words.split()) <= _all_words(name)
        if score < LOOK_FROM and not inside:
            return None
        same = bool(party.country) and party.country == subject.country
        return Hit(
            party.list_name, party.reference, listed, name, round(max(score, LOOK_FROM if inside else 0), 4), same
        )


def _all_words(name: str) -> set[str]:
    return {word for words in fold(name).all for word in words.split()}


def _index(texts: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, words in enumerate(texts):
        for gram in trigrams(words):
            found.setdefault(gram, []).append(place)
    return found


def screened(subjects: Sequence[Subject], parties: Iterable[Party]) -> dict[int, tuple[Hit, ...]]:
    """Return the hits of each supplier that has any."""
    screen = Screen(parties)
    return {one.key: found for one in subjects if (found := screen.hits(one))}
