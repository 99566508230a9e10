"""A row of the matrix in the words of the people it binds, and how one version differs from another."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from policies.decisions.matrix import Matrix, Rule, StageAsk
from policies.decisions.vocabulary import (
    AUTHORITIES,
    BUDGET_STATES,
    CONTRACT_COVERAGES,
    DELTAS,
    DOCUMENT_TYPES,
    FLAGS,
    SPEND_KINDS,
    SUPPLIER_RISKS,
    SUPPLIER_STATES,
    listed,
    words,
)
from policies.decisions.world import World, band_words


def conditions(rule: Rule, world: World, role_names: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a row asks of a document besides its amount; nothing means any."""
    places = {p.code: p.name for p in world.places}
    regions = {p.region: p.region_name or p.region for p in world.places}
    axes = (
        ("", rule.document_types, DOCUMENT_TYPES, "or"),
        ("At ", rule.sites, places, "or"),
        ("In ", rule.regions, regions, "or"),
        ("Category ", rule.categories, world.category_names, "or"),
        ("", rule.spend_kinds, SPEND_KINDS, "or"),
        ("With: ", rule.any_flags, FLAGS, "or"),
        ("Without: ", rule.without_flags, FLAGS, "and"),
        ("Supplier ", rule.supplier_states, SUPPLIER_STATES, "or"),
        ("Supplier risk ", rule.supplier_risks, SUPPLIER_RISKS, "or"),
        ("Raised by a ", rule.requester_roles, role_names, "or"),
        ("Source: ", rule.sourcing_authorities, AUTHORITIES, "or"),
        ("", rule.contract_coverages, CONTRACT_COVERAGES, "or"),
        ("", rule.budget_states, BUDGET_STATES, "or"),
        ("Changed: ", rule.change_deltas, DELTAS, "or"),
    )
    found = [f"{start}{listed(_named(codes, known), join, 9)}" for start, codes, known, join in axes if codes]
    if rule.urgent is not None:
        found.append("Urgent" if rule.urgent else "Not urgent")
    return tuple(text[0].upper() + text[1:] for text in found)


def _named(codes: frozenset[str], known: Mapping[str, str]) -> list[str]:
    return [words(code, known).lower() if known is FLAGS else words(code, known) for code in sorted(codes)]


def differences(before: Matrix, after: Matrix, describe: Callable[[Rule], Sequence[str]]) -> Iterator[str]:
    """Yield in words how `after` differs: rows added, taken out, moved, and what changed in each.

    Rows are known by their name; a row that got a new name counts as the row at the same place.
    """
    for kind, old, new in (("Row", before.rules, after.rules), ("Additional row", before.additional, after.additional)):
        pairs = _paired(old, new)
        for was, now in pairs:
            if was is None and now is not None:
                yield f"{kind} {now.position} is new: {_whole(now, describe)}"
            elif now is None and was is not None:
                yield f"{kind} {was.position} is gone: {was.name}."
            elif was is not None and now is not None:
                yield from (f"{kind} {now.position}: {text}" for text in _changed(was, now, describe))
        kept = [(was, now) for was, now in pairs if was and now]
        if [was for was, _ in kept] != sorted((was for was, _ in kept), key=lambda r: r.position):
            yield f"{kind}s stand in a new order: {', '.join(r.name for r in new)}."


def _paired(old: Sequence[Rule], new: Sequence[Rule]) -> list[tuple[Rule | None, Rule | None]]:
    names = {rule.name: rule for rule in old}
    pairs: list[tuple[Rule | None, Rule | None]] = [(names.pop(rule.name, None), rule) for rule in new]
    places = {rule.position: rule for rule in names.values()}
    pairs = [(was or places.pop(now.position if now else 0, None), now) for was, now in pairs]
    return [*pairs, *((rule, None) for rule in places.values())]


def _whole(rule: Rule, describe: Callable[[Rule], Sequence[str]]) -> str:
    return f"{rule.name}, {band_words(rule.amount_from, rule.amount_to)}; {'; '.join(describe(rule))}."


def _changed(was: Rule, now: Rule, describe: Callable[[Rule], Sequence[str]]) -> Iterator[str]:
    if was.name != now.name:
        yield f"“{was.name}” is now called “{now.name}”."
    old, new = band_words(was.amount_from, was.amount_to), band_words(now.amount_from, now.amount_to)
    if old != new:
        yield f"{old} becomes {new}."
    gone = [text for text in describe(was) if text not in describe(now)]
    fresh = [text for text in describe(now) if text not in describe(was)]
    if gone or fresh:
        yield f"{'; '.join(gone) or 'any'} becomes {'; '.join(fresh) or 'any'}."


def stage_words(number: int, stage: StageAsk, name: str) -> str:
    """Write a stage as a line: who, how many of them, and in how many business hours."""
    if stage.informs:
        return f"Stage {number} only informs {name}"
    enough = {"all": ", all of them", "majority": ", more than half of them", "percent": f", {stage.percent} % of them"}
    together = ", together with the stage before" if stage.with_previous else ""
    repeat = ", also by who agreed before" if stage.may_repeat else ""
    return f"Stage {number} {name}{enough.get(stage.completion, '')}{together}{repeat}, {stage.due_hours} h"
