"""Who finds the inbox in their menu, and how much it says waits there."""

import pytest

from foundation.models import DutyRecord, User
from foundation.registries import navigation
from tests.factories import NOW, Company, person, submitted
from tests.workflow.factories import MIDDLE
from tests.workflow.services.test_signatures import received_by_requester
from workflow.models import Countersignature

pytestmark = [pytest.mark.usefixtures("the_clock"), pytest.mark.django_db]


def inbox_of(user: User) -> int | None:
    """Return what the menu says waits in the inbox, or nothing when it has no such entry."""
    fresh = User.objects.get(pk=user.pk)
    entries = [entry for entry in navigation.for_user(fresh) if entry.url_name == "inbox"]
    return sum(rows.count() for entry in entries for rows in entry.waiting(fresh)) if entries else None


@pytest.mark.parametrize(
    ("_case", "name", "waits"),
    [
        ("approves spend",                   "mona",   1),
        ("receives, so signs for a receipt", "wanda",  1),
        ("of another site",                  "walt",   0),
        ("did it, so signs for nothing",     "rita",   0),
        ("looks after policies",             "polly",  0),
        ("has no duty at all",               "nora",   None),
    ],
)  # fmt: skip
def test_everybody_with_possible_tasks_has_the_inbox(made: Company, _case: str, name: str, waits: int | None) -> None:
    made.people["nora"] = person("nora")
    submitted(made, MIDDLE)
    received_by_requester(made)

    assert inbox_of(made.people[name]) == waits


def test_what_a_pair_bars_is_not_counted(made: Company) -> None:
    received_by_requester(made)
    row = Countersignature.objects.get()
    assert inbox_of(made.wanda) == 1

    DutyRecord.objects.create(
        chain=row.chains[0], document_type="order", document_id=1, duty="create_order", person=made.wanda, at=NOW
    )

    assert inbox_of(made.wanda) == 0
