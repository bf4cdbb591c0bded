"""How alike two facilities are, stated without a database."""

import math
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Final
from uuid import UUID

from rapidfuzz import fuzz, process

from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text


class DuplicateState(StrEnum):
    """What has been decided on a pair."""

    OPEN = "OPEN"
    DISMISSED = "DISMISSED"
    MERGED = "MERGED"


class Likeness(StrEnum):
    """What two facilities have in common."""

    NAME = "NAME"
    REGENCY = "REGENCY"
    NEAR = "NEAR"
    EXTERNAL_CODE = "EXTERNAL_CODE"
    ASSET_CODE = "ASSET_CODE"


class DuplicateNotFoundError(NotFoundError):
    """There is no such pair, or one of the two lies outside the caller's scope."""

    code = "facility-duplicate-not-found"
    title = Text("Pasangan balai tidak ditemukan.", "There is no such pair of facilities.")


class DuplicateDecidedError(ConflictError):
    """The pair was dismissed or merged."""

    code = "facility-duplicate-decided"
    title = Text("Pasangan balai sudah diputuskan.", "The pair has been decided on.")


# What every second name begins with: it says what a place is, not which one. Longest first.
_KINDS: Final = re.compile(
    r"\b(?:balai latihan kerja(?: komunitas| luar negeri| industri)?"
    r"|balai (?:besar )?pelatihan (?:vokasi|kerja)(?: dan produktivitas)?"
    r"|pusat layanan usaha terpadu|rumah produksi(?: bersama)?"
    r"|unit pelaksana teknis(?: daerah| pusat)?|lembaga pelatihan kerja(?: swasta)?"
    r"|blk (?:komunitas|luar negeri)|blkk|blk|uptd|uptp|upt|bbpvp|bpvp|plut|kumkm|lpks|lpk)\b"
)
# What is written in several ways: longest first.
_SPELLINGS: Final = (
    (re.compile(r"\b(?:pondok pesantren|ponpes|pontren|pp|p p)\b"), "pesantren"),
    (re.compile(r"\b(?:kabupaten|kab)\b"), "kabupaten"),
    (re.compile(r"\b(?:muhammad|mohammad|mohamad|muhamad|moh|muh)\b"), "muhammad"),
    (re.compile(r"\b(?:yayasan|yys)\b"), "yayasan"),
    (re.compile(r"\bsaint\b|\bst\b"), "santo"),
)
_NOT_WORDS: Final = re.compile(r"[^\w]+")
_NUMBERS: Final = re.compile(r"\b(?:\d+|i{1,3}|iv|vi{0,3}|ix|x)\b")

# Names below this are two places; a code that two share is looked at whatever they are called.
THRESHOLD: Final = 80
_SHARED_CODE: Final = 90
_OTHER_NUMBER: Final = 60
_OTHER_KIND: Final = 8
NEAR_KM: Final = 5.0
_EARTH_KM: Final = 6371.0
# At 11 degrees from the equator, where Indonesia ends, a degree is 109 km wide.
_CELL_DEGREES: Final = 0.05
# So many of one facility are looked at: more of a kind are a series, not duplicates.
_MOST: Final = 20


def core_of(name: str) -> str:
    """Return what tells a name apart from those of other facilities of its kind."""
    plain = _NOT_WORDS.sub(" ", name.casefold()).strip()
    for pattern, spelling in _SPELLINGS:
        plain = pattern.sub(spelling, plain)
    return " ".join(_KINDS.sub(" ", plain).split())


def likeness_of(one: "Site", other: "Site") -> int:
    """Return how like two names are, 0 to 100, whatever kind of place they call themselves.

    The order of words is no matter, but each word counts: with the common part alone, "Budi" and
    "Budi Santoso" would be one. Places that number themselves differently are two, and of a name
    that says nothing but its kind nothing is known.
    """
    if not (one.core and other.core):
        return 0
    ratio = round(max(fuzz.ratio(one.core, other.core), fuzz.ratio(one.words, other.words)))
    numbers = [sorted(_NUMBERS.findall(site.core)) for site in (one, other)]
    return ratio if numbers[0] == numbers[1] else min(ratio, _OTHER_NUMBER)


@dataclass(frozen=True, slots=True)
class Site:
    """What is compared of a facility; `core` and `words` are made of its name once."""

    id: UUID
    kind: str
    regency_code: str
    point: tuple[float, float] | None
    core: str
    words: str


