"""Handing a letter to the mail server: outside any transaction, with the delivery's id as its message id."""

import json
from datetime import datetime
from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.html import escape

from foundation.intake.http import Answer
from foundation.models import Delivery
from foundation.services import SECRET_PLACE
from foundation.services.letters import LANGUAGE, SECRETS
from integration.services.deliver import put_off, take_answer

_TAKEN = Answer(250, "Taken by the mail server.")


def send_letter(*, delivery_id: int, at: datetime) -> bool:
    """Send one claimed letter; returns whether the mail server took it.

    A crash between its answer and the mark sends it again under the same message id, which mailboxes show once.
    An address the server refuses for good is parked at once, with an exception and an owner.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    posted = json.loads(bytes(delivery.body))
    if posted.get("secret") and not _told_secret(posted, delivery.subject_id):
        put_off(
            delivery_id=delivery_id,
            error="What this letter was to hold is not to be had any more.",
            at=at,
            give_up=True,
        )
        return False
    try:
        _letter(posted, delivery.msg_id).send()
    except SMTPRecipientsRefused as error:
        gone = all(500 <= code < 600 for code, _ in error.recipients.values())  # noqa: PLR2004 - SMTP's permanent answers
        put_off(delivery_id=delivery_id, error=f"The address was refused: {error}", at=at, give_up=gone)
        return False
    except OSError as error:  # the mail server's, SMTP errors included
        put_off(delivery_id=delivery_id, error=f"The mail server: {error}", at=at)
        return False
    return take_answer(delivery_id=delivery_id, answer=_TAKEN, at=at)


def _told_secret(posted: dict[str, str], subject_id: int) -> bool:
    """Put what no row keeps in its place; says whether there is anything to put there."""
    ask = SECRETS.get(posted["secret"])
    secret = ask(subject_id) if ask else ""
    posted["text"] = posted["text"].replace(SECRET_PLACE, secret)
    posted["html"] = posted["html"].replace(SECRET_PLACE, escape(secret))
    return bool(secret)


def _letter(posted: dict[str, str], msg_id: UUID) -> EmailMultiAlternatives:
    address = urlsplit(settings.PUBLIC_URL)
    host = address.hostname or "localhost"
    headers = {
        "Message-ID": f"<{msg_id}@{host}>", "Auto-Submitted": "auto-generated",
        "Content-Language": posted.get("language") or LANGUAGE,
    }  # fmt: skip
    if posted.get("kind"):
        headers["List-Id"] = f"<{posted['kind']}.notices.{host}>"
    stop = posted.get("stop") or posted["unsubscribe"]
    if stop:
        headers["List-Unsubscribe"] = f"<{stop}>"
    if posted.get("stop") and address.scheme == "https":  # RFC 8058 asks for it
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter = EmailMultiAlternatives(posted["subject"], posted["text"], to=[posted["to"]], headers=headers)
    letter.attach_alternative(posted["html"], "text/html")
    return letter
