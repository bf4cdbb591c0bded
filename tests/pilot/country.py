"""A small country for the pilot's generators."""

from datetime import date

from deploy.pilot.places import Country, country_of
from shared.schemas.registry import AreaLevel, AreaRead, TimeZone

ZONES = {"32": TimeZone.WIB, "33": TimeZone.WIB, "51": TimeZone.WITA, "91": TimeZone.WIT}


def area(code: str, level: AreaLevel) -> AreaRead:
    return AreaRead(
        code=code,
        level=level,
        name=f"Area {code}",
        parent_code=code.rpartition(".")[0] or None,
        time_zone=ZONES[code[:2]] if "." in code else None,
        valid_from=date(2026, 1, 1),
        valid_to=None,
    )


def areas() -> list[AreaRead]:
    regencies = [f"{province}.{number:02d}" for province in ZONES for number in (1, 2, 71)]
    return [
        *(area(code, AreaLevel.REGENCY) for code in regencies),
        *(area(f"{code}.{n:02d}", AreaLevel.DISTRICT) for code in regencies for n in (1, 2, 3)),
    ]


def country() -> Country:
    return country_of(areas())
