from datetime import datetime

from foundation import registries
from foundation.errors import InvalidError
from foundation.models import User
from policies.models import PolicyVersion


def publish_by_law(
    *, version_id: int, expected_version: int, actor: User, at: datetime, effective_from: datetime | None = None
) -> PolicyVersion:
    """Publish a draft as its page and the admin do: by the machine that decides every matter, which lies above (AP-9).

    The version comes back published, or still a draft when more people must agree.

    :raises InvalidError: nothing here decides publications.
    """
    subject = registries.subjects.get("policy")
    publish = subject.actions.get("publish") if subject else None
    if publish is None:
        raise InvalidError("not_decided_here", "Nothing here decides publications.")
    done: PolicyVersion = publish(
        version_id=version_id, expected_version=expected_version, actor=actor, at=at, effective_from=effective_from
    )
    return done
