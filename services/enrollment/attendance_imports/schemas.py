"""What the import of attendance keeps with its job, and what one row says."""

import datetime as dt
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.enrollment.attendance.schemas import MarkWritten
from services.enrollment.class_imports.rules import ImportMode
from shared.i18n import Language
from shared.schemas.base import Label, Message
from shared.scope import Scope


class ImportAttendance(Message):
    """Job: record the attendance of a file within the reach of whoever sent it.

    `asked_at` is the business time by which the rows are judged; `office` is how far the sender may
    correct what is locked.
    """

    kind: ClassVar[str] = "import_attendance"

    class_id: UUID
    upload_id: UUID
    mode: ImportMode
    scope: Scope
    office: Scope
    asked_by: str
    asked_at: dt.datetime
    language: Language = "id"


class AttendanceRow(MarkWritten):
    """One row of the file."""

    session: Annotated[int, Field(ge=1)] | None = None
    date: dt.date | None = None
    enrollment_id: UUID | None = None
    participant_id: UUID | None = None
    reason: Label | None = None
