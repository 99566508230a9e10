"""The checker of the chaos run: from what partners sent, what the product holds and what the ERP took, to a verdict.

Pure, so that a test can show it every kind of fault and see it go red. Source: RELIABILITY section 10, "The checker".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class History:
    """Everything a run left behind, as ids.

    `answers` is what a partner last heard about a message: ok, refused, or unknown (never an answer);
    `effects` one entry for each effect found in the product; `owed` the deliveries the product stored, by object, in
    the order they must arrive; `taken` the deliveries the ERP took, as they came; `parked` what waits for a person.
    """

    answers: Mapping[str, str]
    effects: Sequence[str]
    owed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    taken: Sequence[str] = ()
    parked: Sequence[str] = ()
    broken_invariants: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong; every field but `raw_repeats` must be empty."""

    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    ghosts: tuple[str, ...]
    undead: tuple[str, ...]
    undelivered: tuple[str, ...]
    uninvited: tuple[str, ...]
    overtaken: tuple[str, ...]
    parked: tuple[str, ...]
    invariants: tuple[str, ...]
    raw_repeats: int

    def faults(self) -> dict[str, tuple[str, ...]]:
        """Return every kind of fault that occurred, with its ids."""
        kinds = (
            "lost", "doubled", "ghosts", "undead", "undelivered", "uninvited", "overtaken", "parked", "invariants",
        )  # fmt: skip
        return {kind: getattr(self, kind) for kind in kinds if getattr(self, kind)}


def judge(history: History) -> Verdict:
    """Compare the three sides. A delivery taken twice with the same id is allowed and counted."""
    effects = Counter(history.effects)
    by_answer: dict[str, set[str]] = {"ok": set(), "refused": set(), "unknown": set()}
    for message, answer in history.answers.items():
        by_answer[answer].add(message)
    owed = [msg_id for ids in history.owed.values() for msg_id in ids]
    taken = set(history.taken)
    return Verdict(
        lost=_sorted(by_answer["ok"] - effects.keys()),
        doubled=_sorted(message for message, times in effects.items() if times > 1),
        ghosts=_sorted(effects.keys() - history.answers.keys()),
        undead=_sorted(by_answer["refused"] & effects.keys()),
        undelivered=_sorted(set(owed) - taken),
        uninvited=_sorted(taken - set(owed)),
        overtaken=_sorted(key for key, ids in history.owed.items() if _overtaken(ids, history.taken)),
        parked=_sorted(history.parked),
        invariants=tuple(history.broken_invariants),
        raw_repeats=len(history.taken) - len(taken),
    )


def _overtaken(wanted: Sequence[str], taken: Sequence[str]) -> bool:
    """Say whether the first arrivals of one object's deliveries came in another order than they were stored."""
    mine, first = set(wanted), dict.fromkeys(taken)
    arrived = [msg_id for msg_id in first if msg_id in mine]
    return arrived != [msg_id for msg_id in wanted if msg_id in first]


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
