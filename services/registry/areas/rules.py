"""What a Kemendagri code says about an area, and what an imported row does to the list."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from services.registry.imports.rules import RowRepeatedError, RowTooLongError
from shared.errors import ConflictError, InvalidError, NotFoundError, ServiceError
from shared.i18n import Text
from shared.schemas.registry import AreaLevel, TimeZone

_CODE: Final = re.compile(r"\d{2}(?:\.\d{2}(?:\.\d{2}(?:\.\d{4})?)?)?", re.ASCII)
_LEVELS: Final = tuple(AreaLevel)
# How many characters a code of each level has, dots included.
LENGTH_OF_LEVEL: Final = dict(zip(_LEVELS, (2, 5, 8, 13), strict=True))

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


class AreaChangeKind(StrEnum):
    """What a decree does to areas."""

    SPLIT = "SPLIT"
    MERGE = "MERGE"
    RENAME = "RENAME"
    RECODE = "RECODE"


class AreaValidityOverlapsError(ConflictError):
    """Two areas would have one code on the same day."""

    code = "area-validity-overlaps"
    title = Text(
        "Masa berlaku kode wilayah ini bertumpang tindih dengan yang sudah ada.",
        "The validity of this area code overlaps with one that is there.",
    )


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


class AreaListIncompleteError(InvalidError):
    """A list that is to end what it leaves out does not cover its levels whole."""

    code = "area-list-incomplete"
    title = Text(
        "Daftar ini tidak memuat seluruh wilayah pada tingkatnya; tidak ada kode yang diakhiri.",
        "The list does not cover its levels whole; no code was ended.",
    )


class AreaListRefusedError(InvalidError):
    """A list that is to end what it leaves out has rows that are refused."""

    code = "area-list-refused-rows"
    title = Text(
        "Ada baris yang ditolak; perbaiki dahulu sebelum mengakhiri kode yang tidak tercantum.",
        "Rows are refused; mend them before codes that are left out can end.",
    )


class AreaHasChildrenError(InvalidError):
    """The list leaves an area out but not all the areas below it."""

    code = "area-has-children"
    title = Text("Wilayah di bawahnya masih berlaku.", "Areas below it are still in force.")


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
    """What the list said last of a code; `valid_to` is set when it has ended since."""

    name: str
    valid_from: date
    valid_to: date | None = None


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
        AreaOlderError: when it would change what a later list said, or bring a code back from
            before the day on which it ended.
    """
    if present is not None and present.valid_to is not None:
        if present.valid_to > valid_from:
            raise AreaOlderError
        present = None
    if present is None:
        if not parent_known:
            raise AreaParentUnknownError
        return Change.CREATE
    if present.name == given.name:
        return Change.NOTHING
    if present.valid_from > valid_from:
        raise AreaOlderError
    return Change.CORRECT if present.valid_from == valid_from else Change.SUCCEED


# More than this part of a level does not end in one list: Papua 2022, the largest change in
# decades, took 28 of 514 regency codes away. A list that leaves out more has lost rows.
_MOST_ENDED: Final = 0.1


def codes_left_out(present: Mapping[str, PresentArea], given: Collection[str]) -> list[str]:
    """Return the codes in force that a list leaves out although it covers their surroundings.

    It covers the areas below a parent when it names one of them, or when it names areas of their
    level and leaves the parent out.
    """
    named = set(given)
    covered = {parent_of(code) for code in named}
    levels = {level_of(code) for code in named}
    missing: set[str] = set()
    for code in sorted(present, key=lambda code: (code.count("."), code)):
        parent = parent_of(code)
        if (
            code not in named
            and level_of(code) in levels
            and (parent in covered or parent in missing)
        ):
            missing.add(code)
    return sorted(missing)


def check_whole(
    present: Mapping[str, PresentArea], given: Collection[str], missing: Collection[str]
) -> None:
    """Refuse to end codes by a list that does not cover each level that it names whole.

    It does when it names an area below each parent that has such in force, but for parents that it
    leaves out themselves, and leaves no more than a tenth of a level out.

    Raises:
        AreaListIncompleteError: when it does not.
    """
    gone, covered = set(missing), {parent_of(code) for code in given}
    levels = {level_of(code) for code in given}
    in_force = [code for code in present if level_of(code) in levels]
    parents = {parent_of(code) for code in in_force if code not in gone}
    if parents - covered:
        raise AreaListIncompleteError
    totals = Counter(map(level_of, in_force))
    ended = Counter(map(level_of, gone))
    if any(count > totals[level] * _MOST_ENDED for level, count in ended.items()):
        raise AreaListIncompleteError


def what_keeps(
    present: Mapping[str, PresentArea],
    given: Collection[str],
    missing: Collection[str],
    *,
    valid_from: date,
) -> dict[str, ServiceError | None]:
    """Return what keeps each code that a list leaves out in force; None when it can end."""
    gone = set(missing)
    kept = {parent_of(code) for code in (*given, *(each for each in present if each not in gone))}
    keepers: dict[str, ServiceError | None] = {}
    for code in sorted(gone, key=lambda code: (-code.count("."), code)):
        keepers[code] = None
        if present[code].valid_from >= valid_from:
            keepers[code] = AreaOlderError()
        elif code in kept:
            keepers[code] = AreaHasChildrenError()
        if keepers[code] is not None:
            kept.add(parent_of(code))
    return keepers


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
