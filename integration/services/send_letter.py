"""Handing a letter to the mail server: outside any transaction, with the delivery's id as its message id."""

import json
from datetime import datetime
from smtplib import SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from foundation.intake.http import Answer
from foundation.models import Delivery
from integration.services.deliver import put_off, take_answer

_TAKEN = Answer(250, "Taken by the mail server.")


def send_letter(*, delivery_id: int, at: datetime) -> bool:
    """Send one claimed letter; returns whether the mail server took it.

    A crash between its answer and the mark sends it again under the same message id, which mailboxes show once.
    An address the server refuses for good is parked at once, with an exception and an owner.
    """
    delivery = Delivery.objects.get(pk=delivery_id)
    try:
        _letter(delivery).send()
    except SMTPRecipientsRefused as error:
        gone = all(500 <= code < 600 for code, _ in error.recipients.values())  # noqa: PLR2004 - SMTP's permanent answers
        put_off(delivery_id=delivery_id, error=f"The address was refused: {error}", at=at, give_up=gone)
        return False
    except OSError as error:  # the mail server's, SMTP errors included
        put_off(delivery_id=delivery_id, error=f"The mail server: {error}", at=at)
        return False
    return take_answer(delivery_id=delivery_id, answer=_TAKEN, at=at)


def _letter(delivery: Delivery) -> EmailMultiAlternatives:
    posted = json.loads(bytes(delivery.body))
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{delivery.msg_id}@{host}>", "Auto-Submitted": "auto-generated"}
    if posted["unsubscribe"]:
        headers["List-Unsubscribe"] = f"<{posted['unsubscribe']}>"
    letter = EmailMultiAlternatives(posted["subject"], posted["text"], to=[posted["to"]], headers=headers)
    letter.attach_alternative(posted["html"], "text/html")
    return letter
