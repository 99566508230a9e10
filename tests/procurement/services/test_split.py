"""RQ-2: orders split under a limit are flagged, and the other requests are named wherever the flag is."""

import pytest
from django.urls import reverse

from tests.factories import Company, company, submitted
from tests.procurement.web.pages import signed_in
from tests.workflow.factories import asked
from workflow.selectors import redecided
from workflow.selectors.requests import unusual_in

pytestmark = pytest.mark.django_db
HALF = ("SW-500", "60")  # 2,880: the site manager alone; two of them pass 5,000


@pytest.fixture
def made() -> Company:
    return company()


def test_siblings_are_frozen_and_listed(made: Company) -> None:
    first = submitted(made, HALF)
    second = submitted(made, HALF)

    assert first.flags == []
    assert second.flags == ["possible_split"]
    assert asked().facts["siblings"] == [first.number]
    sentence = (
        "Together with other requests of the same person of the last 7 days this passes an approval limit. "
        f"The others are {first.number}."
    )
    assert " ".join(unusual_in(asked())) == sentence
    page = signed_in(made.rita).get(reverse("requisition", args=[second.number])).content.decode()
    assert sentence in page
    inbox = signed_in(made.mona).get(reverse("inbox_task", args=[asked().pk])).content.decode()
    assert f"The others are {first.number}." in inbox
    assert [one.different for one in redecided()] == [(), ()]