def site_of(
    facility_id: UUID, name: str, kind: str, regency_code: str, point: tuple[float, float] | None
) -> Site:
    """Return what is compared of a facility."""
    core = core_of(name)
    return Site(facility_id, kind, regency_code, point, core, " ".join(sorted(core.split())))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Two facilities, in the order of their ids, how sure it is that they are one, and why."""

    pair: tuple[UUID, UUID]
    score: int
    reasons: tuple[Likeness, ...]


def judge(one: Site, other: Site, *, shared: frozenset[Likeness] = frozenset()) -> Verdict:
    """Return how sure it is that two facilities are one; `shared` are the codes both have."""
    alike = likeness_of(one, other)
    score = alike if one.kind == other.kind else max(0, alike - _OTHER_KIND)
    if shared:
        score = max(score, _SHARED_CODE)
    common = {
        Likeness.NAME: alike >= THRESHOLD,
        Likeness.REGENCY: one.regency_code == other.regency_code,
        Likeness.NEAR: are_near(one.point, other.point),
    }
    reasons = [each for each, holds in common.items() if holds]
    first, second = sorted((one.id, other.id))
    return Verdict((first, second), score, (*reasons, *sorted(shared)))


def are_near(one: tuple[float, float] | None, other: tuple[float, float] | None) -> bool:
    """Tell whether two points lie within 5 km."""
    if one is None or other is None:
        return False
    (south, west), (north, east) = one, other
    halves = (math.radians(north - south) / 2, math.radians(east - west) / 2)
    width = math.cos(math.radians(south)) * math.cos(math.radians(north))
    chord = math.sin(halves[0]) ** 2 + width * math.sin(halves[1]) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, chord))) <= NEAR_KM


class _Place:
    """Facilities of one regency, or of one square of the grid, in the order of their ids."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = sorted(sites, key=attrgetter("id"))
        self._ids = [site.id for site in self.sites]
        self._cores = [site.core for site in self.sites]
        self._words = [site.words for site in self.sites]

    def look_alikes(self, site: Site) -> set[Site]:
        """Return those of greater id whose name is like enough; compared in two calls for all."""
        start = bisect_right(self._ids, site.id)
        hits = [
            place
            for wanted, names in ((site.core, self._cores), (site.words, self._words))
            for _, _, place in process.extract(
                wanted, names[start:], scorer=fuzz.ratio, score_cutoff=THRESHOLD, limit=None
            )
        ]
        return {self.sites[start + place] for place in hits}


class Neighbourhoods:
    """All facilities, found by their regency and by where they stand.

    All pairs of a regency are compared by the core of their names: a trigram index finds those
    that begin alike, which under one roof of kinds are nearly all.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = {site.id: site for site in sites}
        places: dict[object, list[Site]] = defaultdict(list)
        for site in self.sites.values():
            places[site.regency_code].append(site)
            if site.point is not None:
                places[_cell(site.point)].append(site)
        self._places = {name: _Place(found) for name, found in places.items()}

    def alike(self, site: Site) -> list[Verdict]:
        """Return those of greater id near a facility or in its regency that may be the same."""
        if not site.core:
            return []
        around = [self._places[name] for name in _around(site) if name in self._places]
        others = {other for place in around for other in place.look_alikes(site)}
        found = [verdict for verdict in (judge(site, other) for other in others) if _holds(verdict)]
        return sorted(found, key=lambda each: (-each.score, each.pair))[:_MOST]


def _holds(verdict: Verdict) -> bool:
    near = {Likeness.REGENCY, Likeness.NEAR}
    return verdict.score >= THRESHOLD and not near.isdisjoint(verdict.reasons)


def _around(site: Site) -> list[object]:
    places: list[object] = [site.regency_code]
    if site.point is not None:
        south, west = _cell(site.point)
        places += [(south + up, west + right) for up in (-1, 0, 1) for right in (-1, 0, 1)]
    return places


def _cell(point: tuple[float, float]) -> tuple[int, int]:
    """Return the square of the grid in which a point lies: 5.5 km and more on each side."""
    return math.floor(point[0] / _CELL_DEGREES), math.floor(point[1] / _CELL_DEGREES)


def check_open(state: DuplicateState) -> None:
    """Refuse to decide a pair twice.

    Raises:
        DuplicateDecidedError: when it was dismissed or merged.
    """
    if state is not DuplicateState.OPEN:
        raise DuplicateDecidedError


# While most offices sleep.
_NIGHT: Final = range(1, 5)
_A_NIGHT_AGO: Final = timedelta(hours=20)


def due_by_night(local: datetime, *, last: datetime | None) -> bool:
    """Tell whether it is night by the clock `local` and no scan has been ordered this night."""
    return local.hour in _NIGHT and (last is None or local - last > _A_NIGHT_AGO)
