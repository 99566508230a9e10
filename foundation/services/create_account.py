from datetime import datetime

from foundation import audit
from foundation.journal import use_case
from foundation.models import User


@use_case
def create_account(*, username: str, name: str, kind: str, actor: User | None, at: datetime) -> User:
    """Open an account for a machine: it has no password, signs in on no page and holds no duty yet."""
    account = User(username=username, first_name=name[:150], kind=kind)
    account.set_unusable_password()
    account.save(force_insert=True)
    audit.record(account, "create_account", actor=actor, at=at, user=username, kind=str(kind))
    return account
