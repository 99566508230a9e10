"""When a letter about a notice goes: at once, after quiet hours, or with the daily one; all on the person's own clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAIL, DIGEST = "mail", "digest"


@dataclass(frozen=True, slots=True)
class Clock:
    """A person's own clock: IANA zone, hour of the daily letter, and between which times no letter goes."""

    zone: str
    digest_hour: int
    quiet: tuple[time, time] | None = None  # from, until; until is exclusive and may lie on the next day


@dataclass(frozen=True, slots=True)
class Going:
    """When a letter goes. Nothing in `due_at` means at once; `with_day` says it is the daily one."""

    due_at: datetime | None
    with_day: bool


def letter_time(channel: str, at: datetime, clock: Clock) -> Going | None:
    """Return when the letter of something that happened at an instant goes; nothing when there is none to go."""
    if channel == DIGEST:
        return Going(after_quiet(next_daily(at, clock), clock), with_day=True)
    if channel != MAIL:
        return None
    ends = after_quiet(at, clock)
    return Going(None if ends == at else ends, with_day=False)


def next_daily(at: datetime, clock: Clock) -> datetime:
    """Return the next instant after `at` when the daily letter goes."""
    zone = ZoneInfo(clock.zone)
    day = at.astimezone(zone).date()
    hour = time(clock.digest_hour)
    today = datetime.combine(day, hour, zone).astimezone(UTC)
    return today if today > at else datetime.combine(day + timedelta(days=1), hour, zone).astimezone(UTC)


def after_quiet(at: datetime, clock: Clock) -> datetime:
    """Return `at` itself outside quiet hours, else when they end; at their end letters go again."""
    if clock.quiet is None:
        return at
    begins, ends = clock.quiet
    local = at.astimezone(ZoneInfo(clock.zone))
    now, day = local.time(), local.date()
    if begins < ends:
        inside = begins <= now < ends
    else:
        inside = now >= begins or now < ends
        day += timedelta(days=now >= begins)
    return datetime.combine(day, ends, ZoneInfo(clock.zone)).astimezone(UTC) if inside else at
