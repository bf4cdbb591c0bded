"""What a Kemendagri code says about an area, and what an imported row does to the list."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.registry.imports.rules import RowRepeatedError, RowTooLongError
from shared.errors import InvalidError, NotFoundError, ServiceError
from shared.i18n import Text
from shared.schemas.registry import AreaLevel, TimeZone

_CODE: Final = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?", re.ASCII)
_LEVELS: Final = tuple(AreaLevel)

# The first digit of a code names the island group, so that a province split off later (as four in
# Papua in 2022) falls into its zone. Kalimantan is divided and listed by province.
_ZONE_OF_GROUP: Final = {
    "1": TimeZone.WIB,  # Sumatra
    "2": TimeZone.WIB,  # Sumatra's islands
    "3": TimeZone.WIB,  # Java
    "5": TimeZone.WITA,  # Bali and Nusa Tenggara
    "7": TimeZone.WITA,  # Sulawesi
    "8": TimeZone.WIT,  # Maluku
    "9": TimeZone.WIT,  # Papua
}
_ZONE_OF_KALIMANTAN: Final = {
    "61": TimeZone.WIB,
    "62": TimeZone.WIB,
    "63": TimeZone.WITA,
    "64": TimeZone.WITA,
    "65": TimeZone.WITA,
}


class AreaNotFoundError(NotFoundError):
    """No area of this code is valid on the day asked for."""

    code = "area-not-found"
    title = Text("Wilayah tidak ditemukan.", "There is no such area.")


class AreaUnknownError(InvalidError):
    """A body names an area that is not valid on the day that counts."""

    code = "unknown-area"
    title = Text("Wilayah tidak dikenal.", "The area is not known.")


class AreaCodeInvalidError(InvalidError):
    """The code does not look like a Kemendagri code with dots."""

    code = "area-code-invalid"
    title = Text(
        "Kode wilayah ditulis dengan titik: 33, 33.73, 33.73.04, 33.73.04.1001.",
        "An area code is written with dots: 33, 33.73, 33.73.04, 33.73.04.1001.",
    )


class AreaTooCoarseError(InvalidError):
    """The area is a province where a regency or something smaller is needed."""

    code = "area-too-coarse"
    title = Text(
        "Pilih kabupaten/kota, kecamatan atau desa, bukan provinsi.",
        "Choose a regency, district or village, not a province.",
    )


class TimeZoneUnknownError(InvalidError):
    """The province is one whose time zone no rule states."""

    code = "area-time-zone-unknown"
    title = Text(
        "Zona waktu provinsi ini belum diatur.", "The time zone of this province is not stated."
    )


class AreaNameMissingError(InvalidError):
    """The row has no name."""

    code = "area-name-missing"
    title = Text("Nama wilayah kosong.", "The area has no name.")


class AreaParentMismatchError(InvalidError):
    """The parent that the row names is not the one its code begins with."""

    code = "area-parent-mismatch"
    title = Text(
        "Wilayah induk tidak sesuai dengan kode.", "The parent does not agree with the code."
    )


class AreaParentUnknownError(InvalidError):
    """The area that the code begins with is not in the list."""

    code = "area-parent-unknown"
    title = Text("Wilayah induk belum ada dalam daftar.", "The parent area is not in the list.")


class AreaOlderError(InvalidError):
    """The list is older than what is known of the area."""

    code = "area-older"
    title = Text(
        "Data yang ada lebih baru daripada daftar ini.",
        "What is known of the area is newer than this list.",
    )


def level_of(code: str) -> AreaLevel:
    """Return the level that `code` names.

    Raises:
        AreaCodeInvalidError: when it does not look like a Kemendagri code with dots.
    """
    if not _CODE.fullmatch(code):
        raise AreaCodeInvalidError
    return _LEVELS[code.count(".")]


def parent_of(code: str) -> str | None:
    """Return the code of the area one level up, None for a province."""
    return code.rpartition(".")[0] or None


def time_zone_of(code: str) -> TimeZone | None:
    """Return the time zone of a regency or anything below it, None for a province.

    Source: Keppres 41/1987 (Pembagian Wilayah Republik Indonesia Menjadi Tiga Wilayah Waktu):
    Sumatra, Java, West and Central Kalimantan WIB; South, East (and North, split off in 2012)
    Kalimantan, Bali, Nusa Tenggara and Sulawesi WITA; Maluku and Papua WIT.

    Raises:
        TimeZoneUnknownError: when the decree and the codes leave the province open.
    """
    if "." not in code:
        return None
    zone = _ZONE_OF_KALIMANTAN.get(code[:2]) or _ZONE_OF_GROUP.get(code[0])
    if zone is None:
        raise TimeZoneUnknownError
    return zone


@dataclass(frozen=True, slots=True)
class Location:
    """Where something stands: the regency, its province and the time zone that applies."""

    area_code: str
    province_code: str
    regency_code: str
    time_zone: TimeZone


def locate(code: str) -> Location:
    """Return what `code` says about where something stands.

    Raises:
        AreaCodeInvalidError: when it is not a code.
        AreaTooCoarseError: when it is a province, which has no regency and so no class.
        TimeZoneUnknownError: when no rule states the province's zone.
    """
    if level_of(code) is AreaLevel.PROVINCE:
        raise AreaTooCoarseError(pointer="/area_code")
    zone = time_zone_of(code)
    if zone is None:
        raise TimeZoneUnknownError
    return Location(code, province_code=code[:2], regency_code=code[:5], time_zone=zone)


@dataclass(frozen=True, slots=True)
class GivenArea:
    """One row of an imported list, with what its code says."""

    row: int
    code: str
    name: str
    level: AreaLevel
    parent_code: str | None
    time_zone: TimeZone | None


@dataclass(frozen=True, slots=True)
class PresentArea:
    """What the list knows of a code at present."""

    name: str
    valid_from: date


class Change(StrEnum):
    """What an imported row does to the list of areas."""

    CREATE = "CREATE"
    CORRECT = "CORRECT"
    SUCCEED = "SUCCEED"
    NOTHING = "NOTHING"


def read_row(row: int, cells: dict[str, str]) -> GivenArea:
    """Return one row of a list as an area.

    Raises:
        AreaCodeInvalidError, AreaNameMissingError, AreaParentMismatchError, TimeZoneUnknownError
    """
    code = cells["code"]
    level = level_of(code)
    if not cells["name"]:
        raise AreaNameMissingError
    parent = parent_of(code)
    if any(cells.get(column, parent) not in (parent, "") for column in PARENT_COLUMNS):
        raise AreaParentMismatchError
    return GivenArea(row, code, cells["name"], level, parent, time_zone_of(code))


PARENT_COLUMNS: Final = ("province_code", "regency_code", "district_code")


def judge_row(
    given: GivenArea, *, present: PresentArea | None, parent_known: bool, valid_from: date
) -> Change:
    """Return what a row of a list valid from `valid_from` does to the area known so far.

    A new name under a later date succeeds the old one and keeps it as history; under the same
    date it corrects it.

    Raises:
        AreaParentUnknownError: when the area is new and its parent is not in the list.
        AreaOlderError: when it would change what a later list said.
    """
    if present is None:
        if not parent_known:
            raise AreaParentUnknownError
        return Change.CREATE
    if present.name == given.name:
        return Change.NOTHING
    if present.valid_from > valid_from:
        raise AreaOlderError
    return Change.CORRECT if present.valid_from == valid_from else Change.SUCCEED


REFUSALS: Final[tuple[type[ServiceError], ...]] = (
    AreaCodeInvalidError,
    AreaNameMissingError,
    AreaParentMismatchError,
    AreaParentUnknownError,
    AreaOlderError,
    TimeZoneUnknownError,
    RowRepeatedError,
    RowTooLongError,
)
