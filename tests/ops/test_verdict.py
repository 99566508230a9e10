"""The checker of the chaos run can fail: one fault of each kind, and it is named."""

import pytest

from tools.verdict import History, judge

FINE = {
    "answers": {"a": "ok", "b": "ok", "c": "refused", "d": "unknown", "e": "unknown"},
    "effects": ["a", "b", "d"],
    "owed": {"order 1": ["m1", "m2"], "order 2": ["m3"]},
    "taken": ["m1", "m3", "m1", "m2"],
}


def test_checker_is_content_when_each_message_had_one_effect() -> None:
    verdict = judge(History(**FINE))

    assert verdict.faults() == {}
    assert verdict.raw_repeats == 1


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"effects": ["a", "d"]}, {"lost": ("b",)}),
        ({"effects": ["a", "a", "b"]}, {"doubled": ("a",)}),
        ({"effects": ["a", "b", "z"]}, {"ghosts": ("z",)}),
        ({"effects": ["a", "b", "c"]}, {"undead": ("c",)}),
        ({"taken": ["m1", "m2"]}, {"undelivered": ("m3",)}),
        ({"taken": ["m1", "m2", "m3", "m9"]}, {"uninvited": ("m9",)}),
        ({"taken": ["m2", "m1", "m3"]}, {"overtaken": ("order 1",)}),
        ({"parked": ["event 7"]}, {"parked": ("event 7",)}),
        ({"broken_invariants": ["received above ordered"]}, {"invariants": ("received above ordered",)}),
    ],
)
def test_checker_names_the_fault(change: dict[str, object], faults: dict[str, tuple[str, ...]]) -> None:
    assert judge(History(**{**FINE, **change})).faults() == faults  # type: ignore[arg-type]
