"""When places are announced, and what cannot be given any more, stated without a database."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from services.enrollment.draws.rules import Outcome
from services.enrollment.enrollments.rules import AlreadyEnrolledError
from services.enrollment.selections.rules import check_step
from shared.errors import ConflictError
from shared.i18n import Text
from shared.schemas.enrollment import ApplicationState, EnrollmentState, SelectionState


class Settled(StrEnum):
    """Why somebody did not get what was drawn for him: something happened since."""

    WITHDRAWN = "withdrawn"
    ALREADY_ENROLLED = "already-enrolled"
    CLASS_GONE = "class-gone"
    SEAT_LOST = "seat-lost"


class AnnouncementEarlyError(ConflictError):
    """The hour of the announcement has not come."""

    code = "announcement-early"
    title = Text("Waktu pengumuman belum tiba.", "The hour of the announcement has not come.")


class Ending(NamedTuple):
    """How an application ends, and why it is not as drawn, where it is not."""

    state: ApplicationState
    settled: Settled | None = None


_STATE: Final = {
    Outcome.PLACED: ApplicationState.PLACED,
    Outcome.RESERVE: ApplicationState.RESERVE,
    Outcome.NOT_SELECTED: ApplicationState.NOT_SELECTED,
    Outcome.INELIGIBLE: ApplicationState.INELIGIBLE,
}
GONE: Final = Ending(ApplicationState.NOT_SELECTED, Settled.CLASS_GONE)


def check_announceable(
    *, state: SelectionState, announce_at: datetime | None, now: datetime
) -> None:
    """Refuse an announcement before its hour.

    Raises:
        SelectionStateError: when it was not approved, or is announced.
        AnnouncementEarlyError: when the hour has not come.
    """
    check_step(state, SelectionState.ANNOUNCING)
    if announce_at is None or now < announce_at:
        raise AnnouncementEarlyError(extra={"announce_at": announce_at and announce_at.isoformat()})


def ending_without_place(outcome: Outcome) -> Ending:
    """Return how an application ends for which nothing was drawn."""
    return Ending(_STATE[outcome])


def ending_in_class(
    outcome: Outcome, *, got: EnrollmentState | None, refusal: str | None
) -> Ending:
    """Return how an application ends that a place, or a place in line, was drawn for."""
    if got is None:
        if refusal == AlreadyEnrolledError.code:
            return Ending(ApplicationState.INELIGIBLE, Settled.ALREADY_ENROLLED)
        return Ending(ApplicationState.NOT_SELECTED, Settled.SEAT_LOST)
    if got is EnrollmentState.WAITLISTED:
        lost = outcome is Outcome.PLACED
        return Ending(ApplicationState.RESERVE, Settled.SEAT_LOST if lost else None)
    return Ending(ApplicationState.PLACED)
