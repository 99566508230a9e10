"""SU-1: which certificates are needed of whom, how each stands, and what follows."""

from datetime import date, timedelta

import pytest

from foundation.errors import InvalidError
from suppliers.decisions.certificates import Held, Need, Place, check_days, reason_of, standings, warning_due

TODAY = date(2026, 3, 10)
INS, ISO = 1, 2


def day(text: str) -> date | None:
    return None if text == "-" else TODAY + timedelta(days=int(text))


@pytest.mark.parametrize(
    ("_case", "held", "needed_from", "expected"),
    [
        # held: from, until (days from today; - = none), accepted
        ("SU-1 nothing was sent",                    [],                                    "0",   "missing stops"),
        ("SU-1 not yet needed",                      [],                                    "1",   "missing"),
        ("SU-1 valid",                               ["-9 200 yes"],                        "0",   "valid"),
        ("SU-1 without a last day",                  ["-9 - yes"],                          "0",   "valid"),
        ("SU-1 90 days before the end",              ["-9 90 yes"],                         "0",   "expiring"),
        ("SU-1 91 days before the end",              ["-9 91 yes"],                         "0",   "valid"),
        ("SU-1 the last day counts",                 ["-9 0 yes"],                          "0",   "expiring"),
        ("SU-1 the day after",                       ["-9 -1 yes"],                         "0",   "expired stops"),
        ("SU-1 the later one counts",                ["-9 -1 yes", "-2 300 yes"],           "0",   "valid"),
        ("SU-1 it begins tomorrow",                  ["1 300 yes"],                         "0",   "missing stops"),
        ("SU-1 nobody looked at it",                 ["-9 200 no"],                         "0",   "waiting stops"),
        ("SU-1 ended, the new one waits",            ["-9 -1 yes", "-1 300 no"],            "0",   "expired stops new"),
    ],
)  # fmt: skip
def test_how_a_certificate_stands(_case: str, held: list[str], needed_from: str, expected: str) -> None:
    rows = [Held(INS, said == "yes", day(start) or TODAY, day(end)) for start, end, said in map(str.split, held)]
    needs = [Need(INS, "Insurance", day(needed_from) or TODAY)]

    (one,) = standings(needs, rows, (), country="GB", today=TODAY)

    words = [one.status, *["stops"] * one.restricts, *["new"] * (one.has_new and one.status == "expired")]
    assert " ".join(words) == expected


@pytest.mark.parametrize(
    ("_case", "category", "site", "country", "serves", "asked"),
    [
        ("of everybody",                         "",            "",    "",   [],                       True),
        ("of one country",                       "",            "",    "US", [],                       False),
        ("of who sells a branch",                "PACK/",       "",    "",   [("PACK/TAPE/", "")],     True),
        ("of who sells the branch above",        "PACK/TAPE/",  "",    "",   [("PACK/", "")],          True),
        ("of who sells another branch",          "PACK/",       "",    "",   [("SAFE/", "")],          False),
        ("at another site",                      "PACK/",       "LDS", "",   [("PACK/", "HUL")],       False),
        ("at every site",                        "PACK/",       "LDS", "",   [("PACK/", "")],          True),
        ("category and site in one row",         "PACK/",       "LDS", "",   [("PACK/", "HUL"), ("SAFE/", "LDS")], False),
        ("of who serves nothing",                "PACK/",       "",    "",   [],                       False),
    ],
)  # fmt: skip
def test_of_whom_a_certificate_is_needed(
    _case: str, category: str, site: str, country: str, serves: list[tuple[str, str]], *, asked: bool
) -> None:
    needs = [Need(INS, "Insurance", TODAY, category, site, country)]

    found = standings(needs, (), [Place(*one) for one in serves], country="GB", today=TODAY)

    assert bool(found) is asked


def test_earliest_day_rules_and_the_reason_names_each_kind() -> None:
    needs = [
        Need(INS, "Insurance", TODAY + timedelta(days=5)), Need(INS, "Insurance", TODAY, country="GB"),
        Need(ISO, "Quality", TODAY),
    ]  # fmt: skip
    held = [Held(ISO, is_accepted=True, valid_from=TODAY - timedelta(days=9), valid_until=TODAY - timedelta(days=1))]

    found = standings(needs, held, (), country="GB", today=TODAY)

    assert reason_of(found) == "Insurance is missing; Quality ended on 9 Mar 2026"
    assert reason_of(()) == ""


@pytest.mark.parametrize(
    ("left", "due"),
    [("91", None), ("90", 90), ("61", 90), ("60", 60), ("30", 30), ("1", 30), ("0", 30), ("-1", None)],
)
def test_warning_is_due(left: str, due: int | None) -> None:
    assert warning_due(TODAY + timedelta(days=int(left)), TODAY) == due


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("-9", "0", ""),
        ("-9", "-1", "certificate_ended"),
        ("9", "3", "certificate_days_turned"),
        ("-9", "-", "certificate_end_missing"),
        ("-9000", "10", "certificate_from_far"),
        ("400", "500", "certificate_from_far"),
        ("-9", "9000", "certificate_until_far"),
    ],
)
def test_days_that_cannot_be_are_refused(start: str, end: str, code: str) -> None:
    first = day(start) or TODAY
    if not code:
        assert check_days(first, day(end), has_end=True, today=TODAY) == day(end)
        return
    with pytest.raises(InvalidError) as refused:
        check_days(first, day(end), has_end=True, today=TODAY)

    assert refused.value.code == code


def test_kind_without_an_end_keeps_none() -> None:
    assert check_days(TODAY, TODAY + timedelta(days=5), has_end=False, today=TODAY) is None
