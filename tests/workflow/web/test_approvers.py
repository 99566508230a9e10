"""Adding an approver over HTTP (AP-6)."""

import pytest
from django.urls import reverse

from tests.factories import Company, submitted
from tests.procurement.web.pages import signed_in
from tests.workflow.factories import LARGE, asked, chain

pytestmark = pytest.mark.usefixtures("the_clock")


def test_requester_adds_an_approver_on_the_page_and_reads_it_in_the_chain(made: Company) -> None:
    requisition = submitted(made, LARGE)
    page = reverse("add_approver", args=[asked().pk])
    client = signed_in(made.rita)
    assert "Add an approver" in client.get(reverse("requisition", args=[requisition.number])).content.decode()

    answered = client.post(
        page,
        {"hash": asked().content_hash, "person": made.wanda.pk, "place": "after", "reason": "Knows racks"},
        follow=True,
    )

    assert "Wanda decides too." in answered.content.decode()
    assert "Added by Rita: “Knows racks”" in answered.content.decode()
    assert chain() == [("open", ["mona"]), ("waiting", ["wanda"]), ("waiting", ["regina"])]


def test_reason_is_asked_for_and_who_is_asked_is_not_offered(made: Company) -> None:
    submitted(made, LARGE)
    page = reverse("add_approver", args=[asked().pk])
    client = signed_in(made.mona)

    silent = client.post(page, {"hash": asked().content_hash, "person": made.wanda.pk, "place": "after", "reason": ""})
    asked_already = client.post(
        page, {"hash": asked().content_hash, "person": made.regina.pk, "place": "after", "reason": "x"}
    )

    assert (silent.status_code, asked_already.status_code) == (422, 422)
    assert chain() == [("open", ["mona"]), ("waiting", ["regina"])]


def test_who_only_reads_is_told_why_not(made: Company) -> None:
    submitted(made, LARGE)

    answered = signed_in(made.wanda).get(reverse("add_approver", args=[asked().pk]))

    assert answered.status_code == 403
    assert "Only the requester, who is asked, or a buyer of the site" in answered.content.decode()
