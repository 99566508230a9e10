"""The Django admin shows master data and writes none of it; nothing else is let in that would write past a service."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from foundation.models import AuditEvent, Category, Item, User
from tests.factories import Company, company, person

pytestmark = pytest.mark.django_db
MODELS = (
    "item", "category", "unitofmeasure", "costcentre", "exchangerate", "workcalendar", "site", "region", "legalentity",
    "organisation",
)  # fmt: skip
OURS = {"foundation", "policies", "workflow"}


def support(user: User, **marks: bool) -> Client:
    User.objects.filter(pk=user.pk).update(is_staff=True, **marks)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(model: str, verb: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:foundation_{model}_{verb}", args=args)


def row_of(made: Company, model: str) -> Any:
    (found,) = [kind for kind in admin.site._registry if kind._meta.model_name == model]
    return found._default_manager.order_by("pk")[0]


@pytest.mark.parametrize("model", MODELS)
def test_support_staff_look_and_find_no_way_to_write(model: str) -> None:
    made = company()
    client = support(made.ursula)
    row = row_of(made, model)
    change = address(model, "change", row.pk)

    answers = [client.get(address(model)), client.get(change)]
    writes = [
        client.get(address(model, "add")), client.post(address(model, "add"), {"code": "X", "name": "X"}),
        client.post(change, {"code": "X", "name": "X"}), client.post(address(model, "delete", row.pk), {"post": "yes"}),
        client.post(address(model), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}),
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.status_code for answer in writes[:4]] == [403] * 4
    assert writes[4].status_code in {200, 302, 403}
    assert vars(row_of(made, model)) | {"_state": None} == vars(row) | {"_state": None}
    assert 'name="_save"' not in answers[1].content.decode()


@pytest.mark.parametrize(
    ("_case", "name", "marks", "status"),
    [
        ("a user administrator",                    "ursula", {},                      200),
        ("an auditor",                              "audrey", {},                      200),
        ("a buyer",                                 "boris",  {},                      403),
        ("a superuser without the role",            "rita",   {"is_superuser": True},  403),
    ],
)  # fmt: skip
def test_who_may_look(_case: str, name: str, marks: dict[str, bool], status: int) -> None:
    made = company()
    client = support(made.people[name], **marks)

    assert {client.get(address(model)).status_code for model in MODELS} == {status}


def test_row_leads_to_the_page_where_it_is_changed() -> None:
    made = company()
    client = support(made.ursula)
    item, branch = Item.objects.get(code="SW-500"), Category.objects.get(code="PACK")

    pages = [
        client.get(address("item", "change", item.pk)).content.decode(),
        client.get(address("category", "change", branch.pk)).content.decode(),
    ]

    assert [f'href="{url}"' in page for page, url in zip(
        pages, (reverse("item", args=["SW-500"]), reverse("category", args=["PACK"])), strict=True,
    )] == [True, True]  # fmt: skip


def test_only_doors_of_our_rooms_are_in_the_admin() -> None:
    """A library's page would write past services, duties and audit: API clients, second factors, addresses, groups."""
    rooms = {type(door).__module__.partition(".")[0] for door in admin.site._registry.values()}

    assert rooms == OURS


def test_library_that_registers_its_page_is_left_out() -> None:
    class Library(admin.ModelAdmin):
        __module__ = "allauth.account.admin"

    admin.site.register(AuditEvent, Library)
    admin.site.register(AuditEvent)

    assert not admin.site.is_registered(AuditEvent)


def test_superuser_finds_no_way_around_the_services() -> None:
    made = company()
    root = person("root")
    client = support(root, is_superuser=True)

    page = client.get(reverse("admin:index")).content.decode()

    assert (made.leeds.name in page, "change permission" in page) == (False, False)
    assert [f"/admin/{app}/" in page for app in ("auth", "account", "mfa", "oauth2_provider", "foundation")] == [
        False
    ] * 5
