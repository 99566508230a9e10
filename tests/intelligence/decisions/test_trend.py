import pytest

from intelligence.decisions.trend import trend_of_hours, trend_of_share


@pytest.mark.parametrize(
    ("now", "before", "sentence", "tone"),
    [
        (8.0, 10.0, "20 % shorter than before.", "ok"),
        (15.0, 10.0, "50 % longer than before.", "bad"),
        (10.01, 10.0, "As in the period before.", ""),
        (None, 10.0, "Nothing to compare with in the period before.", ""),
        (0.0, 0.0, "As in the period before.", ""),
        (0.5, 0.0, "It took no time before.", "bad"),
        (10.0, None, "Nothing to compare with in the period before.", ""),
    ],
)
def test_trend_of_hours(now: float | None, before: float | None, sentence: str, tone: str) -> None:
    trend = trend_of_hours(now, before)

    assert (trend.sentence, trend.tone) == (sentence, tone)


@pytest.mark.parametrize(
    ("_case", "now", "before", "lower_is_better", "sentence", "tone"),
    [
        ("fewer exceptions", 0.10, 0.125, True, "2.5 points lower than before.", "ok"),
        ("more exceptions", 0.20, 0.19, True, "1 point higher than before.", "bad"),
        ("more answers in time", 0.90, 0.80, False, "10 points higher than before.", "ok"),
        ("fewer answers in time", 0.70, 0.80, False, "10 points lower than before.", "bad"),
        ("a first exception", 0.01, 0.0, True, "1 point higher than before.", "bad"),
        ("nothing before", 0.5, None, True, "Nothing to compare with in the period before.", ""),
    ],
)  # fmt: skip
def test_trend_of_share(
    _case: str, now: float, before: float | None, sentence: str, tone: str, *, lower_is_better: bool
) -> None:
    trend = trend_of_share(now, before, lower_is_better=lower_is_better)

    assert (trend.sentence, trend.tone) == (sentence, tone)
