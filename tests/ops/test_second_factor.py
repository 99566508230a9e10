"""SECOND_FACTOR_ROLES: who holds such a role and no second factor is led to where one is set up, and changes nothing."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.checks import second_factor_roles_exist
from foundation.models import AuditEvent, Role, User
from tests.factories import Company, company, submitted

BACKEND = "django.contrib.auth.backends.ModelBackend"
PASSWORD = "a sentence is easiest to keep"


@pytest.fixture
def made(db: None, settings: Any) -> Company:
    settings.SECOND_FACTOR_ROLES = [Role.SITE_MANAGER, Role.POLICY_ADMIN]
    return company()


def _as(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.parametrize(
    "path", ["/", "/inbox/", "/requisitions/", "/orders/", "/search/?q=x", "/help/", "/admin/", "/settings/"]
)
def test_reader_is_led_to_the_set_up(made: Company, path: str) -> None:
    answer = _as(made.mona).get(path)

    assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))


@pytest.mark.parametrize(
    "name", ["me", "mfa_index", "mfa_list_webauthn", "account_logout", "account_change_password", "usersessions_list"]
)
def test_own_settings_and_the_ways_out_stay_open(made: Company, name: str) -> None:
    assert _as(made.mona).get(reverse(name)).status_code == 200


def test_set_up_page_says_why_only_to_whom_it_concerns(made: Company) -> None:
    why = "asks you for a second factor"

    assert why in _as(made.mona).get(reverse("mfa_index")).content.decode()
    assert why not in _as(made.rita).get(reverse("mfa_index")).content.decode()


def test_part_of_a_page_moves_the_whole_browser(made: Company) -> None:
    answer = _as(made.mona).get("/inbox/", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == reverse("mfa_index")


def test_change_is_refused_recorded_and_not_made(made: Company) -> None:
    asked = submitted(made, ("SW-500", "50"))
    path = f"/requisitions/{asked.number}/do/cancel/"

    answer = _as(made.mona).post(path, {"version": asked.version, "reason": "No"})

    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.state == "submitted"
    assert AuditEvent.objects.get(action="refused:second_factor_missing").actor == made.mona


@pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
def test_who_holds_a_factor_passes(made: Company, kind: str) -> None:
    Authenticator.objects.create(user=made.mona, type=kind, data={})

    assert _as(made.mona).get("/inbox/").status_code == 200


def test_recovery_codes_alone_are_no_factor(made: Company) -> None:
    Authenticator.objects.create(user=made.mona, type=Authenticator.Type.RECOVERY_CODES, data={})

    assert _as(made.mona).get("/inbox/").status_code == 302


def test_others_are_untouched(made: Company) -> None:
    assert _as(made.rita).get("/requisitions/").status_code == 200
    assert _as(made.acme_person).get(reverse("portal_home")).status_code == 200
    assert Client().get("/livez").status_code == 200


@pytest.mark.parametrize(("roles", "more"), [([], 0), ([Role.POLICY_ADMIN], 1)])
def test_question_costs_one_statement_and_none_when_nobody_must(
    made: Company, settings: Any, roles: list[str], more: int
) -> None:
    client = _as(made.mona)
    client.get("/help/")
    with CaptureQueriesContext(connection) as asked:
        settings.SECOND_FACTOR_ROLES = roles
        client.get("/help/")

    assert sum("mfa_authenticator" in row["sql"] for row in asked) == more


@pytest.mark.parametrize(("asked", "status"), [(True, 302), (False, 200)])
def test_superuser_reaches_the_admin_with_a_factor_where_it_is_asked(
    made: Company, settings: Any, asked: bool, status: int
) -> None:
    settings.SECOND_FACTOR_ROLES, settings.SECOND_FACTOR_SUPERUSERS = [], asked
    boss = User.objects.create_superuser("root.user", "root@example.com", PASSWORD)
    client = _as(boss)

    answer = client.get("/admin/")
    change = client.post(reverse("account_email"), {"action_add": "", "email": "x@example.com"})

    assert (answer.status_code, answer.get("Location", "")) == (status, reverse("mfa_index") if asked else "")
    assert (change.status_code == 403) == asked
    Authenticator.objects.create(user=boss, type=Authenticator.Type.TOTP, data={})
    assert client.get("/admin/").status_code == 200
    assert _as(made.mona).get("/inbox/").status_code == 200


def test_slip_in_a_role_name_stops_the_start(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["site_manager", "site_manger"]

    assert ["site_manger" in error.msg for error in second_factor_roles_exist()] == [True]


def test_admin_has_no_door_beside_the_sign_in(made: Company) -> None:
    made.mona.is_staff = made.mona.is_superuser = True
    made.mona.set_password(PASSWORD)
    made.mona.save()
    client = Client()

    answer = client.post("/admin/login/", {"username": "mona", "password": PASSWORD})

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert client.get("/admin/").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clean_console")
def test_app_is_set_up_and_the_inbox_opens(page: Any, live_server: Any, made: Company, axe: Any, fits: Any) -> None:
    made.mona.set_password(PASSWORD)
    made.mona.save(update_fields=["password"])
    page.goto(live_server.url + "/inbox/")
    page.get_by_label("User name or e-mail").fill("mona")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("asks you for a second factor").wait_for()

    page.get_by_role("link", name="Set up").click()
    page.get_by_role("textbox", name="Password").fill(PASSWORD)  # once more, before the ways of signing in change
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Set up an authenticator app").wait_for()
    for width, scheme in ((390, "light"), (390, "dark"), (1366, "light"), (1366, "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)
        assert (axe(page), fits(page)) == ([], True)
    secret = page.get_by_label("Or type this secret").input_value()
    now = int(time.time()) // 30
    page.get_by_label("Code").fill(totp.format_hotp_value(totp.hotp_value(secret, now)))
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()
    page.goto(live_server.url + "/inbox/")

    page.get_by_role("heading", name="Approvals waiting for you").wait_for()
    assert Authenticator.objects.filter(user=made.mona, type="totp").count() == 1
