import pytest

from workflow.decisions.stages import authors_of, eligible, is_done, may_decide, stands_apart

RITA, MONA, REGINA = 1, 2, 3


@pytest.mark.parametrize(
    ("_case", "completion", "asked", "approvals", "done"),
    [
        ("AP-2 one is enough",        "one", 3, 1, True),
        ("AP-2 nobody yet",           "one", 3, 0, False),
        ("AP-2 all but one",          "all", 3, 2, False),
        ("AP-2 all",                  "all", 3, 3, True),
        ("AP-2 all of one",           "all", 1, 1, True),
        ("AP-3 nobody asked never ends", "all", 0, 0, False),
    ],
)  # fmt: skip
def test_is_done(_case: str, completion: str, asked: int, approvals: int, done: object) -> None:
    assert is_done(completion, asked, approvals) is done


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


def test_eligible_leaves_out_requester_and_barred_in_order() -> None:
    assert eligible([REGINA, RITA, MONA], RITA, {MONA}) == [REGINA]


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
