"""The page of a refusal leads back to the form it came from, and nowhere outside."""

import pytest

from procurement.models import Requisition
from tests.factories import company, submitted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/requisitions/", "http://testserver/requisitions/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_page_of_a_stale_form_leads_back_to_it(client: object, referer: str, back: str) -> None:
    made = company()
    asked: Requisition = submitted(made, ("SW-500", "50"))
    client.force_login(made.rita, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[attr-defined]

    answer = client.post(  # type: ignore[attr-defined]
        f"/requisitions/{asked.number}/do/withdraw/", {"version": asked.version + 7}, headers={"referer": referer}
    )

    assert answer.status_code == 409
    assert f'href="{back}"' in answer.content.decode()
    asked.refresh_from_db()
    assert asked.state == "submitted"
