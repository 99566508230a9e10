"""“I am not the right person”: looking changes nothing, the button finds another or tells the policy team."""

import pytest
from django.urls import reverse

from foundation.models import AuditEvent, Notice
from foundation.relay import drain
from tests.factories import Company, submitted
from tests.procurement.web.pages import signed_in
from tests.workflow.factories import MIDDLE, approve, asked
from workflow.models import ExceptionCase

pytestmark = pytest.mark.usefixtures("the_clock")
WHY = {"reason": "Packaging belongs to the region"}


def seats() -> list[str]:
    return [str(seat) for seat in asked().steps.get().assignees.order_by("pk")]


def test_rules_find_another_and_nobody_is_taken_out(made: Company) -> None:
    submitted(made, MIDDLE)
    drain()
    address = reverse("wrong_person", args=[asked().pk])
    client = signed_in(made.mona)

    looked = [client.get(address).status_code, client.head(address).status_code, *seats()]
    answer = client.post(address, {"way": "rules", **WHY}, follow=True)
    again = client.post(address, {"way": "rules", **WHY})
    drain()

    assert looked == [200, 200, "Mona"]
    assert "Frank can decide it too now. Until somebody decides, it stays with you as well." in answer.content.decode()
    assert seats() == ["Mona", "Frank (fallback owner)"]
    assert again.status_code == 422
    assert "The rules know nobody else who may decide" in again.content.decode()
    assert Notice.objects.filter(person=made.frank, kind="decision").count() == 1
    assert AuditEvent.objects.filter(action="say_wrong_person").count() == 1


def test_policy_team_gets_one_exception(made: Company) -> None:
    submitted(made, MIDDLE)
    client = signed_in(made.mona)

    for _twice in range(2):
        client.post(reverse("wrong_person", args=[asked().pk]), {"way": "team", **WHY})
    drain()

    case = ExceptionCase.objects.get(cause="wrong_person")
    assert case.sentence == (
        f"{asked().subject_number}: Mona says they are not the right person for Site manager of Leeds: "
        "Packaging belongs to the region"
    )
    assert (case.owner_role, seats()) == ("policy_admin", ["Mona"])
    assert Notice.objects.filter(person=made.polly, kind="case").count() == 1


@pytest.mark.parametrize(
    ("posted", "words"), [({"way": "rules"}, "required"), ({"way": "burn", **WHY}, "valid choice")]
)
def test_half_said_is_refused_beside_its_field(made: Company, posted: dict[str, str], words: str) -> None:
    submitted(made, MIDDLE)

    answer = signed_in(made.mona).post(reverse("wrong_person", args=[asked().pk]), posted)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert seats() == ["Mona"]


def test_stale_page_and_others_are_led_to_what_became_of_it(made: Company) -> None:
    requisition = submitted(made, MIDDLE)
    address = reverse("wrong_person", args=[asked().pk])
    other = signed_in(made.rita).get(address)

    approve(requisition, made.mona)
    stale = signed_in(made.mona).get(address, follow=True)

    assert other.status_code == 302
    assert "does not wait for you" in stale.content.decode()
    assert signed_in(made.people["hugo"]).get(address).status_code == 404
