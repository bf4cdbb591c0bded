"""Bodies of attendance."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from services.enrollment.sheets.rules import (
    LONGEST_DELAY_MINUTES,
    AttendanceStatus,
    Mark,
    NoteCode,
)
from shared.i18n import Text
from shared.schemas.base import Body, Label, Read
from shared.schemas.enrollment import EnrollmentState, Presence

Minutes = Annotated[int, Field(ge=1, le=LONGEST_DELAY_MINUTES)]
DeviceId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$"),
    Field(description="The device's own name, the same each time; nothing that names a person."),
]


class MarkWritten(Body):
    """What is said of somebody; `minutes_late` only of who was late."""

    status: AttendanceStatus
    minutes_late: Minutes | None = None
    note_code: NoteCode | None = None

    @model_validator(mode="after")
    def _late_only(self) -> Self:
        if self.minutes_late is not None and self.status is not AttendanceStatus.LATE:
            raise ValueError(
                Text("Menit keterlambatan hanya untuk LATE.", "Minutes are for LATE only.")
            )
        return self

    @property
    def mark(self) -> Mark:
        """The same as the rules know it."""
        return Mark(self.status, self.minutes_late, self.note_code)


class EntryWritten(MarkWritten):
    """What is said of one person of the class."""

    enrollment_id: UUID


class RollCall(Body):
    """The roll call of a session; of whom it does not name, nothing is said.

    A correction names those of whom something else is to be said: what was said of the others
    stands. `taken_at` is when the roll was called, now when it is left out; a device that was
    without a network says so later. `reason`, in a few words and without personal data, is
    required once the attendance is locked.
    """

    entries: Annotated[list[EntryWritten], Field(min_length=1, max_length=200)]
    taken_at: AwareDatetime | None = None
    device_id: DeviceId | None = None
    reason: Label | None = None


class MarkRead(Read):
    """What was said of somebody at one session."""

    position: int
    status: AttendanceStatus
    minutes_late: int | None = None
    note_code: NoteCode | None = None


class EntryRead(Read):
    """What was said of one person."""

    enrollment_id: UUID
    status: AttendanceStatus
    minutes_late: int | None = None
    note_code: NoteCode | None = None


class SheetRead(Read):
    """The roll call of a session with its counts, as of `version`."""

    class_id: UUID
    position: int
    taken_at: datetime
    received_at: datetime
    device_id: str | None
    present: int
    late: int
    excused: int
    absent: int
    locked_at: datetime
    version: int


class SheetDetail(SheetRead):
    """The roll call of a session with what it says of each person."""

    entries: list[EntryRead]


class ReplacedEntry(Read):
    """What had been said of somebody; no status when nothing had."""

    enrollment_id: UUID
    status: AttendanceStatus | None = None
    minutes_late: int | None = None
    note_code: NoteCode | None = None


class CorrectionRead(Read):
    """What `version` of a sheet said of those whom a correction then named."""

    version: int
    taken_at: datetime
    received_at: datetime
    device_id: str | None
    replaced: list[ReplacedEntry]
    corrected_at: datetime
    reason: str | None


class RosterRow(Read):
    """One person of a class and what was said at each session; the name is masked.

    `version` is that of the enrollment.
    """

    enrollment_id: UUID
    version: int
    name: str
    state: EnrollmentState
    presence: Presence
    marks: list[MarkRead]


class AttendanceSummary(Read):
    """How somebody stands by the programme's rule.

    `counted` sessions are those of which something was said, without those that the person was
    excused from; `unreported` are those that have begun and of which nothing was said.
    `share_percent` is rounded down; `passing` is null while no session counts. `days` are the local
    days on which the person attended, for who pays by the day.
    """

    enrollment_id: UUID
    name: str
    state: EnrollmentState
    present: int
    late: int
    excused: int
    absent: int
    unreported: int
    counted: int
    attended: int
    share_percent: float | None
    min_percent: int
    passing: bool | None
    days_attended: int
    days: list[date]
