"""What a request for features of a map means, stated without a database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shared.errors import BadRequestError, NotFoundError
from shared.i18n import Text
from shared.schemas.base import EARLIEST_YEAR, LATEST_YEAR

USUAL: Final = 100
MOST: Final = 5_000
_FLAT: Final = 4
_WITH_HEIGHT: Final = 6
_OPEN: Final = ("", "..")


class CollectionNotFoundError(NotFoundError):
    """There is no collection of this name."""

    code = "collection-not-found"
    title = Text("Koleksi tidak ditemukan.", "There is no such collection.")


class FeatureNotFoundError(NotFoundError):
    """The collection has no feature of this id."""

    code = "feature-not-found"
    title = Text("Fitur tidak ditemukan.", "There is no such feature.")


class BboxInvalidError(BadRequestError):
    """The box does not read as west,south,east,north in degrees."""

    code = "bbox-invalid"
    title = Text(
        "Tulis bbox sebagai barat,selatan,timur,utara dalam derajat.",
        "Write bbox as west,south,east,north in degrees.",
    )


class MomentInvalidError(BadRequestError):
    """The time is neither an instant nor an interval of RFC 3339."""

    code = "datetime-invalid"
    title = Text(
        "Tulis datetime sebagai waktu RFC 3339 atau selang awal/akhir.",
        "Write datetime as an RFC 3339 time, or as an interval start/end.",
    )


class LimitInvalidError(BadRequestError):
    """The number of features asked for is none."""

    code = "limit-invalid"
    title = Text("Tulis limit sebagai bilangan mulai 1.", "Write limit as a number from 1 on.")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in degrees; a box whose west lies east of its east crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of time with both ends included; None is open."""

    start: datetime | None
    end: datetime | None


def limit_of(text: str | None) -> int:
    """Return how many features `limit` asks for: 100 when it says nothing, never more than 5,000.

    Raises:
        LimitInvalidError: when it is no number from 1 on.
    """
    if text is None:
        return USUAL
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise LimitInvalidError
    return min(int(text[:9]), MOST)


def box_of(text: str | None) -> Box | None:
    """Return the box that `bbox` describes; heights, when there are six numbers, do not matter.

    Raises:
        BboxInvalidError: when it is no box on the globe.
    """
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BboxInvalidError from error
    if len(numbers) == _WITH_HEIGHT:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != _FLAT:
        raise BboxInvalidError
    west, south, east, north = numbers
    # Comparisons with NaN are false: a box of such is refused, too.
    if not (-90 <= south <= north <= 90 and abs(west) <= 180 and abs(east) <= 180):  # noqa: PLR2004 - degrees
        raise BboxInvalidError
    return Box(west, south, east, north)


def interval_of(text: str | None) -> Interval | None:
    """Return the stretch of time that `datetime` describes: an instant, or `start/end`.

    An end left out, or written `..`, is open.

    Raises:
        MomentInvalidError: when it is none, or ends before it starts.
    """
    if text is None:
        return None
    start, slash, end = text.partition("/")
    if not slash:
        moment = _moment(start)
        return Interval(moment, moment)
    if start in _OPEN and end in _OPEN:
        raise MomentInvalidError
    interval = Interval(
        None if start in _OPEN else _moment(start), None if end in _OPEN else _moment(end)
    )
    if interval.start and interval.end and interval.end < interval.start:
        raise MomentInvalidError
    return interval


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MomentInvalidError from error
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise MomentInvalidError
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
