"""How well the proposals of duplicates do on records whose truth is known (SU-3).

The records are halved by a hash of what they are, so that the halves do not depend on their order. A threshold is
chosen on the tuning half only; what is told of it was measured on the test half.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from foundation.errors import InvalidError
from suppliers.decisions import duplicates
from suppliers.decisions.duplicates import ADDRESS, DOMAIN, PHONE, Company, address_key, domain_key, phone_key
from suppliers.decisions.similar_names import THRESHOLD, likeness, weights_of

PAIR_COLUMNS = ("name1", "name2", "is_match")
SITE_COLUMNS = ("True Id", "Site name", "Address", "Phone")
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the pairs named are right, and how many of the right ones were named; 1 is all."""

    pairs: int
    true: int
    right: int
    named: int

    @property
    def precision(self) -> float:
        """Return the share of named pairs that are right."""
        return self.right / self.named if self.named else 0.0

    @property
    def recall(self) -> float:
        """Return the share of right pairs that were named."""
        return self.right / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def told(self) -> dict[str, float | int]:
        """Return it for machines, rounded to four places."""
        rates = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        counts = {"pairs": self.pairs, "true_pairs": self.true, "named": self.named}
        return {**{name: round(value, 4) for name, value in rates.items()}, **counts}


def half_of(text: str) -> int:
    """Return 0 for the tuning half, 1 for the test half."""
    return hashlib.sha256(text.encode()).digest()[0] % 2


def evaluate_pairs(rows: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """Judge labelled pairs of names: the threshold best on one half, measured on the other.

    :raises InvalidError: a column is missing or a label is neither true nor false.
    """
    weights = weights_of(row[name] for row in rows for name in ("name1", "name2"))
    judged = [
        (
            half_of("\n".join(sorted((row["name1"], row["name2"])))),
            likeness(row["name1"], row["name2"], weights),
            _truth(row),
        )
        for row in rows
    ]
    halves = [[(score, is_match) for half, score, is_match in judged if half == wanted] for wanted in (0, 1)]
    steps = [step / _STEPS for step in range(1, _STEPS)]
    threshold = max(steps, key=lambda step: (_counted(halves[0], step).f1, -step))
    every = [(score, is_match) for _, score, is_match in judged]
    return {
        "threshold": threshold, **_counted(halves[1], threshold).told(), "measured_on": "test half",
        "threshold_chosen_on": "tuning half", "version": duplicates.VERSION,
        "tuning_half": _counted(halves[0], threshold).told(),
        "as_names_alone_are_proposed": {"threshold": THRESHOLD, **_counted(every, THRESHOLD).told()},
    }  # fmt: skip


def evaluate_sites(rows: Sequence[Mapping[str, str]]) -> dict[str, object]:
    """Judge records with the id of what they truly are, as the product proposes them: names with a second attribute.

    The product's thresholds stay as they are, so nothing is tuned on the test half.
    """
    halves = [[row for row in rows if half_of(row["True Id"]) == half] for half in (0, 1)]
    confirmed, all_ = _proposed(halves[1])
    return {
        "threshold": duplicates.WITH_FROM, **confirmed.told(), "measured_on": "test half", "counts": "confirmed proposals",
        "version": duplicates.VERSION, "with_names_alone": {"threshold": duplicates.ALONE_FROM, **all_.told()},
        "tuning_half": _proposed(halves[0])[0].told(), "records": len(halves[1]),
    }  # fmt: skip


def _proposed(rows: Sequence[Mapping[str, str]]) -> tuple[Score, Score]:
    """Return how the confirmed proposals do, and all of them."""
    truth = [row["True Id"] for row in rows]
    found = list(duplicates.suspicions([_company(place, row) for place, row in enumerate(rows)]))
    true = sum(count * (count - 1) // 2 for count in Counter(truth).values())
    pairs = len(rows) * (len(rows) - 1) // 2

    def score(chosen: Iterable[duplicates.Suspicion]) -> Score:
        right = [truth[one.first] == truth[one.second] for one in chosen]
        return Score(pairs, true, sum(right), len(right))

    return score(one for one in found if one.is_confirmed), score(found)


def _company(place: int, row: Mapping[str, str]) -> Company:
    address = row.get("Email Address") or row.get("Website") or ""
    keys = {PHONE: phone_key(row["Phone"]), ADDRESS: address_key(row["Address"]), DOMAIN: domain_key(address)}
    return Company(place, row["Site name"], {kind: frozenset({key}) for kind, key in keys.items() if key})


def _counted(pairs: Iterable[tuple[float, bool]], threshold: float) -> Score:
    told = [(score >= threshold, is_match) for score, is_match in pairs]
    return Score(
        len(told), sum(match for _, match in told), sum(named and match for named, match in told),
        sum(named for named, _ in told),
    )  # fmt: skip


def _truth(row: Mapping[str, str]) -> bool:
    said = row["is_match"].strip().lower()
    if said not in {"true", "false"}:
        raise InvalidError("label_unfit", "Write true or false.", field="is_match", value=said[:20])
    return said == "true"
