"""How alike two names are: cosine of character trigrams, each weighted by how rare it is among all names (SU-3).

The weights come from the names given, so a word that every third supplier bears counts little. Names propose a pair;
they never decide one.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from suppliers.decisions.names import fold

VERSION = "trigram-1"  # of the folding and the weights; stored with every proposal
THRESHOLD = 0.80  # from here on names alone are worth a look; docs/duplicates.md says how it was found


def trigrams(words: str) -> frozenset[str]:
    """Return the trigrams of each word with its edges, as PostgreSQL's pg_trgm cuts them."""
    return frozenset(
        padded[place : place + 3]
        for word in words.split()
        for padded in (f"  {word} ",)
        for place in range(len(padded) - 2)
    )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two names by their place in what was given, and how alike they are: 0 to 1."""

    first: int
    second: int
    score: float


class Weights:
    """How much each trigram counts: the logarithm of how rare it is among the names it was made from."""

    def __init__(self, grams: Iterable[frozenset[str]]) -> None:
        seen: Counter[str] = Counter()
        self.names = 0
        for one in grams:
            seen.update(one)
            self.names += 1
        self.seen = seen

    def of(self, gram: str) -> float:
        """Return the weight; a trigram never seen is the rarest."""
        return math.log((self.names + 1) / (self.seen.get(gram, 0) + 0.5))

    def cosine(self, first: frozenset[str], second: frozenset[str]) -> float:
        """Return how alike two sets of trigrams are: 1 for the same, 0 without a common one."""
        if first == second:
            return 1.0 if first else 0.0
        both = sum(self.of(gram) ** 2 for gram in first & second)
        norms = math.sqrt(sum(self.of(g) ** 2 for g in first) * sum(self.of(g) ** 2 for g in second))
        return both / norms if norms else 0.0


def likeness(first: str, second: str, weights: Weights) -> float:
    """Return how alike two names are under any of the names they go by."""
    return max(
        1.0 if _run_together(one) == _run_together(other) else weights.cosine(trigrams(one), trigrams(other))
        for one in fold(first).all
        for other in fold(second).all
    )


def _run_together(words: str) -> str:
    return words.replace(" ", "")


def weights_of(names: Iterable[str]) -> Weights:
    """Return the weights a list of names gives."""
    return Weights(trigrams(words) for name in names for words in fold(name).all)


def alike(names: Sequence[str], threshold: float = THRESHOLD) -> Iterator[Pair]:
    """Yield every pair of names at least as alike as `threshold`, each once, the best of the names they go by.

    Exact: a pair is looked at when it shares one of the rare trigrams without which it cannot reach the threshold.
    Memory is that of the trigrams; nothing is kept of pairs that were looked at and are not alike.
    """
    variants = [(place, words) for place, name in enumerate(names) for words in fold(name).all if words]
    index = _Index([words for _, words in variants], threshold)
    best: dict[tuple[int, int], float] = {}
    for newer in range(len(variants)):
        for older, score in index.before(newer):
            first, second = sorted((variants[older][0], variants[newer][0]))
            if first != second and score > best.get((first, second), 0.0):
                best[first, second] = score
    yield from (Pair(first, second, score) for (first, second), score in sorted(best.items()))


class _Index:
    """An inverted index over the rare trigrams of each name, filled as it is asked."""

    def __init__(self, texts: Sequence[str], threshold: float) -> None:
        self.threshold = threshold
        weights = Weights(trigrams(text) for text in texts)
        rank = {gram: place for place, gram in enumerate(sorted(weights.seen, key=lambda g: (weights.seen[g], g)))}
        self.squares = [weights.of(gram) ** 2 for gram in rank]
        self.grams = [tuple(sorted(rank[gram] for gram in trigrams(text))) for text in texts]
        self.sums = [sum(self.squares[g] for g in grams) for grams in self.grams]
        self.postings: dict[int, list[int]] = {}

    def before(self, newer: int) -> Iterator[tuple[int, float]]:
        """Yield earlier names at least as alike as the threshold with their score, then add this one."""
        grams = self.grams[newer]
        rare = grams[: self._needed(newer)]
        found = {older for gram in rare for older in self.postings.get(gram, ())}
        mine = set(grams)
        squares, least = self.squares, self.threshold
        for older in found:
            norm = math.sqrt(self.sums[newer] * self.sums[older])
            both = sum(squares[gram] for gram in self.grams[older] if gram in mine)
            if both >= least * norm:
                yield older, min(both / norm, 1.0) if norm else 0.0
        for gram in rare:
            self.postings.setdefault(gram, []).append(newer)

    def _needed(self, place: int) -> int:
        """Return how many of the rarest trigrams must be known so that the rest alone cannot reach the threshold."""
        left = self.sums[place]
        limit = self.threshold**2 * left
        for count, gram in enumerate(self.grams[place]):
            if left < limit:
                return count
            left -= self.squares[gram]
        return len(self.grams[place])
