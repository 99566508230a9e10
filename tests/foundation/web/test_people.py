import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from foundation.models import AuditEvent, Delivery, RoleAssignment, User
from integration.tasks import deliver_letters
from tests.factories import Company, company

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("people"), reverse("person_new")
NORA = {"first_name": "Nora", "last_name": "Blake", "username": "n.blake", "email": "nora@northgate.example"}


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def to(name: str, person: User, *more: Any) -> str:
    return reverse(name, args=[person.pk, *more])


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("",                          ["Rita", "Ursula"], ["Acme_person"]),
        ("?q=rita",                   ["Rita"],           ["Ursula"]),
        ("?role=buyer",               ["Boris"],          ["Rita"]),
        ("?role=nonsense",            ["Boris", "Rita"],  []),
        ("?state=out",                ["Hugo"],           ["Rita"]),
        ("?state=all&q=hugo",         ["Hugo"],           ["Rita"]),
        ("?before=x&after=99999999999999999999", ["Rita"], []),
    ],
)  # fmt: skip
def test_list_finds_people(query: str, found: list[str], missing: list[str]) -> None:
    made = company()
    User.objects.filter(username="hugo").update(is_active=False)

    text = browser(made.ursula).get(LIST + query).content.decode()

    names = set(re.findall(r"data-row href=[^>]*>(\w+)<", text))
    assert (set(found) <= names, names & set(missing)) == (True, set())


def test_invited_person_sets_a_password_by_the_link_and_signs_in_once() -> None:
    made = company()
    cache.clear()  # the tries of other tests are not this person's

    answer = browser(made.ursula).post(NEW, NORA)

    nora = User.objects.get(username="n.blake")
    assert answer["Location"] == to("person", nora)
    deliver_letters()
    [letter] = mail.outbox
    assert letter.to == ["nora@northgate.example"]
    path = re.search(r"https?://[^/]+(/\S+)", letter.body).group(1)  # type: ignore[union-attr]
    stranger = Client()
    form = stranger.get(path, follow=True)
    given = {"password1": "seven quiet pallets", "password2": "seven quiet pallets"}
    stranger.post(form.request["PATH_INFO"], given)
    nora.refresh_from_db()
    assert nora.check_password("seven quiet pallets")
    again = Client().get(path, follow=True)
    assert b'name="password1"' not in again.content


def test_link_is_stored_nowhere_and_not_sent_to_who_was_shut_out_meanwhile() -> None:
    made = company()
    browser(made.ursula).post(NEW, NORA)
    stored = Delivery.objects.get(connection="letters")
    User.objects.filter(username="n.blake").update(is_active=False)

    sent = deliver_letters()

    stored.refresh_from_db()
    assert "/accounts/" not in bytes(stored.body).decode()
    assert (sent, stored.state, mail.outbox) == (0, "parked", [])


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"first_name": ""},        "first_name", "required"),
        ({"email": "nonsense"},     "email",      "valid email"),
        ({"email": ""},             "email",      "required"),
        ({"username": "rita"},      "username",   "called rita already"),
        ({"username": "a b"},       "username",   "letters, digits"),
        ({"email": "rita@example.com"}, "email",  "already"),
        ({"username": "x" * 151},   "username",   "at most 150"),
    ],
)  # fmt: skip
def test_fault_of_an_invitation_stands_beside_its_field(change: dict[str, str], field: str, words: str) -> None:
    made = company()

    answer = browser(made.ursula).post(NEW, {**NORA, **change})

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert "Error: " in answer.content.decode()
    assert (Delivery.objects.count(), User.objects.filter(first_name="Nora").count()) == (0, 0)


def test_invitation_sent_twice_makes_one_account() -> None:
    made = company()
    client = browser(made.ursula)

    answers = [client.post(NEW, NORA).status_code for _ in range(2)]

    assert (answers, User.objects.filter(username="n.blake").count(), Delivery.objects.count()) == ([302, 422], 1, 1)


def grant(made: Company, person: User, **form: str) -> Any:
    return browser(made.ursula).post(to("person_grant", person), {"role": "receiver", "place": "site:LDS", **form})


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"role": ""},                       "required"),
        ({"role": "king"},                   "not one of the available choices"),
        ({"place": ""},                      "required"),
        ({"place": "site:NONE"},             "not one of the available choices"),
        ({"role": "supplier_manager"},       "kept apart"),
    ],
)  # fmt: skip
def test_duty_that_cannot_be_given_is_refused_on_the_page(form: dict[str, str], words: str) -> None:
    made = company()
    before = RoleAssignment.objects.count()

    answer = grant(made, made.boris, **form)

    assert (answer.status_code, RoleAssignment.objects.count()) == (422, before)
    assert words in answer.content.decode()


