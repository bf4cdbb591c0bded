"""Made-up facilities of every kind in real areas, and which class is held where."""

import random
from dataclasses import dataclass
from math import ceil
from typing import Final
from uuid import UUID

from deploy.pilot.names import place_name
from deploy.pilot.places import Country, District, point_near, provinces_in_turn
from deploy.pilot.seeds import Seeds
from shared.schemas.registry import FacilityKind

# How common each kind is; every kind is there at least once.
_KINDS: Final = {
    FacilityKind.UPTD: 18,
    FacilityKind.PLUT: 10,
    FacilityKind.BLKK: 45,
    FacilityKind.UPTP: 8,
    FacilityKind.PRODUCTION_HOUSE: 6,
    FacilityKind.LPKS: 10,
    FacilityKind.LPK_COMPANY: 3,
}
_KIND_NAMES: Final = {
    FacilityKind.UPTD: "UPTD BLK",
    FacilityKind.PLUT: "PLUT",
    FacilityKind.BLKK: "BLK Komunitas",
    FacilityKind.UPTP: "BPVP",
    FacilityKind.PRODUCTION_HOUSE: "Rumah Produksi Bersama",
    FacilityKind.LPKS: "LPK",
    FacilityKind.LPK_COMPANY: "LPK Perusahaan",
}
_MSME_KINDS: Final = {FacilityKind.PLUT, FacilityKind.PRODUCTION_HOUSE}
_TRADES: Final = ("GARMENT", "BAKERY", "FOOD", "FURNITURE", "ICT", "CRAFT", "BUSINESS")
# Fewer centres than classes: some hold two at the same hour, in two rooms.
_CENTERS_A_CLASS: Final = 0.75
_FEWEST_CENTERS: Final = len(_KINDS)
SEATS: Final = 16
SEATS_OF_THE_LARGE_CLASS: Final = 40
# The class that the heroine asks for first, and the large one nearby that has room for her.
HOT_CLASS: Final = 0
LARGE_CLASS: Final = 1
# Of the people who register, who does not come to the rush: his network would lose it.
AWAY_SHARE: Final = 0.1
# The second wave, whose places are drawn: fewer classes, and more people than seats.
_DRAWN_SHARE: Final = 0.08
_FEWEST_DRAWN: Final = 2
_FEWEST_SEATS: Final = 3
_SEATS_AN_APPLICANT: Final = 0.4
# The place of the first community centre, whose head is invited.
_FIRST_DRAWN: Final = list(_KINDS).index(FacilityKind.BLKK)


@dataclass(frozen=True, slots=True)
class Center:
    """A made-up facility."""

    number: int
    id: UUID
    code: str
    name: str
    kind: FacilityKind
    owner_ministry: str
    district: District
    latitude: float
    longitude: float
    trades: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedClass:
    """One class: its centre, its room and how many it seats."""

    number: int
    id: UUID
    code: str
    label: str
    center: Center
    space_id: UUID
    space_name: str
    capacity: int


def centers_of(seeds: Seeds, *, country: Country) -> list[Center]:
    """Return the facilities; the first two lie in one regency, so that each has one nearby."""
    number = max(_FEWEST_CENTERS, ceil(_CENTERS_A_CLASS * seeds.classes))
    choices = seeds.choices_of("provinces")
    turns = provinces_in_turn(country, number=number - 1, choices=choices)
    first = choices.choice(country.by_province[turns[0]])
    neighbor = choices.choice(country.by_regency[first.regency_code])
    rest = [choices.choice(country.by_province[province]) for province in turns[1:]]
    districts = [first, neighbor, *rest]
    return [_center(seeds, place, district) for place, district in enumerate(districts)]


def _center(seeds: Seeds, number: int, district: District) -> Center:
    choices = seeds.choices_of("facility", number)
    kind = _kind(choices, number)
    latitude, longitude = point_near(district.province_code, choices=choices)
    return Center(
        number=number,
        id=seeds.id_of("facility", number),
        code=f"{seeds.label}-{kind.replace('_', '-')[:6].rstrip('-')}-{number:04d}",
        name=place_name(choices, kind=_KIND_NAMES[kind], town=district.regency_name),
        kind=kind,
        owner_ministry="MSME" if kind in _MSME_KINDS else "MANPOWER",
        district=district,
        latitude=latitude,
        longitude=longitude,
        trades=tuple(sorted(choices.sample(_TRADES, 2))),
    )


def _kind(choices: random.Random, number: int) -> FacilityKind:
    kinds = list(_KINDS)
    return (
        kinds[number] if number < len(kinds) else choices.choices(kinds, list(_KINDS.values()))[0]
    )


def classes_of(seeds: Seeds, *, centers: list[Center]) -> list[PlannedClass]:
    """Return the classes, the most sought after first, each in a room of its own."""
    return [_class(seeds, number, centers) for number in range(seeds.classes)]


def drawn_classes_of(seeds: Seeds, *, centers: list[Center]) -> list[PlannedClass]:
    """Return the classes of the wave whose places are drawn, each at another centre."""
    many = min(len(centers), max(_FEWEST_DRAWN, round(_DRAWN_SHARE * seeds.classes)))
    wanted = int(_SEATS_AN_APPLICANT * AWAY_SHARE * seeds.applicants / many)
    capacity = min(SEATS, max(_FEWEST_SEATS, wanted))
    step = len(centers) // many
    return [
        _drawn_class(
            seeds, place, centers[(_FIRST_DRAWN + place * step) % len(centers)], capacity=capacity
        )
        for place in range(many)
    ]


def _drawn_class(seeds: Seeds, place: int, center: Center, *, capacity: int) -> PlannedClass:
    number = seeds.classes + place
    return PlannedClass(
        number=number,
        id=seeds.id_of("class", number),
        code=f"{seeds.label}-U{place:04d}",
        label=f"Kelas undian {center.name}",
        center=center,
        space_id=seeds.id_of("space", number),
        space_name="Ruang Undian",
        capacity=capacity,
    )


def _class(seeds: Seeds, number: int, centers: list[Center]) -> PlannedClass:
    turn, place = divmod(number, len(centers))
    center = centers[place]
    room = "Ruang Kelas" if turn == 0 else f"Bengkel {turn}"
    return PlannedClass(
        number=number,
        id=seeds.id_of("class", number),
        code=f"{seeds.label}-K{number:04d}",
        label=f"Kelas {turn + 1} {center.name}",
        center=center,
        space_id=seeds.id_of("space", number),
        space_name=room,
        capacity=SEATS_OF_THE_LARGE_CLASS if number == LARGE_CLASS else SEATS,
    )
