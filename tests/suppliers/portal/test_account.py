"""One person, several companies, several devices."""

import json

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from foundation.models import AuditEvent, Delivery, User
from suppliers.models import SupplierUser
from tests.factories import Company, an_issued_order, company

pytestmark = pytest.mark.django_db
YOU = reverse("portal_account")


@pytest.fixture
def made() -> Company:
    cache.clear()
    return company()


def signed_in(person: User) -> Client:
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (Linux; Android 14) Chrome/120")
    client.post(reverse("account_request_login_code"), {"email": person.email})
    letter = json.loads(bytes(Delivery.objects.filter(message_type="letter").latest("pk").body))
    client.post(reverse("account_confirm_login_code"), {"code": letter["text"].split("Your code: ")[1][:6]})
    return client


def test_person_of_two_companies_sees_one_at_a_time(made: Company) -> None:
    SupplierUser.objects.create(supplier=made.bolt, user=made.acme_person)
    order = an_issued_order(made, ("SW-500", "5"))
    client, path = signed_in(made.acme_person), reverse("portal_order", args=[order.number])

    before = client.get(path).status_code
    client.post(reverse("portal_company", args=["BOLT"]))
    during = client.get(path).status_code
    client.post(reverse("portal_company", args=["ACME"]))

    assert (before, during, client.get(path).status_code) == (200, 404, 200)


@pytest.mark.parametrize("code", ["BOLT", "NO-SUCH-9"])
def test_company_one_does_not_serve_looks_like_none(made: Company, code: str) -> None:
    client = signed_in(made.acme_person)

    answer = client.post(reverse("portal_company", args=[code]))

    assert (answer.status_code, client.session.get("supplier_id")) == (404, None)


def test_company_that_shut_the_person_out_is_closed_at_once(made: Company) -> None:
    held = SupplierUser.objects.create(supplier=made.bolt, user=made.acme_person)
    client = signed_in(made.acme_person)
    client.post(reverse("portal_company", args=["BOLT"]))
    held.is_active = False
    held.save(update_fields=["is_active"])

    page = client.get(reverse("portal_home")).content.decode()

    assert ("Bolt Trading" in page, "Acme" in page) == (False, True)


def test_device_signed_out_elsewhere_is_out_at_once_and_the_other_stays(made: Company) -> None:
    lost, kept = signed_in(made.acme_person), signed_in(made.acme_person)
    device = UserSession.objects.get(session_key=lost.session.session_key)
    listed = kept.get(YOU).content.decode()

    answer = kept.post(reverse("portal_device_end", args=[device.pk]))

    assert listed.count("Chrome on Android</strong>") == 2
    assert answer.status_code == 302
    assert (lost.get(YOU).status_code, kept.get(YOU).status_code) == (302, 200)
    assert AuditEvent.objects.filter(action="end_session", actor=made.acme_person).count() == 1


def test_clock_of_the_person_is_used_and_a_wrong_one_refused(made: Company) -> None:
    client = signed_in(made.acme_person)

    good = client.post(YOU, {"time_zone": "Asia/Tokyo", "theme": "dark"}, follow=True)
    bad = client.post(YOU, {"time_zone": "Mars/Base", "theme": "dark"})

    made.acme_person.refresh_from_db()
    assert (made.acme_person.time_zone, bad.status_code) == ("Asia/Tokyo", 422)
    assert "Times are Asia/Tokyo." in good.content.decode()
