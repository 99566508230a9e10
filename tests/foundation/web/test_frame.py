"""What every page stands in: signing in, settings kept on the server, the search box, refusals."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from foundation.models import User
from foundation.web.numbers import read_number
from tests.factories import Company, a_requisition, company, person
from tests.procurement.web.pages import signed_in


@pytest.fixture
def made(db: None) -> Company:
    return company()


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", "12"), (" 12.5 ", "12.5"), ("1,234", "1234"), ("1,234,567.25", "1234567.25"), ("-3", "-3"), ("0", "0")],
)
def test_number_is_read_as_written_here(typed: str, number: str) -> None:
    assert read_number(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("1,5",      "ambiguous_number", "“1,5” can be misread. Did you mean 15 or 1.5?"),
        ("1.234,50", "ambiguous_number", "“1.234,50” can be misread. Did you mean 1.2345 or 1,234.5?"),
        ("12,34",    "ambiguous_number", "“12,34” can be misread. Did you mean 1,234 or 12.34?"),
        ("ten",      "not_a_number",     "“ten” is not a number. Write it like 1234.5."),
        ("1e9",      "not_a_number",     "“1e9” is not a number. Write it like 1234.5."),
        ("NaN",      "not_a_number",     "“NaN” is not a number. Write it like 1234.5."),
        ("0x1F",     "not_a_number",     "“0x1F” is not a number. Write it like 1234.5."),
    ],
)  # fmt: skip
def test_number_that_can_be_misread_is_refused_with_its_readings(typed: str, code: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_number(typed)

    assert (refused.value.code, refused.value.message) == (code, message)


def test_settings_are_kept_and_the_next_page_is_drawn_with_them(made: Company) -> None:
    client = signed_in(made.rita)

    client.post("/me/", {"theme": "dark", "density": "comfortable", "time_zone": "Europe/Berlin"})
    page = client.get("/me/").content.decode()

    made.rita.refresh_from_db()
    assert (made.rita.theme, made.rita.density, made.rita.shortcuts) == ("dark", "comfortable", False)
    assert 'data-theme="dark" data-density="comfortable"' in page
    assert 'data-shortcuts="off"' in page
    assert "Times are Europe/Berlin." in page


def test_unknown_time_zone_is_refused_beside_its_field(made: Company) -> None:
    answered = signed_in(made.rita).post("/me/", {"theme": "dark", "density": "compact", "time_zone": "Mars/Olympus"})

    assert answered.status_code == 422
    assert answered.content.decode().count("Mars/Olympus is not a time zone.") == 2
    assert User.objects.get(pk=made.rita.pk).theme == "system"


@pytest.mark.parametrize("path", ["mfa_index", "account_change_password", "usersessions_list", "account_logout"])
def test_ways_of_signing_in_stand_in_the_frame(made: Company, path: str) -> None:
    answered = signed_in(made.rita).get(reverse(path))

    assert answered.status_code == 200
    assert '<header class="top">' in answered.content.decode()


def test_wrong_password_is_named_on_top_and_signs_nobody_in(made: Company) -> None:
    client = Client()

    answered = client.post(reverse("account_login"), {"login": "rita", "password": "not the right one"})

    assert "<title>Error: Sign in" in answered.content.decode()
    assert "There is a problem" in answered.content.decode()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("spelling", ["{}", " {} ", "lower"])
def test_number_in_the_search_box_jumps_to_its_document(made: Company, spelling: str) -> None:
    number = a_requisition(made).number
    typed = number.lower() if spelling == "lower" else spelling.format(number)

    answered = signed_in(made.rita).get("/search/", {"q": typed})

    assert answered.url == reverse("requisition", args=[number])


def test_search_shows_only_what_is_the_persons(made: Company) -> None:
    number = a_requisition(made).number

    found = signed_in(made.hugo).get("/search/", {"q": number})

    assert found.context["hits"] == []
    assert "Nothing found" in found.content.decode()


def test_first_page_is_each_roles_own(made: Company) -> None:
    nobody = person("nobody")

    pages = {
        who.username: signed_in(who).get("/").content.decode() for who in (made.rita, made.mona, made.wanda, nobody)
    }

    assert "Your requests" in pages["rita"]
    assert "Waiting for your decision" in pages["mona"]
    assert "Expected next" in pages["wanda"]
    assert "You hold no duty at any site yet" in pages["nobody"]
