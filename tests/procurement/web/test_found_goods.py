"""Goods without an order, as the receiver writes them down."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import company
from workflow.models import ExceptionCase

pytestmark = pytest.mark.django_db
LINES = {"lines-TOTAL_FORMS": "3", "lines-INITIAL_FORMS": "0"}
ONE = {
    "lines-0-description": "Blue drums, no label",
    "lines-0-quantity": "3",
    "lines-0-unit": "drum",
    "lines-0-condition": "good",
    "lines-1-condition": "good",
    "lines-2-condition": "good",
}


def signed_in(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_receiver_writes_down_what_stands_there_and_pressing_twice_makes_one_case() -> None:
    made = company()
    client = signed_in(made.wanda)
    form = {**LINES, **ONE, "site": made.leeds.pk, "key": "k-1", "order_number": "", "note": "Dock 4"}

    first, second = client.post("/receiving/found/", form), client.post("/receiving/found/", form)

    case = ExceptionCase.objects.get()
    assert (first.status_code, second.status_code) == (302, 302)
    assert case.sentence == "Goods at Leeds without a place: 3 drum Blue drums, no label. No order was named."
    assert case.evidence["note"] == "Dock 4"


@pytest.mark.parametrize(
    ("_case", "changes", "message"),
    [
        ("nothing written", {"lines-0-description": "", "lines-0-quantity": ""}, "at least one kind of goods"),
        ("no quantity", {"lines-0-quantity": ""}, "Enter how much of it there is."),
        ("no words", {"lines-0-description": ""}, "Say what it is."),
        ("not a number", {"lines-0-quantity": "1,5"}, "Type a number such as 12 or 12.5"),
        ("zero", {"lines-0-quantity": "0"}, "Enter a quantity above zero."),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(_case: str, changes: dict[str, str], message: str) -> None:
    made = company()

    answer = signed_in(made.wanda).post(
        "/receiving/found/", {**LINES, **ONE, "site": made.leeds.pk, "key": "k-1", **changes}
    )

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "<title>Error: " in answer.content.decode()
    assert not ExceptionCase.objects.exists()


def test_site_of_somebody_else_is_no_choice_and_who_receives_nowhere_finds_no_page() -> None:
    made = company()

    foreign = signed_in(made.wanda).post("/receiving/found/", {**LINES, **ONE, "site": made.hull.pk, "key": "k-1"})

    assert foreign.status_code == 422
    assert signed_in(made.rita).get("/receiving/found/").status_code == 404
    assert not ExceptionCase.objects.exists()
