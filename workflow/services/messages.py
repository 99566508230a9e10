from datetime import datetime

from foundation import audit, outbox
from foundation.errors import InvalidError
from foundation.journal import use_case
from foundation.models import User
from workflow.events import MessageSent
from workflow.models import Message


@use_case
def send_message(
    *,
    subject_type: str,
    subject_id: int,
    subject_number: str,
    kind: str,
    text: str,
    actor: User,
    at: datetime,
    to: User | None = None,
) -> Message:
    """Ask, answer or note something on a document; an approval chain goes on unchanged.

    The caller has checked that the person may see the document.

    :raises InvalidError: the text is empty.
    """
    if not text.strip():
        raise InvalidError("text_missing", "Write what you want to say.", field="text")
    message = Message.objects.create(
        subject_type=subject_type,
        subject_id=subject_id,
        kind=kind,
        author=actor,
        to=to,
        text=text.strip()[:4000],
        sent_at=at,
    )
    audit.record_fact(f"message.{subject_type}", message.pk, subject_number, f"send_{kind}", actor=actor, at=at)
    outbox.publish(
        MessageSent(
            subject_id=message.pk, subject_number=subject_number, at=at, actor_id=actor.pk,
            related=((subject_type, subject_id, subject_number),), about_type=subject_type, about_id=subject_id,
        )
    )  # fmt: skip
    return message
