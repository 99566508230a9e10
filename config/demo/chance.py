"""One dice for the whole demo company, so that every installation gets the same one."""

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

T = TypeVar("T")
SEED = 20_261_124


class Dice:
    """Repeatable chance. Not for secrets."""

    def __init__(self, name: str) -> None:
        self._random = random.Random(f"{SEED}:{name}")  # noqa: S311 - invented data, repeatable on purpose

    def happens(self, share: float) -> bool:
        """Say yes in `share` of the cases (0 to 1)."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return self._random.randint(low, high)

    def spread(self, low: float, high: float) -> float:
        """Return a number evenly between two."""
        return self._random.uniform(low, high)

    def skewed(self, typical: float, spread: float) -> float:
        """Return a positive number around `typical` with a long right tail, as durations have."""
        return typical * self._random.lognormvariate(0, spread)

    def one_of(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """Return one of the options."""
        return self._random.choices(options, weights)[0]

    def some_of(self, options: Sequence[T], count: int) -> list[T]:
        """Return `count` different options."""
        return self._random.sample(options, min(count, len(options)))

    def money(self, around: Decimal, share: float) -> Decimal:
        """Return an amount within `share` of another, in whole hundredths, at least one."""
        factor = Decimal(str(round(self.spread(1 - share, 1 + share), 4)))
        return max((around * factor).quantize(Decimal("0.01")), Decimal("0.01"))
