"""SU-4: what each role of a supplier's person may do."""

import pytest

from suppliers.decisions.company_roles import Act, acts_of, leaves_nobody
from suppliers.models import CompanyRole


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        ("administrator", "answer bank bill people prove write"),
        ("orders",        "answer prove write"),
        ("money",         "bank bill write"),
        ("reader",        ""),
        ("nonsense",      ""),
    ],
)  # fmt: skip
def test_acts_of_a_role(role: str, acts: str) -> None:
    assert sorted(acts_of(role)) == acts.split()


def test_every_role_that_is_stored_is_known_to_the_rule_and_every_act_belongs_to_somebody() -> None:
    known = {role: acts_of(role) for role in CompanyRole.values}

    assert all(known[role] for role in known if role != "reader")
    assert frozenset().union(*known.values()) == frozenset(Act)


@pytest.mark.parametrize(
    ("before", "after", "others", "expected"),
    [
        ("administrator", "orders",        0, True),
        ("administrator", "",              0, True),
        ("administrator", "administrator", 0, False),
        ("administrator", "orders",        1, False),
        ("administrator", "",              1, False),
        ("orders",        "",              0, False),
        ("reader",        "administrator", 0, False),
    ],
)  # fmt: skip
def test_last_administrator_stays(before: str, after: str, others: int, expected: bool) -> None:
    assert leaves_nobody(before, after, others) is expected
