"""When a facility can be covered, and when that can end, stated without a database."""

from datetime import date

from services.registry.agreements.rules import Term
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class CoveragePeriodInvalidError(InvalidError):
    """The coverage ends before it begins, or reaches beyond the agreement."""

    code = "agreement-coverage-period-invalid"
    title = Text(
        "Masa cakupan harus berada di dalam masa berlaku perjanjian.",
        "A facility is covered within the agreement's validity only.",
    )


class CoverageOverlapsError(ConflictError):
    """The agreement covers the facility in that time already."""

    code = "agreement-coverage-overlaps"
    title = Text(
        "Balai sudah dicakup perjanjian ini pada masa tersebut.",
        "The agreement covers the facility in that time already.",
    )


class CoverageNotFoundError(NotFoundError):
    """The agreement does not cover the facility."""

    code = "agreement-coverage-not-found"
    title = Text(
        "Perjanjian tidak mencakup balai ini.", "The agreement does not cover the facility."
    )


class CoverageEndedError(ConflictError):
    """The coverage has ended on that day or before."""

    code = "agreement-coverage-ended"
    title = Text("Cakupan sudah berakhir.", "The coverage has ended already.")


def check_period(term: Term, *, valid_from: date, valid_to: date | None) -> None:
    """Refuse coverage that ends before it begins or lies outside the agreement.

    Raises:
        CoveragePeriodInvalidError
    """
    last = term.last_day
    if valid_from < term.valid_from or (last is not None and valid_from > last):
        raise CoveragePeriodInvalidError(pointer="/valid_from")
    if valid_to is not None and (valid_to < valid_from or (last is not None and valid_to > last)):
        raise CoveragePeriodInvalidError(pointer="/valid_to")


def overlap(
    valid_from: date, valid_to: date | None, *, other_from: date, other_to: date | None
) -> bool:
    """Tell whether two validities share a day; ends are included, open when None."""
    return (other_to is None or valid_from <= other_to) and (
        valid_to is None or other_from <= valid_to
    )


def check_end(*, valid_from: date, valid_to: date | None, last_day: date) -> None:
    """Refuse an end before the beginning, or one that is no earlier than what is kept.

    Raises:
        CoverageEndedError, CoveragePeriodInvalidError
    """
    if valid_to is not None and valid_to <= last_day:
        raise CoverageEndedError
    if last_day < valid_from:
        raise CoveragePeriodInvalidError(pointer="/last_day")
