"""EX-1: an exception that came to the wrong role is handed on with a reason, and how often is counted."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from foundation.errors import DomainError
from foundation.models import AuditEvent, Notice
from foundation.relay import drain
from tests.factories import NOW, Company, company
from tests.procurement.web.pages import signed_in
from workflow.models import ExceptionCase
from workflow.selectors.case_list import FirstOwners, first_owners
from workflow.services import open_case, reroute_case, resolve_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Company:
    return company()


def a_case(made: Company, key: str = "a") -> ExceptionCase:
    found = open_case(
        key=key, category="acknowledgment", cause="answer_outside_tolerance", sentence="PO-1: dearer by £4.00",
        subject_type="order", subject_id=1, subject_number="PO-1", site=made.leeds, amount=Decimal(4), currency="GBP",
        at=NOW,
    )  # fmt: skip
    drain()
    return found


def hand_on(made: Company, case: ExceptionCase, role: str = "site_manager", by: str = "boris", **other: Any) -> Any:
    values = {"expected_version": case.version, "reason": "Leeds ordered it by hand"} | other
    return reroute_case(case_id=case.pk, role=role, actor=made.people[by], at=NOW, **values)


def told(made: Company, name: str) -> list[str]:
    rows = Notice.objects.filter(person=made.people[name], subject_type="case", read_at=None)
    return list(rows.values_list("sentence", flat=True))


def test_handed_on_counted_and_told(made: Company) -> None:
    case = a_case(made)
    assert told(made, "boris") == ["PO-1: dearer by £4.00"]

    moved = hand_on(made, case)
    drain()

    assert (moved.owner_role, moved.owner, moved.reroutes, moved.version) == ("site_manager", None, 1, 2)
    assert (told(made, "boris"), told(made, "mona")) == ([], ["PO-1: dearer by £4.00"])
    row = AuditEvent.objects.get(action="reroute_case")
    assert (row.data["role_before"], row.data["role"], row.data["reason"]) == (
        "buyer", "site_manager", "Leeds ordered it by hand",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "change", "code"),
    [
        ("the role that has it", {"role": "buyer"},            "role_unknown"),
        ("no such role",         {"role": "king"},             "role_unknown"),
        ("nobody holds it",      {"role": "category_manager"}, "role_unheld"),
        ("no reason",            {"reason": " "},              "reason_missing"),
        ("not the owner's",      {"by": "rita"},               "not_your_case"),
        ("changed meanwhile",    {"expected_version": 9},      "changed_since_opened"),
    ],
)  # fmt: skip
def test_refused_hand_on_changes_nothing(made: Company, _case: str, change: dict[str, Any], code: str) -> None:
    case = a_case(made)

    with pytest.raises(DomainError) as refused:
        hand_on(made, case, **change)

    case.refresh_from_db()
    assert (refused.value.code, case.owner_role, case.reroutes) == (code, "buyer", 0)


def test_first_owners_are_measured(made: Company) -> None:
    first, second = a_case(made, "a"), a_case(made, "b")
    moved = hand_on(made, second)
    for case, who in ((first, made.boris), (moved, made.mona)):
        resolve_case(case_id=case.pk, expected_version=case.version, actor=who, outcome="Settled", at=NOW)

    assert first_owners(ExceptionCase.objects.all(), NOW) == FirstOwners(closed=2, right=1)


def test_page_hands_on_and_says_how_often(made: Company) -> None:
    case = a_case(made)
    client = signed_in(made.boris)
    url = reverse("reroute_case", args=[case.number])

    refused = client.post(url, {"version": 1, "role": "buyer", "reason": "x"})
    done = client.post(url, {"version": 1, "role": "site_manager", "reason": "Theirs"}, follow=True)
    page = signed_in(made.mona).get(reverse("case", args=[case.number])).content.decode()

    assert (refused.status_code, done.redirect_chain[-1][0]) == (422, reverse("cases"))
    assert "Choose another role to hand it to." in refused.content.decode()
    assert "handed on 1 time" in page
