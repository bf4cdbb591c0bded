"""Bodies of changes of classes."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.enrollment.assessments.schemas import AssessmentsWritten
from services.enrollment.attendance.schemas import RollCall
from services.enrollment.enrollments.schemas import EnrollmentEnd
from services.enrollment.openings.schemas import OpeningReport


class AssessmentChange(AssessmentsWritten):
    """Kind assessment.record: tests and units; the base is the version of the class's sheet."""

    class_id: UUID

    @property
    def names_units(self) -> bool:
        """Whether any unit is judged."""
        return any(each.names_units for each in self.entries)


class OpeningChange(OpeningReport):
    """Kind opening.report: a class has started, as the route of openings takes it."""

    class_id: UUID


class AttendanceChange(RollCall):
    """Kind attendance.record: the roll call of a session; the base is the version of its sheet.

    `taken_at` is by the device's clock; left out, the roll was called when the change was made.
    """

    class_id: UUID
    position: Annotated[int, Field(ge=1, le=10_000)]


class EndChange(EnrollmentEnd):
    """Kinds enrollment.complete and enrollment.drop_out: how the training ended for one person."""

    class_id: UUID
    enrollment_id: UUID
