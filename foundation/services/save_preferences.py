from datetime import datetime
from zoneinfo import available_timezones

from django.conf import settings

from foundation import audit
from foundation.errors import InvalidError
from foundation.journal import use_case
from foundation.models import User


@use_case
def save_preferences(
    *,
    user_id: int,
    theme: str,
    density: str,
    time_zone: str,
    shortcuts: bool,
    at: datetime,
    language: str | None = None,
) -> User:
    """Save how a person wants to see the product; without a `language` theirs stays, empty is that of the browser.

    :raises InvalidError: the time zone is not one of the IANA names, or we do not speak the language.
    """
    if time_zone and time_zone not in available_timezones():
        raise InvalidError(
            "time_zone_unknown", f"{time_zone} is not a time zone. Use a name such as Europe/London.", field="time_zone"
        )
    if language and language not in dict(settings.LANGUAGES):
        raise InvalidError(
            "language_unknown", f"We do not speak {language[:10]}.", field="language", value=language[:10]
        )
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    user.theme, user.density, user.time_zone, user.shortcuts = theme, density, time_zone, shortcuts
    user.language = user.language if language is None else language
    user.save(update_fields=["theme", "density", "time_zone", "shortcuts", "language"])
    audit.record(user, "save_preferences", actor=user, at=at)
    return user
