"""What roll calls add up to, by class."""

from typing import Final

from services.reporting.folding.rules import (
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
)
from shared.schemas.enrollment import AttendanceCounts, AttendanceRecorded, Topic

# `n` counts the sessions of which the roll was called.
ATTENDANCE: Final = Fact(
    "attendance",
    Source.ENROLLMENT,
    ("class_id",),
    ("n", "present", "late", "excused", "absent", "days"),
)
ROLLUPS: Final = (
    Rollup("attendance_summary", ATTENDANCE, ATTENDANCE.members, daily=False),
    Rollup("attendance_cube", ATTENDANCE, ATTENDANCE.members, daily=True),
)


def _measures(said: AttendanceRecorded | AttendanceCounts) -> list[int]:
    return [1, said.present, said.late, said.excused, said.absent, said.days]


def _fold_attendance(folded: Folded, event: Recorded) -> None:
    recorded = AttendanceRecorded.model_validate(event.payload)
    cell = (str(recorded.class_id),)
    if recorded.replaced is not None:
        undone = [-measure for measure in _measures(recorded.replaced)]
        folded.move(ATTENDANCE, event.day, cell, undone)
    elif event.version > 1:
        # A correction from before they said what they replace: the first roll call stands.
        return
    folded.move(ATTENDANCE, event.day, cell, _measures(recorded))


FOLDINGS: Final[Foldings] = {Topic.ATTENDANCE_RECORDED: {1: _fold_attendance}}
