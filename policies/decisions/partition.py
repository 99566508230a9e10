"""Sets of documents as conditions on axes, and an exact search for a document that no row takes.

Source: SEMANTICS AP-9. A *box* is a conjunction of conditions; a row of the matrix is one. Axes are of two kinds:

- single: a document has one value (amount band, place, document type). A condition is a set of values, as bits.
- several: a document has any number of values (flags, categories of its lines). A condition is "some of these" or
  "none of these"; each value is a bit, and a document is the set of its bits.

A *region* holds, for each single axis, the values left and, for each other axis, the values that are out together with
sets of which at least one value must be in. Only "out" and "at least one of" ever occur, so a region has a document
exactly when no axis is left without values and no such set is wholly out: no guess is involved. What is outside a box
is outside one of its conditions, which is again a condition; the search therefore splits regions until one misses
every box, or none is left. A search that would look at more than its allowance of boxes stops and says so.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

IN, SOME, NO = "in", "some", "no"
FAILS, OPEN, HOLDS = -1, 0, 1


class Condition(NamedTuple):
    """What a box asks of one axis: a value IN the mask, SOME value of the mask, or NO value of the mask."""

    axis: int
    how: str
    mask: int


class Several(NamedTuple):
    """What is left of an axis of several values: those that are out, and sets that must keep at least one in."""

    out: int = 0
    wanted: tuple[int, ...] = ()


Side = int | Several
Region = tuple[Side, ...]
Box = tuple[Condition, ...]


class TooEntangledError(Exception):
    """The search looked at as many boxes as it may."""


def standing(region: Region, condition: Condition) -> int:
    """Say whether a condition HOLDS for every document of a region, FAILS for every one, or is OPEN."""
    axis, how, mask = condition
    side = region[axis]
    if isinstance(side, int):
        return FAILS if not side & mask else OPEN if side & ~mask else HOLDS
    some = FAILS if not mask & ~side.out else HOLDS if any(not group & ~mask for group in side.wanted) else OPEN
    return some if how == SOME else -some


def inside(region: Region, condition: Condition) -> Region:
    """Return the part of a region where a condition holds; it must not fail there."""
    axis, how, mask = condition
    side = region[axis]
    if isinstance(side, int):
        return _put(region, axis, side & mask)
    if how == NO:
        out = side.out | mask
        return _put(region, axis, Several(out, _least(group & ~out for group in side.wanted)))
    return _put(region, axis, Several(side.out, _least((*side.wanted, mask & ~side.out))))


def outside(region: Region, condition: Condition) -> Region:
    """Return the part of a region where a condition fails; it must not hold everywhere."""
    axis, how, mask = condition
    if how == IN:
        return inside(region, Condition(axis, IN, ~mask))
    return inside(region, Condition(axis, NO if how == SOME else SOME, mask))


def _put(region: Region, axis: int, side: Side) -> Region:
    return (*region[:axis], side, *region[axis + 1 :])


def _least(groups: Iterable[int]) -> tuple[int, ...]:
    """Drop the sets that another one makes sure of."""
    ordered = sorted(set(groups), key=int.bit_count)
    kept: list[int] = []
    for group in ordered:
        if not any(not small & ~group for small in kept):
            kept.append(group)
    return tuple(kept)


def narrowed(region: Region, box: Box) -> Region | None:
    """Return the part of a region that a box takes, or nothing."""
    for condition in box:
        if standing(region, condition) == FAILS:
            return None
        region = inside(region, condition)
    return region


def misses(region: Region, box: Box) -> bool:
    """Say whether one condition of a box fails on the whole region, so that the box takes nothing of it."""
    return any(standing(region, condition) == FAILS for condition in box)


def meets(region: Region, box: Box) -> bool:
    """Say whether a box takes a document of a region."""
    return not misses(region, box) and narrowed(region, box) is not None


@dataclass(slots=True)
class Search:
    """A search with an allowance: how many boxes it may look at, and how many it did."""

    most: int
    looked: int = 0

    def left(self, region: Region, boxes: Sequence[Box]) -> Region | None:
        """Return a part of a region that no box takes, or nothing when together they take all of it.

        :raises TooEntangledError: the allowance is used up.
        """
        settled = self._settle(region, boxes)
        if settled is None or not settled[1]:
            return settled[0] if settled else None
        region, boxes = settled
        for part in _split(region, min(boxes, key=len)):
            found = self.left(part, boxes)
            if found is not None:
                return found
        return None

    def _settle(self, region: Region, boxes: Sequence[Box]) -> tuple[Region, list[Box]] | None:
        """Step out of each box that leaves one way; return what is left with the boxes that leave several."""
        before = None
        while before != region:
            before = region
            self.looked += len(boxes)
            if self.looked > self.most:
                raise TooEntangledError
            kept: list[Box] = []
            for box in boxes:
                ways = _ways_out(region, box)
                if ways == ():
                    return None
                if ways is None:
                    continue
                if len(ways) == 1:
                    region = outside(region, ways[0])
                else:
                    kept.append(ways)
            boxes = kept
        return region, list(boxes)


def _ways_out(region: Region, box: Box) -> Box | None:
    """Return the conditions by which a part of the region is outside a box; nothing when all of it is already."""
    ways: list[Condition] = []
    for condition in box:
        stands = standing(region, condition)
        if stands == FAILS:
            return None
        if stands == OPEN:
            ways.append(condition)
    return tuple(ways)


def _split(region: Region, box: Box) -> Iterator[Region]:
    """Yield parts that have nothing in common and together are the region without the box."""
    for condition in box:
        stands = standing(region, condition)
        if stands == FAILS:
            yield region
            return
        if stands == OPEN:
            yield outside(region, condition)
            region = inside(region, condition)


def widened(region: Region, whole: Region, boxes: Sequence[Box]) -> Region:
    """Return a region grown as far as it goes without meeting a box, axis by axis, so that few words describe it."""
    for axis, everything in enumerate(whole):
        wider = _put(region, axis, everything)
        if all(misses(wider, box) for box in boxes):
            region = wider
            continue
        for grow in _growths(region[axis], everything):
            wider = _put(region, axis, grow(region[axis]))
            if all(misses(wider, box) for box in boxes):
                region = wider
    return region


def _growths(side: Side, everything: Side) -> Iterator[Callable[[Side], Side]]:
    """Yield small ways of growing an axis: one value more, one set no longer wanted, one value no longer out."""
    if isinstance(side, int) or isinstance(everything, int):
        values = bits(everything & ~side) if isinstance(side, int) and isinstance(everything, int) else iter(())
        yield from (partial(_with_value, value) for value in values)
        return
    for group in special(side, everything):
        yield partial(_unwanted, group, everything)
    for value in bits(side.out & ~everything.out):
        yield partial(_let_in, value, everything)


def _with_value(value: int, side: Side) -> Side:
    return side | value if isinstance(side, int) else side


def _unwanted(group: int, everything: Several, side: Side) -> Side:
    if isinstance(side, int):
        return side
    return _several(side.out, (other for other in special(side, everything) if other != group), everything)


def _let_in(value: int, everything: Several, side: Side) -> Side:
    if isinstance(side, int):
        return side
    return _several(side.out & ~value, special(side, everything), everything)


def _several(out: int, wanted: Iterable[int], everything: Several) -> Several:
    return Several(out, _least((*wanted, *(group & ~out for group in everything.wanted))))


def special(side: Several, everything: Several) -> tuple[int, ...]:
    """Return the sets a region wants beyond what every document has anyway."""
    anyway = {group & ~side.out for group in everything.wanted}
    return tuple(group for group in side.wanted if group not in anyway)


def bits(mask: int) -> Iterator[int]:
    """Yield each bit of a mask, the lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest
