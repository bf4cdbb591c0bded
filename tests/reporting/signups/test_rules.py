from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.signups.rules import (
    SpanEndsFirstError,
    TooManyPointsError,
    series,
    span_of,
)

NOON = datetime(2027, 1, 4, 12, 0, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class TestSpanOf:
    def test_is_the_last_hour_with_the_minute_that_has_begun(self):
        span = span_of(now=NOON, start=None, end=None, step_s=60)

        assert span.end == datetime(2027, 1, 4, 12, 1, tzinfo=UTC)
        assert span.start == datetime(2027, 1, 4, 11, 1, tzinfo=UTC)
        assert span.points == 60

    def test_takes_the_minutes_that_it_touches(self):
        start, end = NOON - MINUTE, NOON + MINUTE

        span = span_of(now=NOON, start=start, end=end, step_s=60)

        assert (span.start.second, span.end - span.start) == (0, 3 * MINUTE)

    def test_has_a_last_step_that_is_not_full(self):
        span = span_of(now=NOON, start=NOON - 7 * MINUTE, end=None, step_s=300)

        assert span.points == 2

    def test_refuses_an_end_before_the_start(self):
        with pytest.raises(SpanEndsFirstError):
            span_of(now=NOON, start=NOON, end=NOON - 2 * MINUTE, step_s=60)

    def test_says_how_many_points_are_too_many(self):
        with pytest.raises(TooManyPointsError) as refused:
            span_of(now=NOON, start=NOON - timedelta(days=2), end=NOON, step_s=60)

        assert refused.value.extra == {"points": 2_881, "limit": 1_440}


class TestSeries:
    def test_has_a_point_for_every_step_and_loses_no_minute(self):
        span = span_of(now=NOON, start=NOON - 6 * MINUTE, end=None, step_s=120)
        first = span.start

        points = series(span, [(first, 3, 0), (first + MINUTE, 2, 1), (first + 6 * MINUTE, 0, 4)])

        assert [(each.at, each.claims, each.applications) for each in points] == [
            (first, 5, 1),
            (first + 2 * MINUTE, 0, 0),
            (first + 4 * MINUTE, 0, 0),
            (first + 6 * MINUTE, 0, 4),
        ]
