import pytest

from deploy.pilot.centers import (
    HOT_CLASS,
    LARGE_CLASS,
    centers_of,
    classes_of,
    drawn_classes_of,
)
from deploy.pilot.seeds import Seeds
from shared.schemas.registry import FacilityKind
from tests.pilot.country import ZONES, country


def made(classes: int):
    seeds = Seeds(seed=1, applicants=100, classes=classes)
    centers = centers_of(seeds, country=country())
    return centers, classes_of(seeds, centers=centers)


class TestCentersOf:
    @pytest.mark.parametrize("classes", [6, 63])
    def test_has_every_kind_in_every_zone_under_codes_of_their_own(self, classes: int):
        centers, _ = made(classes)

        assert {center.kind for center in centers} == set(FacilityKind)
        assert {ZONES[c.district.province_code] for c in centers} == set(ZONES.values())
        assert len({center.code for center in centers}) == len(centers)

    def test_marks_every_facility_as_synthetic(self):
        assert all("(DATA SINTETIS)" in center.name for center in made(63)[0])

    def test_gives_houses_and_plut_to_the_ministry_of_msmes(self):
        owners = {center.kind: center.owner_ministry for center in made(6)[0]}

        assert owners[FacilityKind.PLUT] == owners[FacilityKind.PRODUCTION_HOUSE] == "MSME"
        assert owners[FacilityKind.UPTP] == "MANPOWER"


class TestClassesOf:
    def test_has_one_class_of_forty_near_the_hot_one(self):
        _, classes = made(63)

        assert [planned.number for planned in classes if planned.capacity == 40] == [LARGE_CLASS]
        hot, large = (classes[number].center.district for number in (HOT_CLASS, LARGE_CLASS))
        assert hot.regency_code == large.regency_code

    def test_puts_each_class_in_a_room_of_its_own(self):
        centers, classes = made(63)

        assert len(centers) < len(classes)
        assert len({(c.center.id, c.space_name) for c in classes}) == len(classes)
        assert len({planned.code for planned in classes}) == 63


class TestDrawnClassesOf:
    @pytest.mark.parametrize(("classes", "applicants", "seats"), [(6, 120, 6), (63, 2_500, 80)])
    def test_are_few_with_fewer_seats_than_people_and_each_at_another_centre(
        self, classes: int, applicants: int, seats: int
    ):
        seeds = Seeds(seed=1, applicants=applicants, classes=classes)
        centers = centers_of(seeds, country=country())

        drawn = drawn_classes_of(seeds, centers=centers)

        assert sum(planned.capacity for planned in drawn) == seats
        assert len({planned.center.number for planned in drawn}) == len(drawn)

    def test_share_neither_rooms_nor_codes_with_the_first_wave(self):
        centers, classes = made(63)
        drawn = drawn_classes_of(Seeds(seed=1, applicants=100, classes=63), centers=centers)

        both = [*classes, *drawn]
        assert len({planned.space_id for planned in both}) == len(both)
        assert len({planned.code for planned in both}) == len(both)
        assert len({(planned.center.id, planned.space_name) for planned in both}) == len(both)

    def test_begin_with_the_centre_whose_head_is_invited(self):
        centers, _ = made(6)

        first = drawn_classes_of(Seeds(seed=1, applicants=100, classes=6), centers=centers)[0]

        assert first.center.kind is FacilityKind.BLKK
