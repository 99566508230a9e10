"""How a figure moved against the period before, in words and whether that is good."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trend:
    """A sentence and its tone: ok, bad, or empty when there is nothing to compare."""

    sentence: str
    tone: str = ""


NOTHING_BEFORE = Trend("Nothing to compare with in the period before.")
SAME = Trend("As in the period before.")


def trend_of_hours(now: float | None, before: float | None, *, lower_is_better: bool = True) -> Trend:
    """Compare two medians by percent of the earlier one; a change that rounds to nothing is none."""
    if now is None or before is None:
        return NOTHING_BEFORE
    if before == 0:
        return (
            SAME
            if now == 0
            else Trend("It took no time before.", _tone(is_lower=False, lower_is_better=lower_is_better))
        )
    percent = round((now - before) / before * 100)
    if percent == 0:
        return SAME
    word = "shorter" if percent < 0 else "longer"
    return Trend(f"{abs(percent)} % {word} than before.", _tone(is_lower=percent < 0, lower_is_better=lower_is_better))


def trend_of_share(now: float | None, before: float | None, *, lower_is_better: bool) -> Trend:
    """Compare two shares (0 to 1) by percentage points; a change that rounds to nothing is none."""
    if now is None or before is None:
        return NOTHING_BEFORE
    points = round((now - before) * 100, 1)
    if points == 0:
        return SAME
    word = "lower" if points < 0 else "higher"
    unit = "point" if abs(points) == 1 else "points"
    tone = _tone(is_lower=points < 0, lower_is_better=lower_is_better)
    return Trend(f"{abs(points):g} {unit} {word} than before.", tone)


def _tone(*, is_lower: bool, lower_is_better: bool) -> str:
    return "ok" if is_lower == lower_is_better else "bad"
