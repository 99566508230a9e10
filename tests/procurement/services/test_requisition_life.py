"""RQ-1: the states of a requisition, and who moves it from one to the next."""

from collections.abc import Callable
from typing import Any

import pytest

from foundation.errors import DomainError
from foundation.relay import drain
from procurement.models import Requisition
from procurement.services import (
    approve_requisition,
    cancel_requisition,
    reject_requisition,
    return_requisition,
    submit_requisition,
    withdraw_requisition,
)
from tests.factories import NOW, Company, a_requisition, company

pytestmark = pytest.mark.django_db
WHO = {
    submit_requisition: "rita", withdraw_requisition: "rita", cancel_requisition: "rita",
    approve_requisition: "mona", reject_requisition: "mona", return_requisition: "mona",
}  # fmt: skip
BY_PRESS = {approve_requisition, reject_requisition, return_requisition}  # as the inbox calls them


def move(made: Company, requisition: Requisition, step: Callable[..., Any]) -> None:
    requisition.refresh_from_db()
    common = {"expected_version": requisition.version, "actor": made.people[WHO[step]], "at": NOW}
    if step in BY_PRESS:
        step(pk=requisition.pk, seen_hash=None, reason="Because", **common)
    elif step is submit_requisition:
        step(requisition_id=requisition.pk, **common)
    else:
        step(requisition_id=requisition.pk, reason="Because", **common)
    requisition.refresh_from_db()


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([], "draft"),
        ([submit_requisition], "submitted"),
        ([submit_requisition, withdraw_requisition], "draft"),
        ([submit_requisition, return_requisition], "draft"),
        ([submit_requisition, return_requisition, submit_requisition], "submitted"),
        ([submit_requisition, reject_requisition], "rejected"),
        ([submit_requisition, approve_requisition], "approved"),
        ([cancel_requisition], "cancelled"),
        ([submit_requisition, approve_requisition, cancel_requisition], "cancelled"),
    ],
)
def test_life(steps: list[Callable[..., Any]], state: str) -> None:
    made = company()
    requisition = a_requisition(made, ("SW-500", "50"))

    for step in steps:
        move(made, requisition, step)

    assert requisition.state == state


def test_ordered_when_every_line_is_on_an_order() -> None:
    made = company()
    requisition = a_requisition(made, ("SW-500", "50"))
    for step in (submit_requisition, approve_requisition):
        move(made, requisition, step)

    drain()

    requisition.refresh_from_db()
    assert requisition.state == "ordered"
    assert all(line.ordered_at for line in requisition.lines.all())


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ([], withdraw_requisition),
        ([], approve_requisition),
        ([submit_requisition], submit_requisition),
        ([submit_requisition, reject_requisition], submit_requisition),
        ([submit_requisition, approve_requisition], reject_requisition),
        ([cancel_requisition], submit_requisition),
    ],
)
def test_what_is_no_step_from_there_changes_nothing(
    steps: list[Callable[..., Any]], refused: Callable[..., Any]
) -> None:
    made = company()
    requisition = a_requisition(made, ("SW-500", "50"))
    for step in steps:
        move(made, requisition, step)
    before = (requisition.state, requisition.version)

    with pytest.raises(DomainError):
        move(made, requisition, refused)

    requisition.refresh_from_db()
    assert (requisition.state, requisition.version) == before
