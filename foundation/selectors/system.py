from copy import copy

from django.db import transaction

from foundation.models import User

INTERNAL = "system-"  # how Crossdock names the accounts of its own parts
_known: dict[str, User] = {}


def system_user(name: str) -> User:
    """Return the named system actor, such as `ordering`; it has no password and signs in nowhere.

    It is created the first time it is needed and never changes, so a process remembers it once that is committed.
    """
    if name not in _known:
        user, _ = User.objects.get_or_create(
            username=f"{INTERNAL}{name}",
            defaults={"kind": User.Kind.SYSTEM, "first_name": name.capitalize(), "last_name": "(automatic)"},
        )
        transaction.on_commit(lambda: _known.update({name: user}))
        return user
    return copy(_known[name])  # what is remembered on a person lives as long as one use of them


def forget() -> None:
    """Drop what the process remembers; tests empty the table it was read from."""
    _known.clear()
