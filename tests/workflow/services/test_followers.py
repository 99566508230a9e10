"""Informed people (AP-2): who follows a document is told what becomes of it, asked nothing, and blocks nothing."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from foundation.errors import DomainError
from foundation.models import AuditEvent, Notice, User
from foundation.relay import drain
from procurement.models import Requisition
from procurement.services import reject_requisition
from tests.factories import NOW, an_issued_order, company, submitted
from tests.procurement.web.pages import signed_in
from tests.workflow.factories import MIDDLE, approve
from workflow.models import Follower, StepAssignee
from workflow.services import follow, open_case, unfollow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("the_clock")]
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def followed(requisition: Requisition, by: User, *people: User) -> list[str]:
    found = follow(
        subject_type="requisition",
        subject_id=requisition.pk,
        people=[one.pk for one in people or (by,)],
        actor=by,
        at=NOW,
    )
    drain()
    return [one.username for one in found]


def bell(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("sentence", flat=True))


@pytest.mark.parametrize(
    ("_case", "done", "told"),
    [
        ("approved and ordered", "approve", ["{}: Approved", "{}: Order PO sent to the supplier", "{}: All lines ordered"]),
        ("rejected, with why",   "reject",  ["{}: Rejected: Too dear"]),
    ],
)  # fmt: skip
def test_follower_is_told_and_asked_nothing(_case: str, done: str, told: list[str]) -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    assert followed(requisition, made.wanda) == ["wanda"]

    if done == "approve":
        approve(requisition, made.mona)
    else:
        reject_requisition(
            pk=requisition.pk, expected_version=None, seen_hash=None, actor=made.mona, reason="Too dear", at=SOON
        )
    drain()
    drain()

    said = [re.sub(r"PO-\S+", "PO", one) for one in bell(made.wanda)]
    assert said == [one.format(requisition.number) for one in told]
    assert not StepAssignee.objects.filter(person=made.wanda).exists()
    assert not [one for one in bell(made.mona) if "Rejected" in one]  # who did it, and does not follow


def test_several_are_added_at_once_told_so_and_it_is_kept() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)

    assert sorted(followed(requisition, made.rita, made.wanda, made.boris)) == ["boris", "wanda"]
    assert followed(requisition, made.rita, made.wanda, made.boris) == []  # once is enough

    assert bell(made.wanda) == bell(made.boris)[-1:] == [f"Rita lets you follow {requisition.number}"]
    kept = AuditEvent.objects.get(action="follow")
    assert sorted(kept.data["people"]) == sorted([made.wanda.pk, made.boris.pk])


@pytest.mark.parametrize(
    ("_case", "by", "people", "code"),
    [
        ("of another site",           "hugo", ["hugo"],          "not_found"),
        ("a name that may not see",   "rita", ["wanda", "walt"], "follower_blind"),
        ("a supplier's person",       "rita", ["acme"],          "follower_blind"),
        ("nobody",                    "rita", [],                "people_missing"),
    ],
)  # fmt: skip
def test_who_may_not_see_it_cannot_follow_it(_case: str, by: str, people: list[str], code: str) -> None:
    made = company()
    made.people["acme"] = made.acme_person
    requisition = submitted(made, MIDDLE)

    with pytest.raises(DomainError) as refused:
        follow(
            subject_type="requisition", subject_id=requisition.pk, people=[made.people[name].pk for name in people],
            actor=made.people[by], at=NOW,
        )  # fmt: skip

    assert (refused.value.code, Follower.objects.count()) == (code, 0)


def test_who_may_see_it_no_more_is_told_no_more() -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    followed(requisition, made.wanda)
    made.wanda.role_assignments.all().delete()
    made.wanda.siteuserpermission_set.all().delete()

    approve(requisition, made.mona)
    drain()

    assert bell(made.wanda) == []


@pytest.mark.parametrize(("name", "ends"), [("wanda", True), ("rita", True), ("boris", False)])
def test_person_or_who_added_them_ends_it(name: str, ends: bool) -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    followed(requisition, made.rita, made.wanda)

    said = {"subject_type": "requisition", "subject_id": requisition.pk, "person_id": made.wanda.pk, "at": SOON}
    if ends:
        unfollow(**said, actor=made.people[name])
        unfollow(**said, actor=made.people[name])  # again is no error
    else:
        with pytest.raises(DomainError):
            unfollow(**said, actor=made.people[name])

    assert Follower.objects.exists() is not ends
    assert AuditEvent.objects.filter(action="unfollow").count() == int(ends)


@pytest.mark.parametrize("kind", ["requisition", "order", "case"])
def test_each_page_has_the_list_and_the_button(kind: str) -> None:
    made = company()
    requisition = submitted(made, MIDDLE)
    order = an_issued_order(made)
    case = open_case(
        key="x", category="ack_overdue", cause="x", sentence="Late", subject_type="order", subject_id=order.pk,
        subject_number=order.number, site=made.leeds, at=NOW,
    )  # fmt: skip
    pk, page = {
        "requisition": (requisition.pk, reverse("requisition", args=[requisition.number])),
        "order": (order.pk, reverse("order", args=[order.number])),
        "case": (case.pk, reverse("case", args=[case.number])),
    }[kind]
    client = signed_in(made.boris)
    door = reverse("followers", args=[kind, pk])

    assert "Nobody besides those it concerns." in client.get(page).content.decode()
    shown = client.post(door, {"verb": "follow"}, follow=True).content.decode()
    assert ("Follow no more" in shown, "You are told what becomes of it." in shown) == (True, True)
    assert "Boris" in client.get(door).content.decode()
    client.post(door, {"verb": "unfollow"})
    assert not Follower.objects.exists()
