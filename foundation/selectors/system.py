from foundation.models import User


def system_user(name: str) -> User:
    """Return the named system actor, such as `ordering`; it has no password and signs in nowhere.

    It is created the first time it is needed.
    """
    user, _ = User.objects.get_or_create(
        username=f"system-{name}",
        defaults={"kind": User.Kind.SYSTEM, "first_name": name.capitalize(), "last_name": "(automatic)"},
    )
    return user
