"""Mail in the demo goes into files of the data directory instead of out of the house."""

import email
import email.policy
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

_KEEP = 100


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class MailboxBackend(BaseEmailBackend):
    """Store each letter as one file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the letters; returns how many."""
        for message in email_messages:
            (_folder() / f"{time.time_ns()}-{uuid.uuid4().hex[:8]}.eml").write_bytes(message.message().as_bytes())
        return len(email_messages)


def read_mail() -> list[dict[str, str]]:
    """Return the newest letters as plain text."""
    letters = []
    for path in sorted(_folder().glob("*.eml"), reverse=True)[:_KEEP]:
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = letter.get_body(("plain",))
        letters.append(
            {
                "to": str(letter["To"]),
                "subject": str(letter["Subject"]),
                "date": str(letter["Date"]),
                "text": body.get_content() if body else "",
            }
        )
    return letters
