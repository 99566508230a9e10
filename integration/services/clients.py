"""Letting machines in, giving them a new secret, and shutting them out. The secret is told once and kept as a hash."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from oauth2_provider.generators import generate_client_id
from oauth2_provider.models import AccessToken, Application
from oauth2_provider.settings import oauth2_settings

from foundation import audit
from foundation.errors import ConflictError, InvalidError, NotFoundError, StaleError, require
from foundation.journal import use_case
from foundation.models import User
from foundation.services import create_account
from integration import access
from integration.models import ApiClient
from integration.models.client import own_account
from suppliers.models import Supplier
from suppliers.services import add_supplier_person

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Admitted:
    """A client with its secret, which nobody can read again."""

    client: ApiClient
    secret: str


@use_case
def register_client(
    *,
    name: str,
    scopes: Iterable[str],
    actor: User | None,
    at: datetime,
    person: User | None = None,
    supplier: Supplier | None = None,
) -> Admitted:
    """Let a machine in: as a person of ours, for a supplier, or under an account of its own that has no duty yet.

    `actor` is empty only when the installation itself sets a client up.

    :raises NotPermittedError: the actor may not let machines in, or not in this person's name.
    :raises InvalidError: no name, no scope or an unknown one, both person and supplier, or the name is taken.
    """
    if actor is not None:
        require(access.can_manage_clients(actor))
    wanted = _check(name, scopes)
    if person is not None and supplier is not None:
        raise InvalidError(
            "client_of_two", "A client acts for a person or for a supplier, not for both.", field="person"
        )
    if person is not None and actor is not None:
        require(access.can_act_as(actor, person))
    client_id, secret = generate_client_id(), secrets.token_urlsafe(SECRET_BYTES)
    application = Application.objects.create(
        name=name.strip(), user=person or _account(client_id, name, supplier, actor, at), client_id=client_id,
        client_secret=secret, client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
    )  # fmt: skip
    client = ApiClient(
        application=application, name=name.strip(), supplier=supplier, scopes=wanted, created_at=at, created_by=actor,
        secret_at=at,
    )  # fmt: skip
    _insert(client)
    audit.record(
        client, "register_client", actor=actor, at=at, name=client.name, acts_as=application.user.username,
        supplier=supplier.code if supplier else "", scopes=wanted,
    )  # fmt: skip
    return Admitted(client, secret)


def _check(name: str, scopes: Iterable[str]) -> list[str]:
    if not name.strip():
        raise InvalidError("client_name_missing", "Give the client a name that says which system it is.", field="name")
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in oauth2_settings.SCOPES]
    if unknown or not wanted:
        raise InvalidError(
            "client_scope", "Choose what the client may do.", field="scopes", value=unknown[0] if unknown else "",
            cure=f"Choose among {', '.join(sorted(oauth2_settings.SCOPES))}.",
        )  # fmt: skip
    return wanted


def _account(client_id: str, name: str, supplier: Supplier | None, actor: User | None, at: datetime) -> User:
    kind = User.Kind.SUPPLIER if supplier else User.Kind.SYSTEM
    account = create_account(username=own_account(client_id), name=name.strip(), kind=kind, actor=actor, at=at)
    if supplier is not None:
        add_supplier_person(supplier=supplier, user=account, actor=actor, at=at)
    return account


def _insert(client: ApiClient) -> None:
    try:
        with transaction.atomic():
            client.save(force_insert=True)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "api_client_name_once":
            raise
        raise InvalidError(
            "client_name_taken", f"There is a client {client.name} already.", field="name", value=client.name,
            cure="Choose another name, or give the existing one a new secret.",
        ) from error  # fmt: skip


@use_case
def rotate_client(*, client_id: int, expected_version: int, actor: User, at: datetime) -> Admitted:
    """Give a client a new secret; the old one and every token end at once.

    :raises NotPermittedError: who holds the secret could act in the name of somebody with duties, which is not the
        actor's to hand out.
    :raises ConflictError: it was revoked.
    :raises StaleError: somebody changed it since the page was opened.
    """
    client = _lock(client_id, expected_version, actor)
    require(access.can_renew(actor, client))
    secret = _end_secret(client)
    client.secret_at = at
    _save(client, "secret_at")
    audit.record(client, "rotate_client", actor=actor, at=at, name=client.name)
    return Admitted(client, secret)


@use_case
def revoke_client(*, client_id: int, expected_version: int, actor: User, reason: str, at: datetime) -> ApiClient:
    """Shut a client out for good, with every token it holds.

    :raises InvalidError: the reason is missing.
    :raises ConflictError: it was revoked already.
    """
    client = _lock(client_id, expected_version, actor)
    if not reason.strip():
        raise InvalidError("reason_missing", "Say why it is shut out.", field="reason")
    _end_secret(client)  # nobody is told the new one
    client.revoked_at, client.revoked_by = at, actor
    _save(client, "revoked_at", "revoked_by")
    audit.record(client, "revoke_client", actor=actor, at=at, name=client.name, reason=reason.strip()[:300])
    return client


def note_sign_in(*, application_id: int, at: datetime) -> None:
    """Remember when a client last got a token."""
    ApiClient.objects.filter(application_id=application_id).update(last_token_at=at)


def _lock(pk: int, expected_version: int, actor: User) -> ApiClient:
    require(access.can_manage_clients(actor))
    client = ApiClient.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if client is None:
        raise NotFoundError("not_found", "There is no such client.")
    if client.revoked_at is not None:
        raise ConflictError("client_revoked", f"{client.name} was revoked already.")
    if client.version != expected_version:
        raise StaleError("changed_since_opened", f"{client.name} changed since you opened it. Look at it again.")
    return client


def _end_secret(client: ApiClient) -> str:
    application, secret = client.application, secrets.token_urlsafe(SECRET_BYTES)
    application.client_secret = secret
    application.save(update_fields=["client_secret"])
    AccessToken.objects.filter(application=application).delete()
    return secret


def _save(client: ApiClient, *fields: str) -> None:
    client.version += 1
    client.save(update_fields=[*fields, "version"])
