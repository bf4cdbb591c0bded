"""What is asked of a report: its cut, its period, its moment."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.reporting.indicators.rules import (
    AreaBasis,
    Dimension,
    Indicator,
    Report,
    suggestion,
)
from shared.errors import BadRequestError, InvalidError
from shared.i18n import Text
from shared.schemas.reporting import HORIZONS


class DimensionNotOfferedError(BadRequestError):
    """The report cannot be cut in this way; `suggestion` is the nearest that it offers."""

    code = "dimension-not-offered"
    title = Text("Laporan tidak menyediakan dimensi ini.", "The report has no such dimension.")


class IndicatorUnknownError(BadRequestError):
    """The report has no such indicator; `suggestion` is the nearest that it has."""

    code = "indicator-unknown"
    title = Text("Laporan tidak memuat indikator ini.", "The report has no such indicator.")


class ValueUnknownError(InvalidError):
    """The parameter has no such value; `suggestion` is the nearest that it has."""

    code = "value-unknown"
    title = Text("Parameter ini tidak memuat nilai itu.", "The parameter has no such value.")


class PeriodEndsBeforeItStartsError(InvalidError):
    """The last day of a period lies before its first."""

    code = "period-ends-before-it-starts"
    title = Text("Periode berakhir sebelum dimulai.", "The period ends before it starts.")


class PeriodIncompleteError(InvalidError):
    """To compare, both periods need their first and their last day."""

    code = "period-incomplete"
    title = Text(
        "Untuk membandingkan, sebutkan hari pertama dan terakhir kedua periode.",
        "To compare, name the first and the last day of both periods.",
    )


class Areas(StrEnum):
    """Whether areas are named as they were when it was recorded, or as they are now."""

    THEN = "then"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Jakarta on which something was recorded, both ends included; None is open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A past moment, and the day in Jakarta on which it fell."""

    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a report. `chosen`: by dimension, the values that count.

    `period` asks for what was added in it. `as_of` asks for what was known at a past moment.
    """

    by: tuple[Dimension, ...] = ()
    chosen: tuple[tuple[Dimension, tuple[str, ...]], ...] = ()
    area_basis: AreaBasis = AreaBasis.FACILITY
    horizons: tuple[int, ...] = HORIZONS
    indicators: tuple[str, ...] = ()
    period: Period | None = None
    compared: Period | None = None
    as_of: Moment | None = None
    areas: Areas = Areas.THEN

    def shown(self, report: Report) -> tuple[Indicator, ...]:
        """Return the indicators of `report` that are asked for: all of them unless some are."""
        if not self.indicators:
            return report.indicators
        return tuple(each for each in report.indicators if each.code in self.indicators)

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """Every dimension that the question touches."""
        return frozenset(self.by) | {dimension for dimension, _ in self.chosen}


def check_areas(codes: Iterable[str], known: Collection[str], *, parameter: str) -> None:
    """Refuse an area that nobody knows: its figures would be zeros.

    While no area of a level is known, because none was copied yet, any code of it passes.

    Raises:
        ValueUnknownError: when one of `codes` is not among those `known`.
    """
    for code in codes:
        alike = [each for each in known if len(each) == len(code)]
        if alike and code not in known:
            raise ValueUnknownError(
                pointer=f"/{parameter}",
                extra={"parameter": parameter, "suggestion": suggestion(code, alike)},
            )


def check_question(report: Report, question: Question) -> None:
    """Refuse what a report cannot be asked.

    Raises:
        DimensionNotOfferedError: when it cannot be cut as asked.
        PeriodEndsBeforeItStartsError: when a period does.
        PeriodIncompleteError: when one of two periods is open.
    """
    if not question.dimensions <= set(report.dimensions):
        raise DimensionNotOfferedError(extra={"dimensions": [*report.dimensions]})
    if question.area_basis not in report.area_bases:
        raise DimensionNotOfferedError(extra={"area_bases": [*report.area_bases]})
    for period, pointer in ((question.period, "/to"), (question.compared, "/compare_to")):
        if period and period.first and period.last and period.last < period.first:
            raise PeriodEndsBeforeItStartsError(pointer=pointer)
    if question.compared is not None:
        ends = [
            end
            for period in (question.period or Period(), question.compared)
            for end in (period.first, period.last)
        ]
        if None in ends:
            raise PeriodIncompleteError
