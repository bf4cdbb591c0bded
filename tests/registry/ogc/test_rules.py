from datetime import UTC, datetime

import pytest

from services.registry.ogc.rules import (
    BboxInvalidError,
    Box,
    Interval,
    LimitInvalidError,
    MomentInvalidError,
    box_of,
    interval_of,
    limit_of,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class TestBoxOf:
    @pytest.mark.parametrize(
        ("text", "box"),
        [
            (None, None),
            ("95,-11,141,6", Box(95, -11, 141, 6)),
            ("95,-11,0,141,6,4000", Box(95, -11, 141, 6)),
            ("170,-11,-170,6", Box(170, -11, -170, 6)),
        ],
    )
    def test_reads_degrees(self, text, box):
        assert box_of(text) == box

    @pytest.mark.parametrize(
        "text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "95,6,141,-11", "95,-91,141,6", "nan,0,1,1"]
    )
    def test_refuses_what_is_no_box(self, text):
        with pytest.raises(BboxInvalidError):
            box_of(text)


class TestIntervalOf:
    @pytest.mark.parametrize(
        ("text", "interval"),
        [
            (None, None),
            ("2026-11-22T12:00:00Z", Interval(NOON, NOON)),
            ("2026-11-22T19:00:00+07:00/..", Interval(NOON, None)),
            ("/2026-11-22T12:00:00Z", Interval(None, NOON)),
        ],
    )
    def test_reads_instants_and_intervals(self, text, interval):
        assert interval_of(text) == interval

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "../..",
            "yesterday",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-11-22T12:00:00Z/2026-11-21T12:00:00Z",
        ],
    )
    def test_refuses_what_is_no_time(self, text):
        with pytest.raises(MomentInvalidError):
            interval_of(text)


class TestLimitOf:
    @pytest.mark.parametrize(
        ("text", "limit"), [(None, 100), ("1", 1), ("5001", 5000), ("9" * 40, 5000)]
    )
    def test_reads_a_number(self, text, limit):
        assert limit_of(text) == limit

    @pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "ten", "\u0663"])
    def test_refuses_what_is_none(self, text):
        with pytest.raises(LimitInvalidError):
            limit_of(text)
