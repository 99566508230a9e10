"""Writing a letter into a delivery row; a worker sends it, no network is called here (UX 10)."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse

from foundation import audit
from foundation.documents import content_hash
from foundation.models import Channel, Delivery, Notice, User
from foundation.selectors.notices import channels_for
from foundation.selectors.system import system_user

CONNECTION = "letters"
SALT, STOP_SALT = "foundation.letter", "foundation.letter-stop"
LANGUAGE = "en-GB"  # the only one we write
LINES, _LONGEST_SUBJECT = 10, 150
SECRET_PLACE = chr(0xE000)  # where a letter names its secret; no text of others can hold it
# name -> function(pk of a letter's subject): what no row keeps, put in when it is sent; nothing, and it does not go.
SECRETS: dict[str, Callable[[int], str]] = {}
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ue000]+")

_STORE = """
insert into foundation_delivery (msg_id, connection, message_type, subject_type, subject_id, subject_number, order_key,
                                 dedupe_key, content_type, body, state, attempts, answer, last_error)
select letter.*, 'waiting', 0, '', ''
  from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[],
              %s::text[], %s::bytea[]) as letter
    on conflict (connection, dedupe_key) do nothing returning id, msg_id
"""
_STORED = (
    "msg_id", "connection", "message_type", "subject_type", "subject_id", "subject_number", "order_key", "dedupe_key",
    "content_type", "body",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter about one notice says; every text may hold what strangers wrote and ends up on one line."""

    subject: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()  # of the document; the first ten are written out
    warnings: tuple[str, ...] = ()
    verb: str = "Open"
    closing: str = ""  # a last sentence before the footer


@dataclass(frozen=True, slots=True)
class Posted:
    """What is stored of a letter until it is sent.

    `stop` is where one click of the mail program ends such letters (RFC 8058), `secret` the name in SECRETS of what
    stands at SECRET_PLACE once the letter is sent: a secret is never stored.
    """

    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str = ""
    stop: str = ""
    kind: str = ""
    secret: str = ""
    language: str = LANGUAGE


def plain(text: object) -> str:
    """Return external text as one line without control characters, so that it cannot become a header or a second line."""
    return " ".join(_UNPRINTABLE.sub(" ", str(text)).split())


def letter_token(notice: Notice) -> str:
    """Return what the links of a notice's letter carry: whose it is and which; it opens nothing by itself."""
    return signing.dumps([notice.person_id, notice.source.hex], salt=SALT)


def link(notice: Notice, where: str = "open") -> str:
    """Return the address a letter names."""
    return settings.PUBLIC_URL + reverse("letter", args=[letter_token(notice), where])


def stop_link(person: User, kind: str) -> str:
    """Return where a mail program posts that a person wants no more letters of a kind; opening it does nothing."""
    return settings.PUBLIC_URL + reverse("letter_stop", args=[signing.dumps([person.pk, kind], salt=STOP_SALT)])


def choices_link() -> str:
    """Return the address where a person chooses how to be told."""
    return f"{settings.PUBLIC_URL}{reverse('notice_choices')}"


def write_notice(person: User, notice: Notice, letter: Letter) -> Delivery:
    """Write the letter about one notice; unsaved."""
    required = Channel.OFF not in channels_for(notice.kind)
    context = {
        **_said(letter, notice.sentence), "url": link(notice),
        "wrong_url": link(notice, "wrong-person") if notice.wrong_path else "",
        "choices_url": choices_link(), "required": required,
    }  # fmt: skip
    posted = _posted(
        person.email, letter.subject, "mail/notice", context, kind=str(notice.kind),
        stop="" if required else stop_link(person, str(notice.kind)),
    )  # fmt: skip
    return to_delivery(posted, about(person), f"notice:{notice.person_id}:{notice.source.hex}")


def write_letter(
    to: str, letter: Letter, *, sentence: str, url: str, subject: tuple[str, int, str], key: str, secret: str = ""
) -> Delivery:
    """Write a letter to somebody without a bell here, such as a supplier; unsaved, sent once for its key.

    `subject` is whom it goes to (type, id, number), not which document: who looks after connections sees it. With a `secret`, a name of SECRETS, SECRET_PLACE
    in `url` and texts is replaced when it is sent.
    """
    context = {**_said(letter, sentence), "url": url}
    return to_delivery(_posted(to, letter.subject, "mail/notice", context, secret=secret), subject, key)


def _said(letter: Letter, sentence: str) -> dict[str, Any]:
    return {
        "sentence": plain(sentence), "verb": letter.verb, "closing": plain(letter.closing),
        "facts": [(plain(label), plain(value)) for label, value in letter.facts],
        "lines": [plain(line) for line in letter.lines[:LINES]], "more": max(len(letter.lines) - LINES, 0),
        "warnings": [plain(warning) for warning in letter.warnings],
    }  # fmt: skip


def write_digest(person: User, notices: Iterable[Notice], subject: str, key: str) -> Delivery:
    """Write one letter about many notices; unsaved."""
    rows = list(notices)
    context = {
        "person": plain(person), "rows": [(plain(one.sentence), link(one)) for one in rows[:50]],
        "more": max(len(rows) - 50, 0), "all_url": f"{settings.PUBLIC_URL}{reverse('notices')}",
        "choices_url": choices_link(),
    }  # fmt: skip
    posted = _posted(
        person.email, subject, "mail/digest", context, kind=str(Channel.DIGEST),
        stop=stop_link(person, str(Channel.DIGEST)),
    )  # fmt: skip
    return to_delivery(posted, about(person), key)


def _posted(
    to: str, subject: str, template: str, context: Mapping[str, Any], *, kind: str = "", stop: str = "",
    secret: str = "",
) -> Posted:  # fmt: skip
    return Posted(
        to=to,
        subject=plain(subject)[:_LONGEST_SUBJECT],
        text=render_to_string(f"{template}.txt", dict(context)),
        html=render_to_string(f"{template}.html", dict(context)),
        unsubscribe=choices_link() if stop else "",
        stop=stop,
        kind=kind,
        secret=secret,
    )


def about(person: User) -> tuple[str, int, str]:
    """Return what a letter to a person is about: the person.

    Who looks after connections sees to whom letters go, and not about which documents.
    """
    return ("person", person.pk, person.username[:40])


def to_delivery(posted: Posted, subject: tuple[str, int, str], key: str) -> Delivery:
    """Return the delivery row of a letter; unsaved, sent once for its key."""
    subject_type, subject_id, number = subject
    return Delivery(
        connection=CONNECTION, message_type="letter", subject_type=subject_type, subject_id=subject_id,
        subject_number=number[:40], order_key=key[:80], dedupe_key=key, body=json.dumps(asdict(posted)).encode(),
    )  # fmt: skip


def store_letters(letters: Iterable[Delivery], at: datetime) -> int:
    """Put letters beside the change that caused them, each with its audit row; one of a known key is left out.

    Returns how many are new; one statement, none for no letter.
    """
    written = {letter.msg_id: letter for letter in letters}
    if not written:
        return 0
    columns = [[getattr(letter, name) for letter in written.values()] for name in _STORED]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, columns)
        fresh = cursor.fetchall()
    for pk, msg_id in fresh:
        letter = written[msg_id]
        audit.record_fact(
            "integration.delivery", pk, letter.subject_number, "store_letter", actor=system_user("relay"), at=at,
            connection=CONNECTION, kind=letter.message_type, hash=content_hash(bytes(letter.body).decode()),
        )  # fmt: skip
    return len(fresh)