@pytest.mark.parametrize("place", ["site:LDS", "region:NORTH", "everywhere"])
def test_duty_is_given_where_it_was_said_and_taken_away(place: str) -> None:
    made = company()
    grant(made, made.erin, place=place)

    held = made.erin.role_assignments.get(role="receiver")
    named = f"site:{held.site.code}" if held.site else f"region:{held.region.code}" if held.region else "everywhere"
    assert named == place
    page = browser(made.ursula).get(to("person", made.erin)).content.decode()
    assert "Duty granted: Receiver" in page
    browser(made.ursula).post(to("person_revoke", made.erin, held.pk))
    assert not made.erin.role_assignments.filter(role="receiver").exists()


def test_another_persons_duty_is_not_taken_by_a_wrong_address() -> None:
    made = company()
    held = made.rita.role_assignments.get()

    browser(made.ursula).post(to("person_revoke", made.mona, held.pk))

    assert made.rita.role_assignments.count() == 1


def test_administrator_sees_no_form_for_themselves_and_gets_the_reason() -> None:
    made = company()
    client = browser(made.ursula)

    page = client.get(to("person", made.ursula)).content.decode()

    assert "You may not change your own duties" in page
    assert "Give this duty" not in page
    assert client.post(to("person_grant", made.ursula), {"role": "buyer", "place": "everywhere"}).status_code == 403


def test_sessions_end_with_the_account_and_do_not_come_back() -> None:
    made = company()
    admin, rita = browser(made.ursula), browser(made.rita)
    assert rita.get("/").status_code == 200

    admin.post(to("person_do", made.rita, "deactivate"), {"reason": "Left the company"})

    assert rita.get("/").status_code == 302
    admin.post(to("person_do", made.rita, "reactivate"), {"reason": "Came back"})
    assert rita.get("/").status_code == 302
    made.rita.refresh_from_db()
    assert made.rita.is_active


def test_reason_is_asked_for_on_the_page() -> None:
    made = company()

    answer = browser(made.ursula).post(to("person_do", made.rita, "deactivate"), {"reason": " "})

    assert (answer.status_code, "Say why." in answer.content.decode()) == (422, True)
    assert User.objects.get(pk=made.rita.pk).is_active


def test_unknown_verb_is_missing() -> None:
    made = company()

    assert browser(made.ursula).post(to("person_do", made.rita, "promote"), {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({},                               302, ""),
        ({"approval_limit": "1,50"},       422, "can be misread"),
        ({"approval_limit": "-5"},         422, "from 0 up"),
        ({"approval_limit": "lots"},       422, "is not a number"),
        ({"manager": "999999"},            422, "not one of the available choices"),
        ({"email": "mona@example.com"},    422, "already"),
        ({"seen": "old"},                  409, "changed since"),
    ],
)  # fmt: skip
def test_details_are_saved_or_refused(form: dict[str, str], status: int, words: str) -> None:
    made = company()
    client = browser(made.ursula)
    seen = client.get(to("person", made.rita)).context["seen"]
    changed = {
        "first_name": "Rita", "last_name": "Mendez", "email": "rita@example.com", "approval_limit": "1,500",
        "manager": str(made.mona.pk), "seen": seen, **form,
    }  # fmt: skip
    rows = AuditEvent.objects.filter(action="change_person").count()

    answer = client.post(to("person_save", made.rita), changed)

    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert AuditEvent.objects.filter(action="change_person").count() - rows == (status == 302)


def test_lost_second_factor_is_taken_away_with_the_sessions_and_a_reason() -> None:
    made = company()
    Authenticator.objects.create(user=made.rita, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=made.mona, type=Authenticator.Type.TOTP, data={})
    admin, rita = browser(made.ursula), browser(made.rita)

    offered = "Take a lost second factor away" in admin.get(to("person", made.rita)).content.decode()
    refused = admin.post(to("person_do", made.rita, "factor"), {"reason": " "})
    kept = Authenticator.objects.filter(user=made.rita).count()
    for _ in range(2):
        admin.post(to("person_do", made.rita, "factor"), {"reason": "Phone stolen, seen at the desk"})

    page = admin.get(to("person", made.rita)).content.decode()
    assert (offered, refused.status_code, 'href="#reason-factor"' in refused.content.decode(), kept) == (
        True,
        422,
        True,
        1,
    )
    assert list(Authenticator.objects.values_list("user__username", flat=True)) == ["mona"]
    assert rita.get("/").status_code == 302
    assert ("Second factor taken away: Phone stolen" in page, "Take a lost" in page) == (True, False)
    assert AuditEvent.objects.filter(action="reset_second_factor").count() == 1


def test_nobody_takes_their_own_second_factor_away_here() -> None:
    made = company()
    Authenticator.objects.create(user=made.ursula, type=Authenticator.Type.TOTP, data={})

    answer = browser(made.ursula).post(to("person_do", made.ursula, "factor"), {"reason": "x"})

    assert (answer.status_code, Authenticator.objects.count()) == (403, 1)
