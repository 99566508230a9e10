"""What is raised where a cell or a value of a file cannot be taken."""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
V = TypeVar("V")


class Unfit(ValueError):  # noqa: N818 - says what is wrong with a cell, and is caught where the cell is read
    """A value that cannot be taken: the cure, and the part that is wrong when it is not the whole."""

    def __init__(self, cure: str, part: str | None = None) -> None:
        super().__init__(cure)
        self.cure, self.part = cure, part


def read_each(written: Iterable[T], read: Callable[[T], V]) -> list[V]:
    """Return what was read of each part of a cell.

    :raises Unfit: some cannot be taken; says so of all of them, not of the first only.
    """
    taken, wrong = [], []
    for one in written:
        try:
            taken.append(read(one))
        except Unfit as unfit:
            wrong.append(unfit)
    if wrong:
        parts = [unfit.part for unfit in wrong if unfit.part is not None]
        raise Unfit(" ".join(unfit.cure for unfit in wrong), "; ".join(parts) if parts else None)
    return taken
