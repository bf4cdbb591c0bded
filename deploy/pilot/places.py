"""The areas that the pilot plays in, and rough points for its made-up facilities."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.schemas.registry import AreaLevel, AreaRead, TimeZone

# Degrees of latitude and longitude of the provinces' seats, rounded to a tenth: enough to put a
# made-up facility near a town and to tell what is nearby.
SEATS: Final[dict[str, tuple[float, float]]] = {
    "11": (5.5, 95.3),
    "12": (3.6, 98.7),
    "13": (-0.9, 100.4),
    "14": (0.5, 101.4),
    "15": (-1.6, 103.6),
    "16": (-3.0, 104.8),
    "17": (-3.8, 102.3),
    "18": (-5.4, 105.3),
    "19": (-2.1, 106.1),
    "21": (0.9, 104.5),
    "31": (-6.2, 106.8),
    "32": (-6.9, 107.6),
    "33": (-7.0, 110.4),
    "34": (-7.8, 110.4),
    "35": (-7.3, 112.7),
    "36": (-6.1, 106.2),
    "51": (-8.7, 115.2),
    "52": (-8.6, 116.1),
    "53": (-10.2, 123.6),
    "61": (0.0, 109.3),
    "62": (-2.2, 113.9),
    "63": (-3.4, 114.8),
    "64": (-0.5, 117.1),
    "65": (2.8, 117.4),
    "71": (1.5, 124.8),
    "72": (-0.9, 119.9),
    "73": (-5.1, 119.4),
    "74": (-4.0, 122.5),
    "75": (0.5, 123.1),
    "76": (-2.7, 118.9),
    "81": (-3.7, 128.2),
    "82": (0.7, 127.6),
    "91": (-2.5, 140.7),
    "92": (-0.9, 134.1),
    "93": (-8.5, 140.4),
    "94": (-3.4, 135.5),
    "95": (-4.1, 138.9),
    "96": (-0.9, 131.3),
}


@dataclass(frozen=True, slots=True)
class District:
    """A district, with its regency's name and time zone."""

    code: str
    regency_name: str
    time_zone: TimeZone

    @property
    def regency_code(self) -> str:
        """Return the code of the regency."""
        return self.code[:5]

    @property
    def province_code(self) -> str:
        """Return the code of the province."""
        return self.code[:2]


@dataclass(frozen=True, slots=True)
class Country:
    """The districts that the registry knows, by province and by regency."""

    by_province: dict[str, list[District]]
    by_regency: dict[str, list[District]]

    def zone_of(self, province: str) -> TimeZone:
        """Return the time zone of a province: no province has two."""
        return self.by_province[province][0].time_zone


def country_of(areas: Iterable[AreaRead]) -> Country:
    """Return the country that regencies and districts of the registry make up.

    Regencies without a district are left out: nobody could live there.
    """
    regencies: dict[str, AreaRead] = {}
    districts: list[AreaRead] = []
    for area in areas:
        if area.level is AreaLevel.REGENCY:
            regencies[area.code] = area
        elif area.level is AreaLevel.DISTRICT:
            districts.append(area)
    by_province: dict[str, list[District]] = defaultdict(list)
    by_regency: dict[str, list[District]] = defaultdict(list)
    for area in sorted(districts, key=lambda area: area.code):
        regency = regencies[area.code[:5]]
        zone = regency.time_zone
        if zone is None:
            raise ValueError(f"The registry names no time zone for regency {regency.code}.")
        district = District(area.code, regency.name, zone)
        by_province[district.province_code].append(district)
        by_regency[district.regency_code].append(district)
    return Country(dict(by_province), dict(by_regency))


def provinces_in_turn(country: Country, *, number: int, choices: random.Random) -> list[str]:
    """Return `number` provinces: zones in turn first, each province once, then by their size.

    Even a handful of centres so lies in all three zones, and a few dozen in all provinces; the
    number of districts stands for the number of people.
    """
    zones: dict[TimeZone, list[str]] = defaultdict(list)
    provinces = sorted(country.by_province)
    for province in choices.sample(provinces, len(provinces)):
        zones[country.zone_of(province)].append(province)
    order: list[str] = []
    while any(zones.values()):
        order += [zones[zone].pop() for zone in sorted(zones) if zones[zone]]
    weights = [len(country.by_province[province]) for province in provinces]
    more = max(0, number - len(order))
    return (order + choices.choices(provinces, weights, k=more))[:number]


def point_near(province: str, *, choices: random.Random) -> tuple[float, float]:
    """Return a made-up point within some 15 km of the province's seat."""
    latitude, longitude = SEATS[province]
    return (
        round(latitude + choices.uniform(-0.14, 0.14), 4),
        round(longitude + choices.uniform(-0.14, 0.14), 4),
    )
