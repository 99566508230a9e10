"""What a client with an account of its own may do at which site; a user administrator says so (DESIGN: duties are roles)."""

from datetime import datetime

from foundation.errors import ConflictError, InvalidError, NotFoundError, require
from foundation.journal import use_case
from foundation.models import Role, RoleAssignment, Site, User
from foundation.services import grant_role, revoke_role
from integration import access
from integration.models import ApiClient

DUTIES = (Role.REQUESTER, Role.RECEIVER, Role.BUYER, Role.PAYABLES)  # what machines do; people decide


@use_case
def grant_client_duty(*, client_id: int, role: str, site: Site | None, actor: User, at: datetime) -> RoleAssignment:
    """Give a client a duty at a site, or everywhere when `site` is empty. Given twice, it is held once.

    :raises NotPermittedError: the actor is no user administrator.
    :raises InvalidError: no machine holds this role, or the client acts as somebody who has duties of their own.
    :raises ConflictError: it was revoked.
    """
    require(access.can_grant_duties(actor))
    client = _client(client_id)
    if client.revoked_at is not None:
        raise ConflictError("client_revoked", f"{client.name} was revoked already.")
    if role not in DUTIES:
        raise InvalidError("duty_not_for_machines", "Choose a duty that machines may hold.", field="role", value=role)
    account = client.application.user
    if not client.has_own_account:
        raise InvalidError(
            "not_its_own_account", f"{client.name} acts as {account}, whose duties are given to them.", field="role"
        )
    return grant_role(user=account, role=role, actor=actor, at=at, site=site)


@use_case
def revoke_client_duty(*, client_id: int, assignment_id: int, actor: User, at: datetime) -> None:
    """Take a duty from a client; effective with its next call.

    :raises NotPermittedError: the actor is no user administrator.
    :raises NotFoundError: the client does not hold it, or has no account of its own.
    """
    require(access.can_grant_duties(actor))
    client = _client(client_id)
    held = RoleAssignment.objects.filter(pk=assignment_id, user=client.application.user).first()
    if held is None or not client.has_own_account:
        raise NotFoundError("not_found", "The client does not hold this duty.")
    revoke_role(assignment=held, actor=actor, at=at)


def _client(pk: int) -> ApiClient:
    client = ApiClient.objects.select_related("application__user").filter(pk=pk).first()
    if client is None:
        raise NotFoundError("not_found", "There is no such client.")
    return client
