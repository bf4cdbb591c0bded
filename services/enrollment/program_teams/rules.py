"""What a joint team may be, stated without a database."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from shared.errors import InvalidError
from shared.i18n import Text


class TeamDuty(StrEnum):
    """What somebody answers for in a programme."""

    CHAIR = "CHAIR"
    DEPUTY_CHAIR = "DEPUTY_CHAIR"
    SECRETARY = "SECRETARY"
    CURRICULUM = "CURRICULUM"
    SELECTION = "SELECTION"
    FACILITIES = "FACILITIES"
    INSTRUCTORS = "INSTRUCTORS"
    FINANCE = "FINANCE"
    DATA = "DATA"
    ASSISTANCE = "ASSISTANCE"
    EVALUATION = "EVALUATION"
    COMMUNICATION = "COMMUNICATION"


class HolderKind(StrEnum):
    """OFFICE: whoever holds the function. LOGIN: one login, by its name in events."""

    OFFICE = "OFFICE"
    LOGIN = "LOGIN"


class TeamPeriodError(InvalidError):
    """The duty ends before it begins."""

    code = "team-period-invalid"
    title = Text("Masa tugas berakhir sebelum dimulai.", "The duty ends before it begins.")


class TeamMinistryError(InvalidError):
    """The ministry neither owns nor co-owns the programme."""

    code = "team-ministry-foreign"
    title = Text(
        "Kementerian ini bukan pemilik atau mitra program.",
        "This ministry neither owns nor co-owns the programme.",
    )


class MemberTwiceError(InvalidError):
    """Two duties of the list have one id."""

    code = "team-listed-twice"
    title = Text("Satu id tercantum lebih dari sekali.", "One id is listed more than once.")


class Duty(NamedTuple):
    """For which ministry a duty is held, and how long; `valid_to` is the last day."""

    ministry: str
    valid_from: date
    valid_to: date | None

    def holds(self, on: date) -> bool:
        """Tell whether the duty is held on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def check_team(duties: Sequence[Duty], *, ministries: Iterable[str | None]) -> None:
    """Refuse duties that end before they begin, or for a ministry that is not of the programme.

    Raises:
        TeamPeriodError, TeamMinistryError: with a pointer to the duty in the list.
    """
    theirs = set(ministries)
    for place, duty in enumerate(duties):
        if duty.valid_to is not None and duty.valid_to < duty.valid_from:
            raise TeamPeriodError(pointer=f"/members/{place}/valid_to")
        if duty.ministry not in theirs:
            raise TeamMinistryError(pointer=f"/members/{place}/ministry")


def is_joint(duties: Iterable[Duty], *, ministries: Iterable[str | None], on: date) -> bool:
    """Tell whether every ministry of the programme holds a duty on a day."""
    present = {duty.ministry for duty in duties if duty.holds(on)}
    return {each for each in ministries if each is not None} <= present
