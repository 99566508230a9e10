from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from foundation.models import Absence
from tests.factories import company

pytestmark = pytest.mark.django_db


def form(**more: object) -> dict[str, object]:
    today = timezone.localdate()
    return {"since": today, "until": today + timedelta(days=3), "presence": "away", "reason": "Leave", **more}


def test_person_declares_days_and_is_back_early(client: Client) -> None:
    made = company()
    client.force_login(made.mona)

    answer = client.post(reverse("away"), form(deputy=made.harry.pk, amount_limit="500"), follow=True)

    page = answer.content.decode()
    absence = Absence.objects.get()
    assert (absence.person, absence.deputy, absence.is_in_force(absence.set_at)) == (made.mona, made.harry, True)
    assert "Harry decides meanwhile. What waits goes to them now" in page
    assert "Up to 500.00" in page
    client.post(reverse("away_end", args=[absence.pk]))
    absence.refresh_from_db()
    assert absence.ended_by == made.mona


def test_refusal_stands_beside_its_field(client: Client) -> None:
    made = company()
    client.force_login(made.mona)

    answer = client.post(reverse("away"), form(until=timezone.localdate() - timedelta(days=1)))

    assert answer.status_code == 422
    assert b"The last day is before the first." in answer.content
    assert Absence.objects.count() == 0


def test_administrator_declares_for_somebody_with_a_reason(client: Client) -> None:
    made = company()
    client.force_login(made.ursula)
    page = reverse("person_away", args=[made.mona.pk])

    silent = client.post(page, form(reason=""))
    said = client.post(page, form(reason="Ill", deputy=made.harry.pk))

    assert (silent.status_code, said.status_code) == (422, 302)
    assert "set by Ursula" in client.get(page).content.decode()


def test_deputy_reads_for_whom_they_decide(client: Client) -> None:
    made = company()
    client.force_login(made.mona)
    client.post(reverse("away"), form(deputy=made.harry.pk))
    client.force_login(made.harry)

    assert "You decide for" in client.get(reverse("away")).content.decode()
