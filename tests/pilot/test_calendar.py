from datetime import date, timedelta

import pytest

from deploy.pilot.calendar import Calendar, next_start
from shared.schemas.registry import TimeZone


class TestNextStart:
    @pytest.mark.parametrize("offset", range(7))
    def test_is_a_monday_far_enough_ahead_to_sign_up_for(self, offset: int):
        today = date(2026, 11, 20) + timedelta(days=offset)

        start = next_start(today)

        assert start.weekday() == 0
        assert 49 <= (start - today).days <= 55


class TestCalendar:
    CALENDAR = Calendar(date(2027, 1, 11))

    def test_goes_from_east_to_west_an_hour_apart(self):
        starts = [
            self.CALENDAR.start_in(zone) for zone in (TimeZone.WIT, TimeZone.WITA, TimeZone.WIB)
        ]

        assert [start.isoformat() for start in starts] == [
            "2027-01-10T23:00:00+00:00",
            "2027-01-11T00:00:00+00:00",
            "2027-01-11T01:00:00+00:00",
        ]

    @pytest.mark.parametrize("day", range(0, 371, 7))
    def test_pilots_for_three_months_that_have_begun_and_hold_every_class(self, day: int):
        calendar = Calendar(date(2027, 1, 11) + timedelta(days=day))
        first, last = calendar.pilot_days

        # Whoever plays does so seven to eight weeks before the start.
        assert first <= calendar.starts_on - timedelta(days=55)
        assert 89 <= (last - first).days + 1 <= 92
        assert last >= calendar.completed_at.date()

    def test_pilots_from_a_day_of_one_month_until_the_day_before_three_months_later(self):
        assert self.CALENDAR.pilot_days == (date(2026, 11, 17), date(2027, 2, 16))

    def test_keeps_its_chapters_in_order(self):
        calendar = self.CALENDAR
        moments = [
            calendar.prepared_at,
            calendar.registration_at,
            calendar.opens_at,
            calendar.rush_at,
            calendar.draw_opens_at,
            calendar.draw_applied_at,
            calendar.cancels_at,
            calendar.draw_closes_at,
            calendar.drawn_at,
            calendar.announced_at,
            calendar.confirmed_at,
            calendar.lapsed_at,
            calendar.closes_at,
            calendar.decided_at,
            calendar.lent_until,
            calendar.start_in(TimeZone.WIT),
            calendar.training_in(TimeZone.WIT),
            calendar.evening_of(1),
            calendar.evening_of(3),
            calendar.certified_at,
            calendar.referred_at,
            calendar.received_at,
            calendar.completed_at,
            calendar.followed_up_at,
        ]

        assert moments == sorted(moments)
        assert calendar.lent_until.date() > calendar.lent[1] > calendar.lent[0]
        assert calendar.signed_on < calendar.prepared_at.date() < calendar.valid_to
