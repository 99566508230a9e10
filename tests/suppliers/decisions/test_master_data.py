"""SU-5: what becomes of a value that a source tells, as a table a clerk can read."""

import pytest

from suppliers.decisions.master_data import Rule, judge_value

THEIRS = Rule(sources=("portal", "page", "erp", "api", "import"))
CONTROLLED = Rule(is_controlled=True)


@pytest.mark.parametrize(
    ("_case", "now", "told", "held", "source", "rule", "in_use", "expected"),
    [
        ("the same value",               "A", "A", "page",   "erp",    CONTROLLED, True,  "same"),
        ("controlled",                   "A", "B", "",       "page",   CONTROLLED, True,  "controlled"),
        ("controlled and empty",         "",  "B", "",       "page",   CONTROLLED, True,  "controlled"),
        ("controlled, coming on board",  "A", "B", "",       "portal", CONTROLLED, False, "write"),
        ("a stronger source",            "A", "B", "page",   "portal", THEIRS,     True,  "write"),
        ("the same source again",        "A", "B", "portal", "portal", THEIRS,     True,  "write"),
        ("a weaker source",              "A", "B", "portal", "erp",    THEIRS,     True,  "weaker"),
        ("a weaker source fills a gap",  "",  "B", "portal", "erp",    THEIRS,     True,  "write"),
        ("nobody remembers the source",  "A", "B", "",       "import", THEIRS,     True,  "write"),
        ("weaker, coming on board",      "A", "B", "portal", "import", THEIRS,     False, "weaker"),
        ("a source no rule names",       "A", "B", "import", "fax",    THEIRS,     True,  "weaker"),
    ],
)  # fmt: skip
def test_value_is_written_or_asked(
    _case: str, now: str, told: str, held: str, source: str, rule: Rule, in_use: bool, expected: str
) -> None:
    outcome = judge_value(now=now, told=told, held=held, source=source, rule=rule, in_use=in_use)

    assert outcome == expected
