"""What must be right about the settings before anything starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from foundation.models import Role


@register()
def second_factor_roles_exist(**_options: Any) -> list[CheckMessage]:
    """Refuse a name that is no role: a slip in it would let everybody in without a second factor."""
    unknown = [name for name in settings.SECOND_FACTOR_ROLES if name not in Role.values]
    return [
        Error(
            f"SECOND_FACTOR_ROLES names “{name}”, which is no role.",
            hint=f"Roles: {', '.join(Role.values)}.",
            id="crossdock.E001",
        )
        for name in unknown
    ]
