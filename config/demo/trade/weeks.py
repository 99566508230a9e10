"""The last four weeks, as `seed_demo` plays them."""

from datetime import timedelta
from typing import Any

from config.demo.trade import (
    absent,
    changed,
    erp,
    letters,
    ordinary,
    rare,
    unanswered,
    unapproved,
    unpaid,
    unpublished,
    unread,
    unsigned,
)
from config.demo.trade.cast import Cast
from config.demo.trade.play import Play, sweeps

DAYS = ordinary.DAYS
LAST_MINUTES = timedelta(minutes=3)


def play_weeks(cast: Cast, out: Any) -> None:
    """Trade for four weeks up to now; what is not done by then waits for somebody."""
    erp.connect()
    unread.connect()
    play = Play(after_each=erp.answer_waiting)
    for part in (ordinary, unapproved, unanswered, unpaid, unread, unpublished, unsigned, rare, changed, absent):
        part.schedule(cast, play)
    hours = [cast.almanac.at(back, clock) for back in range(DAYS, 0, -1) for clock in ("07:00", "12:30", "17:30")]
    play.add(sweeps([*hours, cast.now - LAST_MINUTES]), hours[0])
    play.run(cast.now)
    letters.read_the_past(cast.now)
    out.write("    four weeks of trade, with work waiting in every inbox")
