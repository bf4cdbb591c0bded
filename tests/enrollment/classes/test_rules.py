from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.enrollment.classes import rules
from services.enrollment.classes.rules import Nearness
from services.enrollment.programs.rules import Refusal
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import TimeZone
from shared.scope import NATIONAL, Place, Reach, Scope

# 06:00 on the 15th in the west, 08:00 in the east; still the 14th in UTC.
STARTS_AT = datetime(2027, 1, 14, 23, 0, tzinfo=UTC)


class TestIdOfCode:
    def test_is_one_for_each_code_and_always_the_same(self):
        first = rules.id_of_code("K-01")

        assert first == rules.id_of_code("K-01") == UUID("3a8680b6-df88-5e73-9193-c3afebad1cf0")
        assert first != rules.id_of_code("K-02")


class TestCheckStartsOn:
    @pytest.mark.parametrize("zone", TimeZone)
    def test_takes_the_day_on_the_wall_calendar(self, zone):
        rules.check_starts_on(starts_at=STARTS_AT, zone=zone, starts_on=date(2027, 1, 15))

    def test_refuses_the_day_in_utc_and_names_the_right_one(self):
        with pytest.raises(rules.StartsOnError, match="2027-01-15 WIB"):
            rules.check_starts_on(
                starts_at=STARTS_AT, zone=TimeZone.WIB, starts_on=date(2027, 1, 14)
            )


class TestCheckSize:
    def test_allows_a_full_space(self):
        rules.check_size(capacity=16, space_capacity=16)

    def test_refuses_more_than_the_space_holds(self):
        with pytest.raises(rules.CapacityAboveSpaceError, match="16 people"):
            rules.check_size(capacity=17, space_capacity=16)


class TestCheckResize:
    def test_allows_exactly_those_who_are_there(self):
        rules.check_resize(capacity=5, taken=5, reserve_capacity=2, waiting=2)

    def test_refuses_fewer_seats_than_are_taken(self):
        with pytest.raises(rules.CapacityBelowTakenError, match="5 seats"):
            rules.check_resize(capacity=4, taken=5, reserve_capacity=2, waiting=0)

    def test_refuses_less_room_than_people_wait(self):
        with pytest.raises(rules.ReserveBelowWaitingError, match="3 people"):
            rules.check_resize(capacity=5, taken=5, reserve_capacity=2, waiting=3)


class TestCheckChangeable:
    def test_allows_a_planned_class(self):
        rules.check_changeable(ClassState.PLANNED)

    @pytest.mark.parametrize("state", list(ClassState)[1:])
    def test_refuses_all_others(self, state):
        with pytest.raises(rules.ClassNotPlannedError):
            rules.check_changeable(state)


class TestFreeSeats:
    @pytest.mark.parametrize(("taken", "waiting", "free"), [(3, 0, 2), (5, 0, 0), (3, 1, 0)])
    def test_has_none_while_anybody_waits(self, taken, waiting, free):
        assert rules.free_seats(capacity=5, taken=taken, waiting=waiting, promotes=True) == free

    def test_nobody_goes_first_once_nobody_is_promoted(self):
        assert rules.free_seats(capacity=5, taken=3, waiting=1, promotes=False) == 2


class TestWaitlistRoom:
    @pytest.mark.parametrize(("promotes", "room"), [(True, 1), (False, 0)])
    def test_has_none_once_nobody_is_promoted(self, promotes, room):
        assert rules.waitlist_room(reserve_capacity=2, waiting=1, promotes=promotes) == room


class TestNearness:
    @pytest.mark.parametrize(
        ("near", "found"),
        [
            (None, None),
            ("33.73", Nearness.SAME_REGENCY),
            ("33.73.04.1001", Nearness.SAME_REGENCY),
            ("33.72", Nearness.SAME_PROVINCE),
            ("33", Nearness.SAME_PROVINCE),
            ("31.73", Nearness.ELSEWHERE),
        ],
    )
    def test_compares_regency_then_province(self, near, found):
        assert rules.nearness(near=near, province_code="33", regency_code="33.73") == found


class TestCheckWithin:
    PLACE = Place(province_code="33", regency_code="33.73")

    def test_allows_the_area_and_the_nation(self):
        rules.check_within(self.PLACE, scope=NATIONAL)
        rules.check_within(self.PLACE, scope=Scope((Reach(provinces=("33",)),)))

    def test_refuses_another_area(self):
        with pytest.raises(rules.OutsideScopeError):
            rules.check_within(self.PLACE, scope=Scope((Reach(provinces=("31",)),)))


class TestRefusalDetail:
    @pytest.mark.parametrize("refusal", Refusal)
    def test_says_it_in_both_languages(self, refusal):
        indonesian = rules.refusal_detail(refusal, language="id")
        english = rules.refusal_detail(refusal, language="en")

        assert indonesian != english

    def test_says_nothing_to_the_eligible(self):
        assert rules.refusal_detail(None, language="id") is None
