import pytest

from deploy.pilot.places import SEATS, country_of, point_near, provinces_in_turn
from deploy.pilot.seeds import Seeds
from shared.schemas.registry import AreaLevel
from tests.pilot.country import ZONES, area, areas, country

CHOICES = Seeds(seed=1, applicants=10, classes=2)


class TestCountryOf:
    def test_knows_each_districts_regency_and_zone(self):
        known = country_of(areas())

        assert len(known.by_province["32"]) == 9
        assert {d.time_zone for d in known.by_regency["91.71"]} == {ZONES["91"]}
        assert known.by_regency["91.71"][0].regency_name == "Area 91.71"

    def test_refuses_a_regency_without_a_time_zone(self):
        zoneless = area("32.01", AreaLevel.REGENCY).model_copy(update={"time_zone": None})

        with pytest.raises(ValueError, match=r"no time zone for regency 32\.01"):
            country_of([zoneless, area("32.01.01", AreaLevel.DISTRICT)])


class TestProvincesInTurn:
    def test_reaches_all_three_zones_with_three_provinces(self):
        turns = provinces_in_turn(country(), number=3, choices=CHOICES.choices_of("provinces"))

        assert {ZONES[province] for province in turns} == set(ZONES.values())

    def test_reaches_every_province_before_any_a_second_time(self):
        turns = provinces_in_turn(country(), number=9, choices=CHOICES.choices_of("provinces"))

        assert set(turns[:4]) == set(ZONES)
        assert len(turns) == 9


class TestPointNear:
    @pytest.mark.parametrize("province", SEATS)
    def test_lies_in_indonesia_near_the_seat(self, province: str):
        latitude, longitude = point_near(province, choices=CHOICES.choices_of("point"))

        assert -11.1 < latitude < 6.1
        assert 94.9 < longitude < 141.1
        assert abs(latitude - SEATS[province][0]) < 0.2
