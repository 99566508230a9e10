from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from foundation.decisions.absence import Away
from workflow.decisions.stages import DEPUTY, Matter, Seat, authors_of, may_decide, outcome, seated, stands_apart

RITA, MONA, REGINA = 1, 2, 3


@pytest.mark.parametrize(
    ("_case", "completion", "percent", "row", "ends"),
    [
        #                                              asked yes no
        ("AP-2 one is enough",              "one",      None, "3 1 0", "approved"),
        ("AP-2 nobody yet",                 "one",      None, "3 0 0", ""),
        ("AP-2 one no ends it",             "one",      None, "3 0 1", "rejected"),
        ("AP-2 all but one",                "all",      None, "3 2 0", ""),
        ("AP-2 all",                        "all",      None, "3 3 0", "approved"),
        ("AP-2 all of one",                 "all",      None, "1 1 0", "approved"),
        ("AP-2 all cannot any more",        "all",      None, "3 2 1", "rejected"),
        ("AP-2 majority of three",          "majority", None, "3 2 0", "approved"),
        ("AP-2 majority outvotes a no",     "majority", None, "3 2 1", "approved"),
        ("AP-2 half is no majority",        "majority", None, "4 2 1", ""),
        ("AP-2 a tie waits",                "majority", None, "4 2 0", ""),
        ("AP-2 a tie that cannot turn",     "majority", None, "4 2 2", "rejected"),
        ("AP-2 majority of one",            "majority", None, "1 1 0", "approved"),
        ("AP-2 the percentage itself",      "percent",  60,   "5 3 2", "approved"),
        ("AP-2 rounded up to a person",     "percent",  60,   "4 2 0", ""),
        ("AP-2 rounded up, reached",        "percent",  60,   "4 3 1", "approved"),
        ("AP-2 percentage out of reach",    "percent",  60,   "4 2 2", "rejected"),
        ("AP-2 a hundred percent",          "percent",  100,  "3 2 0", ""),
        ("AP-2 one percent is one person",  "percent",  1,    "3 1 0", "approved"),
        ("AP-3 nobody asked never ends",    "all",      None, "0 0 0", ""),
    ],
)  # fmt: skip
def test_outcome(_case: str, completion: str, percent: int | None, row: str, ends: str) -> None:
    asked, yes, no = map(int, row.split())

    assert outcome(completion, percent, asked, yes, no) == ends


MORNING = datetime(2026, 3, 10, tzinfo=UTC)
MARK, MINA = 4, 5
MATTER = Matter("approve_requisition", "LDS", Decimal(500), RITA)


def away(person: int, deputy: int | None, **more: Any) -> dict[int, tuple[Away, ...]]:
    return {person: (Away(person, deputy, MORNING, MORNING + timedelta(days=5), **more),)}


@pytest.mark.parametrize(
    ("_case", "absences", "changes", "sits"),
    [
        ("nobody away",                         {},                                        {},                [MONA, MARK]),
        ("AP-5 the deputy sits",                away(MONA, REGINA),                        {},                [REGINA, MARK]),
        ("AP-5 above the limit of the deputy",  away(MONA, REGINA, limit=Decimal(499)),  {},                [MONA, MARK]),
        ("AP-5 here, and hands over",           away(MONA, REGINA, is_away=False),         {},                [REGINA, MARK]),
        ("AP-5 nobody named",                   away(MONA, None),                          {},                [MONA, MARK]),
        ("AP-4 the deputy is the requester",    away(MONA, RITA),                          {},                [MONA, MARK]),
        ("AP-4 the deputy changed it",          away(MONA, MINA),                          {},                [MONA, MARK]),
        ("AP-4 the deputy decided before",      away(MONA, REGINA),                        {"spent": {REGINA}}, [MONA, MARK]),
        ("AP-5 the deputy cannot sign in",      away(MONA, REGINA),                        {"able": set()},   [MONA, MARK]),
        ("AP-5 nobody speaks for two",          away(MONA, MARK),                          {},                [MONA, MARK]),
        ("AP-5 not handed on",                  away(MONA, REGINA) | away(REGINA, MINA),   {},                [MONA, MARK]),
        ("AP-5 who decided keeps the seat",     away(MONA, REGINA),                        {"fixed": {MONA}}, [MONA, MARK]),
    ],
)  # fmt: skip
def test_seats_follow_the_absences(_case: str, absences: Any, changes: dict[str, Any], sits: list[int]) -> None:
    matter = replace(MATTER, done=frozenset({("request", MINA)}))
    known = {"able": {REGINA, RITA, MINA, MARK}, **changes}

    found = seated([Seat(MONA, MONA), Seat(MARK, MARK)], matter, absences, **known)

    assert [seat.person for seat in found] == sits
    assert [seat.owner for seat in found] == [MONA, MARK]


def test_seat_goes_back_when_its_owner_is_there_again() -> None:
    found = seated([Seat(REGINA, MONA, DEPUTY)], MATTER, {}, able=())

    assert found == (Seat(MONA, MONA),)


@pytest.mark.parametrize(
    ("_case", "actor", "asked", "already", "code"),
    [
        ("asked and free",                  MONA, [MONA, REGINA], [],     ""),
        ("AP-4 own request",                RITA, [RITA, MONA],   [],     "own_request"),
        ("AP-4 decided an earlier stage",   MONA, [MONA],         [MONA], "already_decided"),
        ("AP-4 not asked",                  REGINA, [MONA],       [],     "not_asked"),
    ],
)  # fmt: skip
def test_may_decide(_case: str, actor: int, asked: list[int], already: list[int], code: str) -> None:
    assert may_decide(actor_id=actor, requester_id=RITA, asked=asked, already=already).code == code


@pytest.mark.parametrize(
    ("_case", "done", "actor", "code"),
    [
        ("nobody changed it",            [],                                          MONA, ""),
        ("AP-4 changed it",              [("request", RITA), ("request", MONA)],      MONA, "own_change"),
        ("somebody else changed it",     [("request", RITA)],                         MONA, ""),
        ("did something else about it",  [("receive", MONA)],                         MONA, ""),
    ],
)  # fmt: skip
def test_stands_apart(_case: str, done: list[tuple[str, int]], actor: int, code: str) -> None:
    assert stands_apart(actor, authors_of(done)).code == code
