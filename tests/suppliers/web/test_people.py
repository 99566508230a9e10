"""A supplier's people at the portal: invited, corrected, shut out and let in again by a supplier manager."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.models import AuditEvent, Delivery, User
from suppliers.models import Supplier, SupplierUser
from tests.factories import Company, company
from tests.foundation.web.test_people import browser

pytestmark = pytest.mark.django_db
NEW = reverse("supplier_person_new", args=["ACME"])
KIM = {"first_name": "Kim", "last_name": "Ash", "username": "k.ash", "email": "kim@acme.example"}


def manager() -> tuple[Company, Client]:
    made = company()
    return made, browser(made.sue)


def to(person: User, *verb: str, code: str = "ACME") -> str:
    return reverse("supplier_person_do" if verb else "supplier_person", args=[code, person.pk, *verb])


def serves(person: User) -> list[str]:
    held = SupplierUser.objects.filter(user=person, is_active=True)
    return sorted(held.values_list("supplier__code", flat=True))


def test_invited_person_gets_a_letter_and_sees_this_supplier_only() -> None:
    _, client = manager()

    answer = client.post(NEW, KIM, follow=True)

    kim = User.objects.get(username="k.ash")
    assert (kim.kind, kim.has_usable_password(), serves(kim)) == ("supplier", False, ["ACME"])
    assert [json.loads(bytes(one.body))["to"] for one in Delivery.objects.all()] == ["kim@acme.example"]
    assert "on its way to kim@acme.example" in answer.content.decode()
    row = AuditEvent.objects.get(action="invite_person")
    assert (row.object_id, row.data["supplier"]) == (kim.pk, "ACME")
    portal = browser(kim)
    assert portal.get(reverse("portal_home")).status_code == 200
    assert portal.get(reverse("suppliers")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"first_name": "", "last_name": ""}, "first_name", "required"),
        ({"email": "nonsense"},               "email",      "valid email"),
        ({"email": ""},                       "email",      "required"),
        ({"email": "rita@example.com"},       "email",      "already"),
        ({"email": "adam.acme@example.com"},  "email",      "already"),
        ({"email": "bea.bolt@example.com"},   "join",       "of another supplier has this address"),
        ({"username": "rita"},                "username",   "called rita already"),
        ({"username": "a b"},                 "username",   "letters, digits"),
    ],
)  # fmt: skip
def test_fault_of_an_invitation_stands_beside_its_field(change: dict[str, str], field: str, words: str) -> None:
    _, client = manager()

    answer = client.post(NEW, {**KIM, **change})

    assert (answer.status_code, Delivery.objects.count(), SupplierUser.objects.count()) == (422, 0, 2)
    assert words in " ".join(answer.context["form"].errors[field])
    assert f'<a href="#id_{field}">' in answer.content.decode()


def test_person_of_another_supplier_joins_with_the_account_they_have() -> None:
    made, client = manager()
    form = {**KIM, "email": "Bea.Bolt@example.com"}

    asked = client.post(NEW, form).content.decode()
    client.post(NEW, {**form, "join": "on"})

    assert 'name="join"' in asked
    assert serves(made.bolt_person) == ["ACME", "BOLT"]
    assert not User.objects.filter(username="k.ash").exists()


def test_invitation_sent_twice_makes_one_account() -> None:
    _, client = manager()

    answers = [client.post(NEW, KIM).status_code for _ in range(2)]

    assert (answers, Delivery.objects.count(), SupplierUser.objects.count()) == ([302, 422], 1, 3)


def test_nobody_new_signs_in_for_a_supplier_whose_relation_ended() -> None:
    made, client = manager()
    ended = Supplier.objects.create(
        code="GONE", name="Gone", state="offboarded", country="GB", currency="GBP", created_at=made.acme.created_at,
        changed_at=made.acme.changed_at,
    )  # fmt: skip

    answer = client.post(reverse("supplier_person_new", args=[ended.code]), KIM)

    assert (answer.status_code, User.objects.filter(username="k.ash").exists()) == (409, False)


def test_person_shut_out_loses_the_session_and_is_let_in_again() -> None:
    made, client = manager()
    adam = browser(made.acme_person)
    before = adam.get(reverse("portal_home")).status_code

    client.post(to(made.acme_person, "deactivate"), {"reason": "Left Acme"})
    during = adam.get(reverse("portal_home")).status_code
    made.acme_person.refresh_from_db()
    shut_out = made.acme_person.is_active
    client.post(to(made.acme_person, "reactivate"), {"reason": "Came back"})

    made.acme_person.refresh_from_db()
    assert (before, during, shut_out, made.acme_person.is_active) == (200, 302, False, True)
    assert adam.get(reverse("portal_home")).status_code == 302  # the old session stays ended
    assert browser(made.acme_person).get(reverse("portal_home")).status_code == 200
    page = client.get(to(made.acme_person)).content.decode()
    assert ("Shut out: Left Acme" in page, "Let in again: Came back" in page) == (True, True)


def test_person_shut_out_of_one_supplier_still_serves_the_other() -> None:
    made, client = manager()
    SupplierUser.objects.create(supplier=made.acme, user=made.bolt_person)

    client.post(to(made.bolt_person, "deactivate"), {"reason": "No longer for Acme"})

    made.bolt_person.refresh_from_db()
    assert (made.bolt_person.is_active, serves(made.bolt_person)) == (True, ["BOLT"])
    seen = browser(made.bolt_person).get(reverse("portal_home"))
    assert (seen.status_code, "Acme" in seen.content.decode()) == (200, False)


def test_shut_out_twice_is_shut_out_once() -> None:
    made, client = manager()

    for _ in range(2):
        client.post(to(made.acme_person, "deactivate"), {"reason": "Left"})

    assert AuditEvent.objects.filter(action="deactivate_person").count() == 1


def test_reason_is_asked_for_on_the_page() -> None:
    made, client = manager()

    answer = client.post(to(made.acme_person, "deactivate"), {"reason": " "})

    assert (answer.status_code, "Say why." in answer.content.decode()) == (422, True)
    assert serves(made.acme_person) == ["ACME"]


def test_link_is_sent_again_but_not_to_who_is_shut_out() -> None:
    made, client = manager()

    client.post(to(made.acme_person, "link"))
    sent = Delivery.objects.count()
    client.post(to(made.acme_person, "deactivate"), {"reason": "Left"})
    refused = client.post(to(made.acme_person, "link"))

    assert (sent, refused.status_code, Delivery.objects.count()) == (1, 409, 1)


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({},                              302, ""),
        ({"email": "rita@example.com"},   422, "already"),
        ({"email": "nonsense"},           422, "valid email"),
        ({"seen": "old"},                 409, "changed since"),
    ],
)  # fmt: skip
def test_details_are_corrected_or_refused(form: dict[str, str], status: int, words: str) -> None:
    made, client = manager()
    seen = client.get(to(made.acme_person)).context["seen"]

    answer = client.post(
        to(made.acme_person),
        {"first_name": "Adam", "last_name": "Ng", "email": "adam@acme.example", "seen": seen, **form},
    )

    made.acme_person.refresh_from_db()
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert made.acme_person.email == ("adam@acme.example" if status == 302 else "adam.acme@example.com")
    assert AuditEvent.objects.filter(action="change_person").count() == (status == 302)


def test_machine_of_a_supplier_is_shown_and_not_touched_here() -> None:
    made, client = manager()
    made.acme_person.email = ""
    made.acme_person.save()

    page = client.get(to(made.acme_person)).content.decode()
    answer = client.post(to(made.acme_person, "deactivate"), {"reason": "x"})

    assert ("let in and shut out under API clients" in page, answer.status_code) == (True, 409)
    assert serves(made.acme_person) == ["ACME"]


@pytest.mark.parametrize(
    ("_case", "code", "who"),
    [
        ("a person of another supplier", "ACME", "bolt_person"),
        ("one of ours",                  "ACME", "rita"),
        ("no such supplier",             "NONE", "acme_person"),
    ],
)  # fmt: skip
def test_who_is_not_of_this_supplier_is_missing(_case: str, code: str, who: str) -> None:
    made, client = manager()
    person = getattr(made, who)

    answers = [
        client.get(to(person, code=code)),
        client.post(to(person, code=code), KIM),
        client.post(to(person, "deactivate", code=code), {"reason": "x"}),
        client.post(to(person, "link", code=code)),
    ]

    person.refresh_from_db()
    assert ([answer.status_code for answer in answers], person.is_active) == ([404] * 4, True)


def test_unknown_verb_is_missing() -> None:
    made, client = manager()

    assert client.post(to(made.acme_person, "promote"), {"reason": "x"}).status_code == 404


def test_others_see_who_signs_in_and_change_nothing() -> None:
    made = company()
    client = browser(made.boris)

    page = client.get(reverse("supplier", args=["ACME"])).content.decode()
    answers = [
        client.get(NEW), client.post(NEW, KIM), client.get(to(made.acme_person)),
        client.post(to(made.acme_person, "deactivate"), {"reason": "x"}),
    ]  # fmt: skip

    assert ("adam.acme@example.com" in page, ">Invite<" in page) == (True, False)
    assert [answer.status_code for answer in answers] == [403] * 4
    assert (serves(made.acme_person), Delivery.objects.count()) == (["ACME"], 0)


def test_page_of_a_person_costs_few_statements(client: Client) -> None:
    made, client = manager()
    path = to(made.acme_person)
    client.get(path)

    with CaptureQueriesContext(connection) as seen:
        client.get(path)

    assert len(seen) <= 10, [q["sql"][:80] for q in seen]


def test_supplier_page_names_everybody_who_signs_in_for_it() -> None:
    made, client = manager()
    client.post(NEW, KIM)
    client.post(to(made.acme_person, "deactivate"), {"reason": "Left"})

    page: Any = client.get(reverse("supplier", args=["ACME"])).content.decode()

    assert [word in page for word in ("Kim Ash", "No password yet", "Shut out", to(made.acme_person))] == [True] * 4


def test_lost_second_factor_is_taken_away_with_the_sessions_and_a_reason() -> None:
    made, client = manager()
    Authenticator.objects.create(user=made.acme_person, type=Authenticator.Type.TOTP, data={})
    adam = browser(made.acme_person)

    refused = client.post(to(made.acme_person, "factor"), {"reason": ""})
    kept = Authenticator.objects.count()
    client.post(to(made.acme_person, "factor"), {"reason": "Phone lost"})

    assert (refused.status_code, '<a href="#id_factor_reason">' in refused.content.decode(), kept) == (422, True, 1)
    assert (Authenticator.objects.count(), adam.get(reverse("portal_home")).status_code) == (0, 302)
    assert AuditEvent.objects.get(action="reset_second_factor").object_id == made.acme_person.pk
