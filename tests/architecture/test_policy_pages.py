"""The rules of the trade: an id that code cites has a page, and a page has code and a test that name its ids."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "policies"
ROOMS = ("foundation", "policies", "workflow", "suppliers", "procurement", "invoicing", "integration", "intelligence")
KINDS = ["AI", "AK", "AP", "AU", "EX", "GR", "IN", "MQ", "MX", "PO", "RP", "RQ", "SD", "SO", "SU", "TM"]
ID = re.compile(rf"\b(?:{'|'.join(KINDS)})-\d{{1,2}}\b")
AS_A_RULE = re.compile(rf"\([^()]*{ID.pattern}|{ID.pattern} [a-z]")
SPAN = re.compile(rf"\b({'|'.join(KINDS)})-(\d{{1,2}}) to (?:\1-)?(\d{{1,2}})\b")
INDEX = """# Rules of the trade

One page a rule: what it says, an example, where it is set, which code does it and which test shows it. A rule that is
built in part says so. The index and the names are held by `tests/architecture/test_policy_pages.py`.

"""


def ids_of(text: str) -> set[str]:
    """Return the ids a text names; “AK-1 to AK-3” names three."""
    spans = {f"{kind}-{n}" for kind, low, high in SPAN.findall(text) for n in range(int(low), int(high) + 1)}
    return set(ID.findall(text)) | spans


def _prose(path: Path) -> Iterator[str]:
    """Yield what a module says in words: docstrings, comments, and texts with a blank after the id or before it.

    An order number such as "PO-1" of a test is no id of a rule, nor is a row of figures that begins with one.
    """
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and (text in docs or AS_A_RULE.search(text)):
            yield text


def _named(paths: Iterator[Path]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in paths:
        for text in _prose(path):
            for name in ids_of(text):
                found.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return found


def _code() -> Iterator[Path]:
    for room in (*ROOMS, "config"):
        yield from (path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0]


def _pages() -> list[Path]:
    """Return the pages in the order of a list: by kind, then by number."""
    pages = [page for page in PAGES.glob("*.md") if page.name != "README.md"]
    return sorted(pages, key=lambda page: (page.name.split("-")[0], int(page.name.split("-")[1])))


def _paths(page: Path, what: str) -> list[str]:
    line = next((x for x in page.read_text(encoding="utf-8").splitlines() if x.startswith(f"{what}: ")), "")
    return re.findall(r"`([^`]+)`", line)


IN_CODE = _named(_code())
IN_TESTS = _named(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
PAGE_OF = {name: page for page in _pages() for name in ids_of(_title(page))}


def test_every_rule_that_code_or_tests_cite_has_a_page() -> None:
    cited = {name: sorted(where) for name, where in (IN_TESTS | IN_CODE).items() if name not in PAGE_OF}

    assert not cited, "write docs/policies/<ID>-<word>.md for these, or do not cite them"


def test_every_page_is_called_by_the_rule_in_its_title() -> None:
    assert [p.name for p in _pages() if not _title(p).startswith("# " + "-".join(p.name.split("-")[:2]) + " ")] == []


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.stem)
def test_page_leads_to_code_and_tests_that_name_its_rules(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    rules = ids_of(_title(page))
    code, tests = _paths(page, "Code"), _paths(page, "Tests")

    assert "\nSet: " in text, "say where a person sets it, or that it is set nowhere"
    assert "\nExample: " in text or "|---|" in text, "give an example with figures"
    assert code, "name the code that does it"
    assert tests, "name the tests that show it"
    assert [path for path in code if not (ROOT / path).is_file()] == []
    for path in code:
        assert any(path in IN_CODE.get(rule, ()) for rule in rules), f"{path} does not cite {sorted(rules)}"
    for path in tests:
        assert any(path in IN_TESTS.get(rule, ()) for rule in rules), f"{path} does not name {sorted(rules)}"
    for rule in rules:
        assert rule in IN_TESTS, f"no test names {rule}"


def test_index_lists_every_page() -> None:
    """Written anew into the message when it differs, so that it can be copied."""
    lines = [f"- [{_title(page)[2:]}]({page.name})" for page in _pages()]

    assert (PAGES / "README.md").read_text(encoding="utf-8") == INDEX + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [("AK-1 to AK-3, AK-6", "AK-1 AK-2 AK-3 AK-6"), ("GR-1 to 3", "GR-1 GR-2 GR-3"), ("PO-LDS-100042, A-1", "")],
)
def test_ids_of_a_text(text: str, found: str) -> None:
    assert ids_of(text) == set(found.split())
