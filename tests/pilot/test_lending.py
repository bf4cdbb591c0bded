import pytest

from deploy.pilot.lending import booking_of, lent_rooms


class TestLentRooms:
    @pytest.mark.parametrize(("classes", "rooms"), [(2, 2), (63, 6), (625, 6)])
    def test_are_few_and_each_at_another_centre(self, met, classes: int, rooms: int):
        lent = lent_rooms(met(classes))

        assert len({room.center.number for room in lent}) == len(lent) == rooms


class TestBookingOf:
    def test_is_of_the_ministry_that_does_not_own_the_room(self, met):
        play = met(63)

        for room in lent_rooms(play):
            booking = booking_of(play, room)
            assert {booking["ministry"], room.center.owner_ministry} == {"MANPOWER", "MSME"}
            assert booking["people"] <= room.capacity

    def test_ends_before_the_classes_begin(self, met):
        play = met(6)

        booking = booking_of(play, lent_rooms(play)[0])

        assert booking["repeat"]["from"] < booking["repeat"]["to"] < play.calendar.starts_on
