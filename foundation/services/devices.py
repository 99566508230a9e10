from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from foundation import audit
from foundation.errors import NotFoundError
from foundation.journal import use_case
from foundation.models import User


@use_case
def end_device(*, person: User, device_id: int, at: datetime) -> None:
    """Sign a person out on one of their own devices.

    :raises NotFoundError: it is no device of theirs; another's looks exactly like none.
    """
    device = UserSession.objects.filter(user=person, pk=device_id).first()
    if device is None:
        raise NotFoundError("not_found", "There is no such device.")
    Session.objects.filter(session_key=device.session_key).delete()
    device.delete()
    audit.record(person, "end_session", actor=person, at=at, device=device.user_agent[:80])
