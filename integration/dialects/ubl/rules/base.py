"""What a rule is: a published id, what it asks for, and where a document breaks it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from integration.dialects.ubl.document import NS, has, lines

Test = Callable[[Element], bool]
Places = Callable[[Element], list[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A published rule. `places` returns the path of each breach, none when the rule holds.

    A rule that is not fatal is noted: the document is understood all the same, such as with a wrong check digit in an
    address.
    """

    id: str
    says: str
    places: Places
    is_fatal: bool = True

    def broken(self, root: Element) -> bool:
        """Say whether the document breaks it."""
        return bool(self.places(root))


def whole(broken: Test, path: str = "/") -> Places:
    """Judge the document as a whole; `path` is where a reader should look."""
    return lambda root: [path] if broken(root) else []


def missing(path: str) -> Places:
    """Require an element with content."""
    return lambda root: [] if has(root, path) else [path]


def each(path: str, broken: Test) -> Places:
    """Judge each element at a path."""
    return lambda root: [f"{path}[{n}]" for n, node in enumerate(root.findall(path, NS), start=1) if broken(node)]


def each_line(broken: Test) -> Places:
    """Judge each line."""
    return lambda root: [f"{tag}[{n}]" for n, tag, node in _numbered(root) if broken(node)]


def in_lines(path: str, broken: Test) -> Places:
    """Judge each element at a path below each line."""
    return lambda root: [
        f"{tag}[{n}]/{path}" for n, tag, line in _numbered(root) if any(broken(node) for node in line.findall(path, NS))
    ]


def both(*judges: Places) -> Places:
    """Judge by several."""
    return lambda root: [place for judge in judges for place in judge(root)]


def _numbered(root: Element) -> Iterator[tuple[int, str, Element]]:
    for number, line in enumerate(lines(root), start=1):
        yield number, f"cac:{line.tag.rpartition('}')[2]}", line


def lacks(*paths: str) -> Test:
    """Break where none of the elements has content."""
    return lambda node: not any(has(node, path) for path in paths)


def when(condition: Test, broken: Test) -> Test:
    """Judge only where a condition holds."""
    return lambda node: condition(node) and broken(node)
