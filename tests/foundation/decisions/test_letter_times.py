from datetime import UTC, datetime, time

import pytest

from foundation.decisions.letter_times import Clock, Going, letter_time

NIGHT, NOON = (time(19), time(7)), (time(12), time(13))
LOST, TWICE = (
    (time(22), time(1, 30)),
    (time(1), time(2)),
)  # in London clocks go from 01:00 to 02:00, and back from 02:00


@pytest.mark.parametrize(
    ("_case", "channel", "at", "zone", "hour", "quiet", "expected"),
    [
        #                                    happened (UTC)        clock             daily quiet  goes (UTC), daily?
        ("at once",                 "mail",   "2026-03-10 09:00", "Europe/London",     7, None,  ("now", False)),
        ("here only",               "app",    "2026-03-10 09:00", "Europe/London",     7, None,  None),
        ("not at all",              "off",    "2026-03-10 09:00", "Europe/London",     7, None,  None),
        ("daily, still today",      "digest", "2026-03-10 06:59", "Europe/London",     7, None,  ("2026-03-10 07:00", True)),
        ("daily, at its minute",    "digest", "2026-03-10 07:00", "Europe/London",     7, None,  ("2026-03-11 07:00", True)),
        ("daily on an own clock",   "digest", "2026-03-10 09:00", "America/New_York",  7, None,  ("2026-03-10 11:00", True)),
        ("daily after clock change","digest", "2026-03-28 12:00", "Europe/London",     7, None,  ("2026-03-29 06:00", True)),
        ("evening is quiet",        "mail",   "2026-03-10 19:00", "Europe/London",     7, NIGHT, ("2026-03-11 07:00", False)),
        ("early morning is quiet",  "mail",   "2026-03-10 03:00", "Europe/London",     7, NIGHT, ("2026-03-10 07:00", False)),
        ("quiet has ended",         "mail",   "2026-03-10 07:00", "Europe/London",     7, NIGHT, ("now", False)),
        ("a minute before quiet",   "mail",   "2026-03-10 18:59", "Europe/London",     7, NIGHT, ("now", False)),
        ("quiet at noon",           "mail",   "2026-03-10 12:30", "Europe/London",     7, NOON,  ("2026-03-10 13:00", False)),
        ("quiet on an own clock",   "mail",   "2026-03-10 00:30", "America/New_York",  7, NIGHT, ("2026-03-10 11:00", False)),
        ("quiet over an hour lost", "mail",   "2026-03-28 20:00", "Europe/London",     7, NIGHT, ("2026-03-29 06:00", False)),
        ("quiet over an hour won",  "mail",   "2026-10-24 19:00", "Europe/London",     7, NIGHT, ("2026-10-25 07:00", False)),
        ("quiet over New Year",     "mail",   "2026-12-31 22:00", "Europe/London",     7, NIGHT, ("2027-01-01 07:00", False)),
        ("ends in the lost hour",   "mail",   "2026-03-29 00:30", "Europe/London",     7, LOST,  ("2026-03-29 01:30", False)),
        ("in the hour lived twice", "mail",   "2026-10-25 00:30", "Europe/London",     7, TWICE, ("2026-10-25 02:00", False)),
        ("twice, the second time",  "mail",   "2026-10-25 01:30", "Europe/London",     7, TWICE, ("2026-10-25 02:00", False)),
        ("daily hour inside quiet", "digest", "2026-03-10 09:00", "Europe/London",     5, NIGHT, ("2026-03-11 07:00", True)),
    ],
)  # fmt: skip
def test_letter_time(
    _case: str, channel: str, at: str, zone: str, hour: int, quiet: tuple[time, time] | None,
    expected: tuple[str, bool] | None,
) -> None:  # fmt: skip
    happened = datetime.fromisoformat(at).replace(tzinfo=UTC)

    going = letter_time(channel, happened, Clock(zone, hour, quiet))

    if expected is None:
        assert going is None
    else:
        due = None if expected[0] == "now" else datetime.fromisoformat(expected[0]).replace(tzinfo=UTC)
        assert going == Going(due, expected[1])
