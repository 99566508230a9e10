"""Documents nobody decides, and rows that never decide. Source: SEMANTICS AP-9.

Every finding is true and comes with a document that shows it. Gaps are looked for among example documents: each amount
band at each kind of place, urgency, spend kind, category, flag, supplier state, role and document type that rows tell
apart, one value of an axis at a time. A dead row is one whose every band is taken whole by a single row above. Finding
nothing is therefore not yet a proof.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby, product

from policies.decisions.matrix import ApprovalFacts, Matrix, Rule, in_band
from policies.decisions.vocabulary import DOCUMENT_TYPES, FLAGS, SPEND_KINDS, SUPPLIER_STATES, listed, words
from policies.decisions.world import Finding, Place, World, band_words, bands, inside

MOST_EXAMPLES = 20_000
Band = tuple[Decimal, Decimal | None]
Setting = tuple[str, object, str]  # (field of the facts, value, in words)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was found, and on how many example documents."""

    findings: tuple[Finding, ...]
    examples: int


def cover(matrix: Matrix, world: World) -> Coverage:
    """Look for gaps and dead rows of a matrix."""
    found, examples = gaps(matrix, world)
    return Coverage((*found, *dead_rows(matrix.rules, world)), examples)


def gaps(matrix: Matrix, world: World) -> tuple[tuple[Finding, ...], int]:
    """Return the documents no base row takes, the plainest of each kind, and how many examples were tried."""
    places = _alike(matrix.rules, world.places)
    special = _settings(matrix.rules, world, MOST_EXAMPLES // max(1, len(places) * len(bands(matrix.rules))))
    examples = 0
    open_bands: dict[tuple[tuple[Setting, ...], tuple[Band, ...]], list[Place]] = {}
    for group in places:
        plain: set[tuple[tuple[str, ...], Band]] = set()
        for settings in special:
            chosen = tuple(s for s in settings if s[2])
            gap = []
            for band in bands(matrix.rules):
                examples += 1
                if matrix.first(_document(group[0], inside(band), settings)) is None:
                    gap.append(band)
            names = tuple(s[2] for s in chosen)
            fresh = tuple(b for b in gap if not any((_without(names, n), b) in plain for n in names))
            plain |= {(names, b) for b in gap}
            if fresh:
                open_bands.setdefault((chosen, fresh), []).extend(group)
    return tuple(_gap(where, world, *key) for key, where in open_bands.items()), examples


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(n for n in names if n != name)


def _gap(where: list[Place], world: World, chosen: tuple[Setting, ...], open_at: tuple[Band, ...]) -> Finding:
    place = "Any site" if len(where) == len(world.places) else listed(p.name for p in where)
    spans = listed(band_words(*span) for span in _joined(open_at))
    extra = "".join(f", {setting[2]}" for setting in chosen)
    example = _document(where[0], inside(open_at[0]), chosen)
    return Finding("gap", f"{place}{extra}, {spans}: nobody decides.", example)


def _joined(open_at: Sequence[Band]) -> list[Band]:
    """Join bands that touch."""
    joined: list[Band] = []
    for low, high in open_at:
        if joined and joined[-1][1] == low:
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def _document(place: Place, amount: Decimal, settings: Sequence[Setting]) -> ApprovalFacts:
    plain = ApprovalFacts(
        "requisition", amount, place.code, place.region, spend_kinds=frozenset({"catalogue"}),
        supplier_states=frozenset({"active"}), requester_roles=frozenset({"requester"}),
    )  # fmt: skip
    return replace(plain, **{name: value for name, value, _ in settings})  # type: ignore[arg-type]  # a setting names a field of the facts


def _alike(rules: Sequence[Rule], places: Sequence[Place]) -> list[list[Place]]:
    """Group the places that no row tells apart."""

    def seen(place: Place) -> tuple[bool, ...]:
        return tuple(
            (not r.sites or place.code in r.sites) and (not r.regions or place.region in r.regions) for r in rules
        )

    return [list(group) for _, group in groupby(sorted(places, key=seen), key=seen)]


def _settings(rules: Sequence[Rule], world: World, most: int) -> list[tuple[Setting, ...]]:
    """Return combinations of what rows tell apart, plainest first, at most `most` of them."""
    axes = [axis for axis in _axes(rules, world) if len(axis) > 1]
    while axes and _size(axes) > most:
        axes.pop()
    combinations: Iterator[tuple[Setting, ...]] = product(*axes)
    return sorted(combinations, key=lambda settings: sum(1 for s in settings if s[2]))


def _size(axes: Sequence[Sequence[Setting]]) -> int:
    size = 1
    for axis in axes:
        size *= len(axis)
    return size


def _axes(rules: Sequence[Rule], world: World) -> Iterator[Sequence[Setting]]:
    """Yield each axis as settings, the plain one first and without words; axes people use most come first."""
    yield [("urgent", False, "")] + [("urgent", True, "urgent")] * any(r.urgent is not None for r in rules)
    yield _choices("spend_kinds", SPEND_KINDS, "catalogue", wanted=any(r.spend_kinds for r in rules))
    yield _categories(rules, world)
    yield [("document_type", "requisition", "")] + [
        ("document_type", code, name.lower())
        for code, name in DOCUMENT_TYPES.items()
        if code != "requisition" and any(r.document_types for r in rules)
    ]
    named = {flag for r in rules for flag in r.any_flags | r.without_flags}
    yield [("flags", frozenset[str](), "")] + [
        ("flags", frozenset({flag}), words(flag, FLAGS).lower()) for flag in sorted(named)
    ]
    yield _choices("supplier_states", SUPPLIER_STATES, "active", wanted=any(r.supplier_states for r in rules))
    roles = sorted({role for r in rules for role in r.requester_roles} - {"requester"})
    yield [("requester_roles", frozenset({"requester"}), "")] + [
        ("requester_roles", frozenset({role}), f"raised by a {words(role)}") for role in roles
    ]


def _choices(axis: str, known: Mapping[str, str], plain: str, *, wanted: bool) -> list[Setting]:
    others = [(axis, frozenset({code}), name.lower()) for code, name in known.items() if wanted and code != plain]
    return [(axis, frozenset({plain}), ""), *others]


def _categories(rules: Sequence[Rule], world: World) -> list[Setting]:
    """Return one category for each set of rows that name it; the plain one is named by no row, if there is one."""
    named = frozenset(code for r in rules for code in r.categories)
    if not named:
        return [("categories", (), "")]
    kinds: dict[frozenset[str], tuple[str, ...]] = {}
    for path in world.categories:
        kinds.setdefault(named.intersection(path), path)
    plain = kinds.pop(frozenset(), None)
    rows: list[Setting] = [
        ("categories", (path,), f"category {world.category_names.get(path[-1], path[-1])}") for path in kinds.values()
    ]
    return [("categories", (plain,) if plain else (), ""), *rows]


def dead_rows(rules: Sequence[Rule], world: World) -> Iterator[Finding]:
    """Yield the base rows that can never decide, with the rows above that take everything they could."""
    cuts = bands(rules)
    for number, rule in enumerate(rules):
        row = str(rule.position)
        if not world.taken_by(rule):
            yield Finding("dead_row", f"Row {row} never decides: no site fits it.", None, row=row)
        elif rule.any_flags and rule.any_flags <= rule.without_flags:
            yield Finding("dead_row", f"Row {row} never decides: it asks for flags that it forbids.", None, row=row)
        else:
            mine = [inside(cut) for cut in cuts if in_band(inside(cut), rule.amount_from, rule.amount_to)]
            above = [r for r in rules[:number] if _contains(r, rule, world)]
            takers = [next((r for r in above if in_band(at, r.amount_from, r.amount_to)), None) for at in mine]
            rows = sorted({r.position for r in takers if r is not None})
            if mine and None not in takers:
                names = f"row {rows[0]} takes" if len(rows) == 1 else f"rows {listed(map(str, rows))} take"
                sentence = f"Row {row} never decides: {names} everything it could."
                yield Finding("dead_row", sentence, world.example(rule), row=row)


def _contains(outer: Rule, inner: Rule, world: World) -> bool:
    """Say whether `outer` takes every document that `inner` does, their amounts aside."""
    wider = (
        (outer.document_types, inner.document_types),
        (outer.spend_kinds, inner.spend_kinds),
        (outer.any_flags, inner.any_flags),
        (outer.supplier_states, inner.supplier_states),
        (outer.requester_roles, inner.requester_roles),
    )
    return (
        set(world.taken_by(outer)) >= set(world.taken_by(inner))
        and all(not out or (inn and inn <= out) for out, inn in wider)
        and outer.without_flags <= inner.without_flags
        and (outer.urgent is None or outer.urgent == inner.urgent)
        and (not outer.categories or _below(inner.categories, outer.categories, world))
    )


def _below(inner: frozenset[str], outer: frozenset[str], world: World) -> bool:
    """Say whether every category of `inner` is one of `outer` or stands below one."""
    paths = {path[-1]: path for path in world.categories}
    return bool(inner) and all(outer.intersection(paths.get(code, (code,))) for code in inner)
