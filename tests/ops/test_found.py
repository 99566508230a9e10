import io
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from foundation.models import AuditEvent, Organisation, User
from policies.models import PolicyKind, PolicyVersion
from policies.selectors import forget

pytestmark = pytest.mark.django_db
GIVEN = {
    "name": "Tyne Trading", "currency": "gbp", "country": "gb", "admin_user": "i.duarte", "admin_name": "Ines Duarte",
    "admin_email": "ines@tyne.example",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.clear()
    forget()


def found(**changes: Any) -> str:
    out = io.StringIO()
    call_command("found", **{**GIVEN, **changes}, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/livez"])
def test_empty_installation_answers(path: str) -> None:
    assert Client().get(path).status_code == 200


def test_empty_installation_says_how_it_is_set_up() -> None:
    assert "not set up yet" in Client().get("/").content.decode()


def test_home_of_a_superuser_on_an_empty_installation_is_a_page() -> None:
    client = Client()
    client.force_login(
        User.objects.create_superuser("root", "r@example.com", "a long password"),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    assert client.get("/").status_code == 200


def test_one_command_leads_to_the_first_site_and_the_first_colleague() -> None:
    printed = found()

    assert Client().get("/").status_code == 302
    path = re.search(r"https?://[^/]+(/\S+)", printed).group(1)  # type: ignore[union-attr]
    client = Client()
    form = client.get(path, follow=True)
    given = {"password1": "seven quiet pallets", "password2": "seven quiet pallets"}
    client.post(form.request["PATH_INFO"], given)
    client = Client()
    client.post("/accounts/login/", {"login": "i.duarte", "password": "seven quiet pallets"})
    page = client.get("/settings/sites/new/").context["form"]
    pick = {name: page.fields[name].queryset[0].pk for name in ("region", "legal_entity", "calendar")}
    site = {"name": "Newcastle", "code": "NCL", "currency": "GBP", "time_zone": "Europe/London", "is_active": "on"}
    assert client.post("/settings/sites/new/", {**site, **pick})["Location"] == "/settings/sites/NCL/"
    colleague = {"first_name": "Mei", "last_name": "Tanaka", "username": "m.tanaka", "email": "mei@tyne.example"}
    assert client.post("/settings/people/new/", colleague).status_code == 302


def test_first_policies_say_that_no_second_person_has_read_them() -> None:
    found()

    versions = PolicyVersion.objects.filter(state="published")
    assert {version.kind for version in versions} == set(PolicyKind.values)
    assert {(str(v.created_by.username), v.published_by.username) for v in versions} == {
        ("system-installation", "i.duarte")
    }
    assert all("no second person has read it yet" in version.note for version in versions)
    assert AuditEvent.objects.filter(action="publish_policy").count() == len(PolicyKind.values)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "},                    "--name"),
        ({"currency": "ZZZ"},              "ZZZ is not a currency"),
        ({"country": "Britain"},           "--country"),
        ({"admin_email": "nonsense"},      "e-mail address"),
        ({"admin_user": "two words"},      "user name"),
        ({"admin_name": " "},              "what the person is called"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_and_nothing_is_left(changes: dict[str, str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        found(**changes)

    assert (Organisation.objects.count(), User.objects.filter(username="i.duarte").count()) == (0, 0)


def test_second_founding_is_refused() -> None:
    found()

    with pytest.raises(CommandError, match="founded already"):
        found(admin_user="other", admin_email="other@tyne.example")

    assert Organisation.objects.count() == 1
