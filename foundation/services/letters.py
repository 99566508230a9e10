"""Writing a letter into a delivery row; a worker sends it, no network is called here (UX 10)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse

from foundation import audit
from foundation.documents import content_hash
from foundation.models import Channel, Delivery, Notice, User
from foundation.selectors.notices import channels_for
from foundation.selectors.system import system_user

CONNECTION = "letters"
SALT = "foundation.letter"
LINES, _LONGEST_SUBJECT = 10, 150
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter about one notice says; every text may hold what strangers wrote and ends up on one line."""

    subject: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()  # of the document; the first ten are written out
    warnings: tuple[str, ...] = ()
    verb: str = "Open"


@dataclass(frozen=True, slots=True)
class Posted:
    """What is stored of a letter until it is sent."""

    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str = ""


def plain(text: object) -> str:
    """Return external text as one line without control characters, so that it cannot become a header or a second line."""
    return " ".join(_UNPRINTABLE.sub(" ", str(text)).split())


def letter_token(notice: Notice) -> str:
    """Return what the links of a notice's letter carry: whose it is and which; it opens nothing by itself."""
    return signing.dumps([notice.person_id, notice.source.hex], salt=SALT)


def link(notice: Notice, where: str = "open") -> str:
    """Return the address a letter names."""
    return settings.PUBLIC_URL + reverse("letter", args=[letter_token(notice), where])


def choices_link() -> str:
    """Return the address where a person chooses how to be told."""
    return f"{settings.PUBLIC_URL}{reverse('notice_choices')}"


def write_notice(person: User, notice: Notice, letter: Letter) -> Delivery:
    """Write the letter about one notice; unsaved."""
    required = Channel.OFF not in channels_for(notice.kind)
    context = {
        "person": plain(person), "sentence": plain(notice.sentence), "verb": letter.verb,
        "facts": [(plain(label), plain(value)) for label, value in letter.facts],
        "lines": [plain(line) for line in letter.lines[:LINES]], "more": max(len(letter.lines) - LINES, 0),
        "warnings": [plain(warning) for warning in letter.warnings],
        "url": link(notice), "wrong_url": link(notice, "wrong-person") if notice.wrong_path else "",
        "choices_url": choices_link(), "required": required,
    }  # fmt: skip
    posted = _posted(person, letter.subject, "mail/notice", context, unsubscribe=not required)
    return to_delivery(posted, person, f"notice:{notice.person_id}:{notice.source.hex}")


def write_digest(person: User, notices: Iterable[Notice], subject: str, key: str) -> Delivery:
    """Write one letter about many notices; unsaved."""
    rows = list(notices)
    context = {
        "person": plain(person), "rows": [(plain(one.sentence), link(one)) for one in rows[:50]],
        "more": max(len(rows) - 50, 0), "all_url": f"{settings.PUBLIC_URL}{reverse('notices')}",
        "choices_url": choices_link(),
    }  # fmt: skip
    posted = _posted(person, subject, "mail/digest", context, unsubscribe=True)
    return to_delivery(posted, person, key)


def _posted(person: User, subject: str, template: str, context: Mapping[str, Any], *, unsubscribe: bool) -> Posted:
    return Posted(
        to=person.email,
        subject=plain(subject)[:_LONGEST_SUBJECT],
        text=render_to_string(f"{template}.txt", dict(context)),
        html=render_to_string(f"{template}.html", dict(context)),
        unsubscribe=choices_link() if unsubscribe else "",
    )


def to_delivery(posted: Posted, person: User, key: str) -> Delivery:
    """Return the delivery row of a letter; unsaved, sent once for its key.

    It is about the person: who looks after connections sees to whom letters go, and not about which documents.
    """
    return Delivery(
        connection=CONNECTION, message_type="letter", subject_type="person", subject_id=person.pk,
        subject_number=person.username[:40], order_key=key[:80], dedupe_key=key, body=json.dumps(asdict(posted)).encode(),
    )  # fmt: skip


def store_letters(letters: Iterable[Delivery], at: datetime) -> int:
    """Put letters beside the change that caused them, each with its audit row; one of a known key is left out.

    Returns how many are new; two statements, none for no letter.
    """
    written = {letter.msg_id: letter for letter in letters}
    if not written:
        return 0
    Delivery.objects.bulk_create(written.values(), ignore_conflicts=True)
    fresh = Delivery.objects.filter(msg_id__in=written).order_by("pk").values_list("pk", "msg_id")
    for pk, msg_id in fresh:
        letter = written[msg_id]
        audit.record_fact(
            "integration.delivery", pk, letter.subject_number, "store_letter", actor=system_user("relay"), at=at,
            connection=CONNECTION, kind=letter.message_type, hash=content_hash(bytes(letter.body).decode()),
        )  # fmt: skip
    return len(fresh)
