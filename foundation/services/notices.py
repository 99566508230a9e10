"""A person's own bell: reading it, and choosing how to be told."""

from collections.abc import Mapping
from datetime import datetime, time

from foundation import audit
from foundation.errors import InvalidError, NotFoundError
from foundation.journal import use_case
from foundation.models import Channel, Notice, NoticeKind, NoticePreference, User
from foundation.selectors.notices import channel_of, channels_for, preference_of

_HOURS = 24


@use_case
def read_notice(*, notice_id: int, person: User, at: datetime) -> Notice:
    """Note that a person has read one of their notices; a second time changes nothing.

    :raises NotFoundError: it is not theirs.
    """
    rows = Notice.objects.filter(pk=notice_id, person=person)
    rows.filter(read_at=None).update(read_at=at)
    notice = rows.first()
    if notice is None:
        raise NotFoundError("not_found", "There is no such notice.")
    return notice


@use_case
def read_all_notices(*, person: User, up_to: int, at: datetime) -> int:
    """Note that a person has read everything up to a notice; what came after the page was drawn stays unread."""
    return Notice.objects.filter(person=person, pk__lte=up_to, read_at=None).update(read_at=at)


@use_case
def save_notice_choices(
    *, person: User, channels: Mapping[str, str], digest_hour: int, quiet_from: time | None, quiet_until: time | None,
    at: datetime,
) -> NoticePreference:  # fmt: skip
    """Save how a person wants to be told, by kind, and when no letter may go; hours are on their own clock.

    :raises InvalidError: a kind or channel that does not exist, one that may not be off, or half of the quiet hours.
    """
    for kind, channel in channels.items():
        _require_allowed(kind, channel)
    if not 0 <= digest_hour < _HOURS:
        raise InvalidError("hour_unknown", f"{digest_hour} is not an hour. Choose 0 to 23.", field="digest_hour")
    if (quiet_from is None) != (quiet_until is None):
        missing = "quiet_from" if quiet_from is None else "quiet_until"
        raise InvalidError("quiet_half", "Give both ends of the quiet hours, or neither.", field=missing)
    if quiet_from is not None and quiet_from == quiet_until:
        raise InvalidError("quiet_empty", "Quiet hours that end when they begin are none.", field="quiet_until")
    choice = NoticePreference.objects.select_for_update(no_key=True).filter(person=person).first()
    choice = choice or NoticePreference(person=person)
    choice.channels, choice.digest_hour = dict(channels), digest_hour
    choice.quiet_from, choice.quiet_until = quiet_from, quiet_until
    choice.save()
    audit.record(person, "choose_notices", actor=person, at=at, channels=dict(channels), digest_hour=digest_hour)
    return choice


@use_case
def stop_letters(*, person_id: int, kind: str, at: datetime) -> bool:
    """End the letters of a kind, or the daily letter, by one click in a mail program (RFC 8058); says whether any went.

    What happens stays behind the bell. Kinds for which others wait are not ended, and a letter that waits does not go.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=person_id, is_active=True).first()
    if person is None:
        return False
    choice = preference_of(person)
    way = Channel.DIGEST if kind == Channel.DIGEST else Channel.MAIL
    ended = [
        one.value for one in NoticeKind
        if kind in {way, one} and channel_of(choice, one) == way and Channel.APP in channels_for(one)
    ]  # fmt: skip
    if not ended:
        return False
    choice.channels = {**choice.channels, **dict.fromkeys(ended, Channel.APP.value)}
    choice.save()
    waiting = Notice.objects.filter(person=person, kind__in=ended, lettered_at=None)
    waiting.update(letter_due_at=None, waits_for_day=False)
    audit.record(person, "stop_letters", actor=person, at=at, kinds=ended, by="one click in a letter")
    return True


def _require_allowed(kind: str, channel: str) -> None:
    if kind not in NoticeKind.values:
        raise InvalidError("kind_unknown", f"{kind} is nothing people are told of.", field="channels")
    if channel not in channels_for(kind):
        ways = " or ".join(f"“{Channel(way).label}”" for way in channels_for(kind))
        label = NoticeKind(kind).label
        raise InvalidError("channel_refused", f"{label}: choose {ways}. Others wait for you.", field=kind)
