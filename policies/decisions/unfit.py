"""What is raised where a cell or a value of a file cannot be taken."""


class Unfit(ValueError):  # noqa: N818 - says what is wrong with a cell, and is caught where the cell is read
    """A value that cannot be taken: the cure, and the part that is wrong when it is not the whole."""

    def __init__(self, cure: str, part: str | None = None) -> None:
        super().__init__(cure)
        self.cure, self.part = cure, part
