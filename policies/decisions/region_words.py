"""A region of documents in the words of the people who write rows: where, what it is like, and for which amounts."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from policies.decisions.axes import (
    AUTHORITY,
    BAND,
    BUDGET,
    CATEGORY,
    CONTRACT,
    DELTA,
    DOCUMENT,
    FLAG,
    KIND,
    PLACE,
    RISK,
    ROLE,
    SUPPLIER,
    URGENT,
    Axes,
)
from policies.decisions.partition import Region, Several, special
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
from policies.decisions.world import band_words

FEW = 3
# How an axis of several values is said: some of these, none of these.
SAID: Mapping[int, tuple[str, str, Mapping[str, str]]] = {
    CATEGORY: ("category {}", "no line of {}", {}),
    KIND: ("{}", "no {}", SPEND_KINDS),
    FLAG: ("{}", "without {}", FLAGS),
    SUPPLIER: ("supplier {}", "no supplier {}", SUPPLIER_STATES),
    RISK: ("supplier risk {}", "no supplier risk {}", SUPPLIER_RISKS),
    AUTHORITY: ("{}", "no {}", AUTHORITIES),
    ROLE: ("raised by a {}", "not raised by a {}", {}),
    DELTA: ("changed {}", "unchanged {}", DELTAS),
}
SINGLY: Mapping[int, Mapping[str, str]] = {
    DOCUMENT: DOCUMENT_TYPES, CONTRACT: CONTRACT_COVERAGES, BUDGET: BUDGET_STATES, URGENT: {"calm": "not urgent"},
}  # fmt: skip


def in_words(region: Region, axes: Axes) -> str:
    """Return a region as people say it; an axis that holds everything is left out."""
    whole = axes.whole
    places = {p.code: p.name for p in axes.world.places}
    codes = _codes(region, axes, PLACE)
    where = "Any site" if region[PLACE] == whole[PLACE] else listed(places[code] for code in codes)
    parts = [text for axis in (URGENT, DOCUMENT, *SAID, CONTRACT, BUDGET) for text in _axis(axis, region, axes)]
    amounts = "any amount" if region[BAND] == whole[BAND] else listed(_bands(region, axes))
    return ", ".join([where, *parts, amounts])


def _codes(region: Region, axes: Axes, axis: int) -> tuple[str, ...]:
    side = region[axis]
    return axes.codes(axis, side) if isinstance(side, int) else ()


def _axis(axis: int, region: Region, axes: Axes) -> Iterator[str]:
    side, every = region[axis], axes.whole[axis]
    if isinstance(side, int):
        if side != every:
            yield listed((words(code, SINGLY[axis]).lower() for code in axes.codes(axis, side)), "or")
    elif isinstance(every, Several):
        some, no, known = SAID[axis]
        for group in special(side, every):
            yield some.format(listed(_names(axis, group, axes, known), "or"))
        if side.out and not special(side, every):
            rest = every.wanted[0] & ~side.out if every.wanted else 0
            unnamed = axis == CATEGORY and rest & 1 and not axes.classes[0][0]
            if rest and not unnamed and rest.bit_count() <= FEW:
                yield some.format(listed(_names(axis, rest, axes, known), "or"))
            else:
                yield no.format(listed(_names(axis, side.out, axes, known), "or"))
        elif side.out:
            yield no.format(listed(_names(axis, side.out, axes, known), "or"))


def _names(axis: int, mask: int, axes: Axes, known: Mapping[str, str]) -> list[str]:
    if axis == CATEGORY:
        return _category_names(mask, axes)
    return [words(code, known).lower() for code in axes.codes(axis, mask)]


def _category_names(mask: int, axes: Axes) -> list[str]:
    """Return the categories of classes by the names rows know them by; what lies below another one is left out."""
    names = axes.world.category_names
    classes = [axes.classes[int(number)] for number in axes.codes(CATEGORY, mask)]
    tops = [(above, path) for above, path in classes if not any(other < above and other for other, _ in classes)]
    deepest = [max(above, key=path.index) if above else path[-1] for above, path in tops]
    return [names.get(code, code) for code in deepest]


def _bands(region: Region, axes: Axes) -> Iterator[str]:
    """Yield the amounts of a region, bands that touch as one."""
    numbers = [int(number) for number in _codes(region, axes, BAND)]
    limits: list[Decimal | None] = [None, *axes.edges, None]
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 == len(numbers) or numbers[place + 1] != number + 1:
            yield band_words(limits[numbers[start]], limits[number + 1])
            start = place + 1
