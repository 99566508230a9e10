import pytest

from policies.decisions.duties import Conflict, Pair, conflicts, hard_conflict

RITA, MONA = 1, 2
PAIRS = (
    Pair("request", "approve_requisition"),
    Pair("request", "receive", "compensated"),
    Pair("supplier_manager", "buyer", "role"),
)


@pytest.mark.parametrize(
    ("_case", "duty", "person", "done", "expected"),
    [
        ("nothing done yet",                 "approve_requisition", RITA, [], []),
        ("SD-1 the requester approves",      "approve_requisition", RITA, [("request", RITA)], ["hard request"]),
        ("SD-1 in the other order",          "request", RITA, [("approve_requisition", RITA)], ["hard approve_requisition"]),
        ("SD-2 somebody else did the other", "approve_requisition", MONA, [("request", RITA)], []),
        ("SD-1 the same duty twice is none", "request", RITA, [("request", RITA)], []),
        ("SD-1 compensated is told",         "receive", RITA, [("request", RITA)], ["compensated request"]),
        ("SD-1 two pairs at once",           "request", RITA, [("receive", RITA), ("approve_requisition", RITA)],
         ["hard approve_requisition", "compensated receive"]),
    ],
)  # fmt: skip
def test_conflicts(_case: str, duty: str, person: int, done: list[tuple[str, int]], expected: list[str]) -> None:
    assert [f"{c.strength} {c.held}" for c in conflicts(duty, person, done, PAIRS)] == expected


def test_only_a_hard_pair_refuses() -> None:
    assert hard_conflict("receive", RITA, [("request", RITA)], PAIRS) is None
    assert hard_conflict("approve_requisition", RITA, [("request", RITA)], PAIRS) == Conflict(
        "approve_requisition", "request", "hard"
    )


def test_refusal_says_what_was_done_before() -> None:
    conflict = Conflict("release_price_hold", "create_order", "hard")

    assert conflict.sentence == "You already did “create order” here, so you may not release price hold."
