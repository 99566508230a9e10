"""Everybody who may knock: one person of each role at Leeds, strangers, suppliers, and machines of each scope."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from oauth2_provider.models import AccessToken, Application

from foundation.models import Role, User
from foundation.services import grant_role
from suppliers.models import CompanyRole, SupplierUser
from tests.factories import NOW, Company, person

MACHINE_ROLES = (Role.REQUESTER, Role.BUYER, Role.RECEIVER, Role.PAYABLES)
SCOPES = {"client_read": "read", "client_write": "write", "client_messages": "messages", "client_none": ""}
NAMES = (
    "anonymous", *Role.values, "no_duty", "superuser", "supplier", "other_supplier", "supplier_reader", *SCOPES, "supplier_client",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody with their own browser or token; `user` is nobody for a stranger."""

    name: str
    client: Client
    user: User | None = None


def everybody(made: Company) -> dict[str, Who]:
    """Return one of each, by name; staff hold their one role at Leeds only, machines four roles there."""
    found = {"anonymous": Who("anonymous", Client())}
    for role in Role.values:
        found[role] = _signed_in(role, _holder(made, role))
    found["no_duty"] = _signed_in("no_duty", person("no.duty"))
    boss = User.objects.create_superuser("root.user", "root@example.com", "a long password indeed")
    found["superuser"] = _signed_in("superuser", boss)
    found["supplier"] = _signed_in("supplier", made.acme_person)
    found["other_supplier"] = _signed_in("other_supplier", made.bolt_person)
    reader = person("rex.acme", User.Kind.SUPPLIER)
    SupplierUser.objects.create(supplier=made.acme, user=reader, role=CompanyRole.READER)
    found["supplier_reader"] = _signed_in("supplier_reader", reader)
    machine = person("machine.leeds", User.Kind.SYSTEM)
    for role in MACHINE_ROLES:
        grant_role(user=machine, role=role, site=made.leeds, actor=None, at=NOW)
    for name, scope in SCOPES.items():
        found[name] = _machine(name, machine, scope)
    found["supplier_client"] = _machine("supplier_client", made.acme_person, "read write messages")
    assert tuple(found) == NAMES
    return found


def _holder(made: Company, role: str) -> User:
    holder = person(f"m.{role}")
    grant_role(user=holder, role=role, site=made.leeds, actor=None, at=NOW)
    return holder


def _signed_in(name: str, user: User) -> Who:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return Who(name, client, user)


def _machine(name: str, user: User, scope: str) -> Who:
    application = Application.objects.create(
        name=name, user=user, client_type="confidential", authorization_grant_type="client-credentials"
    )
    AccessToken.objects.create(
        application=application, user=user, scope=scope, token=f"token-of-{name}",
        expires=datetime.now(UTC) + timedelta(hours=1),
    )  # fmt: skip
    return Who(name, Client(headers={"Authorization": f"Bearer token-of-{name}"}), user)


def send(who: Who, method: str, path: str, form: dict[str, Any]) -> Any:
    """Send a request as this somebody would: a form to pages, JSON to the machines' door."""
    who.client.raise_request_exception = False
    if method in {"GET", "HEAD", "OPTIONS"}:
        return getattr(who.client, method.lower())(path)
    if path.startswith("/api/v1/"):
        body = {} if path.endswith(("/issue/", "/submit/")) else {"reason": form.get("reason", "")}
        seen = {"If-Match": f'"{form.get("version", 1)}"'}
        return who.client.generic(method, path, json.dumps(body), content_type="application/json", headers=seen)
    if method == "POST":
        return who.client.post(path, form)
    return who.client.generic(method, path, "", content_type="application/x-www-form-urlencoded")
