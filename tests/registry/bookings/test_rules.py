from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

import pytest

from services.registry.bookings import rules
from services.registry.bookings.rules import Span, Weekly
from services.registry.opening_hours.rules import Hours, Interval, Week
from shared.schemas.registry import BookingState, SlotState, TimeZone

B, S = BookingState, SlotState


def at(day: int, hour: int, month: int = 5) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=UTC)


def span(day: int, begins: int, ends: int) -> Span:
    return Span(at(day, begins), at(day, ends))


class TestOccurrences:
    def test_follows_the_clocks_of_the_zone(self):
        weekly = Weekly(frozenset({1, 3}), date(2027, 5, 3), date(2027, 5, 12), time(8), time(16))

        found = rules.occurrences(weekly, zone=TimeZone.WIT)

        assert [each.starts_at for each in found] == [
            datetime(2027, 5, day, 23, tzinfo=UTC) for day in (2, 4, 9, 11)
        ]
        assert {each.ends_at - each.starts_at for each in found} == {timedelta(hours=8)}

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"ends": time(8)}, rules.SlotInvalidError),
            ({"last": date(2027, 5, 2)}, rules.SlotInvalidError),
            ({"last": date(2028, 6, 1)}, rules.SlotInvalidError),
            ({"weekdays": frozenset({7}), "last": date(2027, 5, 4)}, rules.SlotCountError),
            ({"last": date(2028, 4, 30)}, rules.SlotCountError),
        ],
    )
    def test_refuses_what_is_no_series(self, changes, error):
        facts = {
            "weekdays": frozenset(range(1, 8)),
            "first": date(2027, 5, 3),
            "last": date(2027, 5, 9),
            "starts": time(8),
            "ends": time(9),
            **changes,
        }

        with pytest.raises(error):
            rules.occurrences(Weekly(**facts), zone=TimeZone.WIB)


class TestInOrder:
    def test_sorts_and_lets_slots_touch(self):
        assert rules.in_order([span(3, 4, 6), span(3, 1, 4)]) == [span(3, 1, 4), span(3, 4, 6)]

    @pytest.mark.parametrize(
        ("spans", "error"),
        [
            ([], rules.SlotCountError),
            ([span(3, 4, 4)], rules.SlotInvalidError),
            ([Span(at(3, 1), at(3, 1) + timedelta(days=31, seconds=1))], rules.SlotInvalidError),
            (
                [
                    span(3, 1, 2),
                    Span(at(5, 1, 6).replace(year=2028), at(5, 2, 6).replace(year=2028)),
                ],
                rules.SlotInvalidError,
            ),
            ([span(3, 1, 4), span(3, 3, 5)], rules.SlotsOverlapError),
        ],
    )
    def test_refuses_what_is_no_booking(self, spans, error):
        with pytest.raises(error):
            rules.in_order(spans)


class TestPieces:
    def test_cuts_a_long_range_without_a_gap(self):
        found = rules.pieces(Span(at(1, 0, 1), at(15, 0, 3)))

        assert [each.starts_at for each in found] == [at(1, 0, 1), at(1, 0, 2), at(4, 0, 3)]
        assert [each.ends_at for each in found] == [at(1, 0, 2), at(4, 0, 3), at(15, 0, 3)]

    @pytest.mark.parametrize(
        ("ends_at", "error"),
        [
            (at(1, 0, 1), rules.SlotInvalidError),
            (at(1, 0, 1) + timedelta(days=31 * 200 + 1), rules.SlotCountError),
        ],
    )
    def test_refuses_what_is_no_range(self, ends_at, error):
        with pytest.raises(error):
            rules.pieces(Span(at(1, 0, 1), ends_at))


class TestCheckRoom:
    HOURS = Hours(TimeZone.WIB, (Week(date(2027, 1, 1), None, (Interval(1, time(8), time(16)),)),))

    def test_admits_what_fits(self):
        rules.check_room([span(3, 1, 9)], people=20, capacity=20, hours=self.HOURS)

    def test_refuses_more_than_fit(self):
        with pytest.raises(rules.OverCapacityError):
            rules.check_room([span(3, 1, 9)], people=21, capacity=20, hours=self.HOURS)

    def test_names_the_slots_outside_the_hours(self):
        spans = [span(3, 0, 9), span(3, 1, 9), span(4, 1, 9)]

        with pytest.raises(rules.OutsideHoursError) as raised:
            rules.check_room(spans, people=1, capacity=20, hours=self.HOURS)

        assert raised.value.extra == {"slots": [0, 2]}


class TestMinutesByMonth:
    @pytest.mark.parametrize(
        ("zone", "minutes"),
        [
            (TimeZone.WIB, {"2027-05": 120, "2027-06": 60}),
            (TimeZone.WIT, {"2027-06": 180}),
        ],
    )
    def test_turns_the_month_by_the_clocks_of_the_zone(self, zone, minutes):
        assert rules.minutes_by_month([Span(at(31, 15), at(31, 18))], zone=zone) == minutes


class TestLocalDays:
    def test_does_not_touch_the_day_on_which_it_ends_at_midnight(self):
        spans = [Span(at(3, 17), at(4, 17))]

        assert rules.local_days(spans, zone=TimeZone.WIB) == (date(2027, 5, 4), date(2027, 5, 4))


class TestCheckTurn:
    ALLOWED: ClassVar = {
        (B.REQUESTED, B.APPROVED),
        (B.REQUESTED, B.REFUSED),
        (B.REQUESTED, B.CANCELLED),
        (B.APPROVED, B.CANCELLED),
    }

    @pytest.mark.parametrize("present", B)
    @pytest.mark.parametrize("wanted", B)
    def test_knows_the_life_of_a_booking(self, present, wanted):
        if (present, wanted) in self.ALLOWED:
            rules.check_turn(present=present, wanted=wanted)
        else:
            with pytest.raises(rules.BookingStateRefusedError) as raised:
                rules.check_turn(present=present, wanted=wanted)
            allowed = {after.value for before, after in self.ALLOWED if before is present}
            assert raised.value.extra["state"] == present.value
            assert set(raised.value.extra["allowed"]) == allowed


class TestCheckSlotTurn:
    SLOT = span(3, 1, 9)

    @pytest.mark.parametrize(
        ("present", "wanted", "now", "error"),
        [
            (S.APPROVED, S.USED, at(3, 1), None),
            (S.APPROVED, S.NO_SHOW, at(9, 1), None),
            (S.APPROVED, S.CANCELLED, at(3, 8), None),
            (S.REQUESTED, S.CANCELLED, at(1, 1), None),
            (S.APPROVED, S.USED, at(3, 0), rules.SlotNotBegunError),
            (S.APPROVED, S.CANCELLED, at(3, 9), rules.SlotOverError),
            (S.REQUESTED, S.USED, at(3, 2), rules.BookingStateRefusedError),
            (S.USED, S.CANCELLED, at(3, 2), rules.BookingStateRefusedError),
            (S.CANCELLED, S.USED, at(3, 2), rules.BookingStateRefusedError),
            (S.NO_SHOW, S.USED, at(3, 2), rules.BookingStateRefusedError),
        ],
    )
    def test_knows_the_life_of_a_slot(self, present, wanted, now, error):
        if error is None:
            rules.check_slot_turn(present=present, wanted=wanted, span=self.SLOT, now=now)
        else:
            with pytest.raises(error):
                rules.check_slot_turn(present=present, wanted=wanted, span=self.SLOT, now=now)
